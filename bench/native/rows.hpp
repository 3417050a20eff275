#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <initializer_list>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "serve.hpp"

namespace bench {

// One measurement of a program: does its operation `count` times and returns the figure.
struct Row {
  std::string_view name;
  double (*measure)(std::size_t count);
};

// Nanoseconds of wall time for each of `count` operations.
template <typename Body>
double nanoseconds_each(std::size_t count, Body&& body) {
  const double start = seconds();
  body();
  return (seconds() - start) * 1e9 / static_cast<double>(count);
}

// Seconds of CPU that this process has used, in all its threads.
inline double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The value that `fraction` of the samples do not exceed.
template <typename Number>
double percentile(std::vector<Number> samples, double fraction) {
  const auto index = static_cast<std::size_t>(fraction * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(index), samples.end());
  return static_cast<double>(samples[index]);
}

// Bytes that the allocator has given out, its own headers included.
inline double heap_bytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// main() of a program that has rows: serves requests "ROW COUNT" from stdin, or answers the one on its command line.
inline int serve_rows(int argc, char** argv, std::initializer_list<Row> rows) {
  const auto answer = [&](std::istream& request) {
    std::string name;
    std::size_t count = 0;
    if (!(request >> name >> count) || count == 0) throw std::runtime_error("a request is ROW COUNT");
    for (const Row& row : rows) {
      if (row.name == name) return row.measure(count);
    }
    throw std::runtime_error("no such row: " + name);
  };
  return program([&] {
    if (argc == 1) return serve(answer);
    auto request = request_of(argc, argv, 1);
    std::cout << answer(request) << std::endl;
    return 0;
  });
}

}  // namespace bench
