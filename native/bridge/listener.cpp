#include "native/bridge/listener.hpp"

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/bridge/endpoints.hpp"
#include "native/bridge/socket.hpp"

namespace heddle::bridge {

namespace {

// Nobody tells when the process, or the system, has descriptors again, or when the network is there again.
constexpr Nanoseconds kRetryAfter = 20'000'000;

// The listener itself is no good. Whatever else accept() says is about the next connection (the network's errors and a
// firewall's are told there: see accept(2)), or about what the system has too little of.
bool ends_listening(std::int64_t result) noexcept {
  return result == -EBADF || result == -EINVAL || result == -ENOTSOCK || result == -EFAULT;
}

}  // namespace

Listener::Listener(Endpoints& table, int descriptor, std::string path) noexcept
    : Endpoint(table, Kind::listener, descriptor),
      Request(&Listener::on_accepted),
      Timer(&Listener::on_retry),
      path_(std::move(path)) {}

// Before the descriptor: a client finds a listener that answers, or no path.
Listener::~Listener() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void Listener::start(const Submission& submission) {
  stream_id = submission.id;
  wanted_ = true;
  if (!accepting_ && !ended_ && !closing()) accept();
}

void Listener::accept() {
  Executor& executor = endpoints.bridge().executor();
  executor.timers().cancel(*this);
  accepting_ = true;
  opcode = io::Opcode::accept_many;
  Request::fd = Endpoint::fd;
  executor.io().submit(*this);
}

void Listener::pause() noexcept {
  wanted_ = false;
  Executor& executor = endpoints.bridge().executor();
  executor.timers().cancel(*this);
  if (accepting_) executor.io().cancel(*this);
}

void Listener::stop() noexcept { pause(); }

void Listener::on_retry(Timer& timer) noexcept {
  auto& listener = static_cast<Listener&>(timer);
  listener.accept();
  listener.endpoints.bridge().flush_soon();
}

void Listener::on_accepted(io::Request& request) noexcept {
  auto& listener = static_cast<Listener&>(request);
  Endpoints& endpoints = listener.endpoints;
  Bridge& bridge = endpoints.bridge();
  if (request.more) {
    const int descriptor = static_cast<int>(request.result);
    if (listener.closing()) {
      ::close(descriptor);
    } else {
      const std::int32_t number = endpoints.add(std::make_unique<Socket>(endpoints, descriptor));
      bridge.report_progress(listener.stream_id, number);
    }
    return;
  }
  listener.accepting_ = false;
  if (listener.gone()) return;
  if (ends_listening(request.result)) {
    listener.ended_ = true;
    bridge.report_progress(listener.stream_id, static_cast<double>(request.result));
  } else if (!listener.wanted_ || listener.closing()) {
    return;
  } else if (request.result == -ECANCELED) {
    listener.accept();
    bridge.flush_soon();
  } else {
    bridge.executor().timers().add(listener, bridge.executor().now() + kRetryAfter);
  }
}

}  // namespace heddle::bridge
