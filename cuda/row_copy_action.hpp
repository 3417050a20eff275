#pragma once

#include <string>
#include <utility>

#include "cuda/action.hpp"
#include "cuda/row_copy.hpp"

namespace heddle::cuda {

// Rows of bytes between any two spaces, at any pitch.
class RowCopyAction final : public StreamAction {
 public:
  // The spans reach from the first byte of the first row to the last of the last.
  RowCopyAction(Span destination, std::size_t destination_pitch, Span source, std::size_t source_pitch,
                std::size_t width, std::size_t rows)
      : destination_(std::move(destination)),
        source_(std::move(source)),
        copy_{destination_.address, destination_pitch, destination_.space, source_.address,
              source_pitch,         source_.space,     width,              rows} {}

  [[nodiscard]] bool takes_time(const Driver& driver) const noexcept override;
  [[nodiscard]] Task<ErrorPtr> run(StreamTurn& turn) override;
  Status carry_out(Driver& driver, StreamHandle stream) noexcept override;
  [[nodiscard]] Operation operation() const noexcept override { return Operation::copy_rows; }
  [[nodiscard]] const char* name() const noexcept override { return "copy2d"; }
  [[nodiscard]] std::string arguments() const override;
  [[nodiscard]] std::size_t bytes() const noexcept override { return copy_.width * copy_.rows; }

 private:
  Span destination_;
  Span source_;
  RowCopy copy_;
};

}  // namespace heddle::cuda
