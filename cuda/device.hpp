#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "cuda/allocate.hpp"
#include "cuda/availability.hpp"
#include "cuda/command.hpp"
#include "cuda/driver.hpp"
#include "cuda/error.hpp"
#include "cuda/event.hpp"
#include "cuda/host/options.hpp"
#include "cuda/memory.hpp"
#include "cuda/memory_keeper.hpp"
#include "cuda/pool.hpp"
#include "cuda/stream.hpp"
#include "native/io/backend.hpp"

namespace heddle::cuda {

class DeviceThread;

struct OpenOptions {
  std::optional<int> ordinal;  // which GPU; nothing: the host device
  host::Options host;          // only for the host device
  // How long a stream's oldest completion may show no progress before the stream itself is asked. Work that is merely
  // slow is left alone, whatever this is; a completion that was lost is found after it. 0: never.
  std::chrono::milliseconds watchdog{1000};
  // How long close() lets the device finish what is in flight.
  std::chrono::milliseconds close_timeout{2000};
  // How long the device's thread asks without pause for a completion before it sleeps between questions. Only for a
  // driver that must be asked.
  std::chrono::microseconds spin{50};
  io::BackendChoice io = io::BackendChoice::automatic;
  // Called once, on the device's thread, when the device dies of a sticky error.
  std::function<void(const ErrorPtr&)> lost;
  // Called on the device's thread after whatever ended commands, before the thread sleeps: a submitter that gathers what
  // it is told need not look before.
  std::function<void()> turned;
};

// An open device with a thread of its own, on which its streams take commands in order, and a slow lane, a second
// thread for calls that may block. Every function may be called by any one thread at a time (the opener's, say) unless
// it says otherwise, and none of them blocks or calls the device. Callbacks run on the device's own threads, each
// exactly once (when the device has closed: on the caller's, before the call returns); they must not block, throw, or
// destroy the Device.
class Device {
 public:
  using Opened = std::function<void(const ErrorPtr&)>;
  using Allocated = cuda::Allocated;
  using MemoryInfo = std::function<void(const MemoryUse&, const ErrorPtr&)>;
  using Pooled = std::function<void(PoolPtr, const ErrorPtr&)>;
  using PoolInfo = std::function<void(const PoolUse&, const ErrorPtr&)>;
  using Elapsed = std::function<void(float milliseconds, const ErrorPtr&)>;
  using Answered = std::function<void(bool answer, const ErrorPtr&)>;
  using Handle = std::function<void(StreamHandle, const ErrorPtr&)>;

  // Returns at once; `opened` tells when the device is ready, or why not. Commands may be submitted before; they fail
  // if it does. A device that failed to open is closed, and is destroyed like any other.
  // Throws std::system_error when a thread can't be started.
  [[nodiscard]] static std::unique_ptr<Device> open(OpenOptions options, Opened opened);

  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  // Closes if need be and waits for the device's threads to end; bounded by close_timeout, and brief after close()
  // has called back.
  ~Device();

  // After `opened` was called with success.
  [[nodiscard]] const DeviceInfo& info() const noexcept;

  // The stream is made on the device's thread before its first command; if that fails, its commands do.
  // Dropping the last reference destroys it, after what was submitted to it.
  [[nodiscard]] std::shared_ptr<Stream> stream(StreamOptions options = {});
  [[nodiscard]] std::shared_ptr<Event> event(bool timing = false);

  // Streams and events belong to one device; commands for another's are a mistake that nobody finds.
  [[nodiscard]] bool owns(const Stream& stream) const noexcept;
  [[nodiscard]] bool owns(const Event& event) const noexcept;

  // After `opened`: the driver's own stream, which is made if need be. It lives until the last reference to `stream` is dropped or the
  // device closes.
  void stream_handle(std::shared_ptr<Stream> stream, Handle told);

  // Hands over commands, in order; one wake. Program order holds across streams too: a wait finds the record that was
  // submitted before it. When the device has closed, the commands end with kDeviceClosed before the call returns.
  void submit(std::span<Command* const> commands) noexcept;
  void submit(Command& command) noexcept {
    Command* const one = &command;
    submit(std::span<Command* const>(&one, 1));
  }

  // On failure the block is null. 0 bytes give a block without memory.
  void alloc(std::size_t bytes, Allocated allocated);
  void alloc_pinned(std::size_t bytes, Allocated allocated);
  void allocate(MemoryKeeper::Request request, Allocated allocated);
  // Locks memory that is there already, and keeps `hold` until the block is gone.
  void register_host(std::shared_ptr<void> hold, std::byte* address, std::size_t bytes, Allocated allocated);
  void make_pool(PoolOptions options, Pooled made);
  // Gives back to the device all but `keep` bytes of what the pool has and nobody uses.
  void trim(PoolPtr pool, std::size_t keep, PoolInfo trimmed);
  void pool_info(PoolPtr pool, PoolInfo told);
  void memory_info(MemoryInfo told);
  // Gives back what is kept for later allocations, all but `keep` bytes of it; what pools keep is theirs. Tells what is left.
  void trim(std::size_t keep, MemoryInfo trimmed);

  // Calls back when the event's latest record has been reached or has failed; with an error when the device has closed.
  void when_reached(const std::shared_ptr<Event>& event, std::function<void(const ErrorPtr&)> reached);
  // Between the latest records of two timing events, once both are reached.
  void elapsed(const std::shared_ptr<Event>& from, const std::shared_ptr<Event>& to, Elapsed told);

  // For work of another device that uses this one's memory: close() waits for the loan to be dropped (close_timeout at
  // most; after that the memory stays where it is). Any thread may drop it.
  [[nodiscard]] std::shared_ptr<void> lend();
  // Lets this device reach the memory of another by itself, where the hardware can; says whether it does.
  void enable_peer(int ordinal, Answered told);

  // Rejects what was not handed to the device yet, stops loads, lets what is in flight finish (close_timeout at most),
  // frees device memory and calls back. Everything that was submitted has had its callback by then. Later commands and
  // calls fail with kDeviceClosed. A second close() calls back as well.
  void close(std::function<void()> closed);

  // For the other files of this folder.
  [[nodiscard]] DeviceThread& thread() const noexcept { return *thread_; }

 private:
  explicit Device(std::shared_ptr<DeviceThread> thread) noexcept;

  std::shared_ptr<DeviceThread> thread_;
};

}  // namespace heddle::cuda
