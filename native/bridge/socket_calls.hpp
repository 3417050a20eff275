#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "native/io/socket_address.hpp"
#include "native/io/sockets.hpp"

namespace heddle::bridge {

class Endpoints;

// What JavaScript asks of sockets with a call of its own, because it is rare or has an answer at once. Results are
// numbers, 0, or -errno.

// The number of a new listener.
[[nodiscard]] std::int32_t listen(Endpoints& endpoints, const io::SocketAddress& address,
                                  const io::ListenOptions& options);
// `id` gets the number of a new socket, or why there is none: with kLocal where it was the bind before that failed. `from`,
// if any, is where the socket is bound.
inline constexpr double kLocal = 1;
void connect(Endpoints& endpoints, std::int32_t id, const io::SocketAddress& to,
                                   const std::optional<io::SocketAddress>& from);
// Small packets are sent at once.
[[nodiscard]] std::int32_t set_no_delay(Endpoints& endpoints, std::int32_t number, bool on);
// Asks a silent peer whether it is still there, first after that many seconds.
[[nodiscard]] std::int32_t set_keep_alive(Endpoints& endpoints, std::int32_t number, bool on, int seconds);
[[nodiscard]] std::optional<io::SocketAddress> address_of(Endpoints& endpoints, std::int32_t number, bool peer);

}  // namespace heddle::bridge
