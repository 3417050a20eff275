// What a C++ program that calls the CUDA runtime itself pays for a graph of 100 launches: the floor under bench/gpu/graphs.ts.
//
//   raw_graph        serves requests "launch" from stdin, one answer a line, in microseconds for a launch that is waited for

#include "serve.hpp"
#include "tiny.cuh"

namespace {

class Graph {
 public:
  Graph() {
    cudaGraph_t captured = nullptr;
    bench::check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
    for (int i = 0; i < 100; ++i) launch_(stream_);
    bench::check(cudaStreamEndCapture(stream_, &captured));
    bench::check(cudaGraphInstantiate(&graph_, captured, 0));
  }

  double microseconds() const {
    constexpr int kRounds = 50;
    const double start = bench::seconds();
    for (int round = 0; round < kRounds; ++round) {
      bench::check(cudaGraphLaunch(graph_, stream_));
      bench::check(cudaStreamSynchronize(stream_));
    }
    return (bench::seconds() - start) * 1e6 / kRounds;
  }

 private:
  const cudaStream_t stream_ = bench::make_stream();
  const bench::TinyLaunch launch_;
  cudaGraphExec_t graph_ = nullptr;
};

}  // namespace

int main() {
  return bench::program([] {
    const Graph graph;
    return bench::serve([&](std::istream&) { return graph.microseconds(); });
  });
}
