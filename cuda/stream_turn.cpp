#include "cuda/stream_turn.hpp"

#include <coroutine>
#include <utility>

#include "cuda/device_core.hpp"
#include "cuda/staged_copy.hpp"
#include "cuda/stream.hpp"

namespace heddle::cuda {

namespace {

// A notify of the device's own, which a coroutine waits for.
class Reached : private Runnable {
 public:
  explicit Reached(Executor& executor) noexcept : executor_(executor) {
    command.context = this;
    command.done = &Reached::on_done;
  }
  Reached(const Reached&) = delete;
  Reached& operator=(const Reached&) = delete;

  bool await_ready() const noexcept { return done_; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept { handle = awaiting; }
  [[nodiscard]] ErrorPtr await_resume() noexcept { return std::move(command.error); }

  Command command;

 private:
  static void on_done(Command& done) noexcept {
    auto& reached = *static_cast<Reached*>(done.context);
    reached.done_ = true;
    if (reached.handle) reached.executor_.schedule(reached);
  }

  Executor& executor_;
  bool done_ = false;
};

}  // namespace

Task<ErrorPtr> StreamAction::run(StreamTurn& turn) { co_return co_await turn.reached(); }

Task<void> StreamTurn::give(DeviceCore& core, Stream& stream, Command& command) {
  StreamTurn turn(core, stream, command);
  command.began = stream.record_time();
  ErrorPtr error = co_await command.action->run(turn);
  command.ended = stream.record_time();
  stream.carried_out(command, std::move(error));
}

StopToken StreamTurn::stop() const noexcept { return core_.tasks.stop_token(); }

StreamHandle StreamTurn::stream() const noexcept { return stream_.handle_; }

Task<ErrorPtr> StreamTurn::reached() {
  Reached behind(*core_.executor);
  stream_.append(behind.command);
  ErrorPtr error = co_await behind;
  co_return error;
}

Task<ErrorPtr> StreamTurn::copy(RowCopy rows) {
  if (!rows.needs_host() || core_.driver->copies_pageable()) co_return stream_.copy_rows(command_, rows);
  ErrorPtr error = co_await StagedCopy::copy(core_, stream_, command_, rows);
  co_return error;
}

}  // namespace heddle::cuda
