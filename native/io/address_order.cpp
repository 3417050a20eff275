#include "native/io/address_order.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace heddle::io {

std::vector<SocketAddress> in_alternate_families(const std::vector<SocketAddress>& addresses) {
  std::vector<SocketAddress> same;
  std::vector<SocketAddress> other;
  std::partition_copy(addresses.begin(), addresses.end(), std::back_inserter(same), std::back_inserter(other),
                      [&](const SocketAddress& each) { return each.family() == addresses.front().family(); });
  std::vector<SocketAddress> result;
  result.reserve(addresses.size());
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (i < same.size()) result.push_back(same[i]);
    if (i < other.size()) result.push_back(other[i]);
  }
  return result;
}

}  // namespace heddle::io
