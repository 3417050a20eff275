#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cuda/driver.hpp"
#include "cuda/host/event.hpp"
#include "cuda/host/work.hpp"

namespace heddle::cuda::host {

class Stream;

// One step of a graph. Steps are in the order in which they were captured: whoever carries them out one by one keeps to
// everything that one of them waits for.
struct Step {
  Work work;             // of a record and a wait only what is to happen to them: a fault
  std::size_t lane = 0;  // which of the streams
  std::size_t on = 0;    // a wait: the step that is waited for, from 1
};
using Steps = std::vector<Step>;

// The same operations on the same streams, waiting for the same ones; arguments may differ.
[[nodiscard]] bool same_shape(const Steps& a, const Steps& b) noexcept;

// A capture that is going on: notes the work of a stream, and of every stream that comes to wait for it. The device's
// thread only; functions that may throw std::bad_alloc return kMemoryAllocation instead, but for note().
class Capture : public std::enable_shared_from_this<Capture> {
 public:
  [[nodiscard]] static Status begin(Stream& origin) noexcept;
  void note(Stream& stream, Work work);
  [[nodiscard]] Status record(Stream& stream, Event& event, Work work) noexcept;
  // The stream joins the event's capture. Not when that is over, nor when the stream is in another.
  [[nodiscard]] static Status wait(Stream& stream, Event& event, Work work) noexcept;
  // Ends it on all of its streams.
  [[nodiscard]] Status end(Stream& origin, std::shared_ptr<const Steps>& steps) noexcept;
  // A call failed that the graph would miss.
  void invalidate() noexcept { valid_ = false; }

 private:
  [[nodiscard]] std::size_t lane_of(Stream& stream);
  void add(std::size_t lane, Step step);
  [[nodiscard]] bool joined() const;

  std::vector<Stream*> lanes_;  // the first is where it began
  Steps steps_;
  bool valid_ = true;
};

}  // namespace heddle::cuda::host
