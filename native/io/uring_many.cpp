// The part of UringBackend that has to do with requests of many results. Where the kernel has no multishot form of them
// (accept: before 5.19, receive: before 6.0), one result is asked for at a time, and a receive waits in a poll, so that a
// silent peer holds no buffer.
//
// A multishot receive takes all that the socket has, and what a fast peer adds meanwhile, before anybody here can stop it.
// Linux 6.17 and later can be told how much is enough. For the others, it is for connections that say little at a time:
// one that fills a buffer goes on with polls, and each look takes no more than the receiver has room for.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "native/io/socket_call.hpp"
#include "native/io/uring_backend.hpp"

namespace heddle::io {

namespace {

// The most that one look takes.
constexpr std::size_t kMostAtOnce = std::size_t{64} << 10;

// Bytes that may wait in the kernel for this socket.
std::size_t room_in_kernel(int fd) noexcept {
  int bytes = 0;
  socklen_t size = sizeof bytes;
  if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &size) != 0) return ~std::size_t{0};
  return static_cast<std::size_t>(bytes);
}

}  // namespace

ReceiveBuffers& UringBackend::receive_buffers() {
  if (buffers_ == nullptr) {
    buffers_ = std::make_unique<ReceiveBuffers>();
    receives_many_ = may_ask_for_many_ && ring_.provide(*buffers_);
    for (std::size_t i = 0; receives_many_ && i < ReceiveBuffers::kInRing; ++i) static_cast<void>(buffers_->take());
  }
  return *buffers_;
}

bool UringBackend::give_back(int buffer) noexcept {
  --lent_;
  if (receives_many_ && static_cast<std::size_t>(buffer) < ReceiveBuffers::kInRing) {
    ring_.provide_again(*buffers_, buffer);
  } else {
    buffers_->put_back(buffer);
  }
  if (starved_.empty()) return false;
  for (Request* request : starved_) waiting_.push(*request);
  starved_.clear();
  return true;
}

std::size_t UringBackend::one_of_many(Request& request, const Completion& completion) {
  const std::int64_t result = completion.result;
  const bool accepts = request.opcode == Opcode::accept_many;
  if (result >= 0 && !accepts && !request.multishot) return receive_ready(request);
  const bool turned = !completion.more && std::exchange(request.turning, false);
  if (turned) request.cancelled = false;
  if (result > 0 || (result == 0 && accepts)) {
    if (!accepts) received_many_ = true;
    tell_result(request, result, completion.buffer);
    if (!accepts && result == ReceiveBuffers::kBytes && request.length != 0) leave_kernel(request);
    return completion.more ? 0 : again(request);
  }
  if (completion.buffer >= 0) {
    ++lent_;
    static_cast<void>(give_back(completion.buffer));
  }
  if (completion.more) return 0;
  if (turned && (result == -ECANCELED || result == -EINTR)) return again(request);
  switch (-result) {
    case ENOBUFS:
      if (!accepts) return starve(request);
      break;
    case ECONNABORTED:
      if (accepts) return again(request);
      break;
    case EINVAL:
      // What an old kernel says to the limit, or to the multishot form.
      if (request.multishot && !accepts && request.length != 0 && !received_many_ && limits_many_) {
        limits_many_ = false;
        return again(request);
      }
      if (request.multishot && (accepts || !received_many_)) {
        (accepts ? accepts_many_ : receives_many_) = false;
        if (!accepts) buffers_->put_back_ring();
        return again(request);
      }
      break;
    default:
      break;
  }
  complete(request, request.cancelled && result == -EINTR ? -ECANCELED : result);
  return 1;
}

std::size_t UringBackend::receive_ready(Request& request) {
  const std::size_t most = one_look(request);
  for (std::size_t told = 0; !request.cancelled && told < most;) {
    const int buffer = buffers_->take();
    if (buffer < 0) return starve(request);
    const std::int64_t result = receive_now(request.fd, buffers_->buffer(buffer));
    if (result <= 0) {
      buffers_->put_back(buffer);
      if (result == -EAGAIN) break;
      complete(request, result);
      return 1;
    }
    const bool filled = result == ReceiveBuffers::kBytes;
    take_turn(request, filled);
    tell_result(request, result, buffer);
    if (!filled) break;
    told += static_cast<std::size_t>(result);
  }
  return again(request);
}

// Half of the room, since there may be two looks before the receiver is asked.
std::size_t UringBackend::one_look(const Request& request) noexcept {
  return std::clamp(request.length / 2, ReceiveBuffers::kBytes, kMostAtOnce);
}

bool UringBackend::may_stay(const Request& request) const noexcept {
  return request.length == 0 || request.calm >= kCalm;
}

// The kernel gives a socket more room the more is taken from it, and never less again.
void UringBackend::take_turn(Request& request, bool filled) noexcept {
  if (filled) {
    request.calm = 0;
  } else if (++request.calm >= kCalm) {
    request.calm = limits_many_ || room_in_kernel(request.fd) / 4 <= request.length ? kCalm : 0;
  }
}

void UringBackend::leave_kernel(Request& request) noexcept {
  request.calm = 0;
  if (request.cancelled || !slots_.holds(request)) return;
  cancel(request);
  request.turning = true;
}

// What the kernel has ended goes on, unless it was meant to end.
std::size_t UringBackend::again(Request& request) {
  if (request.cancelled) {
    complete(request, -ECANCELED);
    return 1;
  }
  if (io_uring_sqe* sqe = ring_.entry()) {
    prepare(*sqe, request);
  } else {
    waiting_.push(request);
  }
  return 0;
}

// The buffers may have come back since the kernel found none; then nobody else would wake the request.
std::size_t UringBackend::starve(Request& request) {
  if (lent_ == 0) return again(request);
  if (request.cancelled) {
    complete(request, -ECANCELED);
    return 1;
  }
  starved_.push_back(&request);
  return 0;
}

void UringBackend::tell_result(Request& request, std::int64_t result, int buffer) noexcept {
  request.more = true;
  request.result = result;
  request.buffer = buffer;
  if (buffer >= 0) ++lent_;
  request.completed(request);
}

}  // namespace heddle::io
