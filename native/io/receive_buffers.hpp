#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace heddle::io {

// The memory into which a backend receives for Opcode::receive_many: equal buffers in one block, which have numbers.
// Whoever is given a buffer's number gives it back with Backend::give_back.
class ReceiveBuffers {
 public:
  // Those that a kernel may choose from: a ring wants a power of two. The others are for backends that choose themselves.
  static constexpr std::size_t kInRing = 1024;
  static constexpr std::size_t kCount = kInRing + 256;
  static constexpr std::size_t kBytes = std::size_t{8} << 10;

  // All of them are free. Throws std::bad_alloc.
  ReceiveBuffers();
  ReceiveBuffers(const ReceiveBuffers&) = delete;
  ReceiveBuffers& operator=(const ReceiveBuffers&) = delete;
  ~ReceiveBuffers() = default;

  // The whole block.
  [[nodiscard]] std::span<std::byte> memory() const noexcept { return {memory_.get(), kCount * kBytes}; }
  [[nodiscard]] std::span<std::byte> buffer(int number) const noexcept {
    return memory().subspan(static_cast<std::size_t>(number) * kBytes, kBytes);
  }

  // For a backend that chooses the buffers itself: those with the lowest numbers first, while none was put back. -1 when
  // all are lent.
  [[nodiscard]] int take() noexcept;
  void put_back(int number) noexcept { free_.push_back(static_cast<std::uint16_t>(number)); }
  // The kernel does not choose after all. Precondition: the first kInRing were taken, and no kernel has used them.
  void put_back_ring() noexcept;

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept;
  };

  std::unique_ptr<std::byte, Free> memory_;
  std::vector<std::uint16_t> free_;
};

}  // namespace heddle::io
