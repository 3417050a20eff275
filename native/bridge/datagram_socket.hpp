#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "native/bridge/endpoint.hpp"
#include "native/bridge/memory_table.hpp"
#include "native/io/request.hpp"
#include "native/io/socket_address.hpp"

namespace heddle::bridge {

class DatagramSend;

// One UDP socket of JavaScript's. Each datagram that arrives goes to the id of start() (number of its place in the
// datagram buffers times kBufferUnit, plus how many bytes it has), and so does a negative errno, which ends nothing: the
// system tells with it what became of something that was sent.
class DatagramSocket final : public Endpoint, private io::Request {
 public:
  using Endpoint::fd;

  DatagramSocket(Endpoints& table, int descriptor, int family) noexcept;
  ~DatagramSocket() override;

  void start(const Submission& submission) override;
  void pause() noexcept override;

  // Sends on this thread, without `to` to the connected peer: 0, -EAGAIN when it has to wait, or another -errno.
  [[nodiscard]] std::int32_t send_now(std::span<const std::byte> bytes, const io::SocketAddress* to) noexcept;
  // The same, waiting for room.
  void send(std::int32_t id, HeldMemory memory, const std::optional<io::SocketAddress>& to);
  // There are free buffers, which this socket did not find.
  void buffers_free();

  // AF_INET, or AF_INET6, which may have both.
  [[nodiscard]] int family() const noexcept { return family_; }
  // An address as this socket takes it: one of IPv4 in the form that a socket for IPv6 sends to.
  [[nodiscard]] io::SocketAddress reachable(const io::SocketAddress& address) const noexcept;

 private:
  friend class DatagramSend;

  static void on_arrived(io::Request& request) noexcept;

  void stop() noexcept override;
  [[nodiscard]] bool in_flight() const noexcept override { return waiting_ || !sends_.empty(); }
  // Until a datagram is there; it stays where it is.
  void wait();
  // Takes what is there.
  void receive();

  const int family_;
  msghdr nothing_{};
  bool waiting_ = false;  // a request is with the backend
  bool wanted_ = false;
  bool starved_ = false;
  std::vector<DatagramSend*> sends_;  // they own themselves
};

}  // namespace heddle::bridge
