#include "cuda/staged_copy.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>

#include "cuda/device_core.hpp"
#include "cuda/stream.hpp"
#include "native/executor.hpp"

namespace heddle::cuda {

namespace {

constexpr std::size_t kPiece = Staging::kSlotBytes;
// Two pieces of a download on their way: the device writes one while this thread empties the other.
constexpr std::size_t kFlying = 2;

Span piece_of(const Span& whole, std::size_t offset, std::size_t bytes) {
  return {nullptr, whole.address + offset, bytes, whole.space};
}

}  // namespace

Task<void> StagedCopy::run(DeviceCore& core, Stream& stream, Command& command) {
  StagedCopy copy(core, stream, command);
  ErrorPtr error = co_await core.staging.prepare();
  command.began = stream.record_time();
  if (error == nullptr) {
    if (command.destination.space != Space::device && command.source.space != Space::device) {
      error = co_await copy.copy_on_host();
    } else if (command.source.space == Space::pageable) {
      error = co_await copy.upload();
    } else {
      error = co_await copy.download();
    }
  }
  command.ended = stream.record_time();
  stream.carried_out(command, std::move(error));
}

void StagedCopy::append(Slot& slot, Command::Function done) noexcept {
  slot.arrived = false;
  slot.command.context = &slot;
  slot.command.done = done;
  stream_.append(slot.command);
}

void StagedCopy::give_back(Command& done) noexcept {
  auto& slot = *static_cast<Slot*>(done.context);
  slot.owner->give_back(slot);
}

void StagedCopy::arrive(Command& done) noexcept {
  auto& slot = *static_cast<Slot*>(done.context);
  slot.arrived = true;
  if (slot.waiter != nullptr) slot.owner->wake(*slot.waiter);
}

// Each slot frees itself when the device has read it; nobody waits for the last of them here.
Task<ErrorPtr> StagedCopy::upload() {
  ErrorPtr error;
  for (std::size_t offset = 0; offset < command_.source.bytes && error == nullptr; offset += kPiece) {
    Slot* slot = co_await core_.staging.take();
    const std::size_t bytes = std::min(kPiece, command_.source.bytes - offset);
    std::memcpy(slot->memory.address, command_.source.address + offset, bytes);
    error =
        stream_.copy_piece(command_, piece_of(command_.destination, offset, bytes), piece_of(slot->memory, 0, bytes));
    append(*slot, &StagedCopy::give_back);
    // The device's thread looks after everybody else between two pieces.
    if (offset + bytes < command_.source.bytes) co_await Executor::yield();
  }
  co_return error;
}

Task<ErrorPtr> StagedCopy::download() {
  ErrorPtr error;
  std::deque<Slot*> flying;
  std::size_t offset = 0;
  for (;;) {
    while (offset < command_.source.bytes && flying.size() < kFlying && error == nullptr) {
      Slot* slot = core_.staging.try_take();
      if (slot == nullptr) {
        if (!flying.empty()) break;
        slot = co_await core_.staging.take();
      }
      slot->offset = offset;
      slot->bytes = std::min(kPiece, command_.source.bytes - offset);
      error = stream_.copy_piece(command_, piece_of(slot->memory, 0, slot->bytes),
                                 piece_of(command_.source, offset, slot->bytes));
      append(*slot, &StagedCopy::arrive);
      flying.push_back(slot);
      offset += slot->bytes;
    }
    if (flying.empty()) co_return error;
    Slot* slot = flying.front();
    flying.pop_front();
    Arrival arrival(*slot);
    co_await arrival;
    if (error == nullptr) error = std::move(slot->command.error);
    if (error == nullptr) {
      std::memcpy(command_.destination.address + slot->offset, slot->memory.address, slot->bytes);
    }
    core_.staging.give_back(*slot);
  }
}

Task<ErrorPtr> StagedCopy::copy_on_host() {
  Slot reached;
  reached.owner = &core_.staging;
  append(reached, &StagedCopy::arrive);
  Arrival arrival(reached);
  co_await arrival;
  if (reached.command.error != nullptr) co_return reached.command.error;
  for (std::size_t offset = 0; offset < command_.source.bytes; offset += kPiece) {
    const std::size_t bytes = std::min(kPiece, command_.source.bytes - offset);
    std::memmove(command_.destination.address + offset, command_.source.address + offset, bytes);
    co_await Executor::yield();
  }
  co_return nullptr;
}

}  // namespace heddle::cuda
