#include "binding/event_loop.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace heddle::binding {

namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;

EventLoop* owner_of(uv_handle_s* handle) { return static_cast<EventLoop*>(uv_handle_get_data(handle)); }

}  // namespace

EventLoop::EventLoop(uv_loop_s* loop, int io_fd, int wake_fd, Turn turn) : loop_(loop), turn_(std::move(turn)) {
  handles_[prepare] = make(uv::kPrepare);
  uv_prepare_init(loop, handles_[prepare]);
  handles_[io] = make(uv::kPoll);
  uv_poll_init(loop, handles_[io], io_fd);
  handles_[wake] = make(uv::kPoll);
  uv_poll_init(loop, handles_[wake], wake_fd);
  handles_[timer] = make(uv::kTimer);
  uv_timer_init(loop, handles_[timer]);

  for (uv_handle_s* handle : handles_) uv_handle_set_data(handle, this);
  uv_prepare_start(handles_[prepare], [](uv_handle_s* handle) { owner_of(handle)->take_turn(); });
  for (const Handle readable : {io, wake}) {
    uv_poll_start(handles_[readable], uv::kReadable,
                  [](uv_handle_s* handle, int, int) { owner_of(handle)->take_turn(); });
  }
  for (uv_handle_s* handle : handles_) uv_unref(handle);
}

EventLoop::~EventLoop() {
  for (uv_handle_s* handle : handles_) ::operator delete(handle);
}

uv_handle_s* EventLoop::make(int type) {
  ++open_handles_;
  return static_cast<uv_handle_s*>(::operator new(uv_handle_size(type)));
}

void EventLoop::keep_alive(bool alive) noexcept {
  if (alive == alive_) return;
  alive_ = alive;
  (alive ? uv_ref : uv_unref)(handles_[prepare]);
}

void EventLoop::take_turn() {
  if (closed_) return;
  arm(turn_());
}

// libuv counts whole milliseconds from its cached time, so the delay is rounded up from there.
void EventLoop::arm(std::optional<Nanoseconds> deadline) {
  if (deadline == armed_) return;
  armed_ = deadline;
  if (!deadline) {
    uv_timer_stop(handles_[timer]);
    return;
  }
  const Nanoseconds loop_now = static_cast<Nanoseconds>(uv_now(loop_)) * kMillisecond;
  const Nanoseconds delay = std::max<Nanoseconds>((*deadline - loop_now + kMillisecond - 1) / kMillisecond, 0);
  uv_timer_start(
      handles_[timer],
      [](uv_handle_s* handle) {
        EventLoop* loop = owner_of(handle);
        loop->armed_.reset();
        loop->take_turn();
      },
      static_cast<std::uint64_t>(delay), 0);
}

void EventLoop::close(std::function<void()> closed) {
  closed_ = std::move(closed);
  for (uv_handle_s* handle : handles_) {
    uv_close(handle, [](uv_handle_s* gone) {
      EventLoop* loop = owner_of(gone);
      if (--loop->open_handles_ > 0) return;
      // The callback may destroy the loop.
      const std::function<void()> last = std::move(loop->closed_);
      last();
    });
  }
}

}  // namespace heddle::binding
