#include <cstring>
#include <memory>
#include <utility>

#include "cuda/bridge/device_port.hpp"
#include "cuda/collective_action.hpp"
#include "cuda/comm.hpp"

// Collectives of an environment.
namespace heddle::cuda {

namespace {

// How lib/cuda/collective-group.ts writes an operation.
struct WrittenCollective {
  double kind, element, reduction, peer, destination, destination_offset, source, source_offset, count;
};
constexpr std::size_t kNumbers = sizeof(WrittenCollective) / sizeof(double);

}  // namespace

void DevicePort::comm_id(std::int32_t id, Number number) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "commId"));
  Comm::unique_id(open.device->thread(), [this, id](const CommId& made, const ErrorPtr& error) {
    post([this, id, made, error] {
      if (error != nullptr) return fail(id, error);
      add_detail(id, made);
      bridge_.reply(id, 0, 0);
    });
  });
}

void DevicePort::open_comm(std::int32_t id, Number number, const CommOptions& options) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "comm"));
  Comm::open(open.device->thread(), options, [this, id](std::shared_ptr<Comm> opened, const ErrorPtr& error) {
    post([this, id, error, comm = std::move(opened)] {
      if (error != nullptr) return fail(id, error);
      bridge_.reply(id, 0, comms_.add(comm));
    });
  });
}

bool DevicePort::collective(Number stream, Number comm, std::span<const double> written) {
  const std::shared_ptr<Comm>& on = comms_.at(comm);
  if (on == nullptr) return false;
  std::vector<Collective> group;
  std::vector<std::shared_ptr<void>> held;
  bool gone = false;
  const auto address_of = [&](double memory, double offset) {
    if (memory < 0) return static_cast<std::byte*>(nullptr);
    Span span = hold(static_cast<Number>(memory), offset, 0);
    gone = gone || span.hold == nullptr;
    held.push_back(std::move(span.hold));
    return span.address;
  };
  for (std::size_t i = 0; i + kNumbers <= written.size(); i += kNumbers) {
    WrittenCollective from;
    std::memcpy(&from, &written[i], sizeof from);
    Collective operation;
    operation.kind = static_cast<CollectiveKind>(from.kind);
    operation.element = static_cast<Element>(from.element);
    operation.reduction = static_cast<Reduction>(from.reduction);
    operation.peer = static_cast<int>(from.peer);
    operation.destination = address_of(from.destination, from.destination_offset);
    operation.source = address_of(from.source, from.source_offset);
    operation.count = static_cast<std::size_t>(from.count);
    group.push_back(operation);
  }
  if (!gone) submit(stream, std::make_unique<CollectiveAction>(on, std::move(group), std::move(held)));
  return !gone;
}

void DevicePort::abort_comm(Number comm) {
  if (comms_.at(comm) != nullptr) Comm::abort(comms_.at(comm));
}

}  // namespace heddle::cuda
