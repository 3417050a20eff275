#include "native/bridge/memory_table.hpp"

#include <utility>

namespace heddle::bridge {

MemoryTable::Number MemoryTable::insert(Entry entry) {
  if (free_.empty()) {
    entries_.push_back(std::move(entry));
    free_.reserve(entries_.capacity());
    return static_cast<Number>(entries_.size() - 1);
  }
  const Number number = free_.back();
  free_.pop_back();
  entries_[static_cast<std::size_t>(number)] = std::move(entry);
  return number;
}

void MemoryTable::remove(Number number) noexcept {
  if (number < 0 || static_cast<std::size_t>(number) >= entries_.size()) return;
  Entry& entry = entries_[static_cast<std::size_t>(number)];
  if (!entry.used) return;
  entry = Entry{};
  entry.used = false;
  free_.push_back(number);
}

HeldMemory MemoryTable::hold(Number number, double offset, double length) const noexcept {
  if (number < 0 || static_cast<std::size_t>(number) >= entries_.size()) return {};
  const Entry& entry = entries_[static_cast<std::size_t>(number)];
  const auto bytes = static_cast<double>(entry.bytes);
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes)) return {};
  std::shared_ptr<void> owner = entry.strong != nullptr ? entry.strong : entry.weak.lock();
  if (owner == nullptr) return {};
  return {.hold = std::move(owner),
          .address = entry.address + static_cast<std::size_t>(offset),
          .bytes = static_cast<std::size_t>(length),
          .space = entry.space};
}

}  // namespace heddle::bridge
