#pragma once

#include <vector>

#include "native/io/socket_address.hpp"

namespace heddle::io {

// The same addresses in alternate families, beginning with that of the first: where one family leads nowhere, the second
// attempt does not go there too.
[[nodiscard]] std::vector<SocketAddress> in_alternate_families(const std::vector<SocketAddress>& addresses);

}  // namespace heddle::io
