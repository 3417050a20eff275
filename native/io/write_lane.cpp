#include "native/io/write_lane.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

namespace heddle::io {

namespace {

// After so much, other jobs of the pool get their turn.
constexpr int kWritesInATurn = 256;
constexpr std::size_t kBytesInATurn = std::size_t{4} << 20;

// Who waits for a large write hears of it at once.
constexpr std::size_t kBytesUntold = std::size_t{256} << 10;

std::size_t bytes_of(std::span<const iovec> parts) noexcept {
  std::size_t bytes = 0;
  for (const iovec& part : parts) bytes += part.iov_len;
  return bytes;
}

}  // namespace

bool writes_wait(int fd) noexcept {
  // A network's or a program's file system is not asked.
  struct statx type{};
  if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &type) != 0 || !S_ISREG(type.stx_mode))
    return false;
  // A system that has such writes gets as far as the bytes, which are nowhere; one that has not says so before.
  const iovec nowhere{.iov_base = reinterpret_cast<void*>(1), .iov_len = 1};
  return pwritev2(fd, &nowhere, 1, 0, RWF_NOWAIT) < 0 && errno == EOPNOTSUPP;
}

void WriteLane::submit(Write& write) {
  {
    const std::lock_guard lock(mutex_);
    write.previous = tail_;
    write.next = nullptr;
    (tail_ != nullptr ? tail_->next : head_) = &write;
    tail_ = &write;
    if (working_ != nullptr) return;
    working_ = shared_from_this();
  }
  try {
    pool_.submit(*this);
  } catch (const std::system_error&) {
    const auto last = std::move(working_);
    for (Write* each = take_all(); each != nullptr;) {
      Write* const next = each->next;
      each->result = -EAGAIN;
      each->done(*each, false);
      each = next;
    }
  }
}

bool WriteLane::withdraw(Write& write) noexcept {
  write.unwanted.store(true, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  if (head_ != &write && write.previous == nullptr) return false;
  (write.previous != nullptr ? write.previous->next : head_) = write.next;
  (write.next != nullptr ? write.next->previous : tail_) = write.previous;
  write.previous = write.next = nullptr;
  return true;
}

WriteLane::Write* WriteLane::take_all() noexcept {
  Write* const first = std::exchange(head_, nullptr);
  for (Write* each = first; each != nullptr; each = each->next) each->previous = nullptr;
  tail_ = nullptr;
  return first;
}

void WriteLane::carry_out(Write& write) const noexcept {
  if (write.unwanted.load(std::memory_order_relaxed)) {
    write.result = -ECANCELED;
    return;
  }
  const int count = static_cast<int>(std::min<std::size_t>(write.parts.size(), IOV_MAX));
  ssize_t written = 0;
  do {
    written = pwritev2(fd_, write.parts.data(), count, write.offset, 0);
  } while (written < 0 && errno == EINTR);
  write.result = written < 0 ? -errno : written;
}

bool WriteLane::work() noexcept {
  int writes = 0;
  std::size_t bytes = 0;
  std::size_t untold = 0;
  while (writes < kWritesInATurn && bytes < kBytesInATurn) {
    std::shared_ptr<WriteLane> last;  // goes after the lock
    std::unique_lock lock(mutex_);
    Write* each = take_all();
    if (each == nullptr) {
      last = std::move(working_);
      return false;
    }
    lock.unlock();
    const Write* const first = each;
    while (each != nullptr) {
      Write* const next = each->next;
      const std::size_t length = bytes_of(each->parts);
      carry_out(*each);
      untold += length;
      bytes += length;
      ++writes;
      const bool more = next != nullptr && untold < kBytesUntold && each != first;
      if (!more) untold = 0;
      each->done(*each, more);
      each = next;
    }
  }
  return true;
}

void WriteLane::run_on_pool(BlockingPool::Job& job) noexcept {
  auto& lane = static_cast<WriteLane&>(job);
  // The calling thread is there to take it, so that the pool does not refuse.
  if (lane.work()) lane.pool_.submit(lane);
}

}  // namespace heddle::io
