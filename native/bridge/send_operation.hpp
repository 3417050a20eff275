#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "native/bridge/memory_table.hpp"
#include "native/bridge/operation.hpp"
#include "native/io/request.hpp"

namespace heddle::bridge {

class Socket;

// Bytes that wait until the peer takes them, or the end of the stream behind them (without bytes). It holds their memory, or
// a copy of them, until all are sent, and owns itself.
class SendOperation final : public PendingOperation, private io::Request {
 public:
  // All three throw std::bad_alloc.
  static SendOperation& of(Socket& socket, std::int32_t id, HeldMemory memory);
  static SendOperation& of_end(Socket& socket, std::int32_t id);
  // The copy lies behind the operation, in one piece of memory with it.
  static SendOperation& of_copy(Socket& socket, std::int32_t id, std::span<const std::byte> bytes);

  // It is the first of its socket's queue. True when it has ended at once: it is gone then.
  [[nodiscard]] bool start();
  // It is with the backend.
  [[nodiscard]] bool started() const noexcept { return started_; }
  // Sends what the system takes at once, unless it is started. True when it has ended: it is gone then.
  [[nodiscard]] bool try_now() noexcept;
  // Part of the bytes may have been sent. One that waits for its turn leaves the queue.
  void cancel() noexcept override;
  // The socket closes: it ends with start(), without doing anything.
  void give_up() noexcept { stopped_ = true; }

 private:
  // Of how many bytes there is room for a copy behind it.
  static SendOperation& make(Socket& socket, std::int32_t id, std::size_t copied);
  SendOperation(Socket& socket, std::int32_t id, std::size_t copied) noexcept;
  static void destroy(SendOperation* operation) noexcept;

  static void on_sent(io::Request& request) noexcept;
  [[nodiscard]] bool is_end() const noexcept { return !memory_ && copied_ == 0; }
  // Of the bytes, or -errno; 0 when none were taken. True when nothing is left to do: it is gone then.
  [[nodiscard]] bool ended_with(std::int64_t result) noexcept;
  void finish(std::int32_t status) noexcept;

  Socket& socket_;
  HeldMemory memory_;
  const std::size_t copied_;  // bytes behind this object
  bool started_ = false;
  bool stopped_ = false;
};

}  // namespace heddle::bridge
