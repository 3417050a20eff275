#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/bridge/endpoints.hpp"
#include "native/bridge/layout.hpp"
#include "native/bridge/memory_table.hpp"
#include "native/bridge/operation.hpp"
#include "native/executor.hpp"
#include "native/inbox.hpp"
#include "native/io/path_call.hpp"
#include "native/io/write_lane.hpp"

namespace heddle::bridge {

class HttpPort;
struct HttpCall;

// One JavaScript environment's way in and out of native code: an executor that its event loop drives, and the arrays in
// which operations and their results cross. JavaScript makes the Promises and names them by id; native code answers
// with a batch of (id, result) pairs and one call into JavaScript per batch. One thread only, but for post().
class Bridge {
 public:
  // Called with replies()[0, count) filled in; runs JavaScript, which may write new submissions. Calls batch_read() between
  // the two, if it can. Returns false when the environment is going and no JavaScript can run any more.
  using Deliver = std::function<bool(std::size_t count)>;
  using Handler = void (*)(void* context, const Submission& submission);
  using Drained = void (*)(void* context);

  // `most_direct_calls`: see io::Backend; tests want a machine of another kind.
  Bridge(const Executor::Options& options, Deliver deliver, std::optional<std::size_t> most_direct_calls = {});
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;
  ~Bridge();

  [[nodiscard]] Control& control() noexcept { return shared_->control; }
  [[nodiscard]] Submission* submissions() noexcept { return shared_->submissions; }
  [[nodiscard]] Reply* replies() noexcept { return shared_->replies; }
  [[nodiscard]] std::byte* arguments() noexcept { return shared_->arguments; }
  [[nodiscard]] MemoryTable& memory() noexcept { return memory_; }
  [[nodiscard]] Executor& executor() noexcept { return executor_; }
  [[nodiscard]] Endpoints& endpoints() noexcept { return endpoints_; }

  // Opcodes from first_device_opcode on go there, and then the end of every drain that had any.
  void handle_device_opcodes(void* context, Handler handler, Drained drained) noexcept {
    device_context_ = context;
    device_handler_ = handler;
    device_drained_ = drained;
  }

  // Takes what JavaScript has written, so that it can write more.
  void drain();
  // Carries out the last submission, a read that may try the page cache, if that takes no waiting: true, and it is gone, or all is
  // as it was. Not so many bytes in a round that the event loop would have to wait.
  [[nodiscard]] bool read_now();
  // The process is about to end: what has been submitted goes to the system as far as it takes it at once.
  void leave();
  // JavaScript has read the batch, and its reactions have not run yet. The kernel gets the receive buffers of the batch back:
  // what arrives while the reactions send their answers needs them.
  void batch_read();
  // Runs everything that is ready, submits, and delivers, for as long as there is something to do and the budget
  // lasts. Then the loop may wait on the executor's descriptors; what is left wakes it again.
  void pump();

  // Operations whose arguments do not fit a submission. They drain first, as whoever else begins an operation outside of a
  // drain: a cancel that was submitted for the operation that had the id before must not meet this one.
  void open(std::int32_t id, std::string path, int flags, std::uint32_t mode);
  void stat(std::int32_t id, std::string path, bool follow_links, const Submission& numbers);
  void path_call(std::int32_t id, io::PathRequest request);
  // A read into many places or a write from them, one after the other: readv(2), writev(2). position -1: the file's own.
  void vectored(std::int32_t id, io::Opcode opcode, int descriptor, double position, std::vector<HeldMemory> parts);
  void http_request(std::int32_t id, std::int32_t client, HttpCall call);
  void close_http_client(std::int32_t client);

  // Made when it is first asked for.
  [[nodiscard]] HttpPort& http();
  [[nodiscard]] const HttpPort* http_if_used() const noexcept { return http_.get(); }

  // The submissions of the drain under way are so many that they reach the system sooner together.
  [[nodiscard]] bool drains_many() const noexcept { return draining_ > most_direct_calls_ && !leaving_; }
  // Whether that many bytes may still be copied on the JS thread in this round, and that is sooner than to hand them to the
  // backend; counts them if so.
  [[nodiscard]] bool may_copy_here(std::size_t bytes) noexcept { return !drains_many() && take_copy(bytes); }

