#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "native/io/backend.hpp"
#include "native/io/request_queue.hpp"
#include "native/io/ring.hpp"
#include "native/io/slot_table.hpp"
#include "native/io/system_call_cost.hpp"

namespace heddle::io {

// One io_uring. Requests of one flush reach the kernel in one system call; what completes inline (page cache
// hits) can be reaped right after it.
class UringBackend final : public Backend {
 public:
  // Throws std::system_error when no ring can be had: see Ring. Without `multishot` it does as on a kernel that has none.
  explicit UringBackend(bool multishot = true) : may_ask_for_many_(multishot), accepts_many_(multishot) {}

  [[nodiscard]] BackendKind kind() const noexcept override { return BackendKind::uring; }
  [[nodiscard]] int fd() const noexcept override { return ring_.fd(); }
  void submit(Request& request) noexcept override;
  void cancel(Request& request) noexcept override;
  bool flush(std::size_t inline_bytes) noexcept override;
  std::size_t reap() noexcept override;
  [[nodiscard]] ReceiveBuffers& receive_buffers() override;
  [[nodiscard]] bool give_back(int buffer) noexcept override;
  [[nodiscard]] std::size_t most_direct_calls() const noexcept override { return most_direct_calls_; }
  [[nodiscard]] std::size_t in_flight() const noexcept override { return in_flight_; }

 private:
  // After so many looks in a row that found little, a receive goes into the kernel.
  static constexpr std::uint8_t kCalm = 4;

  void prepare(io_uring_sqe& sqe, Request& request);
  bool prepare_cancel(Request& request) noexcept;
  // False when there is none in the kernel, or no longer.
  bool cancel_all_on(int fd) noexcept;
  void repeat_cancels() noexcept;
  void arm_repeat() noexcept;
  void start_held_closes();
  // Whether another that reads, or writes, where this does is before it.
  [[nodiscard]] bool has_others_before(const Request& request);
  void wait_for_turn(Request& request);
  // One that was in the kernel has ended: the next that waits for that may go.
  void start_next_turn(int fd, bool writes);
  void end_turns(int fd) noexcept;
  bool retry_on_worker(Request& request);
  void watch_half_pipe(Request& request) noexcept;
  void writer_came(Request& request) noexcept;
  // What the open comes to; the half is closed or it is the result.
  std::int64_t end_half_pipe(Request& request, std::uint64_t name, std::int64_t result) noexcept;
  // For accept_many and receive_many. Returns how many requests have ended.
  std::size_t one_of_many(Request& request, const Completion& completion);
  std::size_t receive_ready(Request& request);
  // What the kernel may take for receive_many before anybody here is asked.
  [[nodiscard]] bool may_stay(const Request& request) const noexcept;
  // About how much may come before the receiver is asked.
  [[nodiscard]] static std::size_t one_look(const Request& request) noexcept;
  void take_turn(Request& request, bool filled) noexcept;
  void leave_kernel(Request& request) noexcept;
  std::size_t again(Request& request);
  std::size_t starve(Request& request);
  void tell_result(Request& request, std::int64_t result, int buffer) noexcept;
  void complete(Request& request, std::int64_t result) noexcept;

  std::unique_ptr<ReceiveBuffers> buffers_;  // before the ring, which may name them
  Ring ring_;
  SlotTable slots_;
  RequestQueue waiting_;
  RequestQueue ended_;  // cancelled before they reached the ring; completed by reap()
  // Those that wait for another; see in_turn(). By descriptor and direction.
  std::unordered_map<std::int64_t, RequestQueue> turns_;
  RequestQueue held_closes_;       // the descriptor's last transfers have been cancelled and have not ended yet
  std::vector<Request*> starved_;  // each receive_many that found no buffer
  std::size_t lent_ = 0;           // buffers that somebody has to give back
  const std::size_t most_direct_calls_ = io::most_direct_calls(system_call_cost());
  const bool may_ask_for_many_;
  bool accepts_many_;           // as far as is known, the kernel has multishot accept
  bool receives_many_ = false;  // and multishot receive with provided buffers
  bool received_many_ = false;  // that was seen
  bool limits_many_ = true;     // and it ends by itself after so many bytes: Linux 6.17
  std::size_t in_flight_ = 0;
  std::size_t cancelled_ = 0;   // requests in slots_ that are to end early
  bool cancel_missed_ = false;  // one of them at least was not reached
  bool repeat_armed_ = false;   // the ring's timeout that repeats cancels is pending
};

}  // namespace heddle::io
