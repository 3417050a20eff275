#include <memory>
#include <utility>

#include "cuda/bridge/device_port.hpp"
#include "cuda/graph_launch.hpp"

// Captures and graphs of an environment. A capture is over before JavaScript's body returns to the event loop, so what
// is submitted in between is known to be the body's.
namespace heddle::cuda {

void DevicePort::begin_capture(Number stream) {
  const OpenStream& on = streams_.at(stream);
  if (!on) return;
  capture_.emplace();
  capture_->device = on.device;
  capture_->recording.origin = on.stream;
  capture_->streams.insert(stream);
}

void DevicePort::join_capture(Number stream) {
  if (capture_) capture_->streams.insert(stream);
}

void DevicePort::cancel_capture() { capture_.reset(); }

bool DevicePort::capture(Number stream, Command& command) {
  if (!capture_ || !capture_->streams.contains(stream)) return false;
  capture_->recording.commands.push_back(&command);
  return true;
}

void DevicePort::end_capture(std::int32_t id, Number graph) {
  if (!capture_) return fail(id, make_error(kDeviceClosed, "capture"));
  OpenCapture capture = std::move(*capture_);
  capture_.reset();
  if (graph < 0) {
    Graph::capture(capture.device->thread(), std::move(capture.recording),
                   [this, id](std::shared_ptr<Graph> made, const ErrorPtr& error) {
                     post([this, id, error, graph = std::move(made)] {
                       if (error != nullptr) return fail(id, error);
                       bridge_.reply(id, 0, graphs_.add(graph));
                     });
                   });
    return;
  }
  const std::shared_ptr<Graph>& updated = graphs_.at(graph);
  if (updated == nullptr) return fail(id, make_error(kDeviceClosed, "graph"));
  Graph::update(updated, std::move(capture.recording), [this, id, graph](const ErrorPtr& error) {
    post([this, id, graph, error] {
      if (error != nullptr) return fail(id, error);
      bridge_.reply(id, 0, graph);
    });
  });
}

void DevicePort::launch(Number stream, Number graph) {
  // A launch that is dropped on this thread would be one that an update waits for.
  if (!streams_.at(stream) || graphs_.at(graph) == nullptr) return;
  submit(stream, std::make_unique<GraphLaunch>(graphs_.at(graph)));
}

}  // namespace heddle::cuda
