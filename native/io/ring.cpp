#include "native/io/ring.hpp"

#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace heddle::io {

namespace {

// Where RLIMIT_MEMLOCK is charged for rings, 64 KiB (a common limit) allows 128 entries at most.
constexpr std::array<unsigned, 5> kRingEntries{1024, 256, 128, 64, 16};

constexpr std::array<int, 15> kNeededOperations{
    IORING_OP_OPENAT,  IORING_OP_CLOSE, IORING_OP_READ,         IORING_OP_READV,   IORING_OP_WRITE,
    IORING_OP_FSYNC,   IORING_OP_STATX, IORING_OP_ASYNC_CANCEL, IORING_OP_TIMEOUT, IORING_OP_ACCEPT,
    IORING_OP_CONNECT, IORING_OP_RECV,  IORING_OP_SEND,         IORING_OP_RECVMSG, IORING_OP_SENDMSG};

// COOP_TASKRUN spares the interrupt that tells a running thread of a completion; TASKRUN_FLAG lets look() see it.
// Not DEFER_TASKRUN: with it the ring's descriptor never becomes readable in epoll.
int set_up(io_uring& ring) noexcept {
  int error = -ENOMEM;
  for (const unsigned entries : kRingEntries) {
    for (const unsigned flags : {IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_CLAMP, 0U}) {
      error = io_uring_queue_init(entries, &ring, flags);
      if (error == 0) return 0;
      if (error != -EINVAL) break;
    }
    if (error != -ENOMEM) return error;
  }
  return error;
}

constexpr std::size_t kProvidedBytes = ReceiveBuffers::kInRing * sizeof(io_uring_buf);

int check_operations(io_uring& ring) noexcept {
  io_uring_probe* probe = io_uring_get_probe_ring(&ring);
  if (probe == nullptr) return -ENOSYS;
  int error = 0;
  for (const int operation : kNeededOperations) {
    if (io_uring_opcode_supported(probe, operation) == 0) error = -EOPNOTSUPP;
  }
  io_uring_free_probe(probe);
  return error;
}

}  // namespace

Ring::Ring() {
  if (const int error = set_up(ring_); error != 0) {
    throw std::system_error(-error, std::system_category(), "io_uring_setup");
  }
  if (const int error = check_operations(ring_); error != 0) {
    io_uring_queue_exit(&ring_);
    throw std::system_error(-error, std::system_category(), "io_uring probe");
  }
  // A forked child must not submit into this ring.
  io_uring_ring_dontfork(&ring_);
}

Ring::~Ring() {
  io_uring_queue_exit(&ring_);
  if (provided_ != nullptr) munmap(provided_, kProvidedBytes);
}

// A child's memory has no part in the ring, so the pages stay as they are when it writes to its own.
bool Ring::provide(const ReceiveBuffers& buffers) noexcept {
  void* memory = mmap(nullptr, kProvidedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  madvise(memory, kProvidedBytes, MADV_DONTFORK);
  io_uring_buf_reg group{};
  group.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
  group.ring_entries = ReceiveBuffers::kInRing;
  group.bgid = kBufferGroup;
  if (io_uring_register_buf_ring(&ring_, &group, 0) != 0) {
    munmap(memory, kProvidedBytes);
    return false;
  }
  provided_ = static_cast<io_uring_buf_ring*>(memory);
  io_uring_buf_ring_init(provided_);
  constexpr int kCount = ReceiveBuffers::kInRing;
  for (int number = 0; number < kCount; ++number) add_buffer(buffers, number, number);
  io_uring_buf_ring_advance(provided_, kCount);
  return true;
}

void Ring::provide_again(const ReceiveBuffers& buffers, int number) noexcept {
  add_buffer(buffers, number, 0);
  io_uring_buf_ring_advance(provided_, 1);
}

void Ring::add_buffer(const ReceiveBuffers& buffers, int number, int place) noexcept {
  const auto bytes = buffers.buffer(number);
  io_uring_buf_ring_add(provided_, bytes.data(), static_cast<unsigned>(bytes.size()),
                        static_cast<unsigned short>(number), io_uring_buf_ring_mask(ReceiveBuffers::kInRing), place);
}

io_uring_sqe* Ring::entry() noexcept {
  if (io_uring_sqe* sqe = io_uring_get_sqe(&ring_)) return sqe;
  if (!enter()) return nullptr;
  return io_uring_get_sqe(&ring_);
}

bool Ring::enter() noexcept {
  int submitted = 0;
  do {
    submitted = io_uring_submit(&ring_);
  } while (submitted == -EINTR);
  return submitted >= 0;
}

bool Ring::look() noexcept {
  if (io_uring_cq_ready(&ring_) != 0) return true;
  const unsigned flags = IO_URING_READ_ONCE(*ring_.sq.kflags);
  if ((flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) == 0) return false;
  io_uring_get_events(&ring_);
  return true;
}

bool Ring::take(Completion& completion) noexcept {
  io_uring_cqe* cqe = nullptr;
  if (io_uring_cq_ready(&ring_) == 0 || io_uring_peek_cqe(&ring_, &cqe) != 0) return false;
  const bool buffer = (cqe->flags & IORING_CQE_F_BUFFER) != 0;
  completion = {.name = cqe->user_data,
                .result = cqe->res,
                .more = (cqe->flags & IORING_CQE_F_MORE) != 0,
                .buffer = buffer ? static_cast<int>(cqe->flags >> IORING_CQE_BUFFER_SHIFT) : -1};
  io_uring_cqe_seen(&ring_, cqe);
  return true;
}

}  // namespace heddle::io
