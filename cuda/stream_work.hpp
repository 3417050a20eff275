#pragma once

#include <coroutine>
#include <memory>
#include <utility>

#include "cuda/command.hpp"
#include "native/ready_queue.hpp"

namespace heddle::cuda {

class Stream;

// A stream's command, for a coroutine of the device's thread:
//
//   StreamWork copied(stream);
//   copied.command.kind = CommandKind::copy; ...
//   const ErrorPtr error = co_await copied;
//
// It resumes when the device has done the command, also when the coroutine has been told to stop: the memory is in use
// until then. It can be filled in and awaited again after that.
class StreamWork : private Runnable {
 public:
  explicit StreamWork(std::shared_ptr<Stream> stream) noexcept : stream_(std::move(stream)) {}
  StreamWork(const StreamWork&) = delete;
  StreamWork& operator=(const StreamWork&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept;
  [[nodiscard]] ErrorPtr await_resume() noexcept { return std::move(command.error); }

  Command command;

 private:
  static void on_done(Command& done) noexcept;

  std::shared_ptr<Stream> stream_;
};

}  // namespace heddle::cuda
