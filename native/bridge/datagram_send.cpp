#include "native/bridge/datagram_send.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "native/bridge/bridge.hpp"
#include "native/bridge/datagram_socket.hpp"
#include "native/bridge/endpoints.hpp"

namespace heddle::bridge {

DatagramSend::DatagramSend(DatagramSocket& socket, std::int32_t id, HeldMemory memory,
                           const std::optional<io::SocketAddress>& to) noexcept
    : PendingOperation(id),
      Request(&DatagramSend::on_sent),
      socket_(socket),
      memory_(std::move(memory)),
      to_(to.value_or(io::SocketAddress{})) {
  part_ = {.iov_base = memory_.address, .iov_len = memory_.bytes};
  message_.msg_name = to ? const_cast<sockaddr*>(to_.data()) : nullptr;
  message_.msg_namelen = to_.size();
  message_.msg_iov = &part_;
  message_.msg_iovlen = 1;
  opcode = io::Opcode::send_message;
  flags = MSG_NOSIGNAL;
  fd = socket.fd;
  Request::address = &message_;
}

void DatagramSend::start() {
  Bridge& bridge = socket_.endpoints.bridge();
  bridge.executor().io().submit(*this);
  bridge.flush_soon();
}

void DatagramSend::cancel() noexcept { socket_.endpoints.bridge().executor().io().cancel(*this); }

void DatagramSend::on_sent(io::Request& request) noexcept {
  const std::unique_ptr<DatagramSend> last_act(&static_cast<DatagramSend&>(request));
  DatagramSocket& socket = last_act->socket_;
  std::erase(socket.sends_, last_act.get());
  socket.endpoints.bridge().reply(last_act->id, request.result < 0 ? static_cast<std::int32_t>(request.result) : 0, 0);
  socket.gone();
}

}  // namespace heddle::bridge
