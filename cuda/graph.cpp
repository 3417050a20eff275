#include "cuda/graph.hpp"

#include <utility>

#include "cuda/captured_events.hpp"
#include "cuda/command_pool.hpp"
#include "cuda/device_core.hpp"
#include "cuda/device_thread.hpp"
#include "cuda/stream.hpp"

namespace heddle::cuda {

struct Graph::Held {
  std::vector<std::shared_ptr<void>> spans;
  std::vector<std::unique_ptr<StreamAction>> actions;
};

Graph::Recording::~Recording() {
  for (Command* command : commands) command->pool->give_back(*command);
}

Graph::Graph(DeviceThread& thread, std::shared_ptr<const void> held, ExecutableHandle executable) noexcept
    : thread_(thread), executable_(executable), held_(std::move(held)) {}

// The device's thread captures, the slow lane instantiates, and the device's thread takes the graph in.
void Graph::capture(DeviceThread& thread, Recording recording, Captured captured) {
  auto shared = std::make_shared<Recording>(std::move(recording));
  thread.post([&thread, shared, captured = std::move(captured)](const ErrorPtr& gone) {
    const ErrorPtr& refusal = gone != nullptr ? gone : thread.refusal();
    if (refusal != nullptr) return captured(nullptr, refusal);
    Made made = record(thread.core(), std::move(*shared));
    if (made.error != nullptr) return captured(nullptr, made.error);
    instantiate(thread, std::move(made), captured);
  });
}

void Graph::instantiate(DeviceThread& thread, Made made, const Captured& captured) {
  const std::shared_ptr<Driver> driver = thread.core().driver;
  thread.lane().ask(captured, [&thread, driver, made](const Captured& told, const ErrorPtr& refused) {
    if (refused != nullptr) return told(nullptr, refused);
    ExecutableHandle executable = nullptr;
    if (const Status status = driver->graph_instantiate(made.graph, executable); status != kSuccess) {
      return told(nullptr, make_error(status, operation_name(Operation::graph_instantiate)));
    }
    thread.post([&thread, driver, held = made.held, executable, told](const ErrorPtr& closed) {
      if (closed == nullptr) return told(thread.graph(held, executable), nullptr);
      driver->executable_destroy(executable);
      told(nullptr, closed);
    });
  });
  thread.lane().give_back([driver, graph = made.graph] { driver->graph_destroy(graph); });
}

void Graph::update(std::shared_ptr<Graph> graph, Recording recording, Updated updated) {
  DeviceThread& thread = graph->thread_;
  auto shared = std::make_shared<Recording>(std::move(recording));
  thread.post([&thread, graph = std::move(graph), shared, updated = std::move(updated)](const ErrorPtr& gone) {
    const ErrorPtr& refusal = gone != nullptr ? gone : thread.refusal();
    if (refusal != nullptr) return updated(refusal);
    graph->begin_update(graph, shared, updated);
  });
}

void Graph::begin_update(std::shared_ptr<Graph> self, std::shared_ptr<Recording> recording, const Updated& updated) {
  if (unissued_.load(std::memory_order_relaxed) != 0) {
    when_issued_ = [self, recording = std::move(recording), updated] { update(self, std::move(*recording), updated); };
    return;
  }
  Driver& driver = *thread_.core().driver;
  Made made = record(thread_.core(), std::move(*recording));
  if (made.error != nullptr) return updated(made.error);
  const Status status = driver.graph_update(executable_, made.graph);
  driver.graph_destroy(made.graph);
  if (status != kSuccess) {
    if (is_sticky(status)) thread_.core().note_fault(status, Operation::graph_update);
    return updated(make_error(status, operation_name(Operation::graph_update)));
  }
  held_ = std::move(made.held);
  updated(nullptr);
}

Graph::Made Graph::record(DeviceCore& core, Recording recording) noexcept {
  Made made;
  const auto failed = [&](Status status, Operation operation) {
    if (is_sticky(status)) core.note_fault(status, operation);
    if (made.error == nullptr) made.error = make_error(status, operation_name(operation));
  };
  made.error = recording.origin->ready();
  for (const Command* command : recording.commands) {
    if (made.error == nullptr) made.error = command->stream->ready();
  }
  if (made.error != nullptr) return made;
  const StreamHandle origin = recording.origin->handle_;
  if (const Status status = core.driver->capture_begin(origin); status != kSuccess) {
    failed(status, Operation::capture_begin);
    return made;
  }
  auto held = std::make_shared<Held>();
  {
    CapturedEvents events(core);
    for (Command* command : recording.commands) {
      if (made.error == nullptr) made.error = command->stream->capture(*command, events);
      held->spans.push_back(std::move(command->destination.hold));
      held->spans.push_back(std::move(command->source.hold));
      if (command->action != nullptr) held->actions.push_back(std::move(command->action));
    }
    if (const Status status = core.driver->capture_end(origin, made.graph); status != kSuccess) {
      failed(status, Operation::capture_end);
      made.graph = nullptr;
    }
  }
  if (made.error != nullptr && made.graph != nullptr) core.driver->graph_destroy(std::exchange(made.graph, nullptr));
  made.held = std::move(held);
  return made;
}

void Graph::launch_over() noexcept {
  if (unissued_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // When the device has closed, and only then, this is another thread's; it has no update left.
  if (const std::function<void()> update = std::exchange(when_issued_, nullptr)) update();
}

void Graph::dispose() noexcept {
  std::erase(thread_.core().graphs, this);
  const ExecutableHandle executable = std::exchange(executable_, nullptr);
  if (executable == nullptr) return;
  thread_.lane().give_back([driver = thread_.core().driver, executable] { driver->executable_destroy(executable); });
}

void Graph::close() noexcept {
  const ExecutableHandle executable = std::exchange(executable_, nullptr);
  if (executable != nullptr) thread_.core().driver->executable_destroy(executable);
}

}  // namespace heddle::cuda
