#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "cuda/host/capture.hpp"
#include "cuda/host/driver.hpp"
#include "cuda/host/stream.hpp"

// Graphs of the host device: what was captured is itself what a launch carries out, step by step, as one piece of work.
namespace heddle::cuda::host {

namespace {

struct Graph {
  std::shared_ptr<const Steps> steps;
};

struct Executable {
  std::shared_ptr<const Steps> steps;
  std::shared_ptr<Event> done;  // recorded by every launch, and waited for by the next
};

Stream& stream_of(StreamHandle handle) noexcept { return *reinterpret_cast<Stream*>(handle); }
Graph& graph_of(GraphHandle handle) noexcept { return *reinterpret_cast<Graph*>(handle); }
Executable& executable_of(ExecutableHandle handle) noexcept { return *reinterpret_cast<Executable*>(handle); }

class GraphJob final : public Job {
 public:
  explicit GraphJob(std::shared_ptr<const Steps> steps) noexcept : steps_(std::move(steps)) {
    for (const Step& step : *steps_) {
      weight_ += step.work.job != nullptr ? step.work.job->weight() : step.work.bytes;
      if (step.work.delay.count() != 0) weight_ = SIZE_MAX / 2;
    }
  }

  Status run(const std::atomic<bool>& stop) noexcept override {
    for (const Step& step : *steps_) {
      wait(step.work.delay, stop);
      if (stop.load(std::memory_order_relaxed)) return kSuccess;
      if (step.work.dies_of != kSuccess) return step.work.dies_of;
      if (step.work.operation == Operation::event_record || step.work.operation == Operation::stream_wait_event) continue;
      if (const Status status = carry_out(step.work, stop); status != kSuccess) return status;
    }
    return kSuccess;
  }
  [[nodiscard]] std::size_t weight() const noexcept override { return weight_; }

 private:
  static void wait(std::chrono::milliseconds delay, const std::atomic<bool>& stop) noexcept {
    for (; delay.count() > 0 && !stop.load(std::memory_order_relaxed); --delay) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  std::shared_ptr<const Steps> steps_;
  std::size_t weight_ = 0;
};

}  // namespace

Status HostDriver::capture_begin(StreamHandle stream) noexcept {
  const Call call = begin(Operation::capture_begin);
  return call.status != kSuccess ? call.status : Capture::begin(stream_of(stream));
}

Status HostDriver::capture_end(StreamHandle stream, GraphHandle& handle) noexcept {
  const Call call = begin(Operation::capture_end);
  Stream& origin = stream_of(stream);
  if (origin.capture == nullptr) return kInvalidValue;
  std::shared_ptr<const Steps> steps;
  const Status ended = origin.capture->end(origin, steps);
  if (call.status != kSuccess) return call.status;
  if (ended != kSuccess) return ended;
  try {
    auto graph = std::make_unique<Graph>(Graph{std::move(steps)});
    handle = reinterpret_cast<GraphHandle>(graph.release());
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status HostDriver::graph_destroy(GraphHandle handle) noexcept {
  const Call call = begin(Operation::graph_destroy);
  const std::unique_ptr<Graph> last(&graph_of(handle));
  return call.status;
}

Status HostDriver::graph_instantiate(GraphHandle handle, ExecutableHandle& executable) noexcept {
  const Call call = begin(Operation::graph_instantiate);
  if (call.status != kSuccess) return call.status;
  try {
    auto made = std::make_unique<Executable>(Executable{graph_of(handle).steps, std::make_shared<Event>(false)});
    executable = reinterpret_cast<ExecutableHandle>(made.release());
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status HostDriver::graph_update(ExecutableHandle handle, GraphHandle graph) noexcept {
  const Call call = begin(Operation::graph_update);
  if (call.status != kSuccess) return call.status;
  Executable& executable = executable_of(handle);
  if (!same_shape(*executable.steps, *graph_of(graph).steps)) return kGraphUpdateFailure;
  executable.steps = graph_of(graph).steps;
  return kSuccess;
}

Status HostDriver::graph_launch(ExecutableHandle handle, StreamHandle stream) noexcept {
  const Call call = begin(Operation::graph_launch);
  if (call.status != kSuccess) return call.status;
  if (stream_of(stream).capture != nullptr) return kCaptureUnsupported;
  const Executable& executable = executable_of(handle);
  try {
    Work job;
    job.operation = Operation::graph_launch;
    job.job = std::make_unique<GraphJob>(executable.steps);
    Work earlier;
    earlier.operation = Operation::stream_wait_event;
    earlier.event = executable.done;
    Work over;
    over.operation = Operation::event_record;
    over.event = executable.done;
    {
      const std::lock_guard lock(engine_.mutex);
      earlier.record = executable.done->records;
      over.record = ++executable.done->records;
    }
    for (Work* work : {&earlier, &job, &over}) {
      const Status status = enqueue(work == &job ? call : Call{}, stream, std::move(*work));
      if (status != kSuccess) return status;
    }
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status HostDriver::executable_destroy(ExecutableHandle handle) noexcept {
  const Call call = begin(Operation::executable_destroy);
  const std::unique_ptr<Executable> last(&executable_of(handle));
  return call.status;
}

}  // namespace heddle::cuda::host
