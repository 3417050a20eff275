#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace heddle::cuda {

// Where memory lies, which decides how it is copied.
enum class Space : std::uint8_t {
  pageable,  // ordinary memory, such as a JavaScript ArrayBuffer
  pinned,    // page-locked host memory
  device,
};

// One allocation of one device, device or pinned memory. It is shared: the JavaScript object and every operation in
// flight hold a reference, and the memory is given back after the last of them, on the device's slow lane. Dropping
// a reference never blocks and never calls the device, on whatever thread.
//
// When its device closes, device memory is freed under who still holds the block, which is then good for nothing: the
// device takes no command any more. Pinned memory stays until the last reference is dropped (then, with no lane left,
// the dropping thread frees it), because JavaScript or the kernel may still be using it.
class Block {
 public:
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  [[nodiscard]] std::byte* address() const noexcept { return address_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] Space space() const noexcept { return space_; }

 protected:
  Block(std::byte* address, std::size_t bytes, Space space) noexcept
      : address_(address), bytes_(bytes), space_(space) {}
  ~Block() = default;

  std::byte* const address_;
  const std::size_t bytes_;
  const Space space_;
};

using BlockPtr = std::shared_ptr<Block>;

// What a device has allocated.
struct MemoryUse {
  std::size_t used = 0;        // device memory in blocks that live
  std::size_t high_water = 0;  // the most that `used` ever was
  std::size_t pinned = 0;      // page-locked memory in blocks that live, registered memory among it
  std::size_t reserved = 0;    // what pools have of the device, in use or not
  std::size_t free = 0;        // what could be allocated: not in use by anybody, or idle in a pool
  std::size_t total = 0;
};

// A range of bytes that a command reads or writes, with whatever keeps it alive until the command is done.
// `hold` is a BlockPtr for pinned and device memory. For pageable memory it is the owner's: its deleter may run on
// any thread of the device, and must not block there.
struct Span {
  std::shared_ptr<void> hold;
  std::byte* address = nullptr;
  std::size_t bytes = 0;
  Space space = Space::pageable;
};

// [offset, offset + bytes) of a block. Precondition: inside the block.
[[nodiscard]] inline Span span_of(const BlockPtr& block, std::size_t offset, std::size_t bytes) {
  return {block, block->address() + offset, bytes, block->space()};
}
[[nodiscard]] inline Span span_of(const BlockPtr& block) { return span_of(block, 0, block->bytes()); }

}  // namespace heddle::cuda
