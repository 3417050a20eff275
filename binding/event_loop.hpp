#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>

#include "binding/uv.hpp"
#include "native/clock.hpp"

namespace heddle::binding {

// Drives an executor from Node's event loop: once per iteration before the loop waits, when one of two descriptors
// becomes readable, and when a timer is due. All callbacks are on the loop's thread.
class EventLoop {
 public:
  // `turn` is what a drive does; it returns when the next timer is due.
  using Turn = std::function<std::optional<Nanoseconds>()>;

  EventLoop(uv_loop_s* loop, int io_fd, int wake_fd, Turn turn);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  // Only after close() has called back.
  ~EventLoop();

  // While true, the loop does not end by itself.
  void keep_alive(bool alive) noexcept;
  // Ends all callbacks. `closed` is called by the loop when its handles are gone.
  void close(std::function<void()> closed);

 private:
  static constexpr std::size_t kHandles = 4;
  enum Handle : std::size_t { prepare, io, wake, timer };

  uv_handle_s* make(int type);
  void take_turn();
  void arm(std::optional<Nanoseconds> deadline);

  uv_loop_s* loop_;
  Turn turn_;
  std::array<uv_handle_s*, kHandles> handles_{};
  std::optional<Nanoseconds> armed_;
  std::size_t open_handles_ = 0;
  std::function<void()> closed_;
  bool alive_ = false;
};

}  // namespace heddle::binding
