#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>

#include "native/bridge/endpoint.hpp"
#include "native/io/request.hpp"

namespace heddle::bridge {

class SendOperation;

// One connection of JavaScript's. What arrives goes to the id of start(): bytes in a receive buffer (see kBufferUnit), 0
// at the end of the stream, or a negative errno.
class Socket final : public Endpoint, private io::Request {
 public:
  Socket(Endpoints& table, int descriptor) noexcept;

  void start(const Submission& submission) override;
  void pause() noexcept override;

  // Sends on this thread what the system takes at once, if nothing waits before it: the number of bytes, or -errno; 0
  // when it has to wait.
  [[nodiscard]] std::int64_t send_now(std::span<const std::byte> bytes) noexcept;
  // Sends all of it, behind what waits already.
  void send(const Submission& submission);
  // The same with bytes that are copied here, so that they may go together with those of other sockets.
  void send_copy(std::int32_t id, std::span<const std::byte> bytes);
  // The first of the queue goes to the backend, unless it is there.
  void start_sending();
  // No more is sent after what waits already.
  void end(std::int32_t id);

 private:
  friend class SendOperation;

  // The number of bytes, or -errno; 0 when it has to wait.
  [[nodiscard]] std::int64_t send_at_once(std::span<const std::byte> bytes) noexcept;

  static void on_received(io::Request& request) noexcept;

  void stop() noexcept override;
  [[nodiscard]] bool in_flight() const noexcept override { return receiving_ || !sends_.empty(); }
  void receive();
  void push(SendOperation& operation);
  // Starts the first of the queue, and ends those that can end at once.
  void advance();
  // What has not been tried yet is sent as far as the system takes it at once.
  void send_untried() noexcept;

  bool receiving_ = false;  // a request is with the backend
  bool wanted_ = false;
  bool ended_ = false;                // nothing comes any more
  std::deque<SendOperation*> sends_;  // they own themselves; the first is with the backend
};

}  // namespace heddle::bridge
