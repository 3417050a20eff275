#include "native/io/write_lane.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

// What goes into one system call. From here on more of it saves nothing: 4 KiB take 2.1 us by themselves, 0.3 in a call of 32.
constexpr std::size_t kPartsTogether = 64;
constexpr std::size_t kBytesTogether = std::size_t{256} << 10;

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
  const ssize_t written = write_parts(write.parts, write.offset);
  write.result = written < 0 ? -errno : written;
}

ssize_t WriteLane::write_parts(std::span<const iovec> parts, std::int64_t offset) const noexcept {
  const int count = static_cast<int>(std::min<std::size_t>(parts.size(), IOV_MAX));
  ssize_t written = 0;
  do {
    written = pwritev2(fd_, parts.data(), count, offset, 0);
  } while (written < 0 && errno == EINTR);
  return written;
}

WriteLane::Write* WriteLane::carry_out_run(Write& first) const noexcept {
  std::array<iovec, kPartsTogether> parts;
  std::size_t count = 0;
  std::size_t bytes = 0;
  std::int64_t at = first.offset;
  Write* end = &first;
  while (end != nullptr && end->offset == at && end->parts.size() <= kPartsTogether - count && bytes < kBytesTogether &&
         !end->unwanted.load(std::memory_order_relaxed)) {
    std::copy(end->parts.begin(), end->parts.end(), parts.begin() + static_cast<std::ptrdiff_t>(count));
    const std::size_t length = bytes_of(end->parts);
    count += end->parts.size();
    bytes += length;
    if (at >= 0) at += static_cast<std::int64_t>(length);
    end = end->next;
  }
  if (end == &first || end == first.next) {
    carry_out(first);
    return first.next;
  }
  // Where it ends short, what it did not get to is written by itself, and has its own result.
  auto left = static_cast<std::size_t>(std::max<ssize_t>(write_parts(std::span(parts).first(count), first.offset), 0));
  for (Write* each = &first; each != end; each = each->next) {
    const std::size_t done = std::min(left, bytes_of(each->parts));
    left -= done;
    each->result = static_cast<std::int64_t>(done);
    if (done == 0) carry_out(*each);
  }
  return end;
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
    // Who waits for the first need not wait for all.
    bool at_once = true;
    while (each != nullptr) {
      Write* const end = carry_out_run(*each);
      while (each != end) {
        Write* const next = each->next;
        const std::size_t length = bytes_of(each->parts);
        untold += length;
        bytes += length;
        ++writes;
        const bool more = next != end || (end != nullptr && untold < kBytesUntold && !at_once);
        if (!more) untold = 0;
        each->done(*each, more);
        each = next;
      }
      at_once = false;
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
