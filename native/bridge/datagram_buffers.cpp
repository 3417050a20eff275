#include "native/bridge/datagram_buffers.hpp"

#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

namespace heddle::bridge {

DatagramBuffers::DatagramBuffers() {
  free_.reserve(kCount);
  void* const block = mmap(nullptr, kAll, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) throw std::bad_alloc();
  memory_.reset(static_cast<std::byte*>(block));
  // The first are used first, and mostly they are enough.
  for (std::size_t i = kCount; i > 0; --i) put_back(static_cast<int>(i - 1));
}

void DatagramBuffers::Free::operator()(std::byte* memory) const noexcept { munmap(memory, kAll); }

void DatagramBuffers::set_sender(int number, const io::SocketAddress& sender) {
  const std::string text = sender.host();
  Sender known{};
  known.port = sender.port();
  known.family = sender.family() == AF_INET6 ? 6 : 4;
  known.length = static_cast<std::uint8_t>(std::min(text.size(), sizeof known.text));
  std::copy_n(text.data(), known.length, known.text);
  std::memcpy(memory_.get() + kCount * kBytes + static_cast<std::size_t>(number) * sizeof known, &known, sizeof known);
}

int DatagramBuffers::take() noexcept {
  if (free_.empty()) return -1;
  const int number = free_.back();
  free_.pop_back();
  return number;
}

}  // namespace heddle::bridge
