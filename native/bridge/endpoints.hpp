#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "native/bridge/endpoint.hpp"
#include "native/bridge/layout.hpp"
#include "native/io/receive_buffers.hpp"
#include "native/io/socket_address.hpp"

namespace heddle::bridge {

class Bridge;
class Socket;

// The sockets and listeners of one JavaScript environment, by number. The JS thread only.
class Endpoints {
 public:
  explicit Endpoints(Bridge& bridge) noexcept : bridge_(bridge) {}
  Endpoints(const Endpoints&) = delete;
  Endpoints& operator=(const Endpoints&) = delete;
  ~Endpoints() = default;

  [[nodiscard]] Bridge& bridge() noexcept { return bridge_; }

  std::int32_t add(std::unique_ptr<Endpoint> endpoint);
  void remove(std::int32_t number) noexcept;
  // Null when nobody has that number.
  [[nodiscard]] Endpoint* find(std::int32_t number) noexcept;
  [[nodiscard]] Socket* find_socket(std::int32_t number) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return endpoints_.size() - free_.size(); }

  // Opcodes from first_socket_opcode on.
  void handle(const Submission& submission);

  // Tells JavaScript of bytes in a receive buffer. The buffer is free again when JavaScript has seen the message.
  void deliver_buffer(std::int32_t id, int buffer, std::size_t bytes);
  // JavaScript has seen this many messages since the start.
  void messages_seen(std::uint64_t count);
  void give_back(int buffer);

  // Everything is told to end; the bridge drives until it has.
  void close_all();

 private:
  struct Lent {
    std::uint64_t message;  // the count of messages when its own was written
    int buffer;
  };

  Bridge& bridge_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  std::vector<std::int32_t> free_;
  std::deque<Lent> lent_;
};

}  // namespace heddle::bridge
