#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "cuda/bridge/number_table.hpp"
#include "cuda/bridge/opcodes.hpp"
#include "cuda/comm.hpp"
#include "cuda/command_pool.hpp"
#include "cuda/device.hpp"
#include "cuda/error.hpp"
#include "cuda/graph.hpp"
#include "cuda/host_call.hpp"
#include "cuda/ipc.hpp"
#include "cuda/library.hpp"
#include "cuda/load.hpp"
#include "native/bridge/bridge.hpp"

namespace heddle::cuda {

// What belongs to a reply and does not fit into it.
struct FileFailure {
  const char* syscall = "";
};
struct TotalBytes {  // with a number of bytes out of so many
  std::uint64_t bytes = 0;
};
struct CompileFailure {  // with kDeviceFailure
  Compilation compilation;
};
struct CompileStats {  // with a library that was compiled
  std::string log;
  bool cached = false;
};
using ReplyDetail = std::variant<ErrorPtr, FileFailure, LoadStats, TotalBytes, CompileFailure, CompileStats, KernelInfo,
                                 Occupancy, MemoryUse, PoolUse, CommId, IpcHandle>;

// Memory of JavaScript's, with its share in it.
struct HostMemory {
  std::shared_ptr<void> hold;
  std::byte* address = nullptr;
  std::size_t bytes = 0;
};

// Two stretches of memory, by number, offset and length.
struct CopyPlaces {
  std::int32_t destination = -1;
  double destination_offset = 0;
  std::int32_t source = -1;
  double source_offset = 0;
  double destination_bytes = 0;
  double source_bytes = 0;
  bool destination_is_peer = false;  // copy_peer: which side is the other device's
};

struct RowShape {
  std::size_t destination_pitch = 0;
  std::size_t source_pitch = 0;
  std::size_t width = 0;
  std::size_t rows = 0;
};

// One environment's devices: turns what JavaScript submits into commands for streams, and what devices answer into
// replies. The JS thread only; what devices tell on their threads is posted to the bridge.
class DevicePort {
 public:
  using Number = std::int32_t;

  explicit DevicePort(bridge::Bridge& bridge);
  DevicePort(const DevicePort&) = delete;
  DevicePort& operator=(const DevicePort&) = delete;
  // Precondition: close() was called, and the bridge has taken what was posted.
  ~DevicePort();

  // Each of these ends with one reply to `id`; what its value is, is said here. Unknown numbers reply with an error.
  void discover(std::int32_t id);                                             // nothing
  void open(std::int32_t id, std::int32_t lost_id, OpenOptions options);      // the device
  void close_device(std::int32_t id, Number device);                          // nothing
  void alloc(std::int32_t id, Number device, MemoryKeeper::Request request);  // the memory
  void memory_info(std::int32_t id, Number device);                           // nothing; detail: MemoryUse
  void trim_device(std::int32_t id, Number device, std::size_t keep);         // nothing; detail: MemoryUse
  void stream_handle(std::int32_t id, Number stream);                         // the driver's stream, an address
  // the memory; detail: LoadStats. With `progress`, replies say how many bytes have arrived; detail: TotalBytes.
  void load(std::int32_t id, Number device, std::string path, LoadOptions options, bool progress);

  // A library; detail of a compiled one: CompileStats.
  void load_library(std::int32_t id, Number device, std::vector<std::byte> image);
  void compile(std::int32_t id, Number device, CompileRequest request);
  void kernel(std::int32_t id, Number library, std::string name);  // a kernel; detail: KernelInfo
  // nothing; detail: Occupancy
  void occupancy(std::int32_t id, Number kernel, unsigned block_threads, std::size_t shared_bytes);

  // For what is too rare for a submission of its own: submits the action, which nobody waits for. Its error comes out at
  // the stream's next notify. A stream that is gone drops it. Precondition: the submissions have been drained.
  void submit(Number stream, std::unique_ptr<StreamAction> action);

  // As above; what has to do with pools and with memory that is there already is in device_memory.cpp.
  void alloc_from(std::int32_t id, Number pool, std::size_t bytes);       // the memory
  void register_host(std::int32_t id, Number device, HostMemory memory);  // the memory
  void make_pool(std::int32_t id, Number device, PoolOptions options);    // the pool
  void trim(std::int32_t id, Number pool, std::size_t keep);              // nothing
  void pool_info(std::int32_t id, Number pool);                           // nothing; detail: PoolUse
  void drop_pool(Number pool) noexcept { pools_.remove(pool); }

