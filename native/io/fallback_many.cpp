// The part of FallbackBackend that has to do with requests of many results.
#include <cerrno>
#include <memory>

#include "native/io/fallback_backend.hpp"
#include "native/io/socket_call.hpp"

namespace heddle::io {

namespace {

// Connections that one turn takes from one listener; others have their turn too.
constexpr int kAcceptsATurn = 1024;

}  // namespace

ReceiveBuffers& FallbackBackend::receive_buffers() {
  if (buffers_ == nullptr) buffers_ = std::make_unique<ReceiveBuffers>();
  return *buffers_;
}

bool FallbackBackend::give_back(int buffer) noexcept {
  buffers_->put_back(buffer);
  if (starved_.empty()) return false;
  for (Request* request : starved_) waiting_.push(*request);
  starved_.clear();
  return true;
}

void FallbackBackend::begin_many(Request& request) {
  const std::int64_t result = serve(request);
  if (request.cancelled) {
    end(request, -ECANCELED);
  } else if (result != -EAGAIN) {
    retire(request, result);
  } else if (!wait_until_ready(request)) {
    end(request, -errno);
  }
}

void FallbackBackend::retire(Request& request, std::int64_t result) {
  if (result == -ENOBUFS && request.opcode == Opcode::receive_many) {
    starved_.push_back(&request);
  } else {
    end(request, result);
  }
}

std::int64_t FallbackBackend::serve(Request& request) {
  if (request.opcode == Opcode::receive_many) return receive_one(request);
  for (int left = kAcceptsATurn; left > 0 && !request.cancelled; --left) {
    const std::int64_t result = socket_call(request);
    if (result == -ECONNABORTED) continue;
    if (result < 0) return result;
    tell_result(request, result, -1);
  }
  return -EAGAIN;
}

std::int64_t FallbackBackend::receive_one(Request& request) {
  ReceiveBuffers& buffers = receive_buffers();
  const int buffer = buffers.take();
  if (buffer < 0) return -ENOBUFS;
  const std::int64_t result = receive_now(request.fd, buffers.buffer(buffer));
  if (result > 0) {
    tell_result(request, result, buffer);
    return -EAGAIN;
  }
  buffers.put_back(buffer);
  return result;
}

void FallbackBackend::tell_result(Request& request, std::int64_t result, int buffer) noexcept {
  request.more = true;
  request.result = result;
  request.buffer = buffer;
  request.completed(request);
}

}  // namespace heddle::io
