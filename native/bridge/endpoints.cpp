#include "native/bridge/endpoints.hpp"

#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/bridge/datagram_buffers.hpp"
#include "native/bridge/datagram_socket.hpp"
#include "native/bridge/send_operation.hpp"
#include "native/bridge/socket.hpp"

namespace heddle::bridge {

Endpoints::Endpoints(Bridge& bridge) noexcept : bridge_(bridge) {}

Endpoints::~Endpoints() = default;

std::int32_t Endpoints::add(std::unique_ptr<Endpoint> endpoint) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::int32_t>(endpoints_.size()));
    endpoints_.emplace_back();
    free_.reserve(endpoints_.capacity());
  }
  const std::int32_t number = free_.back();
  free_.pop_back();
  endpoint->number = number;
  endpoints_[static_cast<std::size_t>(number)] = std::move(endpoint);
  return number;
}

void Endpoints::remove(std::int32_t number) noexcept {
  endpoints_[static_cast<std::size_t>(number)].reset();
  free_.push_back(number);
}

Endpoint* Endpoints::find(std::int32_t number) noexcept {
  const auto index = static_cast<std::size_t>(number);
  return index < endpoints_.size() ? endpoints_[index].get() : nullptr;
}

Socket* Endpoints::find_socket(std::int32_t number) noexcept {
  Endpoint* endpoint = find(number);
  return endpoint != nullptr && endpoint->kind == Endpoint::Kind::socket ? static_cast<Socket*>(endpoint) : nullptr;
}

DatagramSocket* Endpoints::find_datagrams(std::int32_t number) noexcept {
  Endpoint* endpoint = find(number);
  return endpoint != nullptr && endpoint->kind == Endpoint::Kind::datagrams ? static_cast<DatagramSocket*>(endpoint)
                                                                            : nullptr;
}

void Endpoints::handle(const Submission& submission) {
  Endpoint* endpoint = find(submission.a);
  if (endpoint == nullptr) {
    bridge_.reply(submission.id, -EBADF, 0);
    return;
  }
  switch (static_cast<Opcode>(submission.opcode)) {
    case Opcode::start_endpoint:
      endpoint->start(submission);
      return;
    case Opcode::pause_endpoint:
      endpoint->pause();
      return;
    case Opcode::close_endpoint:
      endpoint->close(submission.id);
      return;
    default:
      break;
  }
  Socket* socket = find_socket(submission.a);
  if (socket == nullptr) {
    bridge_.reply(submission.id, -EOPNOTSUPP, 0);
  } else if (static_cast<Opcode>(submission.opcode) == Opcode::send) {
    socket->send(submission);
  } else if (static_cast<Opcode>(submission.opcode) == Opcode::send_copied) {
    const auto bytes = std::span(bridge_.arguments(), kArgumentBytes);
    socket->send_copy(submission.id,
                      bytes.subspan(static_cast<std::size_t>(submission.x), static_cast<std::size_t>(submission.z)));
  } else {
    socket->end(submission.id);
  }
}

void Endpoints::send_soon(const Socket& socket) { send_soon_.push_back(socket.number); }

void Endpoints::start_sends() {
  for (const std::int32_t number : send_soon_) {
    if (Socket* socket = find_socket(number)) socket->start_sending();
  }
  send_soon_.clear();
}

void Endpoints::deliver_buffer(std::int32_t id, int buffer, std::size_t bytes) {
  const auto count = static_cast<std::int32_t>(bytes);
  if (const auto start = arrival_page_.copy(bridge_.executor().io().receive_buffers().buffer(buffer).first(bytes))) {
    bridge_.report_progress(id, kCopiedArrival + static_cast<std::int32_t>(*start) * kArrivalUnit + count);
    give_back(buffer);
    return;
  }
  bridge_.report_progress(id, buffer * kArrivalUnit + count);
  lent_.push_back({.message = bridge_.messages(), .buffer = buffer, .datagram = false});
}

void Endpoints::deliver_datagram(std::int32_t id, int place, std::size_t bytes) {
  bridge_.report_progress(id, static_cast<double>(place * kBufferUnit + static_cast<std::int32_t>(bytes)));
  lent_.push_back({.message = bridge_.messages(), .buffer = place, .datagram = true});
}

DatagramBuffers& Endpoints::datagram_buffers() {
  if (datagram_buffers_ == nullptr) datagram_buffers_ = std::make_unique<DatagramBuffers>();
  return *datagram_buffers_;
}

void Endpoints::messages_seen(std::uint64_t count) {
  bool datagrams = false;
  while (!lent_.empty() && lent_.front().message <= count) {
    const Lent lent = lent_.front();
    lent_.pop_front();
    if (lent.datagram) {
      datagram_buffers_->put_back(lent.buffer);
      datagrams = true;
    } else {
      give_back(lent.buffer);
    }
  }
  if (!datagrams) return;
  for (DatagramSocket* socket : std::exchange(starved_, {})) socket->buffers_free();
}

void Endpoints::give_back(int buffer) {
  if (bridge_.executor().io().give_back(buffer)) bridge_.flush_soon();
}

void Endpoints::close_all() {
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    if (endpoints_[i] != nullptr) endpoints_[i]->close(0);
  }
  arrival_page_ = {};
}

}  // namespace heddle::bridge
