#pragma once

#include <atomic>

namespace heddle {

// Intrusive multi-producer, single-consumer mailbox. `Node` needs a member `Node* next`, which the inbox
// uses while the node is inside. Producers never wait for each other or for the consumer. `Atomic` is std::atomic but in
// tests that explore schedules.
template <class Node, template <class> class Atomic = std::atomic>
class Inbox {
 public:
  Inbox() = default;
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Any thread. Everything the producer wrote before is visible to the consumer that takes the node.
  void push(Node& node) noexcept {
    Node* head = head_.load(std::memory_order_relaxed);
    do {
      node.next = head;
    } while (!head_.compare_exchange_weak(head, &node, std::memory_order_release, std::memory_order_relaxed));
  }

  [[nodiscard]] bool empty() const noexcept { return head_.load(std::memory_order_acquire) == nullptr; }

  // The consumer only. Returns all nodes, oldest first, linked through `next`; null when there are none.
  [[nodiscard]] Node* take_all() noexcept {
    if (head_.load(std::memory_order_relaxed) == nullptr) return nullptr;
    Node* newest_first = head_.exchange(nullptr, std::memory_order_acquire);
    Node* oldest_first = nullptr;
    while (newest_first != nullptr) {
      Node* next = newest_first->next;
      newest_first->next = oldest_first;
      oldest_first = newest_first;
      newest_first = next;
    }
    return oldest_first;
  }

 private:
  Atomic<Node*> head_{nullptr};
};

}  // namespace heddle
