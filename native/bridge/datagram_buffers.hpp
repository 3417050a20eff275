#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "native/io/socket_address.hpp"

namespace heddle::bridge {

// Where the datagrams of one JavaScript environment are received: places that have numbers, each long enough for the
// longest datagram there is, and behind all of them what is known of the sender of each. Pages that are never used cost
// nothing. lib/net/datagram-buffers.ts reads it.
class DatagramBuffers {
 public:
  static constexpr std::size_t kCount = 64;
  static constexpr std::size_t kBytes = std::size_t{64} << 10;

  // Who sent it, as text, so that JavaScript need not know the system's forms.
  struct Sender {
    std::uint16_t port;
    std::uint8_t family;  // 4 or 6
    std::uint8_t length;  // of the text
    char text[60];        // the numbers, and for some of IPv6 the name of an interface behind a '%'
  };
  static_assert(sizeof(Sender) == 64);

  // All of them are free. Throws std::bad_alloc.
  DatagramBuffers();
  DatagramBuffers(const DatagramBuffers&) = delete;
  DatagramBuffers& operator=(const DatagramBuffers&) = delete;
  ~DatagramBuffers() = default;

  [[nodiscard]] std::span<std::byte> memory() const noexcept { return {memory_.get(), kAll}; }
  [[nodiscard]] std::span<std::byte> buffer(int number) const noexcept {
    return memory().subspan(static_cast<std::size_t>(number) * kBytes, kBytes);
  }
  void set_sender(int number, const io::SocketAddress& sender);

  // -1 when all are lent.
  [[nodiscard]] int take() noexcept;
  void put_back(int number) noexcept { free_.push_back(static_cast<std::uint8_t>(number)); }

 private:
  static constexpr std::size_t kAll = kCount * (kBytes + sizeof(Sender));

  struct Free {
    void operator()(std::byte* memory) const noexcept;
  };

  std::unique_ptr<std::byte, Free> memory_;
  std::vector<std::uint8_t> free_;
};

}  // namespace heddle::bridge
