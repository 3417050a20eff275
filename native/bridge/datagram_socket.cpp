#include "native/bridge/datagram_socket.hpp"

#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/bridge/datagram_buffers.hpp"
#include "native/bridge/datagram_send.hpp"
#include "native/bridge/endpoints.hpp"

namespace heddle::bridge {

DatagramSocket::DatagramSocket(Endpoints& table, int descriptor, int family) noexcept
    : Endpoint(table, Kind::datagrams, descriptor), Request(&DatagramSocket::on_arrived), family_(family) {}

DatagramSocket::~DatagramSocket() {
  if (starved_) endpoints.forget_starved(*this);
}

void DatagramSocket::start(const Submission& submission) {
  stream_id = submission.id;
  wanted_ = true;
  if (!waiting_ && !starved_ && !closing()) wait();
}

// A look at no bytes of the next datagram: an idle socket holds no memory, whatever the backend, and a crowd of datagrams
// is then taken with one system call.
void DatagramSocket::wait() {
  waiting_ = true;
  opcode = io::Opcode::receive_message;
  Request::fd = fd;
  flags = MSG_PEEK;
  nothing_ = {};
  address = &nothing_;
  endpoints.bridge().executor().io().submit(*this);
  endpoints.bridge().flush_soon();
}

void DatagramSocket::pause() noexcept {
  wanted_ = false;
  if (waiting_) endpoints.bridge().executor().io().cancel(*this);
}

void DatagramSocket::on_arrived(io::Request& request) noexcept {
  auto& socket = static_cast<DatagramSocket&>(request);
  socket.waiting_ = false;
  if (socket.gone() || socket.closing()) return;
  // The system tells of an error once, so that one is told also to who has paused.
  if (request.result < 0 && request.result != -ECANCELED) {
    socket.endpoints.bridge().report_progress(socket.stream_id, static_cast<double>(request.result));
  } else if (request.result >= 0 && socket.wanted_) {
    socket.receive();
  }
  if (socket.wanted_ && !socket.starved_) socket.wait();
}

void DatagramSocket::receive() {
  constexpr std::size_t kMost = DatagramBuffers::kCount;
  DatagramBuffers& buffers = endpoints.datagram_buffers();
  std::array<int, kMost> places;
  std::array<iovec, kMost> parts;
  std::array<sockaddr_storage, kMost> senders;
  std::array<mmsghdr, kMost> messages;
  unsigned wanted = 0;
  for (int place = 0; wanted < kMost && (place = buffers.take()) >= 0; ++wanted) {
    const auto memory = buffers.buffer(place);
    places[wanted] = place;
    parts[wanted] = {.iov_base = memory.data(), .iov_len = memory.size()};
    mmsghdr& message = messages[wanted];
    message = {};
    message.msg_hdr.msg_name = &senders[wanted];
    message.msg_hdr.msg_namelen = sizeof senders[wanted];
    message.msg_hdr.msg_iov = &parts[wanted];
    message.msg_hdr.msg_iovlen = 1;
  }
  if (wanted == 0) {
    starved_ = true;
    endpoints.starve(*this);
    return;
  }
  const int received = recvmmsg(fd, messages.data(), wanted, MSG_DONTWAIT, nullptr);
  const int error = errno;
  const unsigned count = received > 0 ? static_cast<unsigned>(received) : 0;
  for (unsigned i = 0; i < count; ++i) {
    const auto& header = messages[i].msg_hdr;
    buffers.set_sender(places[i],
                       io::SocketAddress(reinterpret_cast<const sockaddr*>(&senders[i]), header.msg_namelen));
    endpoints.deliver_datagram(stream_id, places[i], messages[i].msg_len);
  }
  for (unsigned i = wanted; i > count; --i) buffers.put_back(places[i - 1]);
  if (received < 0 && error != EAGAIN && error != EINTR) endpoints.bridge().report_progress(stream_id, -error);
}

void DatagramSocket::buffers_free() {
  starved_ = false;
  if (wanted_ && !waiting_ && !closing()) wait();
}

std::int32_t DatagramSocket::send_now(std::span<const std::byte> bytes, const io::SocketAddress* to) noexcept {
  for (;;) {
    const ssize_t sent = ::sendto(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                                  to == nullptr ? nullptr : to->data(), to == nullptr ? 0 : to->size());
    if (sent >= 0) return 0;
    if (errno != EINTR) return -errno;
  }
}

void DatagramSocket::send(std::int32_t id, HeldMemory memory, const std::optional<io::SocketAddress>& to) {
  auto* const operation = new DatagramSend(*this, id, std::move(memory), to);
  sends_.push_back(operation);
  endpoints.bridge().begin(*operation);
  operation->start();
}

io::SocketAddress DatagramSocket::reachable(const io::SocketAddress& address) const noexcept {
  if (family_ != AF_INET6 || address.family() != AF_INET) return address;
  sockaddr_in from{};
  std::memcpy(&from, address.data(), sizeof from);
  sockaddr_in6 mapped{};
  mapped.sin6_family = AF_INET6;
  mapped.sin6_port = from.sin_port;
  mapped.sin6_addr.s6_addr[10] = 0xff;
  mapped.sin6_addr.s6_addr[11] = 0xff;
  std::memcpy(&mapped.sin6_addr.s6_addr[12], &from.sin_addr, sizeof from.sin_addr);
  return {reinterpret_cast<const sockaddr*>(&mapped), sizeof mapped};
}

void DatagramSocket::stop() noexcept {
  pause();
  for (DatagramSend* operation : sends_) operation->cancel();
}

}  // namespace heddle::bridge
