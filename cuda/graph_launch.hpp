#pragma once

#include <memory>

#include "cuda/action.hpp"
#include "cuda/graph.hpp"

namespace heddle::cuda {

// Launches a graph: the version of it that is in force when this is made.
class GraphLaunch final : public StreamAction {
 public:
  explicit GraphLaunch(std::shared_ptr<Graph> graph) noexcept : graph_(std::move(graph)) {
    graph_->unissued_.fetch_add(1, std::memory_order_relaxed);
  }
  ~GraphLaunch() override {
    if (!issued_) graph_->launch_over();
  }

  Status carry_out(Driver& driver, StreamHandle stream) noexcept override {
    held_ = graph_->held_;
    const Status status = driver.graph_launch(graph_->executable_, stream);
    issued_ = true;
    graph_->launch_over();
    return status;
  }
  [[nodiscard]] Operation operation() const noexcept override { return Operation::graph_launch; }
  [[nodiscard]] const char* name() const noexcept override { return "graph"; }

 private:
  std::shared_ptr<Graph> graph_;
  std::shared_ptr<const void> held_;
  bool issued_ = false;
};

}  // namespace heddle::cuda
