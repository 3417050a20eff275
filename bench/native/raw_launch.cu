// What a C++ program that calls the CUDA runtime itself pays for the launches of bench/gpu/launches.ts: the floor under heddle/cuda.
//
//   raw_launch        serves requests from stdin, one answer a line: "one" and "hundred" in microseconds, "rate" in launches
//                     per second

#include <string>

#include "serve.hpp"
#include "tiny.cuh"

namespace {

class Launches {
 public:
  double measure(std::istream& request) {
    std::string what;
    request >> what;
    if (what == "rate") return 10'000 / seconds(1, 10'000);
    return what == "one" ? seconds(200, 1) * 1e6 / 200 : seconds(20, 100) * 1e6 / 20;
  }

 private:
  double seconds(int rounds, int launches) {
    const double start = bench::seconds();
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < launches; ++i) launch_(stream_);
      bench::check(cudaStreamSynchronize(stream_));
    }
    return bench::seconds() - start;
  }

  const cudaStream_t stream_ = bench::make_stream();
  const bench::TinyLaunch launch_;
};

}  // namespace

int main() {
  return bench::program([] {
    Launches launches;
    return bench::serve([&](std::istream& request) { return launches.measure(request); });
  });
}
