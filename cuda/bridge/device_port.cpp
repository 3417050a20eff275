#include "cuda/bridge/device_port.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "cuda/bridge/pending_command.hpp"
#include "cuda/bridge/pending_load.hpp"

namespace heddle::cuda {

namespace {

// A function on its way from a device's thread to the JS thread.
class Message final : private bridge::RemoteCompletion {
 public:
  static void send(bridge::Bridge& bridge, std::function<void()> body) {
    auto message = std::unique_ptr<Message>(new Message(std::move(body)));
    bridge.post(*message.release());
  }

 private:
  explicit Message(std::function<void()> body) : RemoteCompletion(&Message::arrive), body_(std::move(body)) {}
  static void arrive(RemoteCompletion& completion) noexcept {
    const std::unique_ptr<Message> message(&static_cast<Message&>(completion));
    message->body_();
  }

  std::function<void()> body_;
};

// So many commands that have ended are announced before the device's turn is over.
constexpr unsigned kAnnounced = 64;

ErrorPtr closed_error(std::string_view operation) { return make_error(kDeviceClosed, operation); }

}  // namespace

DevicePort::DevicePort(bridge::Bridge& bridge) : bridge_(bridge) {
  bridge.handle_device_opcodes(this, &DevicePort::on_submission, &DevicePort::on_drained);
}

DevicePort::~DevicePort() { bridge_.handle_device_opcodes(nullptr, nullptr, nullptr); }

void DevicePort::post(std::function<void()> body) { Message::send(bridge_, std::move(body)); }

void DevicePort::Door::post(std::function<void()> body) {
  const std::lock_guard lock(mutex);
  if (port != nullptr) port->post(std::move(body));
}

void DevicePort::fail(std::int32_t id, const ErrorPtr& error) {
  if (id == 0) return;
  add_detail(id, error);
  bridge_.reply(id, bridge::kDeviceFailure, 0);
}

std::optional<ReplyDetail> DevicePort::take_detail(std::int32_t id) {
  const auto found = details_.find(id);
  if (found == details_.end()) return std::nullopt;
  ReplyDetail detail = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) details_.erase(found);
  return detail;
}

void DevicePort::discover(std::int32_t id) {
  try {
    cuda::discover([this, id, door = door_] { door->post([this, id] { bridge_.reply(id, 0, 0); }); });
  } catch (const std::system_error& error) {  // no thread to be had
    fail(id, make_error(kOperatingSystem, "discover", {}, error.what()));
  }
}

void DevicePort::open(std::int32_t id, std::int32_t lost_id, OpenOptions options) {
  const Number number = devices_.add({.device = nullptr, .lost_id = lost_id});
  options.lost = [this, number](const ErrorPtr& error) { post([this, number, error] { tell_lost(number, error); }); };
  options.turned = [this] { announce(); };
  auto opened = [this, number, id](const ErrorPtr& error) {
    post([this, number, id, error] {
      if (error == nullptr) {
        bridge_.reply(id, 0, number);
        return;
      }
      tell_lost(number, error);
      devices_.remove(number);
      fail(id, error);
    });
  };
  try {
    devices_.at(number).device = Device::open(std::move(options), std::move(opened));
  } catch (const std::system_error& error) {  // no thread to be had
    const ErrorPtr failure = make_error(kOperatingSystem, "open", {}, error.what());
    tell_lost(number, failure);
    devices_.remove(number);
    fail(id, failure);
  }
}

void DevicePort::tell_lost(Number number, const ErrorPtr& error) {
  OpenDevice& device = devices_.at(number);
  if (device) fail(std::exchange(device.lost_id, 0), error);
}

void DevicePort::close_device(std::int32_t id, Number number) {
  const OpenDevice& open = devices_.at(number);
  if (!open) {
    bridge_.reply(id, 0, 0);
    return;
  }
  open.device->close([this, id, number] {
    post([this, id, number] {
      tell_lost(number, closed_error("close"));
      devices_.remove(number);
      bridge_.reply(id, 0, 0);
    });
  });
}

void DevicePort::stream_handle(std::int32_t id, Number number) {
  const OpenStream& on = streams_.at(number);
  if (!on) return fail(id, closed_error("stream"));
  on.device->stream_handle(on.stream, [this, id](StreamHandle handle, const ErrorPtr& error) {
    post([this, id, handle, error] {
      if (error != nullptr) return fail(id, error);
      // Addresses of a process have at most 52 bits: a double holds them.
      bridge_.reply(id, 0, static_cast<double>(reinterpret_cast<std::uintptr_t>(handle)));
    });
  });
}

DevicePort::Number DevicePort::wrap(std::int32_t released_id, std::byte* address, std::size_t bytes) {
  // The last use may end on a device's thread.
  auto release = [this, released_id, door = door_](void*) {
    door->post([this, released_id] { bridge_.reply(released_id, 0, 0); });
  };
  std::shared_ptr<void> hold(address, std::move(release));
  return bridge_.memory().add_owned(std::move(hold), address, bytes, bridge::Space::device);
}

void DevicePort::load(std::int32_t id, Number number, std::string path, LoadOptions options, bool progress) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, closed_error("load"));
  PendingLoad::start(*this, id, *open.device, std::move(path), std::move(options), progress);
}

DevicePort::Number DevicePort::stream(Number number, StreamOptions options) {
  const std::shared_ptr<Device>& device = devices_.at(number).device;
  return streams_.add({.device = device, .stream = device->stream(std::move(options))});
}

DevicePort::Number DevicePort::event(Number number, bool timing) {
  const std::shared_ptr<Device>& device = devices_.at(number).device;
  return events_.add({.device = device, .event = device->event(timing)});
}

