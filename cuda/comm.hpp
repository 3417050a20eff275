#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "cuda/communicator.hpp"
#include "cuda/disposable.hpp"
#include "cuda/error.hpp"
#include "cuda/event_slots.hpp"
#include "native/clock.hpp"
#include "native/task.hpp"

namespace heddle::cuda {

class DeviceCore;
class DeviceThread;

struct CommOptions {
  CommId id{};
  int rank = 0;
  int size = 1;
  // How long opening, and each operation from when it is handed over, may wait for the other ranks.
  std::chrono::milliseconds timeout{30'000};
};

// One rank of a group of devices that communicate, as a device knows it. What never ends is ended: an operation whose
// peers do not come fails when its time is up, and with it the whole group, since nobody knows any more who has what.
// The first failure is everybody's.
class Comm final : private Disposable {
 public:
  using Opened = std::function<void(std::shared_ptr<Comm>, const ErrorPtr&)>;
  using Named = std::function<void(const CommId&, const ErrorPtr&)>;

  // After the device has opened. Each calls back once, on a thread of the device's, or on the caller's when it is closed.
  static void unique_id(DeviceThread& thread, Named named);
  // Ends when all ranks have come, or with an error.
  static void open(DeviceThread& thread, CommOptions options, Opened opened);
  // Any thread: what is in flight fails with kCollectiveAborted, and so does what comes.
  static void abort(const std::shared_ptr<Comm>& comm);
  // All of a device's, also those that only their operations still hold.
  static void abort_all(DeviceThread& thread);

  // Others call open().
  Comm(DeviceThread& thread, CommOptions options, std::unique_ptr<Communicator> native) noexcept;

 private:
  friend class CollectiveAction;
  friend class DeviceThread;

  // How an operation that was handed over ends; shared with its command.
  using Outcome = std::shared_ptr<ErrorPtr>;
  struct Flight {
    EventSlot* reached;
    Nanoseconds deadline;
    Outcome outcome;
    bool landed = false;
  };

  // Any thread: an operation was not begun, and never will be.
  static void miss(const std::shared_ptr<Comm>& comm);

  // All below: the device's thread only.

  static Task<void> await_ready(std::shared_ptr<Comm> comm, Opened opened);
  // Runs while something is in flight.
  static Task<void> watch(std::shared_ptr<Comm> comm);
  // Takes note of what was handed over to the stream.
  [[nodiscard]] Outcome took_off(const std::shared_ptr<Comm>& self, StreamHandle stream, Nanoseconds deadline) noexcept;
  // Finds a failure that the driver knows of.
  void check() noexcept;
  // Lets go of what is done, and finds failures.
  void land() noexcept;
  // The device has done the operation: how it ended.
  [[nodiscard]] ErrorPtr arrived(const Outcome& outcome) noexcept;
  // The first counts. Ends what is in flight.
  void fail(Status number) noexcept;
  void fail(ErrorPtr error) noexcept;
  // The driver hands over nothing more. Precondition: it has failed.
  [[nodiscard]] bool silent() const noexcept { return native_ == nullptr || native_->silent(); }
  void leave() noexcept;
  [[nodiscard]] std::string arguments() const;
  [[nodiscard]] DeviceCore& core() const noexcept;
  [[nodiscard]] Nanoseconds deadline() const noexcept;
  void dispose() noexcept override;

  DeviceThread& thread_;
  const CommOptions options_;
  std::shared_ptr<Communicator> native_;
  ErrorPtr failure_;
  std::deque<Flight> flights_;
  bool watching_ = false;
  std::uint64_t tickets_ = 0;  // the submitter's: of the operations it has made
  std::uint64_t turn_ = 0;     // whose it is to be handed to the driver, which takes one at a time
};

}  // namespace heddle::cuda
