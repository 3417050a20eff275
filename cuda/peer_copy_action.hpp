#pragma once

#include <string>
#include <utility>

#include "cuda/action.hpp"

namespace heddle::cuda {

// Bytes between the memory of two devices, in the order of a stream of one of them. The spans keep the memory, and the
// loans the devices it belongs to: neither frees it meanwhile (Device::lend).
class PeerCopyAction final : public StreamAction {
 public:
  struct Side {
    Span span;
    std::shared_ptr<void> loan;
    int ordinal = -1;
  };

  // Both in device memory, and of the same length.
  PeerCopyAction(Side destination, Side source) : destination_(std::move(destination)), source_(std::move(source)) {}

  Status carry_out(Driver& driver, StreamHandle stream) noexcept override {
    if (bytes() == 0) return kSuccess;
    return driver.copy_peer(destination_.span.address, destination_.ordinal, source_.span.address, source_.ordinal,
                            bytes(), stream);
  }
  [[nodiscard]] Operation operation() const noexcept override { return Operation::copy_peer; }
  [[nodiscard]] const char* name() const noexcept override { return "peer copy"; }
  [[nodiscard]] std::string arguments() const override {
    return "bytes=" + std::to_string(bytes()) + " devices=" + std::to_string(destination_.ordinal) + "," +
           std::to_string(source_.ordinal);
  }
  [[nodiscard]] std::size_t bytes() const noexcept override { return source_.span.bytes; }

 private:
  Side destination_;
  Side source_;
};

}  // namespace heddle::cuda
