#include "cuda/load_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

#include "cuda/allocate.hpp"
#include "cuda/device_thread.hpp"
#include "cuda/stream_work.hpp"
#include "native/executor.hpp"
#include "native/io/operations.hpp"
#include "native/io/page_cache.hpp"
#include "native/scope.hpp"

namespace heddle::cuda {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMaxRing = std::size_t{64} << 20;
constexpr std::uint64_t kProgressBytes = std::uint64_t{16} << 20;
constexpr Nanoseconds kProgressTime = 20'000'000;
// One stream copies while the other's piece is handed over; on the host device, two threads do.
constexpr std::size_t kStreams = 2;

// One load in progress. The first failure decides how it ends and stops the rest.
class Load {
 public:
  Load(DeviceThread& thread, LoadOptions& options, StopSource& stop)
      : core_(thread.core()), options_(options), stop_(stop), start_(core_.executor->now()) {
    for (std::shared_ptr<Stream>& stream : streams_) stream = thread.stream({Priority::normal, "load"});
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  [[nodiscard]] Task<void> run(std::string path);
  // `aborted`: by the caller, not by the device.
  [[nodiscard]] Loaded result(bool aborted) noexcept;

 private:
  [[nodiscard]] Task<void> read_open_file();
  [[nodiscard]] Task<BlockPtr> allocate(Space space, std::size_t bytes);
  [[nodiscard]] Task<void> transfer();
  [[nodiscard]] Task<void> pump(std::size_t index, Span slot);
  // Fills the slot from the file; false when that failed.
  [[nodiscard]] Task<bool> read(std::span<std::byte> slot, std::uint64_t offset);

  [[nodiscard]] bool failed() const noexcept { return loaded_.file_error != 0 || loaded_.device_error != nullptr; }
  void fail(int error, const char* syscall) noexcept;
  void fail(ErrorPtr error) noexcept;
  void arrived(std::size_t bytes);

  DeviceCore& core_;
  LoadOptions& options_;
  StopSource& stop_;
  const Nanoseconds start_;
  std::array<std::shared_ptr<Stream>, kStreams> streams_;
  Loaded loaded_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::size_t chunk_ = 0;
  std::uint64_t next_ = 0;  // where the next chunk begins
  std::uint64_t done_ = 0;
  std::uint64_t told_ = 0;
  Nanoseconds told_at_ = 0;
};

void Load::fail(int error, const char* syscall) noexcept {
  if (!failed()) {
    loaded_.file_error = error;
    loaded_.syscall = syscall;
  }
  stop_.request_stop();
}

void Load::fail(ErrorPtr error) noexcept {
  if (!failed()) loaded_.device_error = std::move(error);
  stop_.request_stop();
}

Task<void> Load::run(std::string path) {
  // Opening a pipe must not wait for its other end.
  const io::Result opened = co_await io::open(std::move(path), O_RDONLY | O_NONBLOCK, 0, stop_.token());
  if (!opened.ok()) {
    fail(opened.error().value(), "open");
    co_return;
  }
  fd_ = static_cast<int>(opened.value());
  co_await read_open_file();
  static_cast<void>(co_await io::close(fd_));
}

Task<void> Load::read_open_file() {
  struct statx about{};
  const io::Result told = co_await io::stat(fd_, about, stop_.token());
  if (!told.ok()) {
    fail(told.error().value(), "statx");
    co_return;
  }
  if (!S_ISREG(about.stx_mode)) {
    fail(S_ISDIR(about.stx_mode) ? EISDIR : ESPIPE, "read");
    co_return;
  }
  size_ = about.stx_size;
  loaded_.stats.bytes = size_;
  loaded_.block = co_await allocate(Space::device, size_);
  if (!failed() && size_ != 0) co_await transfer();
  if (!failed() && options_.progress) options_.progress(size_, size_);
}

Task<BlockPtr> Load::allocate(Space space, std::size_t bytes) {
  const MemoryKeeper::Request request{.space = space, .bytes = bytes, .pool = nullptr};
  AwaitedAllocation allocation(core_, request);
  ErrorPtr error = co_await allocation;
  if (error != nullptr) {
    fail(std::move(error));
  } else if (stop_.stop_requested()) {
    fail(ECANCELED, "read");
  }
  co_return std::move(allocation.block);
}

Task<void> Load::transfer() {
  chunk_ = std::min((std::max<std::size_t>(options_.chunk_bytes, 1) + kPage - 1) / kPage * kPage, kMaxRing);
  const std::uint64_t chunks = (size_ + chunk_ - 1) / chunk_;
  const std::size_t depth =
      std::min<std::uint64_t>({std::max<std::size_t>(options_.depth, 1), kMaxRing / chunk_, chunks});
  BlockPtr ring = std::exchange(core_.load_ring, nullptr);
  if (ring == nullptr || ring->bytes() < depth * chunk_) {
    ring = nullptr;
    ring = co_await allocate(Space::pinned, depth * chunk_);
    if (failed()) co_return;
  }
  loaded_.stats.ring_bytes = ring->bytes();
  Scope pumps;
  for (std::size_t i = 0; i < depth; ++i) pumps.spawn(pump(i, span_of(ring, i * chunk_, chunk_)));
  co_await pumps.join();
  core_.load_ring = std::move(ring);
}

// Takes chunk after chunk through one slot of the ring, until none is left.
Task<void> Load::pump(std::size_t index, Span slot) {
  StreamWork copied(streams_[index % streams_.size()]);
  while (!failed() && next_ < size_) {
    const std::uint64_t offset = std::exchange(next_, std::min(next_ + chunk_, size_));
    const std::size_t bytes = next_ - offset;
    const std::span<std::byte> piece(slot.address, bytes);
    const bool complete = co_await read(piece, offset);
    if (!complete) co_return;
    copied.command.kind = CommandKind::copy;
    copied.command.destination = span_of(loaded_.block, offset, bytes);
    copied.command.source = slot;
    copied.command.source.bytes = bytes;
    ErrorPtr error = co_await copied;
    if (error != nullptr) {
      fail(std::move(error));
      co_return;
    }
    ++loaded_.stats.copies;
    arrived(bytes);
  }
}

Task<bool> Load::read(std::span<std::byte> slot, std::uint64_t offset) {
  // What is in the page cache is copied here and now: a change of thread and back would cost more than half the copy.
  if (!stop_.stop_requested() &&
      io::read_page_cache(fd_, slot.data(), slot.size(), static_cast<std::int64_t>(offset))) {
    ++loaded_.stats.reads;
    co_return true;
  }
  while (!slot.empty()) {
    io::Operation operation = io::read(fd_, slot, static_cast<std::int64_t>(offset), stop_.token());
    operation.on_kernel_worker();
    const io::Result result = co_await operation;
    ++loaded_.stats.reads;
    if (!result.ok() || result.value() == 0) {
      // The end of the file before its end: somebody cut it short.
      fail(result.ok() ? EIO : result.error().value(), "read");
      co_return false;
    }
    slot = slot.subspan(static_cast<std::size_t>(result.value()));
    offset += static_cast<std::uint64_t>(result.value());
  }
  co_return true;
}

void Load::arrived(std::size_t bytes) {
  done_ += bytes;
  if (!options_.progress || done_ == size_) return;
  const Nanoseconds now = core_.executor->now();
  if (done_ - told_ < kProgressBytes && now - told_at_ < kProgressTime) return;
  told_ = done_;
  told_at_ = now;
  options_.progress(done_, size_);
}

Loaded Load::result(bool aborted) noexcept {
  if (loaded_.file_error == ECANCELED && !aborted && core_.refusal() != nullptr) {
    loaded_.file_error = 0;
    loaded_.device_error = core_.refusal();
  }
  if (failed()) loaded_.block = nullptr;
  loaded_.stats.time = core_.executor->now() - start_;
  return std::move(loaded_);
}

}  // namespace

Task<void> load_file(DeviceThread& thread, std::string path, LoadOptions options, std::shared_ptr<LoadStop> stop) {
  StopSource source(thread.core().tasks.stop_token());
  stop->connect(source);
  Load load(thread, options, source);
  co_await load.run(std::move(path));
  stop->disconnect();
  options.loaded(load.result(stop->requested()));
}

}  // namespace heddle::cuda