bool DevicePort::event_done(Number number) noexcept {
  const OpenEvent& open = events_.at(number);
  return !open || open.event->done();
}

void DevicePort::on_submission(void* port, const bridge::Submission& submission) {
  static_cast<DevicePort*>(port)->handle(submission);
}

void DevicePort::handle(const bridge::Submission& submission) {
  switch (static_cast<StreamOpcode>(submission.opcode)) {
    case StreamOpcode::drop_stream:
      streams_.remove(submission.a);
      return;
    case StreamOpcode::drop_event:
      events_.remove(submission.a);
      return;
    case StreamOpcode::drop_kernel:
      kernels_.remove(submission.a);
      return;
    case StreamOpcode::drop_library:
      libraries_.remove(submission.a);
      return;
    case StreamOpcode::notify:
      // Nobody to notify: JavaScript was terminated before it could say who waits.
      if (submission.id == 0) return;
      break;
    default:
      break;
  }
  const OpenStream& on = streams_.at(submission.a);
  if (on) return submit(submission, on);
  fail(submission.id, closed_error("stream"));
}

void DevicePort::submit(const bridge::Submission& submission, const OpenStream& on) {
  Command& command = pool_.take();
  command.stream = on.stream;
  if (!fill_in(submission, command)) {
    pool_.give_back(command);
    if (submission.id != 0) bridge_.reply(submission.id, -EFAULT, 0);
    return;
  }
  if (capture(submission.a, command)) return;
  if (submission.id != 0) new PendingCommand(*this, submission.id, command);
  gather(on.device, command);
}

void DevicePort::gather(const std::shared_ptr<Device>& device, Command& command) {
  if (gathering_ != device) {
    hand_over();
    gathering_ = device;
  }
  gathered_.push_back(&command);
}

void DevicePort::hand_over() noexcept {
  if (gathering_ == nullptr) return;
  std::exchange(gathering_, nullptr)->submit(gathered_);
  gathered_.clear();
}

void DevicePort::ended(bridge::RemoteCompletion& completion) noexcept {
  if (std::this_thread::get_id() == script_thread_) return bridge_.post(completion);
  bridge_.post_quietly(completion);
  if (unannounced_.fetch_add(1, std::memory_order_acq_rel) + 1 == kAnnounced) announce();
}

void DevicePort::announce() noexcept {
  if (unannounced_.exchange(0, std::memory_order_acq_rel) != 0) bridge_.announce();
}

void DevicePort::submit(Number stream, std::unique_ptr<StreamAction> action) {
  const OpenStream& on = streams_.at(stream);
  if (!on) return;
  Command& command = pool_.take();
  command.kind = CommandKind::action;
  command.stream = on.stream;
  command.action = std::move(action);
  if (!capture(stream, command)) on.device->submit(command);
}

bool DevicePort::fill_in(const bridge::Submission& submission, Command& command) {
  switch (static_cast<StreamOpcode>(submission.opcode)) {
    case StreamOpcode::copy:
      command.kind = CommandKind::copy;
      command.destination = hold(submission.b, submission.x, submission.z);
      command.source = hold(submission.c, submission.y, submission.z);
      return command.destination.hold != nullptr && command.source.hold != nullptr;
    case StreamOpcode::fill:
      command.kind = CommandKind::fill;
      command.destination = hold(submission.b, submission.x, submission.z);
      command.width = static_cast<std::uint8_t>(submission.c);
      command.value = static_cast<std::uint32_t>(submission.d) | (static_cast<std::uint64_t>(submission.y) << 32);
      return command.destination.hold != nullptr;
    case StreamOpcode::histogram:
      command.kind = CommandKind::histogram;
      command.destination = hold(submission.b, submission.x, 256 * sizeof(std::uint64_t));
      command.source = hold(submission.c, submission.y, submission.z);
      return command.destination.hold != nullptr && command.source.hold != nullptr;
    case StreamOpcode::record:
    case StreamOpcode::wait:
      command.kind =
          submission.opcode == static_cast<int>(StreamOpcode::record) ? CommandKind::record : CommandKind::wait;
      command.event = events_.at(submission.b).event;
      return command.event != nullptr;
    case StreamOpcode::launch:
      command.kind = CommandKind::action;
      command.action = launch_of(submission);
      return command.action != nullptr;
    case StreamOpcode::notify:
      command.kind = CommandKind::notify;
      return true;
    default:
      return false;
  }
}

Span DevicePort::hold(Number memory, double offset, double bytes) const noexcept {
  bridge::HeldMemory held = bridge_.memory().hold(memory, offset, bytes);
  return {.hold = std::move(held.hold),
          .address = held.address,
          .bytes = held.bytes,
          .space = static_cast<Space>(held.space)};
}

void DevicePort::close() {
  if (closed_) return;
  closed_ = true;
  // No function is called any more.
  const ErrorPtr error = closed_error("host");
  for (const auto& [number, call] : std::exchange(host_calls_, {})) call->returned(error);
  // Nobody waits for other ranks any more, nor they for these.
  devices_.for_each([](OpenDevice& open) { Comm::abort_all(open.device->thread()); });
  comms_.clear();
  ipc_events_.clear();
  // All begin to close before the first is waited for.
  devices_.for_each([](OpenDevice& open) { open.device->close([] {}); });
  capture_.reset();
  streams_.clear();
  events_.clear();
  graphs_.clear();
  kernels_.clear();
  libraries_.clear();
  pools_.clear();
  devices_.clear();
  const std::lock_guard lock(door_->mutex);
  door_->port = nullptr;
}

}  // namespace heddle::cuda
