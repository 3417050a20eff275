#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "native/io/request.hpp"

namespace heddle::io {

// Names requests in flight by slot and generation, so that a completion that arrives for a slot that has since
// been given to another request finds nobody, instead of waking a stranger.
class SlotTable {
 public:
  // Returns the name, and records the slot in the request. Throws std::bad_alloc.
  std::uint64_t insert(Request& request) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(entries_.size()));
      entries_.push_back({});
      free_.reserve(entries_.capacity());
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    entries_[slot].request = &request;
    request.slot = slot;
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

 private:
  struct Entry {
    Request* request = nullptr;
    std::uint32_t generation = 0;
  };

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
};

}  // namespace heddle::io
