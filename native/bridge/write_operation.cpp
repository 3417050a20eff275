#include "native/bridge/write_operation.hpp"

#include <cerrno>
#include <span>
#include <utility>

#include "native/trace.hpp"

namespace heddle::bridge {

WriteOperation::WriteOperation(Bridge& bridge, std::int32_t id, std::shared_ptr<io::WriteLane> lane,
                               std::int64_t position) noexcept
    : PendingOperation(id),
      Write(&WriteOperation::on_pool),
      RemoteCompletion(&WriteOperation::on_script_thread),
      bridge_(bridge),
      lane_(std::move(lane)) {
  offset = position;
}

void WriteOperation::start(Bridge& bridge, std::int32_t id, std::shared_ptr<io::WriteLane> lane, std::int64_t position,
                           std::vector<HeldMemory> parts) {
  auto* operation = new WriteOperation(bridge, id, std::move(lane), position);
  operation->parts_ = std::move(parts);
  operation->many_.reserve(operation->parts_.size());
  for (const HeldMemory& part : operation->parts_) {
    operation->many_.push_back({.iov_base = part.address, .iov_len = part.bytes});
  }
  operation->parts = operation->many_;
  operation->begin();
}

void WriteOperation::start(Bridge& bridge, std::int32_t id, std::shared_ptr<io::WriteLane> lane, std::int64_t position,
                           HeldMemory bytes) {
  auto* operation = new WriteOperation(bridge, id, std::move(lane), position);
  operation->bytes_ = std::move(bytes);
  operation->one_ = {.iov_base = operation->bytes_.address, .iov_len = operation->bytes_.bytes};
  operation->parts = std::span<const iovec>(&operation->one_, 1);
  operation->begin();
}

void WriteOperation::begin() {
  traced_since_ = trace::enabled() ? Clock::monotonic().now() : 0;
  bridge_.begin(*this);
  lane_->submit(*this);
}

void WriteOperation::on_pool(io::WriteLane::Write& write, bool more) noexcept {
  auto& operation = static_cast<WriteOperation&>(write);
  if (more) {
    operation.bridge_.post_quietly(operation);
  } else {
    operation.bridge_.post(operation);
  }
}

void WriteOperation::on_script_thread(RemoteCompletion& completion) noexcept {
  static_cast<WriteOperation&>(completion).end();
}

void WriteOperation::cancel() noexcept {
  if (!lane_->withdraw(*this)) return;
  result = -ECANCELED;
  end();
}

void WriteOperation::end() noexcept {
  const std::unique_ptr<WriteOperation> last_act(this);
  if (traced_since_ != 0 && trace::enabled()) {
    trace::record({.lane = trace::kRingLane,
                   .name = "write",
                   .start = traced_since_,
                   .end = Clock::monotonic().now(),
                   .bytes = result > 0 ? static_cast<std::uint64_t>(result) : 0});
  }
  bridge_.reply(id, result < 0 ? static_cast<std::int32_t>(result) : 0, result < 0 ? 0 : static_cast<double>(result));
}

}  // namespace heddle::bridge
