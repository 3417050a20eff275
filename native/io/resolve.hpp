#pragma once

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "native/io/socket_address.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle::io {

// The errors of getaddrinfo(3): EAI_NONAME and its like.
[[nodiscard]] const std::error_category& resolve_category() noexcept;

// The addresses of a host, in the order in which the system wants them tried; at least one. Numbers such as "::1" are
// understood as well, and need no lookup. Runs on the current executor's blocking pool.
//
// Throws std::system_error: of resolve_category() when the host can't be found, and ECANCELED when it was stopped. The
// lookup itself can't be called back: it goes on by itself on its thread, and the pool waits for it at its end.
[[nodiscard]] Task<std::vector<SocketAddress>> resolve(std::string host, std::uint16_t port, StopToken stop = {});

}  // namespace heddle::io
