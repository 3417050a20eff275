#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "cuda/driver.hpp"
#include "cuda/error.hpp"
#include "cuda/event_slots.hpp"
#include "cuda/memory_keeper.hpp"
#include "cuda/staging.hpp"
#include "native/executor.hpp"
#include "native/scope.hpp"

namespace heddle::cuda {

class Comm;
class Graph;
class Lane;
class Stream;

// What the parts of an open device share. The device's thread only.
class DeviceCore {
 public:
  DeviceCore() = default;
  DeviceCore(const DeviceCore&) = delete;
  DeviceCore& operator=(const DeviceCore&) = delete;

  // From now on every command fails with `error`. What waits in streams is rejected at once.
  void refuse(const ErrorPtr& error) noexcept;
  // The same, but what waits only until the driver has room is not new.
  void refuse_new(const ErrorPtr& error) noexcept;
  [[nodiscard]] const ErrorPtr& refusal() const noexcept { return refusal_; }

  // Tells loads to stop; they end in their own time.
  void stop_tasks();

  // Remembers the first sticky error and who saw it; the device's thread rejects everything when it comes to that.
  void note_fault(Status number, Operation operation) noexcept;
  [[nodiscard]] const ErrorPtr& fault() const noexcept { return fault_; }

  // What a failed allocation is reported as. On the slow lane.
  [[nodiscard]] ErrorPtr allocation_error(Status status, Operation operation, std::size_t bytes) const;

  // Set when the device opens; the first two when its thread starts.
  Executor* executor = nullptr;
  Lane* lane = nullptr;
  std::shared_ptr<Driver> driver;
  std::shared_ptr<MemoryKeeper> memory;

  EventSlots events;
  Staging staging{*this};
  Scope tasks;         // staged copies and loads
  BlockPtr load_ring;  // pinned memory that the last load left for the next

  std::vector<Stream*> streams;    // that have a driver's stream
  std::vector<Stream*> to_flush;   // that took commands in this round
  std::vector<Stream*> to_resume;  // that may go on with what waits
  std::vector<Comm*> comms;        // that have a driver's end of their group
  std::vector<Graph*> graphs;      // that have a driver's executable
  bool capturing = false;          // the driver notes what streams are given
  bool gave_up = false;            // the device had its time to close; what others still use was left to them

 private:
  ErrorPtr refusal_;
  ErrorPtr fault_;
};

}  // namespace heddle::cuda
