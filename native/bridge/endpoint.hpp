#pragma once

#include <cstdint>

#include "native/bridge/layout.hpp"

namespace heddle::bridge {

class Endpoints;

// What JavaScript has open on the network: a socket, or a listener. It lives in the table of Endpoints, under a number,
// until it is closed and the kernel has let go of it.
class Endpoint {
 public:
  enum class Kind : std::uint8_t { socket, listener, datagrams };

  // Takes over the descriptor.
  Endpoint(Endpoints& table, Kind is, int descriptor) noexcept : kind(is), fd(descriptor), endpoints(table) {}
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  // Closes the descriptor.
  virtual ~Endpoint();

  // Sends what comes in to the id of the submission, as progress, until pause().
  virtual void start(const Submission& submission) = 0;
  // What has come already is still delivered.
  virtual void pause() noexcept = 0;
  // Ends what is in flight. `closed` is told when the descriptor is closed; the id that start() had is told before.
  void close(std::int32_t closed);

  const Kind kind;
  const int fd;
  std::int32_t number = -1;

 protected:
  // Cancels what is in flight.
  virtual void stop() noexcept = 0;
  [[nodiscard]] virtual bool in_flight() const noexcept = 0;
  // For after every completion: the last one of a closed endpoint destroys it, and then this is true.
  bool gone();
  [[nodiscard]] bool closing() const noexcept { return closing_; }

  Endpoints& endpoints;
  std::int32_t stream_id = 0;

 private:
  bool closing_ = false;
  std::int32_t closed_ = 0;
};

}  // namespace heddle::bridge
