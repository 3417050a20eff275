#include "cuda/staged_copy.hpp"

#include <algorithm>
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

}  // namespace

Task<void> StagedCopy::run(DeviceCore& core, Stream& stream, Command& command) {
  const RowCopy all = rows_of({command.destination.address, command.destination.space, command.source.address,
                               command.source.space, command.source.bytes});
  ErrorPtr error;
  if (!all.on_host()) error = co_await core.staging.prepare();
  command.began = stream.record_time();
  if (error == nullptr) error = co_await copy(core, stream, command, all);
  command.ended = stream.record_time();
  stream.carried_out(command, std::move(error));
}

Task<ErrorPtr> StagedCopy::copy(DeviceCore& core, Stream& stream, const Command& command, RowCopy rows) {
  if (rows.plain()) {
    rows.width *= rows.rows;
    rows.rows = 1;
  }
  StagedCopy copy(core, stream, command, rows);
  ErrorPtr error;
  if (rows.on_host()) {
    error = co_await copy.copy_on_host();
    co_return error;
  }
  error = co_await core.staging.prepare();
  if (error != nullptr) co_return error;
  if (rows.from == Space::pageable) {
    error = co_await copy.upload();
  } else {
    error = co_await copy.download();
  }
  co_return error;
}

StagedCopy::Piece StagedCopy::next() noexcept {
  if (row_ == rows_.rows || rows_.width == 0) return {};
  Piece piece{.row = row_, .column = column_, .width = std::min(kPiece, rows_.width - column_), .rows = 1};
  if (rows_.width <= kPiece) piece.rows = std::min(kPiece / rows_.width, rows_.rows - row_);
  column_ += piece.width;
  if (column_ == rows_.width) {
    column_ = 0;
    row_ += piece.rows;
  }
  return piece;
}

RowCopy StagedCopy::between(const Piece& piece) const noexcept {
  RowCopy part = rows_;
  part.destination += piece.row * part.destination_pitch + piece.column;
  part.source += piece.row * part.source_pitch + piece.column;
  part.width = piece.width;
  part.rows = piece.rows;
  return part;
}

RowCopy StagedCopy::into(const Slot& slot, const Piece& piece) const noexcept {
  RowCopy part = between(piece);
  part.destination = slot.memory.address;
  part.destination_pitch = piece.width;
  part.to = slot.memory.space;
  return part;
}

RowCopy StagedCopy::out_of(const Slot& slot, const Piece& piece) const noexcept {
  RowCopy part = between(piece);
  part.source = slot.memory.address;
  part.source_pitch = piece.width;
  part.from = slot.memory.space;
  return part;
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
  Piece piece = next();
  while (piece.width != 0 && error == nullptr) {
    Slot* slot = co_await core_.staging.take();
    copy_here(into(*slot, piece));
    error = stream_.copy_rows(command_, out_of(*slot, piece));
    append(*slot, &StagedCopy::give_back);
    piece = next();
    // The device's thread looks after everybody else between two pieces.
    if (piece.width != 0) co_await Executor::yield();
  }
  co_return error;
}

Task<ErrorPtr> StagedCopy::download() {
  ErrorPtr error;
  std::deque<Slot*> flying;
  Piece piece = next();
  for (;;) {
    while (piece.width != 0 && flying.size() < kFlying && error == nullptr) {
      Slot* slot = core_.staging.try_take();
      if (slot == nullptr) {
        if (!flying.empty()) break;
        slot = co_await core_.staging.take();
      }
      slot->unload = out_of(*slot, piece);
      error = stream_.copy_rows(command_, into(*slot, piece));
      append(*slot, &StagedCopy::arrive);
      flying.push_back(slot);
      piece = next();
    }
    if (flying.empty()) co_return error;
    Slot* slot = flying.front();
    flying.pop_front();
    Arrival arrival(*slot);
    co_await arrival;
    if (error == nullptr) error = std::move(slot->command.error);
    if (error == nullptr) copy_here(slot->unload);
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
  for (Piece piece = next(); piece.width != 0; piece = next()) {
    copy_here(between(piece));
    co_await Executor::yield();
  }
  co_return nullptr;
}

}  // namespace heddle::cuda
