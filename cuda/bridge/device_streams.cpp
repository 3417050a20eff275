#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "cuda/batch_copy_action.hpp"
#include "cuda/bridge/device_port.hpp"
#include "cuda/peer_copy_action.hpp"
#include "cuda/peer_wait_action.hpp"
#include "cuda/row_copy_action.hpp"

// Actions of streams, and what is asked of them. device_port.cpp has the rest of the port.
namespace heddle::cuda {

namespace {

constexpr std::size_t kNumbersOfACopy = 5;

}  // namespace

bool DevicePort::stream_idle(Number number) noexcept {
  const OpenStream& on = streams_.at(number);
  return !on || on.stream->idle();
}

void DevicePort::elapsed(std::int32_t id, Number from, Number to) {
  const OpenEvent& start = events_.at(from);
  const OpenEvent& end = events_.at(to);
  if (!start || !end) return fail(id, make_error(kDeviceClosed, "elapsedSince"));
  end.device->elapsed(start.event, end.event, [this, id](float milliseconds, const ErrorPtr& error) {
    post([this, id, milliseconds, error] {
      if (error != nullptr) return fail(id, error);
      bridge_.reply(id, 0, static_cast<double>(milliseconds));
    });
  });
}

void DevicePort::enable_peer(std::int32_t id, Number number, Number peer) {
  const OpenDevice& open = devices_.at(number);
  const OpenDevice& other = devices_.at(peer);
  if (!open || !other) return fail(id, make_error(kDeviceClosed, "canAccessPeer"));
  open.device->enable_peer(other.device->info().ordinal, [this, id](bool direct, const ErrorPtr& error) {
    post([this, id, direct, error] {
      if (error != nullptr) return fail(id, error);
      bridge_.reply(id, 0, direct ? 1 : 0);
    });
  });
}

void DevicePort::wait_for_peer(Number stream, Number number) {
  const OpenEvent& open = events_.at(number);
  if (!open) return;
  const auto gate = std::make_shared<SharedEvent>();
  open.device->when_reached(open.event, [gate](const ErrorPtr&) { gate->set(); });
  submit(stream, std::make_unique<PeerWaitAction>(gate));
}

bool DevicePort::copy_peer(Number number, const CopyPlaces& places, Number peer) {
  Span destination = hold(places.destination, places.destination_offset, places.destination_bytes);
  Span source = hold(places.source, places.source_offset, places.source_bytes);
  const OpenStream& on = streams_.at(number);
  const OpenDevice& other = devices_.at(peer);
  if (destination.hold == nullptr || source.hold == nullptr || !on || !other) return false;
  const std::shared_ptr<void> loan = other.device->lend();
  const int here = on.device->info().ordinal;
  const int there = other.device->info().ordinal;
  // Which side is whose does not matter to the runtime of today, but it asks.
  const bool outward = places.destination_is_peer;
  PeerCopyAction::Side to{std::move(destination), loan, outward ? there : here};
  PeerCopyAction::Side from{std::move(source), loan, outward ? here : there};
  submit(number, std::make_unique<PeerCopyAction>(std::move(to), std::move(from)));
  return true;
}

bool DevicePort::copy_batch(Number stream, std::span<const double> copies) {
  auto action = std::make_unique<BatchCopyAction>();
  for (; copies.size() >= kNumbersOfACopy; copies = copies.subspan(kNumbersOfACopy)) {
    Span destination = hold(static_cast<Number>(copies[0]), copies[1], copies[4]);
    Span source = hold(static_cast<Number>(copies[2]), copies[3], copies[4]);
    if (destination.hold == nullptr || source.hold == nullptr) return false;
    action->add(std::move(destination), std::move(source));
  }
  submit(stream, std::move(action));
  return true;
}

bool DevicePort::copy_rows(Number stream, const CopyPlaces& places, const RowShape& shape) {
  Span destination = hold(places.destination, places.destination_offset, places.destination_bytes);
  Span source = hold(places.source, places.source_offset, places.source_bytes);
  if (destination.hold == nullptr || source.hold == nullptr) return false;
  submit(stream, std::make_unique<RowCopyAction>(std::move(destination), shape.destination_pitch, std::move(source),
                                                 shape.source_pitch, shape.width, shape.rows));
  return true;
}

void DevicePort::host_call(std::int32_t id, Number stream, std::int32_t number) {
  // Told on the device's thread, or here when the stream is gone.
  auto reach = [this, id, number](bool there) {
    post([this, id, number, there] {
      if (!there) host_calls_.erase(number);
      bridge_.reply(id, there ? 0 : -ECANCELED, 0);
    });
  };
  auto call = std::make_shared<HostCall>(std::move(reach));
  if (!closed_) host_calls_.emplace(number, call);
  submit(stream, std::make_unique<HostCallAction>(std::move(call)));
}

void DevicePort::host_returned(std::int32_t number, bool threw) {
  const auto found = host_calls_.find(number);
  if (found == host_calls_.end()) return;
  const std::shared_ptr<HostCall> call = std::move(found->second);
  host_calls_.erase(found);
  call->returned(threw ? make_error(kHostFunction, "host", "call=" + std::to_string(number)) : nullptr);
}

}  // namespace heddle::cuda
