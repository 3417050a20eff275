#include "native/bridge/endpoint.hpp"

#include <unistd.h>

#include "native/bridge/bridge.hpp"
#include "native/bridge/endpoints.hpp"

namespace heddle::bridge {

Endpoint::~Endpoint() { ::close(fd); }

void Endpoint::close(std::int32_t closed) {
  if (closing_) {
    endpoints.bridge().reply(closed, 0, 0);
    return;
  }
  closing_ = true;
  closed_ = closed;
  stop();
  gone();
}

bool Endpoint::gone() {
  if (!closing_ || in_flight()) return false;
  // Before the replies: whoever hears of the close may rely on it.
  Bridge& bridge = endpoints.bridge();
  const std::int32_t stream = stream_id;
  const std::int32_t closed = closed_;
  endpoints.remove(number);
  bridge.reply(stream, 0, 0);
  bridge.reply(closed, 0, 0);
  return true;
}

}  // namespace heddle::bridge
