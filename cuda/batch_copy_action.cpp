#include "cuda/batch_copy_action.hpp"

#include <algorithm>

#include "cuda/stream_turn.hpp"

namespace heddle::cuda {

namespace {

// Where the driver does not do them together, each is one of the thousand that it takes without blocking.
constexpr std::size_t kMostAtOnce = 128;

}  // namespace

void BatchCopyAction::add(Span destination, Span source) {
  if (source.bytes == 0) return;
  bytes_ += source.bytes;
  copies_.push_back({destination.address, destination.space, source.address, source.space, source.bytes});
  held_.push_back(std::move(destination.hold));
  held_.push_back(std::move(source.hold));
}

bool BatchCopyAction::takes_time(const Driver& driver) const noexcept {
  return copies_.size() > kMostAtOnce ||
         (!driver.copies_pageable() && std::any_of(copies_.begin(), copies_.end(), [](const PlainCopy& copy) {
           return needs_host(copy.to, copy.from);
         }));
}

// One after the other, and never more than the driver takes without blocking.
Task<ErrorPtr> BatchCopyAction::run(StreamTurn& turn) {
  std::size_t handed_over = 0;
  for (const PlainCopy& copy : copies_) {
    ErrorPtr error = co_await turn.copy(rows_of(copy));
    if (error == nullptr && ++handed_over % kMostAtOnce == 0) error = co_await turn.reached();
    if (error != nullptr) co_return error;
  }
  co_return nullptr;
}

Status BatchCopyAction::carry_out(Driver& driver, StreamHandle stream) noexcept {
  return copies_.empty() ? kSuccess : driver.copy_batch(copies_, stream);
}

std::string BatchCopyAction::arguments() const {
  return "copies=" + std::to_string(copies_.size()) + " bytes=" + std::to_string(bytes_);
}

}  // namespace heddle::cuda
