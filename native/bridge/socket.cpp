#include "native/bridge/socket.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/bridge/endpoints.hpp"
#include "native/bridge/send_operation.hpp"

namespace heddle::bridge {

Socket::Socket(Endpoints& table, int descriptor) noexcept
    : Endpoint(table, Kind::socket, descriptor), Request(&Socket::on_received) {}

void Socket::start(const Submission& submission) {
  stream_id = submission.id;
  length = static_cast<std::size_t>(submission.z);
  wanted_ = true;
  if (!receiving_ && !ended_ && !closing()) receive();
}

void Socket::receive() {
  receiving_ = true;
  opcode = io::Opcode::receive_many;
  Request::fd = Endpoint::fd;
  endpoints.bridge().executor().io().submit(*this);
}

void Socket::pause() noexcept {
  wanted_ = false;
  if (receiving_) endpoints.bridge().executor().io().cancel(*this);
}

void Socket::on_received(io::Request& request) noexcept {
  auto& socket = static_cast<Socket&>(request);
  Endpoints& endpoints = socket.endpoints;
  if (request.more) {
    if (socket.closing()) {
      endpoints.give_back(request.buffer);
    } else {
      endpoints.deliver_buffer(socket.stream_id, request.buffer, static_cast<std::size_t>(request.result));
    }
    return;
  }
  socket.receiving_ = false;
  if (socket.gone()) return;
  if (request.result != -ECANCELED) {
    socket.ended_ = true;
    endpoints.bridge().report_progress(socket.stream_id, static_cast<double>(request.result));
  } else if (socket.wanted_ && !socket.closing()) {
    socket.receive();
    endpoints.bridge().flush_soon();
  }
}

std::int64_t Socket::send_now(std::span<const std::byte> bytes) noexcept {
  return sends_.empty() ? send_at_once(bytes) : 0;
}

std::int64_t Socket::send_at_once(std::span<const std::byte> bytes) noexcept {
  for (;;) {
    const ssize_t sent = ::send(Endpoint::fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno == EAGAIN) return 0;
    if (errno != EINTR) return -errno;
  }
}

void Socket::send(const Submission& submission) {
  Bridge& bridge = endpoints.bridge();
  HeldMemory memory = bridge.memory().hold(submission.b, submission.x, submission.z);
  if (!memory || memory.space == Space::device) {
    bridge.reply(submission.id, -EFAULT, 0);
    return;
  }
  push(SendOperation::of(*this, submission.id, std::move(memory)));
}

void Socket::send_copy(std::int32_t id, std::span<const std::byte> bytes) {
  if (!endpoints.bridge().drains_many()) {
    const std::int64_t sent = send_now(bytes);
    if (sent < 0 || static_cast<std::size_t>(sent) == bytes.size()) {
      endpoints.bridge().reply(id, static_cast<std::int32_t>(std::min<std::int64_t>(sent, 0)), 0);
      return;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  SendOperation& operation = SendOperation::of_copy(*this, id, bytes);
  sends_.push_back(&operation);
  endpoints.bridge().begin(operation);
  if (sends_.size() == 1) endpoints.send_soon(*this);
}

void Socket::end(std::int32_t id) { push(SendOperation::of_end(*this, id)); }

void Socket::push(SendOperation& operation) {
  sends_.push_back(&operation);
  endpoints.bridge().begin(operation);
  if (sends_.size() == 1) advance();
}

void Socket::start_sending() {
  if (!sends_.empty() && !sends_.front()->started()) advance();
}

void Socket::send_untried() noexcept {
  while (!sends_.empty() && sends_.front()->try_now()) sends_.pop_front();
}

void Socket::advance() {
  while (!sends_.empty()) {
    SendOperation& first = *sends_.front();
    if (closing()) first.give_up();
    if (!first.start()) return;
    sends_.pop_front();
  }
  gone();
}

void Socket::stop() noexcept {
  pause();
  // Without the others that they might have waited for, they would be with the system by now.
  send_untried();
  if (!sends_.empty()) sends_.front()->cancel();
}

}  // namespace heddle::bridge
