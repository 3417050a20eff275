#include "cuda/host/capture.hpp"

#include <algorithm>
#include <utility>

#include "cuda/host/stream.hpp"

namespace heddle::cuda::host {

bool same_shape(const Steps& a, const Steps& b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Step& one, const Step& other) {
    return one.work.operation == other.work.operation && one.lane == other.lane && one.on == other.on;
  });
}

Status Capture::begin(Stream& origin) noexcept {
  if (origin.capture != nullptr) return kCaptureUnsupported;
  try {
    auto capture = std::make_shared<Capture>();
    capture->lanes_.push_back(&origin);
    origin.capture = std::move(capture);
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

std::size_t Capture::lane_of(Stream& stream) {
  const auto found = std::find(lanes_.begin(), lanes_.end(), &stream);
  if (found != lanes_.end()) return static_cast<std::size_t>(found - lanes_.begin());
  lanes_.push_back(&stream);
  stream.capture = shared_from_this();
  return lanes_.size() - 1;
}

void Capture::add(std::size_t lane, Step step) {
  step.lane = lane;
  steps_.push_back(std::move(step));
}

void Capture::note(Stream& stream, Work work) { add(lane_of(stream), {.work = std::move(work)}); }

Status Capture::record(Stream& stream, Event& event, Work work) noexcept {
  try {
    note(stream, std::move(work));
    event.captured_in = weak_from_this();
    event.captured_as = steps_.size();
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status Capture::wait(Stream& stream, Event& event, Work work) noexcept {
  const std::shared_ptr<Capture> capture = event.captured() ? event.captured_in.lock() : nullptr;
  if (capture == nullptr || (stream.capture != nullptr && stream.capture != capture)) {
    if (stream.capture != nullptr) stream.capture->invalidate();
    return kCaptureIsolation;
  }
  try {
    capture->add(capture->lane_of(stream), {.work = std::move(work), .on = event.captured_as});
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

// Goes through the steps from the last: a step counts as joined when its lane's later steps do, and the last of a lane
// only when it is the first lane or somebody who counts waits for it.
bool Capture::joined() const {
  std::vector<bool> lane_joined(lanes_.size(), false);
  std::vector<bool> waited_for(steps_.size() + 1, false);
  lane_joined[0] = true;
  for (std::size_t i = steps_.size(); i > 0; --i) {
    const Step& step = steps_[i - 1];
    if (waited_for[i]) lane_joined[step.lane] = true;
    if (!lane_joined[step.lane]) return false;
    waited_for[step.on] = true;
  }
  return true;
}

Status Capture::end(Stream& origin, std::shared_ptr<const Steps>& steps) noexcept {
  if (lanes_.front() != &origin) return kCaptureInvalidated;
  const std::shared_ptr<Capture> self = shared_from_this();
  for (Stream* stream : lanes_) stream->capture = nullptr;
  if (!valid_) return kCaptureInvalidated;
  try {
    if (!joined()) return kCaptureUnjoined;
    steps = std::make_shared<const Steps>(std::move(steps_));
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

}  // namespace heddle::cuda::host
