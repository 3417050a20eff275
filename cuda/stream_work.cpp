#include "cuda/stream_work.hpp"

#include "cuda/device_core.hpp"
#include "cuda/stream.hpp"

namespace heddle::cuda {

void StreamWork::await_suspend(std::coroutine_handle<> awaiting) noexcept {
  handle = awaiting;
  command.notify = true;
  command.done = &StreamWork::on_done;
  command.context = this;
  command.stream = stream_;
  stream_->submitted_.fetch_add(1, std::memory_order_relaxed);
  stream_->take(command);
}

void StreamWork::on_done(Command& done) noexcept {
  auto& work = *static_cast<StreamWork*>(done.context);
  work.stream_->core_.executor->schedule(work);
}

}  // namespace heddle::cuda
