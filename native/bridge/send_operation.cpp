#include "native/bridge/send_operation.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <deque>
#include <memory>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/bridge/endpoints.hpp"
#include "native/bridge/socket.hpp"

namespace heddle::bridge {

SendOperation::SendOperation(Socket& socket, std::int32_t id, HeldMemory memory) noexcept
    : PendingOperation(id), Request(&SendOperation::on_sent), socket_(socket), memory_(std::move(memory)) {
  opcode = io::Opcode::send;
  flags = MSG_NOSIGNAL;
  fd = socket.Endpoint::fd;
  address = memory_.address;
  length = memory_.bytes;
}

bool SendOperation::start() {
  started_ = true;
  if (stopped_) {
    finish(-ECANCELED);
  } else if (!memory_) {
    finish(::shutdown(fd, SHUT_WR) == 0 || errno == ENOTCONN ? 0 : -errno);
  } else {
    Bridge& bridge = socket_.endpoints.bridge();
    bridge.executor().io().submit(*this);
    bridge.flush_soon();
    return false;
  }
  return true;
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
  if (request.result > 0) {
    const auto sent = static_cast<std::size_t>(request.result);
    request.address = static_cast<std::byte*>(request.address) + sent;
    request.length -= sent;
  }
  if (request.result < 0) {
    operation.finish(static_cast<std::int32_t>(request.result));
  } else if (request.length == 0) {
    operation.finish(0);
  } else if (!operation.start()) {
    return;
  }
  socket.sends_.pop_front();
  socket.advance();
}

void SendOperation::finish(std::int32_t status) noexcept {
  const std::unique_ptr<SendOperation> last_act(this);
  socket_.endpoints.bridge().reply(id, status, 0);
}

}  // namespace heddle::bridge
