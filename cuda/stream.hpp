#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "cuda/command.hpp"
#include "cuda/command_queue.hpp"
#include "cuda/disposable.hpp"
#include "cuda/driver.hpp"
#include "cuda/row_copy.hpp"
#include "native/clock.hpp"

namespace heddle::cuda {

class CapturedEvents;
class DeviceCore;

struct StreamOptions {
  Priority priority = Priority::normal;
  std::string label;  // for the trace: its lane is "stream:<label>"; empty: a number is given
};

// An actor on the device's thread: takes commands in order, hands them to the driver, and gives them back when the
// device has done them. Made by Device::stream(); others only hold it and ask idle().
//
// A command is waiting (the stream is paused, or full) -> issued (handed to the driver) -> retired. Retirement is in order,
// by marks: a mark is a driver event behind a command; once it is reached, that command and all before it are done.
// Commands that notify get a mark each; of the others one in kCheckpoint, and the last when nothing follows.
class Stream final : private Disposable {
 public:
  // `core` is the device's. Others call Device::stream().
  Stream(DeviceCore& core, StreamOptions options) : core_(core), options_(std::move(options)) {}

  // Everything submitted so far has been done, or has failed. Any thread.
  [[nodiscard]] bool idle() const noexcept {
    return retired_.load(std::memory_order_acquire) >= submitted_.load(std::memory_order_relaxed);
  }

 private:
  friend class Device;
  friend class DeviceCore;
  friend class DeviceThread;
  friend class Event;
  friend class Graph;
  friend class StagedCopy;
  friend class StreamTurn;
  friend class StreamWork;

  static constexpr std::size_t kCheckpoint = 64;
  // What the driver is given and has not done. CUDA takes about a thousand launches and events of a stream, and then blocks
  // whoever comes with more: the device's thread, and with it every other stream, and the end of this one.
  static constexpr std::size_t kMostHandedOver = 512;
  static constexpr unsigned kFailedQueries = 100;  // in a row

  // Ends a command that never reaches a stream. The device's thread, or any when the device has closed.
  static void refuse(Command& command, const ErrorPtr& error) noexcept;

  // All below: the device's thread only.

  void take(Command& command) noexcept;
  // An internal notify, behind everything that was issued, also while the stream is paused.
  void append(Command& command) noexcept { issued(command, nullptr); }
  // What the driver carries out in the name of a command that a task has taken over.
  [[nodiscard]] ErrorPtr copy_rows(const Command& command, const RowCopy& rows) noexcept;
  // The task is through: the command takes its place behind what was issued, and the stream goes on.
  void carried_out(Command& command, ErrorPtr error) noexcept;
  // Hands the command to the driver while it captures this stream.
  [[nodiscard]] ErrorPtr capture(Command& command, CapturedEvents& events) noexcept;
  // No more commands follow for now: makes sure that something will retire those that were issued.
  void flush() noexcept;
  // Retires what is done. True when that was something.
  bool poll() noexcept;
  // Looks for a completion that was lost. Precondition: marks are pending.
  void check() noexcept;
  // Goes on with what waits, on the next round of the device's thread.
  void unpause() noexcept;
  void resume() noexcept;
  void reject_waiting(const ErrorPtr& error) noexcept;
  // The device takes nothing new. What waits only for room, or for its turn at an event, is still handed over.
  void reject_paused(const ErrorPtr& error) noexcept;
  void reject_issued(const ErrorPtr& error) noexcept;
  // Gives the driver's stream back. Precondition: nothing is issued.
  void close() noexcept;
  void dispose() noexcept override;

  [[nodiscard]] bool has_marks() const noexcept { return !marks_.empty(); }
  [[nodiscard]] bool waits_without_event() const noexcept { return !marks_.empty() && marks_.front()->mark == nullptr; }
  [[nodiscard]] bool has_issued() const noexcept { return !issued_.empty(); }
  [[nodiscard]] bool has_waiting() const noexcept { return !waiting_.empty(); }
  [[nodiscard]] Nanoseconds last_progress() const noexcept { return progress_; }

  [[nodiscard]] ErrorPtr ready() noexcept;
  [[nodiscard]] bool full() const noexcept;
  void resume_later() noexcept;
  [[nodiscard]] bool takes_time(const Command& command) const noexcept;
  void issue(Command& command) noexcept;
  void park(Command& command) noexcept;
  void carry_out(Command& command) noexcept;
  void issued(Command& command, ErrorPtr error) noexcept;
  void copy(Command& command) noexcept;
  void wait(Command& command) noexcept;
  void record(Command& command) noexcept;
  [[nodiscard]] ErrorPtr fill(Command& command) noexcept;
  [[nodiscard]] ErrorPtr histogram(Command& command) noexcept;
  [[nodiscard]] ErrorPtr act(Command& command) noexcept;
  void begin(Command& command) noexcept;
  [[nodiscard]] ErrorPtr outcome(Status status, Operation operation, const Command& command) noexcept;

  void mark(Command& last) noexcept;
  void mark_with(Command& last, EventSlot* slot) noexcept;
  [[nodiscard]] Status query(Command& last) noexcept;
  [[nodiscard]] bool all_done() noexcept;
  [[nodiscard]] EventSlot* record_time() noexcept;
  Command& pop_issued() noexcept;
  void retire_all() noexcept;
  void retire_through(const Command& last) noexcept;
  void finish(Command& command) noexcept;
  void trace_span(const Command& command) noexcept;

  DeviceCore& core_;
  const StreamOptions options_;
  std::atomic<std::uint64_t> submitted_{0};  // by the submitter
  std::atomic<std::uint64_t> retired_{0};    // by the device's thread

  StreamHandle handle_ = nullptr;
  CommandQueue waiting_;
  CommandQueue issued_;
  std::size_t issued_count_ = 0;
  std::deque<Command*> marks_;  // of issued_, in order
  std::size_t unmarked_ = 0;    // issued after the last mark
  unsigned failed_queries_ = 0;
  ErrorPtr kept_error_;         // of a command that did not notify
  bool paused_ = false;
  bool parked_ = false;       // paused until an event has the turn of what waits first
  bool flushing_ = false;     // in the core's list of streams to flush
  bool resuming_ = false;     // in the core's list of streams to resume
  Nanoseconds progress_ = 0;  // when the oldest mark became the oldest, or was checked
  Stream* next_parked_ = nullptr;
};

}  // namespace heddle::cuda