  // What has to do with the order of streams is in device_streams.cpp;
  void elapsed(std::int32_t id, Number from, Number to);          // milliseconds
  void enable_peer(std::int32_t id, Number device, Number peer);  // 1 or 0
  [[nodiscard]] bool stream_idle(Number stream) noexcept;
  void wait_for_peer(Number stream, Number event);
  // Between memory of the stream's device and of another. False: some of it is not there.
  [[nodiscard]] bool copy_peer(Number stream, const CopyPlaces& places, Number peer);
  // Numbers of memory, offsets and lengths, five to a copy. False: some of it is not there, and nothing is done.
  [[nodiscard]] bool copy_batch(Number stream, std::span<const double> copies);
  [[nodiscard]] bool copy_rows(Number stream, const CopyPlaces& places, const RowShape& shape);
  // One reply to `id` when the stream is there: JavaScript calls its function then, and says so with host_returned(). An
  // error reply: the stream will never be there. `call` names the call among all that were ever made.
  void host_call(std::int32_t id, Number stream, std::int32_t call);
  void host_returned(std::int32_t call, bool threw);

  // Null when there is none of that number.
  [[nodiscard]] Device* device(Number number) noexcept { return devices_.at(number).device.get(); }
  // Precondition: device(number) is there.
  [[nodiscard]] Number stream(Number number, StreamOptions options);
  [[nodiscard]] Number event(Number number, bool timing);
  [[nodiscard]] bool event_done(Number number) noexcept;

  // Device memory that somebody else owns, as memory of our own. When the last operation has let go of it and its number
  // was dropped, there is one reply to `released_id`; none when the port closes before.
  [[nodiscard]] Number wrap(std::int32_t released_id, std::byte* address, std::size_t bytes);

  // Captures; graph_port.cpp. From begin_capture() on, what is submitted to that stream, and to streams that join, is kept
  // for a graph. One at a time. Precondition of all: the submissions have been drained.
  void begin_capture(Number stream);
  void join_capture(Number stream);
  void cancel_capture();
  // Ends the capture and makes a graph of it, or, with a graph's number, updates that. One reply: the graph.
  void end_capture(std::int32_t id, Number graph);
  void launch(Number stream, Number graph);
  void drop_graph(Number graph) { graphs_.remove(graph); }

  // What processes share; ipc_port.cpp.
  void share_memory(std::int32_t id, Number device, Number memory);  // nothing; detail: IpcHandle
  void open_memory(std::int32_t id, Number device, const IpcHandle& handle, std::size_t bytes);  // the memory
  // The event; detail: IpcHandle. Without a handle it is made.
  void ipc_event(std::int32_t id, Number device, const std::optional<IpcHandle>& handle);
  // Replies when the driver has it. Precondition of both: the submissions have been drained.
  void record_ipc(std::int32_t id, Number stream, Number event);
  void wait_ipc(Number stream, Number event);
  void drop_ipc_event(Number event) { ipc_events_.remove(event); }

  // Collectives; comm_port.cpp.
  void comm_id(std::int32_t id, Number device);                                // nothing; detail: CommId
  void open_comm(std::int32_t id, Number device, const CommOptions& options);  // the comm
  // `written` are its operations, nine numbers each. False: some of it is not there, and nothing is done. Precondition: the
  // submissions have been drained.
  [[nodiscard]] bool collective(Number stream, Number comm, std::span<const double> written);
  void abort_comm(Number comm);
  void drop_comm(Number comm) { comms_.remove(comm); }

  // What goes with a reply that was delivered. JavaScript asks once for each reply that has one, while it handles it.
  [[nodiscard]] std::optional<ReplyDetail> take_detail(std::int32_t id);

  // Closes every device and waits until none of their threads is left; bounded by their close timeouts. Idempotent.
  void close();

  [[nodiscard]] std::size_t devices() const noexcept { return devices_.size(); }
  [[nodiscard]] std::size_t streams() const noexcept { return streams_.size(); }
  [[nodiscard]] std::size_t events() const noexcept { return events_.size(); }
  [[nodiscard]] std::size_t comms() const noexcept { return comms_.size(); }
  [[nodiscard]] std::size_t graphs() const noexcept { return graphs_.size(); }
  [[nodiscard]] std::size_t libraries() const noexcept { return libraries_.size() + kernels_.size(); }

 private:
  friend class PendingCommand;
  friend class PendingLoad;

