#pragma once

#include <cstdint>

#include "native/bridge/memory_table.hpp"
#include "native/bridge/operation.hpp"
#include "native/io/request.hpp"

namespace heddle::bridge {

class Socket;

// Bytes that wait until the peer takes them, or the end of the stream behind them (without memory). It holds the memory
// until all of it is sent, and owns itself.
class SendOperation final : public PendingOperation, private io::Request {
 public:
  SendOperation(Socket& socket, std::int32_t id, HeldMemory memory) noexcept;

  // It is the first of its socket's queue. True when it has ended at once: it is gone then.
  [[nodiscard]] bool start();
  // Part of the bytes may have been sent. One that waits for its turn leaves the queue.
  void cancel() noexcept override;
  // The socket closes: it ends with start(), without doing anything.
  void give_up() noexcept { stopped_ = true; }

 private:
  static void on_sent(io::Request& request) noexcept;
  void finish(std::int32_t status) noexcept;

  Socket& socket_;
  HeldMemory memory_;
  bool started_ = false;
  bool stopped_ = false;
};

}  // namespace heddle::bridge
