#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "native/bridge/arrival_page.hpp"
#include "native/bridge/endpoint.hpp"
#include "native/bridge/layout.hpp"
#include "native/io/receive_buffers.hpp"
#include "native/io/socket_address.hpp"

namespace heddle::bridge {

class Bridge;
class DatagramBuffers;
class DatagramSocket;
class Socket;

// The sockets and listeners of one JavaScript environment, by number. The JS thread only.
class Endpoints {
 public:
  explicit Endpoints(Bridge& bridge) noexcept;
  Endpoints(const Endpoints&) = delete;
  Endpoints& operator=(const Endpoints&) = delete;
  ~Endpoints();

  [[nodiscard]] Bridge& bridge() noexcept { return bridge_; }

  std::int32_t add(std::unique_ptr<Endpoint> endpoint);
  void remove(std::int32_t number) noexcept;
  // Null when nobody has that number.
  [[nodiscard]] Endpoint* find(std::int32_t number) noexcept;
  [[nodiscard]] Socket* find_socket(std::int32_t number) noexcept;
  [[nodiscard]] DatagramSocket* find_datagrams(std::int32_t number) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return endpoints_.size() - free_.size(); }

  // Opcodes from first_socket_opcode on.
  void handle(const Submission& submission);

  // The socket has something to send, which start_sends() starts together with what others have.
  void send_soon(const Socket& socket);
  // All submissions of a drain are handled.
  void start_sends();

  // Tells JavaScript of bytes in a receive buffer. It is free again at once, if they go into the arrival page, or when JavaScript
  // has seen the message.
  void deliver_buffer(std::int32_t id, int buffer, std::size_t bytes);
  [[nodiscard]] ArrivalPage& arrival_page() noexcept { return arrival_page_; }
  // The same with a place of the datagram buffers.
  void deliver_datagram(std::int32_t id, int place, std::size_t bytes);
  // Made when they are first asked for.
  [[nodiscard]] DatagramBuffers& datagram_buffers();
  // All datagram buffers are lent: the socket is told when that has changed, unless it is forgotten before.
  void starve(DatagramSocket& socket) { starved_.push_back(&socket); }
  void forget_starved(DatagramSocket& socket) noexcept { std::erase(starved_, &socket); }
  // JavaScript has seen this many messages since the start.
  void messages_seen(std::uint64_t count);
  void give_back(int buffer);

  // Everything is told to end; the bridge drives until it has.
  void close_all();

 private:
  struct Lent {
    std::uint64_t message;  // the count of messages when its own was written
    int buffer;
    bool datagram;
  };

  Bridge& bridge_;
  ArrivalPage arrival_page_;
  std::unique_ptr<DatagramBuffers> datagram_buffers_;
  std::vector<DatagramSocket*> starved_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::vector<std::int32_t> free_;
  std::deque<Lent> lent_;
  std::vector<std::int32_t> send_soon_;  // the numbers of sockets, some of which may have gone
};

}  // namespace heddle::bridge