  // For threads that may come when the port has closed.
  struct Door {
    explicit Door(DevicePort* to) : port(to) {}
    void post(std::function<void()> body);

    std::mutex mutex;
    DevicePort* port;  // null once it has closed
  };
  struct OpenDevice {
    std::shared_ptr<Device> device;
    std::int32_t lost_id = 0;  // 0 once it has been told
    // Also while it is being made.
    explicit operator bool() const noexcept { return device != nullptr || lost_id != 0; }
  };
  struct OpenEvent {
    std::shared_ptr<Device> device;
    std::shared_ptr<Event> event;
    explicit operator bool() const noexcept { return event != nullptr; }
  };
  struct OpenPool {
    std::shared_ptr<Device> device;
    PoolPtr pool;
    explicit operator bool() const noexcept { return pool != nullptr; }
  };
  struct OpenStream {
    std::shared_ptr<Device> device;
    std::shared_ptr<Stream> stream;
    explicit operator bool() const noexcept { return stream != nullptr; }
  };

  struct OpenCapture {
    std::shared_ptr<Device> device;
    std::unordered_set<Number> streams;
    Graph::Recording recording;
  };
  struct OpenLibrary {
    std::shared_ptr<Device> device;
    LibraryPtr library;
    explicit operator bool() const noexcept { return library != nullptr; }
  };
  struct OpenKernel {
    std::shared_ptr<Device> device;
    KernelPtr kernel;
    explicit operator bool() const noexcept { return kernel != nullptr; }
  };

  static void on_submission(void* port, const bridge::Submission& submission);
  static void on_drained(void* port) { static_cast<DevicePort*>(port)->hand_over(); }
  void handle(const bridge::Submission& submission);
  void submit(const bridge::Submission& submission, const OpenStream& on);
  // A device is woken once for all commands of a drain.
  void gather(const std::shared_ptr<Device>& device, Command& command);
  void hand_over() noexcept;
  // Any thread; a device's thread need not wake the JS thread for each: see announce().
  void ended(bridge::RemoteCompletion& completion) noexcept;
  void announce() noexcept;
  // True: the command went into the capture.
  bool capture(Number stream, Command& command);
  // False: the submission names memory that is not there.
  bool fill_in(const bridge::Submission& submission, Command& command);
  // Null: it names what is not there, or its arguments are not what the kernel takes.
  [[nodiscard]] std::unique_ptr<StreamAction> launch_of(const bridge::Submission& submission);
  void told_library(std::int32_t id, const std::shared_ptr<Device>& device, LibraryPtr library);
  [[nodiscard]] Span hold(Number memory, double offset, double bytes) const noexcept;

  // Any thread: runs `body` on the JS thread.
  void post(std::function<void()> body);
  void fail(std::int32_t id, const ErrorPtr& error);
  // Callbacks that reply.
  [[nodiscard]] Device::Allocated replying(std::int32_t id);
  [[nodiscard]] Device::PoolInfo telling(std::int32_t id);
  [[nodiscard]] Device::MemoryInfo telling_memory(std::int32_t id);
  // Precedes the reply that it belongs to.
  void add_detail(std::int32_t id, ReplyDetail detail) { details_[id].push_back(std::move(detail)); }
  void tell_lost(Number number, const ErrorPtr& error);

  bridge::Bridge& bridge_;
  const std::thread::id script_thread_ = std::this_thread::get_id();
  std::atomic<unsigned> unannounced_{0};
  std::shared_ptr<Device> gathering_;  // for whom
  std::vector<Command*> gathered_;
  CommandPool pool_;
  NumberTable<OpenDevice> devices_;
  NumberTable<OpenStream> streams_;
  NumberTable<std::shared_ptr<Graph>> graphs_;
  NumberTable<std::shared_ptr<Comm>> comms_;
  NumberTable<ipc::EventPtr> ipc_events_;
  std::optional<OpenCapture> capture_;
  NumberTable<OpenLibrary> libraries_;
  NumberTable<OpenKernel> kernels_;
  NumberTable<OpenEvent> events_;
  NumberTable<OpenPool> pools_;
  std::unordered_map<std::int32_t, std::shared_ptr<HostCall>> host_calls_;  // that streams may come to
  // By id, in the order of the replies they belong to.
  std::unordered_map<std::int32_t, std::deque<ReplyDetail>> details_;
  bool closed_ = false;
  // What wrapped memory asks on its way out, which may be after this port.
  std::shared_ptr<Door> door_ = std::make_shared<Door>(this);
};

}  // namespace heddle::cuda
