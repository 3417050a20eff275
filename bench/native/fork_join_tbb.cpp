// The same tiny tasks as in fork_join_heddle.cpp on oneTBB.

#include <oneapi/tbb/task_group.h>

#include "rows.hpp"

namespace {

double flat(std::size_t count) {
  return bench::nanoseconds_each(count, [&] {
    tbb::task_group group;
    group.run_and_wait([&] {
      for (std::size_t i = 0; i < count; ++i) group.run([] {});
    });
  });
}

void halve(std::size_t count) {
  if (count == 1) return;
  tbb::task_group group;
  group.run([count] { halve(count / 2); });
  halve(count - count / 2);
  group.wait();
}

double tree(std::size_t count) {
  return bench::nanoseconds_each(count, [&] { halve(count); });
}

}  // namespace

int main(int argc, char** argv) { return bench::serve_rows(argc, argv, {{"flat", flat}, {"tree", tree}}); }
