#include "native/io/resolve.hpp"

#include <netdb.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <utility>

#include "native/blocking_pool.hpp"
#include "native/executor.hpp"

namespace heddle::io {

namespace {

class ResolveCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "getaddrinfo"; }
  [[nodiscard]] std::string message(int error) const override { return gai_strerror(error); }
};

// One call of getaddrinfo. Two sides have it: the pool's thread, and whoever waits, until it gives up. The last of them
// to be done with it destroys it.
struct Lookup : BlockingPool::Job {
  enum class State : std::uint8_t { running, finished, abandoned };

  Lookup(std::string host, std::uint16_t number)
      : Job(&Lookup::execute), name(std::move(host)), port(std::to_string(number)) {}
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() {
    if (found != nullptr) freeaddrinfo(found);
  }

  static void execute(Job& job) noexcept {
    auto& lookup = static_cast<Lookup&>(job);
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    lookup.error = getaddrinfo(lookup.name.c_str(), lookup.port.c_str(), &hints, &lookup.found);
    lookup.system_error = errno;
    if (lookup.state.exchange(State::finished, std::memory_order_acq_rel) == State::abandoned) {
      const std::unique_ptr<Lookup> last(&lookup);
    } else {
      lookup.executor->post(*lookup.waiter);
    }
  }

  const std::string name;
  const std::string port;
  Executor* executor = nullptr;
  Runnable* waiter = nullptr;
  std::atomic<State> state{State::running};
  int error = 0;
  int system_error = 0;
  addrinfo* found = nullptr;
};

class LookupWait : private Runnable, private StopCallback {
 public:
  LookupWait(std::unique_ptr<Lookup> lookup, StopToken stop) noexcept
      : StopCallback(&LookupWait::on_stop), lookup_(std::move(lookup)), stop_(stop) {}

  [[nodiscard]] bool await_ready() const noexcept { return stop_.stop_requested(); }
  void await_suspend(std::coroutine_handle<> awaiting) {
    handle = awaiting;
    lookup_->executor = &Executor::here();
    lookup_->waiter = this;
    lookup_->executor->blocking().submit(*lookup_);
    stop_.link(*this);
  }
  // Null when it was stopped.
  [[nodiscard]] std::unique_ptr<Lookup> await_resume() noexcept {
    unlink();
    if (stop_.stop_requested()) lookup_.reset();
    return std::move(lookup_);
  }

 private:
  static void on_stop(StopCallback& callback) noexcept {
    auto& wait = static_cast<LookupWait&>(callback);
    Executor& executor = *wait.lookup_->executor;
    if (!executor.blocking().withdraw(*wait.lookup_)) {
      const auto before = wait.lookup_->state.exchange(Lookup::State::abandoned, std::memory_order_acq_rel);
      if (before == Lookup::State::finished) return;  // it has been posted
      static_cast<void>(wait.lookup_.release());
    }
    executor.schedule(wait);
  }

  std::unique_ptr<Lookup> lookup_;
  StopToken stop_;
};

}  // namespace

const std::error_category& resolve_category() noexcept {
  static const ResolveCategory category;
  return category;
}

Task<std::vector<SocketAddress>> resolve(std::string host, std::uint16_t port, StopToken stop) {
  std::vector<SocketAddress> addresses;
  if (const auto numeric = SocketAddress::ip(host, port)) {
    addresses.push_back(*numeric);
    co_return addresses;
  }
  LookupWait wait(std::make_unique<Lookup>(host, port), stop);
  const std::unique_ptr<Lookup> lookup = co_await wait;
  if (lookup == nullptr) throw std::system_error(ECANCELED, std::system_category(), "getaddrinfo " + host);
  if (lookup->error == EAI_SYSTEM) {
    throw std::system_error(lookup->system_error, std::system_category(), "getaddrinfo " + host);
  }
  if (lookup->error != 0) throw std::system_error(lookup->error, resolve_category(), "getaddrinfo " + host);
  for (const addrinfo* entry = lookup->found; entry != nullptr; entry = entry->ai_next) {
    addresses.emplace_back(entry->ai_addr, static_cast<socklen_t>(entry->ai_addrlen));
  }
  co_return addresses;
}

}  // namespace heddle::io
