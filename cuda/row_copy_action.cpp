#include "cuda/row_copy_action.hpp"

#include "cuda/stream_turn.hpp"

namespace heddle::cuda {

bool RowCopyAction::takes_time(const Driver& driver) const noexcept {
  return copy_.needs_host() && !driver.copies_pageable();
}

Task<ErrorPtr> RowCopyAction::run(StreamTurn& turn) { return turn.copy(copy_); }

Status RowCopyAction::carry_out(Driver& driver, StreamHandle stream) noexcept {
  return bytes() == 0 ? kSuccess : driver.copy_rows(copy_, stream);
}

std::string RowCopyAction::arguments() const {
  return "width=" + std::to_string(copy_.width) + " rows=" + std::to_string(copy_.rows) +
         " pitches=" + std::to_string(copy_.destination_pitch) + "," + std::to_string(copy_.source_pitch);
}

}  // namespace heddle::cuda