  // An operation starts, or ends with exactly one reply. `operation` may be null when it can't be cancelled.
  void begin(PendingOperation& operation);
  void reply(std::int32_t id, std::int32_t status, double value);
  // Bytes that belong to the reply that follows. JavaScript takes them while it handles that reply; none: empty.
  void attach(std::int32_t id, std::string bytes) { attached_[id] = std::move(bytes); }
  [[nodiscard]] std::string take_attached(std::int32_t id);
  // The operation goes on; JavaScript is told how far it is.
  void report_progress(std::int32_t id, double value);
  // Replies and reports so far.
  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
  // Requests were submitted outside of a drain.
  void flush_soon() noexcept { unflushed_ = true; }
  // Lives as long as another thread owes an answer: the JS thread then looks for it a moment before it sleeps. The JS thread only.
  class Awaited {
   public:
    explicit Awaited(Bridge& bridge) noexcept : bridge_(bridge) { ++bridge_.awaited_; }
    Awaited(const Awaited&) = delete;
    Awaited& operator=(const Awaited&) = delete;
    ~Awaited() { --bridge_.awaited_; }

   private:
    Bridge& bridge_;
  };
  // Any thread.
  void post(RemoteCompletion& completion) noexcept;
  // For many of them: the JS thread need not look before announce().
  void post_quietly(RemoteCompletion& completion) noexcept { remote_.push(completion); }
  void announce() noexcept { executor_.wake(); }

  // Cancels every operation and waits until the last one has let go of its memory. No more deliveries. Blocks for as
  // long as the kernel needs to finish what can't be cancelled. After it nothing starts. Idempotent.
  void close();

  // Descriptors that JavaScript has open: from their open to the close that it asks for, when they have no writes in flight.
  // close() closes what it has left.
  void add_descriptor(int descriptor) { descriptors_.try_emplace(descriptor); }
  void forget_descriptor(int descriptor) noexcept { descriptors_.erase(descriptor); }
  [[nodiscard]] std::size_t descriptors() const noexcept { return descriptors_.size(); }
  // From when it was opened until its close was submitted.
  [[nodiscard]] bool is_open(int descriptor) const { return descriptors_.contains(descriptor); }
  // False: it is a pipe, a socket or a terminal, where there are none.
  [[nodiscard]] bool takes_positions(int descriptor);
  // Where the writes to one of them go that would wait for a thread in any case; null: to the backend.
  [[nodiscard]] std::shared_ptr<io::WriteLane> write_lane(int descriptor);

  // Batches delivered since the start; tests count them.
  [[nodiscard]] std::uint64_t deliveries() const noexcept { return deliveries_; }

 private:
  struct OpenDescriptor {
    bool written = false;  // it is known whether it has a lane
    std::optional<bool> takes_positions;
    std::shared_ptr<io::WriteLane> lane;
  };
  struct Shared {
    Control control{};
    Submission submissions[kSubmissions]{};
    Reply replies[kReplies]{};
    alignas(16) std::byte arguments[kArgumentBytes]{};
  };

  // A longer copy is left to other threads, and so is what exceeds the second number between two looks at the clock.
  static constexpr std::size_t kCopyHere = std::size_t{128} << 10;
  static constexpr std::size_t kCopyInARound = std::size_t{1} << 20;

  [[nodiscard]] bool take_copy(std::size_t bytes) noexcept {
    if (bytes > kCopyHere || bytes > copy_left_) return false;
    copy_left_ -= bytes;
    return true;
  }
  void handle(const Submission& submission);
  void cancel(std::int32_t id) noexcept;
  void push_reply(const Reply& message);
  bool take_remote();
  bool deliver();
  [[nodiscard]] bool work_left(bool more) const noexcept;

  Executor executor_;
  Deliver deliver_;
  std::unique_ptr<Shared> shared_;
  MemoryTable memory_;
  Endpoints endpoints_{*this};
  std::vector<PendingOperation*> pending_;  // by id
  std::size_t replies_ = 0;
  std::deque<Reply> overflow_;  // replies that did not fit this batch
  Inbox<RemoteCompletion> remote_;
  std::unordered_map<int, OpenDescriptor> descriptors_;
  std::unordered_map<std::int32_t, std::string> attached_;  // by id
  std::unique_ptr<HttpPort> http_;
  void* device_context_ = nullptr;
  Handler device_handler_ = nullptr;
  Drained device_drained_ = nullptr;
  bool device_submissions_ = false;  // the drain under way had some
  const std::size_t most_direct_calls_;
  std::size_t draining_ = 0;  // submissions of the drain under way
  std::size_t copy_left_ = kCopyInARound;
  std::uint64_t deliveries_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t delivered_ = 0;  // of the messages
  std::size_t reading_ = 0;      // of the batch that JavaScript reads
  std::size_t awaited_ = 0;      // answers that other threads owe
  bool unflushed_ = false;       // JavaScript has begun an operation past the submissions since the last poll
  bool delivering_ = false;
  bool leaving_ = false;
  bool closed_ = false;
};

}  // namespace heddle::bridge
