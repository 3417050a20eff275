#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "cuda/host/engine.hpp"
#include "cuda/host/work.hpp"

namespace heddle::cuda::host {

class Capture;

// A stream of a host device: an ordered queue with a thread of its own, which starts with the first work that needs it
// and sleeps when there is none. Small work that has nothing to wait for is done by the thread that enqueues it,
// which spares two thread switches.
class Stream {
 public:
  Stream(Engine& engine, Priority priority) noexcept : engine_(engine), priority_(priority) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  // Finishes the work in progress, drops the rest, joins the thread.
  ~Stream();

  // What notes the stream's work instead, if it is being captured. The device's thread only.
  std::shared_ptr<Capture> capture;

  // Throws std::system_error when the thread can't be started.
  void enqueue(Work work);
  [[nodiscard]] bool idle();
  // Waits until no work is in progress. Precondition: the engine has stopped.
  void wait_until_still();

 private:
  void work();
  void perform(Work& work, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool can_run_inline(const Work& work) const noexcept;
  [[nodiscard]] bool stopping() const noexcept { return closing_ || engine_.stop.load(std::memory_order_relaxed); }

  Engine& engine_;
  const Priority priority_;
  // Guarded by the engine's mutex.
  std::deque<Work> queue_;
  bool busy_ = false;    // work is in progress, on whatever thread
  bool asleep_ = false;  // the thread waits for work
  bool closing_ = false;
  std::condition_variable available_;
  std::thread thread_;
};

}  // namespace heddle::cuda::host
