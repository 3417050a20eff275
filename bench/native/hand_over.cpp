// What it costs on this machine that one thread wakes another, both of them waiting in epoll on an eventfd, as the event loop of Node
// and the thread of a device do. On some virtual machines that alone takes longer than everything else.
//
//   hand_over [apart]        serves requests "there" and "there-and-back" from stdin, one answer a line, the median in
//                            microseconds; apart: each thread keeps to a core of its own

#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "rows.hpp"

namespace {

int check(int result) {
  if (result < 0) throw std::system_error(errno, std::generic_category());
  return result;
}

// Where a thread sleeps until another wakes it.
class Bed {
 public:
  Bed() : event_(check(eventfd(0, EFD_CLOEXEC))), epoll_(check(epoll_create1(EPOLL_CLOEXEC))) {
    epoll_event event{};
    event.events = EPOLLIN;
    check(epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event));
  }
  Bed(const Bed&) = delete;
  Bed& operator=(const Bed&) = delete;
  ~Bed() {
    close(epoll_);
    close(event_);
  }

  void wake() const {
    const std::uint64_t one = 1;
    check(static_cast<int>(write(event_, &one, sizeof one)));
  }

  void sleep() const {
    epoll_event event{};
    while (epoll_wait(epoll_, &event, 1, -1) != 1) {
    }
    std::uint64_t count = 0;
    check(static_cast<int>(read(event_, &count, sizeof count)));
  }

 private:
  const int event_;
  const int epoll_;
};

// The calling thread keeps to the core that is the `which`th of those it may use, if there are as many.
void keep_to_core(int which) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &allowed) || which-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    return;
  }
}

class Pair {
 public:
  explicit Pair(bool apart)
      : other_([this, apart] {
          if (apart) keep_to_core(1);
          for (;;) {
            there_.sleep();
            arrived_ = bench::seconds();
            if (stop_) return;
            back_.wake();
          }
        }) {
    if (apart) keep_to_core(0);
  }

  ~Pair() {
    stop_ = true;
    there_.wake();
    other_.join();
  }

  double microseconds(std::istream& request) {
    std::string what;
    request >> what;
    std::vector<double> times;
    for (int i = 0; i < 500; ++i) {
      const double start = bench::seconds();
      there_.wake();
      back_.sleep();
      const double end = what == "there" ? arrived_.load() : bench::seconds();
      times.push_back((end - start) * 1e6);
    }
    return bench::percentile(times, 0.5);
  }

 private:
  Bed there_;
  Bed back_;
  std::atomic<double> arrived_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread other_;
};

}  // namespace

int main(int argc, char** argv) {
  return bench::program([&] {
    Pair pair(argc > 1 && std::string_view(argv[1]) == "apart");
    return bench::serve([&](std::istream& request) { return pair.microseconds(request); });
  });
}
