#include "native/http/idle_watch.hpp"

#include <sys/socket.h>

#include <new>
#include <utility>

namespace heddle::http {

IdleWatch::IdleWatch(Executor& executor, int descriptor, Observer& observer, std::size_t& unended) noexcept
    : Request(&IdleWatch::on_completion), executor_(executor), observer_(&observer), unended_(unended) {
  opcode = io::Opcode::receive;
  fd = descriptor;
  flags = MSG_PEEK;
  address = &byte_;
  length = 1;
  ++unended_;
}

IdleWatch* IdleWatch::begin(Executor& executor, int fd, Observer& observer, std::size_t& unended) noexcept {
  auto* watch = new (std::nothrow) IdleWatch(executor, fd, observer, unended);
  if (watch != nullptr) executor.io().submit(*watch);
  return watch;
}

void IdleWatch::abandon() noexcept {
  observer_ = nullptr;
  executor_.io().cancel(*this);
}

void IdleWatch::on_completion(Request& request) noexcept {
  auto* watch = static_cast<IdleWatch*>(&request);
  Observer* const observer = std::exchange(watch->observer_, nullptr);
  delete watch;
  if (observer != nullptr) observer->peer_stirred();
}

}  // namespace heddle::http
