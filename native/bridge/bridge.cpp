#include "native/bridge/bridge.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "native/bridge/file_operation.hpp"
#include "native/bridge/http_port.hpp"
#include "native/bridge/path_operation.hpp"
#include "native/bridge/sleep_operation.hpp"
#include "native/io/page_cache.hpp"
#include "native/trace.hpp"

namespace heddle::bridge {

namespace {

// How long one pump may keep the JS thread before the event loop gets its turn.
constexpr Nanoseconds kPumpTime = 500'000;

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

}  // namespace

Bridge::Bridge(const Executor::Options& options, Deliver deliver, std::optional<std::size_t> most_direct_calls)
    : executor_(options),
      deliver_(std::move(deliver)),
      shared_(std::make_unique<Shared>()),
      most_direct_calls_(most_direct_calls.value_or(executor_.io().most_direct_calls())) {}

Bridge::~Bridge() { close(); }

void Bridge::drain() {
  if (closed_) return;
  Control& state = control();
  const auto count = static_cast<std::size_t>(std::clamp(state.submitted, 0, static_cast<int>(kSubmissions)));
  if (count == 0) return;
  draining_ = count;
  for (std::size_t i = 0; i < count; ++i) handle(submissions()[i]);
  endpoints_.start_sends();
  if (std::exchange(device_submissions_, false)) device_drained_(device_context_);
  state.submitted = 0;
  ++state.epoch;
}

bool Bridge::read_now() {
  std::int32_t& submitted = control().submitted;
  if (closed_ || submitted <= 0 || submitted > static_cast<std::int32_t>(kSubmissions)) return false;
  const Submission& last = submissions()[submitted - 1];
  const HeldMemory memory = memory_.hold(last.b, last.x, last.z);
  if (!memory || memory.space == Space::device || !take_copy(memory.bytes)) return false;
  if (!io::read_page_cache(last.a, memory.address, memory.bytes, static_cast<std::int64_t>(last.y))) return false;
  --submitted;
  return true;
}

void Bridge::leave() {
  leaving_ = true;
  drain();
  if (!closed_) executor_.io().flush(kCopyInARound);
}

void Bridge::handle(const Submission& submission) {
  const std::int32_t id = submission.id;
  switch (static_cast<Opcode>(submission.opcode)) {
    case Opcode::cancel:
      cancel(submission.a);
      return;
    case Opcode::sleep:
      begin(*new SleepOperation(*this, submission));
      return;
    case Opcode::read:
      FileOperation::transfer(*this, io::Opcode::read, submission);
      return;
    case Opcode::write:
      FileOperation::transfer(*this, io::Opcode::write, submission);
      return;
    case Opcode::fsync:
      FileOperation::simple(*this, io::Opcode::fsync, submission);
      return;
    case Opcode::fdatasync:
      FileOperation::simple(*this, io::Opcode::fdatasync, submission);
      return;
    case Opcode::close:
      FileOperation::simple(*this, io::Opcode::close, submission);
      return;
    case Opcode::stat:
      FileOperation::stat(*this, submission);
      return;
    case Opcode::drop_memory:
      memory_.remove(submission.a);
      return;
    case Opcode::http_read:
      http().read(submission);
      return;
    case Opcode::http_drop:
      http().drop(submission.a);
      return;
    default:
      break;
  }
  const auto opcode = submission.opcode;
  if (opcode >= static_cast<std::int32_t>(Opcode::first_socket_opcode) &&
      opcode <= static_cast<std::int32_t>(Opcode::last_socket_opcode)) {
    endpoints_.handle(submission);
  } else if (opcode >= static_cast<std::int32_t>(Opcode::first_device_opcode) && device_handler_ != nullptr) {
    device_submissions_ = true;
    device_handler_(device_context_, submission);
  } else {
    reply(id, -ENOSYS, 0);
  }
}

void Bridge::open(std::int32_t id, std::string path, int flags, std::uint32_t mode) {
  drain();
  if (closed_) return;
  FileOperation::open(*this, id, std::move(path), flags, mode);
  unflushed_ = true;
}

void Bridge::stat(std::int32_t id, std::string path, bool follow_links, const Submission& numbers) {
  drain();
  if (closed_) return;
  FileOperation::stat(*this, id, std::move(path), follow_links, numbers);
  unflushed_ = true;
}

void Bridge::path_call(std::int32_t id, io::PathRequest request) {
  drain();
  if (closed_) return;
  // A system call is dear here, and there is a ring.
  if (request.call == io::PathCall::read_files && most_direct_calls_ != kAnyNumber) request.flags |= io::kTogether;
  PathOperation::start(*this, id, std::move(request));
}

void Bridge::vectored(std::int32_t id, io::Opcode opcode, int descriptor, double position,
                      std::vector<HeldMemory> parts) {
  drain();
  if (closed_) return;
  FileOperation::vectored(*this, id, opcode, descriptor, position, std::move(parts));
  unflushed_ = true;
}

std::shared_ptr<io::WriteLane> Bridge::write_lane(int descriptor) {
  const auto found = descriptors_.find(descriptor);
  if (found == descriptors_.end()) return nullptr;
  OpenDescriptor& open = found->second;
  if (!std::exchange(open.written, true) && io::writes_wait(descriptor)) {
    open.lane = std::make_shared<io::WriteLane>(executor_.blocking(), descriptor);
  }
  return open.lane;
}

bool Bridge::takes_positions(int descriptor) {
  const auto found = descriptors_.find(descriptor);
  if (found == descriptors_.end()) return true;
  std::optional<bool>& known = found->second.takes_positions;
  if (!known) known = ::lseek(descriptor, 0, SEEK_CUR) >= 0 || errno != ESPIPE;
  return *known;
}

std::string Bridge::take_attached(std::int32_t id) {
  auto found = attached_.extract(id);
  return found.empty() ? std::string{} : std::move(found.mapped());
}

void Bridge::http_request(std::int32_t id, std::int32_t client, HttpCall call) {
  drain();
  if (closed_) return;
  http().request(id, client, std::move(call));
  unflushed_ = true;
}

void Bridge::close_http_client(std::int32_t client) {
  if (closed_) return;
  http().close_client(client);
  unflushed_ = true;
}

HttpPort& Bridge::http() {
  if (http_ == nullptr) http_ = std::make_unique<HttpPort>(*this);
  return *http_;
}

void Bridge::begin(PendingOperation& operation) {
  const auto index = static_cast<std::size_t>(operation.id);
  if (index >= pending_.size()) pending_.resize(std::max<std::size_t>(index + 1, pending_.size() * 2));
  pending_[index] = &operation;
}

void Bridge::cancel(std::int32_t id) noexcept {
  const auto index = static_cast<std::size_t>(id);
  if (index < pending_.size() && pending_[index] != nullptr) pending_[index]->cancel();
}

void Bridge::reply(std::int32_t id, std::int32_t status, double value) {
  const auto index = static_cast<std::size_t>(id);
  if (index < pending_.size()) pending_[index] = nullptr;
  if (id != 0) push_reply({.id = id, .status = status, .value = value});
}

void Bridge::report_progress(std::int32_t id, double value) {
  push_reply({.id = id, .status = kProgress, .value = value});
}

void Bridge::push_reply(const Reply& message) {
  ++messages_;
  // While JavaScript runs it may still be reading the array.
  if (replies_ < kReplies && !delivering_) {
    replies()[replies_++] = message;
  } else {
    overflow_.push_back(message);
  }
}

void Bridge::post(RemoteCompletion& completion) noexcept {
  post_quietly(completion);
  announce();
}

bool Bridge::take_remote() {
  RemoteCompletion* completion = remote_.take_all();
  const bool any = completion != nullptr;
  while (completion != nullptr) {
    RemoteCompletion* next = completion->next;
    completion->finish(*completion);
    completion = next;
  }
  return any;
}

void Bridge::batch_read() {
  if (reading_ == 0) return;
  delivered_ += std::exchange(reading_, 0);
  endpoints_.messages_seen(delivered_);
}

bool Bridge::deliver() {
  const std::size_t count = std::exchange(replies_, 0);
  ++deliveries_;
  const Nanoseconds start = trace::enabled() ? Clock::monotonic().now() : 0;
  delivering_ = true;
  reading_ = count;
  const bool alive = deliver_(count);
  delivering_ = false;
  batch_read();
  if (start != 0) {
    trace::record({.lane = trace::kScriptLane, .name = "settle", .start = start, .end = Clock::monotonic().now()});
  }
  // JavaScript has read the array; what did not fit goes into the next batch.
  for (replies_ = 0; !overflow_.empty() && replies_ < kReplies; overflow_.pop_front()) {
    replies()[replies_++] = overflow_.front();
  }
  return alive;
}

bool Bridge::work_left(bool more) const noexcept {
  return more || unflushed_ || replies_ != 0 || shared_->control.submitted != 0 || !remote_.empty();
}

void Bridge::pump() {
  if (closed_ || control().pumping != 0) return;
  control().pumping = 1;
  Nanoseconds deadline = 0;
  for (;;) {
    copy_left_ = kCopyInARound;
    ++control().round;
    drain();
    unflushed_ = false;
    bool more = executor_.poll();
    if (take_remote()) more = true;  // they may have made something ready
    if (replies_ != 0 && !deliver()) break;
    if (closed_) break;
    if (!work_left(more) && (awaited_ == 0 || !executor_.linger())) break;
    const Nanoseconds now = executor_.now();
    if (deadline == 0) {
      deadline = now + kPumpTime;
    } else if (now >= deadline) {
      executor_.wake();
      break;
    }
  }
  control().pumping = 0;
}

void Bridge::close() {
  if (closed_) return;
  drain();
  closed_ = true;
  for (PendingOperation* operation : pending_) {
    if (operation != nullptr) operation->cancel();
  }
  endpoints_.close_all();
  if (http_ != nullptr) http_->stop();
  while ((http_ != nullptr && http_->busy()) ||
         std::any_of(pending_.begin(), pending_.end(), [](const auto* operation) { return operation != nullptr; }) ||
         executor_.io().in_flight() != 0) {
    const bool more = executor_.poll();
    take_remote();
    replies_ = 0;
    overflow_.clear();
    if (!more) executor_.wait(executor_.now() + 10'000'000);
  }
  take_remote();
  http_ = nullptr;
  for (const auto& [descriptor, open] : descriptors_) ::close(descriptor);
  descriptors_.clear();
}

}  // namespace heddle::bridge
