#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

#include "native/blocking_pool.hpp"
#include "native/inbox.hpp"
#include "native/io/backend.hpp"
#include "native/io/request_queue.hpp"
#include "native/wake_event.hpp"

namespace heddle::io {

// The same operations where io_uring can't be had: system calls on the blocking pool. A transfer on a descriptor
// that can be polled (pipe, socket, terminal) first waits in epoll, so that a silent peer holds no thread. Operations of
// sockets alone can be told never to wait, and run on the executor's thread.
class FallbackBackend final : public Backend {
 public:
  // Throws std::system_error when epoll can't be had.
  FallbackBackend(BlockingPool& pool, WakeEvent& wake);
  FallbackBackend(const FallbackBackend&) = delete;
  FallbackBackend& operator=(const FallbackBackend&) = delete;
  ~FallbackBackend() override;

  [[nodiscard]] BackendKind kind() const noexcept override { return BackendKind::fallback; }
  [[nodiscard]] int fd() const noexcept override { return epoll_; }
  void submit(Request& request) noexcept override;
  void cancel(Request& request) noexcept override;
  bool flush(std::size_t inline_bytes) noexcept override;
  std::size_t reap() noexcept override;
  [[nodiscard]] ReceiveBuffers& receive_buffers() override;
  [[nodiscard]] bool give_back(int buffer) noexcept override;
  // A blocking thread is never sooner.
  [[nodiscard]] std::size_t most_direct_calls() const noexcept override {
    return std::numeric_limits<std::size_t>::max();
  }
  [[nodiscard]] std::size_t in_flight() const noexcept override { return in_flight_; }

 private:
  // A request's life: waiting -> (polled ->) on the pool -> done; or ended, when it needed no thread or was cancelled
  // before it ran. A close may be held between waiting and the pool. It is in one of these places at a time.
  struct Call;

  // Transfers on a descriptor that can be polled. One in each direction runs at a time: where the system has no
  // RWF_NOWAIT for the file (a FIFO), a second could wait on the pool for what the first has taken.
  struct Watch {
    std::vector<Request*> waiting;
    bool reader_runs = false;
    bool writer_runs = false;
    std::uint32_t armed = 0;  // what epoll was told
  };

  void run_on_pool(Request& request, bool from_epoll);
  void call_socket(Request& request);
  void end(Request& request, std::int64_t result) noexcept;
  // False when the descriptor is always ready (a regular file) or unknown to epoll.
  bool wait_until_ready(Request& request);
  // Asks epoll for what `watch` waits for. False when epoll does not know the descriptor.
  bool arm(int fd, Watch& watch) noexcept;
  void descriptor_ready(int fd, std::uint32_t events);
  // Whatever accept_many or receive_many can have now. Its end, if any, is the return value; else -EAGAIN.
  std::int64_t serve(Request& request);
  std::int64_t receive_one(Request& request);
  // Tries at once: what can't be done at all must not wait for a readiness that never comes.
  void begin_many(Request& request);
  // It does not wait in epoll any more: it has ended, or wants a buffer.
  void retire(Request& request, std::int64_t result);
  void tell_result(Request& request, std::int64_t result, int buffer) noexcept;
  // A transfer that epoll had found ready is done.
  void run_next(const Request& request) noexcept;
  void forget_idle(int fd) noexcept;
  void cancel_all_on(int fd) noexcept;
  void cancel_on_pool(Call& call) noexcept;
  [[nodiscard]] bool waits_on_pool(int fd) const noexcept;
  void start_held_closes();
  void finish(Call& call);
  void forget(Call& call) noexcept;
  void tick(bool on) noexcept;
  void complete(Request& request, std::int64_t result) noexcept;

  BlockingPool& pool_;
  WakeEvent& wake_;
  int epoll_;
  int timer_;  // in epoll_; runs while calls are to be interrupted
  RequestQueue waiting_;
  RequestQueue ended_;        // completed by the next reap(), with the result they carry
  RequestQueue held_closes_;  // a transfer is still on the pool with the descriptor
  Call* on_pool_ = nullptr;   // all calls between run_on_pool() and finish()
  std::unordered_map<int, Watch> polled_;
  std::size_t interrupted_ = 0;  // calls on the pool that were asked to end and have not yet
  std::unique_ptr<ReceiveBuffers> buffers_;
  std::vector<Request*> starved_;  // each receive_many that found no buffer
  Inbox<Call> done_;
  std::size_t in_flight_ = 0;
};

}  // namespace heddle::io
