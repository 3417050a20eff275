#include "native/io/receive_buffers.hpp"

#include <sys/mman.h>

#include <new>

namespace heddle::io {

namespace {

// Pages that no message has reached yet cost nothing.
std::byte* map() {
  void* memory = mmap(nullptr, ReceiveBuffers::kCount * ReceiveBuffers::kBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(memory);
}

}  // namespace

ReceiveBuffers::ReceiveBuffers() : memory_(map()) {
  free_.reserve(kCount);
  for (std::size_t number = kCount; number > 0; --number) free_.push_back(static_cast<std::uint16_t>(number - 1));
}

int ReceiveBuffers::take() noexcept {
  if (free_.empty()) return -1;
  const int number = free_.back();
  free_.pop_back();
  return number;
}

void ReceiveBuffers::put_back_ring() noexcept {
  for (std::size_t number = kInRing; number > 0; --number) put_back(static_cast<int>(number - 1));
}

void ReceiveBuffers::Free::operator()(std::byte* memory) const noexcept { munmap(memory, kCount * kBytes); }

}  // namespace heddle::io
