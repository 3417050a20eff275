#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "cuda/command.hpp"
#include "cuda/device.hpp"
#include "cuda/device_core.hpp"
#include "cuda/disposable.hpp"
#include "cuda/lane.hpp"
#include "native/executor.hpp"
#include "native/inbox.hpp"

namespace heddle::cuda {

class Comm;
class Communicator;
class Graph;
struct CommOptions;

// The engine room of a Device: its thread, its slow lane, and the doors by which other threads reach them. It lives as
// long as the Device or any stream or event of it.
//
// opening -> open -> closing -> closed. A device that fails to open, or dies of a fault, refuses everything from then on
// and otherwise goes the same way.
class DeviceThread : public std::enable_shared_from_this<DeviceThread> {
 public:
  // A rare call: it runs on the device's thread with null; with the error that says so when the device has closed, and
  // then on the caller's thread.
  using Call = std::function<void(const ErrorPtr&)>;

  DeviceThread(OpenOptions options, Device::Opened opened) : options_(std::move(options)), opened_(std::move(opened)) {}
  DeviceThread(const DeviceThread&) = delete;
  DeviceThread& operator=(const DeviceThread&) = delete;

  // Throws std::system_error when a thread can't be started.
  void start();
  void join() noexcept { thread_.join(); }

  // Any thread.
  [[nodiscard]] std::shared_ptr<Stream> stream(StreamOptions options);
  [[nodiscard]] std::shared_ptr<Event> event(bool timing);
  // The device's thread.
  [[nodiscard]] std::shared_ptr<Comm> comm(const CommOptions& options, std::unique_ptr<Communicator> native);
  [[nodiscard]] std::shared_ptr<Graph> graph(std::shared_ptr<const void> held, ExecutableHandle executable);
  [[nodiscard]] bool owns(const Stream& stream) const noexcept;
  [[nodiscard]] bool owns(const Event& event) const noexcept;
  void submit(std::span<Command* const> commands) noexcept;
  void post(Call call);
  // What it refuses with is also the error of a device that failed to open or has died.
  [[nodiscard]] Lane& lane() noexcept { return lane_; }
  // For compilers, which take longer than anything else should wait.
  [[nodiscard]] Lane& compilers() noexcept { return compilers_; }
  // For the end of a group of ranks, each on a thread that is free: what would let go of another call may wait for none.
  [[nodiscard]] Lane& partings() noexcept { return partings_; }
  void close(std::function<void()> closed);
  // The device keeps its memory until the loan is gone; see Device::lend().
  [[nodiscard]] std::shared_ptr<void> lend();
  void when_reached(const std::shared_ptr<Event>& event, Call reached);
  void elapsed(const std::shared_ptr<Event>& from, const std::shared_ptr<Event>& to, Device::Elapsed told);

  // The device's thread and the slow lane, once the device is open.
  [[nodiscard]] DeviceCore& core() noexcept { return core_; }
  // Why the device takes nothing any more; null when it does. The device's thread.
  [[nodiscard]] ErrorPtr refusal() const noexcept { return core_.refusal(); }
  [[nodiscard]] const DeviceInfo& info() const noexcept { return info_; }
  // Set when the device begins to close: a compiler has no time left. Any thread.
  [[nodiscard]] const std::atomic<bool>& stopping() const noexcept { return stopping_; }

 private:
  static constexpr std::size_t kMostPartings = 1024;

  enum class State : std::uint8_t { opening, open, closing, closed };
  struct Posted {
    Posted* next;
    Call call;
  };

  void main() noexcept;
  void open(BlockingPool& pool);
  void opened(const ErrorPtr& error) noexcept;
  void give_up_opening() noexcept;
  void wake_if_dead() noexcept;
  void failed_to_start(const ErrorPtr& error) noexcept;

  // The loop. Each returns true when it did something.
  void drive() noexcept;
  [[nodiscard]] bool run_calls(const ErrorPtr& refusal) noexcept;
  [[nodiscard]] bool take_commands() noexcept;
  [[nodiscard]] bool turn_streams() noexcept;
  // True when there was something.
  bool reject_waiting(const ErrorPtr& error) noexcept;
  void dispose_of_dropped() noexcept;
  bool settle_fault() noexcept;
  void check_streams(Nanoseconds age) noexcept;
  void rest() noexcept;

  void begin_close() noexcept;
  [[nodiscard]] bool nothing_in_flight() noexcept;
  void give_up_waiting() noexcept;
  void finish() noexcept;

  void dispose(Disposable& dropped) noexcept;
  void refuse_lanes(const ErrorPtr& error) noexcept;

  OpenOptions options_;
  Device::Opened opened_;
  DeviceInfo info_;
  std::thread thread_;

  // The doors. Open while `accepting_`; whoever comes later is answered on the spot.
  std::mutex gate_;
  bool accepting_ = true;
  Executor* awake_ = nullptr;  // whom to wake; null until the thread is up
  bool opening_over_ = false;  // the driver is there, or will not be used
  Inbox<Command> commands_;
  Inbox<Posted> calls_;
  Inbox<Disposable> dropped_;
  std::atomic<unsigned> labels_{0};
  Lane lane_{1, [this] { wake_if_dead(); }};
  Lane compilers_{1, [this] { wake_if_dead(); }};
  Lane partings_{kMostPartings, [this] { wake_if_dead(); }};
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> loans_{0};

  // The device's thread.
  std::optional<Executor> executor_;
  DeviceCore core_;
  State state_ = State::opening;
  bool close_wanted_ = false;
  bool signals_progress_ = false;  // the driver wakes us
  ErrorPtr rejecting_;             // also what is issued fails with this: the device died, or was given up
  bool asking_ = false;            // nothing to do but to ask the driver again and again,
  Nanoseconds last_busy_ = 0;      // since then
  Nanoseconds close_deadline_ = 0;
  std::vector<std::function<void()>> closed_;
};

}  // namespace heddle::cuda
