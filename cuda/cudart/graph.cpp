#include "cuda/cudart/driver.hpp"

namespace heddle::cuda::cudart {

namespace {

cudaGraph_t graph_of(GraphHandle handle) noexcept { return reinterpret_cast<cudaGraph_t>(handle); }
cudaGraphExec_t executable_of(ExecutableHandle handle) noexcept { return reinterpret_cast<cudaGraphExec_t>(handle); }

}  // namespace

// Relaxed: other threads, and this one on other streams, may do what they like meanwhile; the slow lane allocates.
Status CudartDriver::capture_begin(StreamHandle stream) noexcept {
  return note(cudaStreamBeginCapture(stream_of(stream), cudaStreamCaptureModeRelaxed));
}

Status CudartDriver::capture_end(StreamHandle stream, GraphHandle& graph) noexcept {
  cudaGraph_t captured = nullptr;
  const Status status = note(cudaStreamEndCapture(stream_of(stream), &captured));
  graph = reinterpret_cast<GraphHandle>(captured);
  return status;
}

Status CudartDriver::graph_destroy(GraphHandle graph) noexcept { return note(cudaGraphDestroy(graph_of(graph))); }

Status CudartDriver::graph_instantiate(GraphHandle graph, ExecutableHandle& executable) noexcept {
  cudaGraphExec_t made = nullptr;
  const Status status = note(cudaGraphInstantiate(&made, graph_of(graph), 0));
  executable = reinterpret_cast<ExecutableHandle>(made);
  return status;
}

Status CudartDriver::graph_update(ExecutableHandle executable, GraphHandle graph) noexcept {
  cudaGraphExecUpdateResultInfo result{};
  return note(cudaGraphExecUpdate(executable_of(executable), graph_of(graph), &result));
}

Status CudartDriver::graph_launch(ExecutableHandle executable, StreamHandle stream) noexcept {
  return note(cudaGraphLaunch(executable_of(executable), stream_of(stream)));
}

Status CudartDriver::executable_destroy(ExecutableHandle executable) noexcept {
  return note(cudaGraphExecDestroy(executable_of(executable)));
}

}  // namespace heddle::cuda::cudart
