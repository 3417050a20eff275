// The part of UringBackend that has to do with requests of many results. Where the kernel has no multishot form of them
// (accept: before 5.19, receive: before 6.0), one result is asked for at a time, and a receive waits in a poll, so that a
// silent peer holds no buffer.
#include <cerrno>
#include <memory>

#include "native/io/socket_call.hpp"
#include "native/io/uring_backend.hpp"

namespace heddle::io {

ReceiveBuffers& UringBackend::receive_buffers() {
  if (buffers_ == nullptr) {
    buffers_ = std::make_unique<ReceiveBuffers>();
    receives_many_ = may_ask_for_many_ && ring_.provide(*buffers_);
  }
  return *buffers_;
}

bool UringBackend::give_back(int buffer) noexcept {
  --lent_;
  if (receives_many_) {
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
  if (result > 0 || (result == 0 && accepts)) {
    if (!accepts) received_many_ = true;
    tell_result(request, result, completion.buffer);
    return completion.more ? 0 : again(request);
  }
  if (completion.buffer >= 0) {
    ++lent_;
    static_cast<void>(give_back(completion.buffer));
  }
  if (completion.more) return 0;
  switch (-result) {
    case ENOBUFS:
      if (!accepts) return starve(request);
      break;
    case ECONNABORTED:
      if (accepts) return again(request);
      break;
    case EINVAL:
      // What an old kernel says to the multishot form.
      if (request.multishot && (accepts || !received_many_)) {
        (accepts ? accepts_many_ : receives_many_) = false;
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
  const int buffer = buffers_->take();
  if (buffer < 0) return starve(request);
  const std::int64_t result = receive_now(request.fd, buffers_->buffer(buffer));
  if (result > 0) {
    tell_result(request, result, buffer);
    return again(request);
  }
  buffers_->put_back(buffer);
  if (result == -EAGAIN) return again(request);
  complete(request, result);
  return 1;
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
