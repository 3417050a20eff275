#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "native/io/request.hpp"

namespace heddle::io {

// Names requests in flight by slot and generation, so that a completion that arrives for a slot that has since
// been given to another request finds nobody, instead of waking a stranger. Those that may wait for a peer are also found by
// their descriptor: a close asks for them, and must not look at ten thousand others.
class SlotTable {
 public:
  // Returns the name, and records the slot in the request. Throws std::bad_alloc.
  std::uint64_t insert(Request& request) {
    const bool listed = request.fd >= 0 && request.waits_for_peer();
    if (listed && static_cast<std::size_t>(request.fd) >= first_on_.size()) {
      first_on_.resize(static_cast<std::size_t>(request.fd) + 1, kNone);
    }
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(entries_.size()));
      entries_.push_back({});
      free_.reserve(entries_.capacity());
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    entries_[slot].request = &request;
    request.slot = slot;
    if (listed) list(slot, request.fd);
    return name_of(slot);
  }

  [[nodiscard]] std::uint64_t name_of(std::uint32_t slot) const noexcept {
    return (std::uint64_t{entries_[slot].generation} << 32) | slot;
  }

  [[nodiscard]] bool holds(const Request& request) const noexcept {
    return request.slot < entries_.size() && entries_[request.slot].request == &request;
  }

  // Null when nobody has that name any more.
  [[nodiscard]] Request* find(std::uint64_t name) const noexcept {
    const auto slot = static_cast<std::uint32_t>(name);
    if (slot >= entries_.size()) return nullptr;
    const Entry& entry = entries_[slot];
    return entry.generation == static_cast<std::uint32_t>(name >> 32) ? entry.request : nullptr;
  }

  // The same, and the name is free.
  Request* take(std::uint64_t name) noexcept {
    Request* request = find(name);
    if (request == nullptr) return nullptr;
    const auto slot = static_cast<std::uint32_t>(name);
    Entry& entry = entries_[slot];
    if (entry.listed_on >= 0) unlist(entry);
    entry.request = nullptr;
    ++entry.generation;
    free_.push_back(slot);
    return request;
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size() - free_.size(); }

  template <class Visitor>
  void for_each(Visitor visit) {
    for (Entry& entry : entries_) {
      if (entry.request != nullptr) visit(*entry.request);
    }
  }

  // Those on a descriptor that may wait for a peer. `visit` must not insert or take any.
  template <class Visitor>
  void for_each_on(int fd, Visitor visit) {
    if (fd < 0 || static_cast<std::size_t>(fd) >= first_on_.size()) return;
    for (std::uint32_t slot = first_on_[static_cast<std::size_t>(fd)]; slot != kNone; slot = entries_[slot].after) {
      visit(*entries_[slot].request);
    }
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  struct Entry {
    Request* request = nullptr;
    std::uint32_t generation = 0;
    int listed_on = -1;  // a descriptor
    std::uint32_t before = kNone;
    std::uint32_t after = kNone;
  };

  void list(std::uint32_t slot, int fd) noexcept {
    std::uint32_t& first = first_on_[static_cast<std::size_t>(fd)];
    Entry& entry = entries_[slot];
    entry.listed_on = fd;
    entry.before = kNone;
    entry.after = first;
    if (first != kNone) entries_[first].before = slot;
    first = slot;
  }
  void unlist(Entry& entry) noexcept {
    (entry.before == kNone ? first_on_[static_cast<std::size_t>(entry.listed_on)] : entries_[entry.before].after) =
        entry.after;
    if (entry.after != kNone) entries_[entry.after].before = entry.before;
    entry.listed_on = -1;
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> first_on_;  // by descriptor
  std::vector<std::uint32_t> free_;
};

}  // namespace heddle::io
