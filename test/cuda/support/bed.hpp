#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "cuda/command_pool.hpp"
#include "cuda/device.hpp"
#include "cuda/event.hpp"
#include "cuda/load.hpp"
#include "cuda/stream.hpp"

namespace heddle::test {

// Something that happens once, on another thread, and is waited for here.
template <class T>
class Promised {
 public:
  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    set_ = true;
    // Under the lock: who waits may destroy this as soon as it can go on.
    happened_.notify_all();
  }
  T get() {
    std::unique_lock lock(mutex_);
    happened_.wait(lock, [this] { return set_; });
    return value_;
  }
  [[nodiscard]] bool is_set() {
    const std::lock_guard lock(mutex_);
    return set_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable happened_;
  T value_{};
  bool set_ = false;
};

// A command that was submitted and notifies.
class Pending {
 public:
  explicit Pending(cuda::CommandPool& pool) : pool_(pool) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  void attach(cuda::Command& command);
  // Waits for the end of the command; null is success.
  cuda::ErrorPtr get() { return outcome_.get(); }
  [[nodiscard]] bool is_done() { return outcome_.is_set(); }

 private:
  cuda::CommandPool& pool_;
  Promised<cuda::ErrorPtr> outcome_;
};
using PendingPtr = std::shared_ptr<Pending>;

[[nodiscard]] cuda::Span pageable(void* address, std::size_t bytes);
template <class T>
[[nodiscard]] cuda::Span pageable(std::vector<T>& values) {
  return pageable(values.data(), values.size() * sizeof(T));
}
[[nodiscard]] std::vector<std::byte> some_bytes(std::size_t count, std::uint32_t seed = 1);

// A device that is open, the host device unless the options say otherwise, with everything needed to talk to
// it.
class Bed {
 public:
  explicit Bed(cuda::OpenOptions options = {});
  Bed(const Bed&) = delete;
  Bed& operator=(const Bed&) = delete;
  ~Bed();

  [[nodiscard]] cuda::Device& device() { return *device_; }
  [[nodiscard]] cuda::ErrorPtr opened() { return opened_.get(); }
  // How often the device was told lost, and of what.
  [[nodiscard]] int times_lost();
  [[nodiscard]] cuda::ErrorPtr lost() { return lost_.get(); }
  // Of a host device.
  [[nodiscard]] std::uint64_t calls(cuda::Operation operation) const { return counts_->of(operation); }

  cuda::BlockPtr alloc(std::size_t bytes, cuda::ErrorPtr* error = nullptr);
  cuda::BlockPtr pinned(std::size_t bytes, cuda::ErrorPtr* error = nullptr);
  std::shared_ptr<cuda::Stream> stream(const std::string& label = "");

  // New commands that belong to the caller until they are submitted.
  cuda::Command& copy(const std::shared_ptr<cuda::Stream>& stream, cuda::Span to, cuda::Span from);
  cuda::Command& fill(const std::shared_ptr<cuda::Stream>& stream, cuda::Span to, std::uint64_t value, unsigned width);
  cuda::Command& histogram(const std::shared_ptr<cuda::Stream>& stream, cuda::Span counters, cuda::Span source);
  cuda::Command& record(const std::shared_ptr<cuda::Stream>& stream, const std::shared_ptr<cuda::Event>& event);
  cuda::Command& wait(const std::shared_ptr<cuda::Stream>& stream, const std::shared_ptr<cuda::Event>& event);
  cuda::Command& notify(const std::shared_ptr<cuda::Stream>& stream);

  // Makes the command notify; it is submitted by the caller, perhaps with others.
  PendingPtr watch(cuda::Command& command);
  PendingPtr submit(cuda::Command& command);
  void submit_unwatched(cuda::Command& command) { device_->submit(command); }
  cuda::ErrorPtr run(cuda::Command& command) { return submit(command)->get(); }
  cuda::ErrorPtr sync(const std::shared_ptr<cuda::Stream>& stream) { return run(notify(stream)); }

  // The contents of device or pinned memory, by way of a stream of its own.
  std::vector<std::byte> contents(const cuda::Span& span);

  // Closes and waits; the device takes nothing any more.
  void close();
  // Closes, waits and destroys the device.
  void destroy();

  [[nodiscard]] cuda::CommandPool& pool() { return pool_; }

 private:
  cuda::Command& command(cuda::CommandKind kind, const std::shared_ptr<cuda::Stream>& stream);
  cuda::BlockPtr allocate(cuda::Space space, std::size_t bytes, cuda::ErrorPtr* error);

  cuda::CommandPool pool_;
  std::vector<PendingPtr> watched_;  // until no device can call back any more
  std::shared_ptr<cuda::host::CallCounts> counts_ = std::make_shared<cuda::host::CallCounts>();
  Promised<cuda::ErrorPtr> opened_;
  Promised<cuda::ErrorPtr> lost_;
  std::mutex lost_mutex_;
  int times_lost_ = 0;
  std::unique_ptr<cuda::Device> device_;
};

// Options for each way to run: the host device as it is, the host device made to stage and to do nothing
// inline, as a GPU does, and the first GPU where there is one.
[[nodiscard]] std::vector<cuda::OpenOptions> all_devices();

// Options of a host device with one fault.
[[nodiscard]] cuda::OpenOptions with_fault(cuda::Operation operation, cuda::host::FaultKind kind, std::uint64_t at = 1);
// Slows down one operation of a stream, for as long as the test needs.
[[nodiscard]] cuda::OpenOptions with_slow(cuda::Operation operation, std::chrono::milliseconds delay,
                                          std::uint64_t at = 1);

}  // namespace heddle::test
