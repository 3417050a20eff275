#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace heddle::bridge {

// Where memory lies. The numbers are those of the device layer; here only host memory matters, since the kernel can
// read and write no other.
enum class Space : std::uint8_t { pageable, pinned, device };

// Memory that an operation uses. `hold` keeps it alive, whatever JavaScript does with the object meanwhile.
struct HeldMemory {
  std::shared_ptr<void> hold;
  std::byte* address = nullptr;
  std::size_t bytes = 0;
  Space space = Space::pageable;

  explicit operator bool() const noexcept { return hold != nullptr; }
};

// Memory that JavaScript names by number in its submissions. The JS thread only.
class MemoryTable {
 public:
  using Number = std::int32_t;

  // JavaScript's own memory: kept alive by operations in flight, but not by the table.
  Number add_borrowed(const std::shared_ptr<void>& owner, std::byte* address, std::size_t bytes) {
    return insert({.weak = owner, .strong = nullptr, .address = address, .bytes = bytes, .space = Space::pageable});
  }
  // Our own memory: kept alive by the table too, until remove().
  Number add_owned(std::shared_ptr<void> owner, std::byte* address, std::size_t bytes, Space space) {
    return insert({.weak = {}, .strong = std::move(owner), .address = address, .bytes = bytes, .space = space});
  }
  // Operations in flight keep the memory; the number may be given out again. A number that is not given out: nothing.
  void remove(Number number) noexcept;

  // Memory from `offset` on, `length` bytes, held. Null `hold`: no such memory, or it does not reach that far.
  [[nodiscard]] HeldMemory hold(Number number, double offset, double length) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size() - free_.size(); }

 private:
  struct Entry {
    std::weak_ptr<void> weak;
    std::shared_ptr<void> strong;
    std::byte* address = nullptr;
    std::size_t bytes = 0;
    Space space = Space::pageable;
    bool used = true;
  };

  Number insert(Entry entry);

  std::vector<Entry> entries_;
  std::vector<Number> free_;
};

}  // namespace heddle::bridge
