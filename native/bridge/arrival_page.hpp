#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "native/bridge/layout.hpp"

namespace heddle::bridge {

// Memory of JavaScript's into which small arrivals are copied one behind the other, so that a Buffer over them is all that is
// left to make there. It is held until the next one comes, and JavaScript's Buffers keep it after that.
class ArrivalPage {
 public:
  // Arrivals go there from now on.
  void renew(std::shared_ptr<void> hold, std::span<std::byte> memory) noexcept {
    hold_ = std::move(hold);
    memory_ = memory;
    used_ = 0;
  }

  // Where the copy starts. None: it is too long, or the page has no room, and then takes nothing more: JavaScript learns of a
  // full page by an arrival that is not in it, and must have seen all that are by then.
  [[nodiscard]] std::optional<std::size_t> copy(std::span<const std::byte> bytes) noexcept {
    if (bytes.size() > kLongestCopiedArrival) return std::nullopt;
    if (bytes.size() > memory_.size() - used_) {
      used_ = memory_.size();
      return std::nullopt;
    }
    const std::size_t start = used_;
    std::memcpy(memory_.data() + start, bytes.data(), bytes.size());
    used_ = std::min(memory_.size(), (start + bytes.size() + kAlignment - 1) / kAlignment * kAlignment);
    return start;
  }

  // For whoever finds that JavaScript has lost the page: what was copied is still here, and nothing more will be.
  [[nodiscard]] std::span<const std::byte> recover(std::size_t start, std::size_t bytes) noexcept {
    used_ = memory_.size();
    return memory_.subspan(start, bytes);
  }

 private:
  static constexpr std::size_t kAlignment = 8;

  std::shared_ptr<void> hold_;
  std::span<std::byte> memory_;
  std::size_t used_ = 0;
};

}  // namespace heddle::bridge
