#include "native/bridge/send_operation.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <new>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/bridge/endpoints.hpp"
#include "native/bridge/socket.hpp"

namespace heddle::bridge {

SendOperation::SendOperation(Socket& socket, std::int32_t id, std::size_t copied) noexcept
    : PendingOperation(id), Request(&SendOperation::on_sent), socket_(socket), copied_(copied) {
  opcode = io::Opcode::send;
  flags = MSG_NOSIGNAL;
  fd = socket.Endpoint::fd;
}

SendOperation& SendOperation::make(Socket& socket, std::int32_t id, std::size_t copied) {
  return *::new (PendingOperation::operator new(sizeof(SendOperation) + copied)) SendOperation(socket, id, copied);
}

void SendOperation::destroy(SendOperation* operation) noexcept {
  const std::size_t bytes = sizeof(SendOperation) + operation->copied_;
  operation->~SendOperation();
  PendingOperation::operator delete(operation, bytes);
}

SendOperation& SendOperation::of(Socket& socket, std::int32_t id, HeldMemory memory) {
  SendOperation& operation = make(socket, id, 0);
  operation.memory_ = std::move(memory);
  operation.address = operation.memory_.address;
  operation.length = operation.memory_.bytes;
  return operation;
}

SendOperation& SendOperation::of_end(Socket& socket, std::int32_t id) { return make(socket, id, 0); }

SendOperation& SendOperation::of_copy(Socket& socket, std::int32_t id, std::span<const std::byte> bytes) {
  SendOperation& operation = make(socket, id, bytes.size());
  operation.address = &operation + 1;
  operation.length = bytes.size();
  std::memcpy(operation.address, bytes.data(), bytes.size());
  return operation;
}

bool SendOperation::start() {
  started_ = true;
  if (stopped_) {
    finish(-ECANCELED);
  } else if (is_end()) {
    finish(::shutdown(fd, SHUT_WR) == 0 || errno == ENOTCONN ? 0 : -errno);
  } else {
    Bridge& bridge = socket_.endpoints.bridge();
    bridge.executor().io().submit(*this);
    bridge.flush_soon();
    return false;
  }
  return true;
}

bool SendOperation::try_now() noexcept {
  if (started_) return false;
  if (is_end()) return start();
  return ended_with(socket_.send_at_once({static_cast<const std::byte*>(address), length}));
}

void SendOperation::cancel() noexcept {
  if (started_) {
    stopped_ = true;
    socket_.endpoints.bridge().executor().io().cancel(*this);
  } else {
    std::erase(socket_.sends_, this);
    finish(-ECANCELED);
  }
}

void SendOperation::on_sent(io::Request& request) noexcept {
  auto& operation = static_cast<SendOperation&>(request);
  Socket& socket = operation.socket_;
  if (!operation.ended_with(request.result) && !operation.start()) return;
  socket.sends_.pop_front();
  socket.advance();
}

bool SendOperation::ended_with(std::int64_t result) noexcept {
  if (result > 0) {
    const auto sent = static_cast<std::size_t>(result);
    address = static_cast<std::byte*>(address) + sent;
    length -= sent;
  }
  if (result >= 0 && length != 0) return false;
  finish(static_cast<std::int32_t>(std::min<std::int64_t>(result, 0)));
  return true;
}

void SendOperation::finish(std::int32_t status) noexcept {
  Bridge& bridge = socket_.endpoints.bridge();
  const std::int32_t name = id;
  destroy(this);
  bridge.reply(name, status, 0);
}

}  // namespace heddle::bridge
