#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cuda/action.hpp"
#include "cuda/launch.hpp"
#include "cuda/library.hpp"
#include "cuda/memory.hpp"

namespace heddle::cuda {

// One launch of a kernel, with its arguments and all memory that they point to.
class LaunchAction final : public StreamAction {
 public:
  // Throws std::bad_alloc.
  LaunchAction(KernelPtr kernel, const LaunchShape& shape);

  // As many bytes as the kernel's arguments take, laid out as its parameters are; 0 until they are set.
  [[nodiscard]] std::byte* values() noexcept { return bytes_ <= kInline ? few_values_.data() : many_values_.data(); }
  // Precondition: the parameter lies inside the arguments.
  void set(std::uint32_t offset, const void* value, std::size_t bytes) noexcept;
  // A pointer among them; what it points to is held until the launch is done.
  void set_pointer(std::uint32_t offset, Span memory);

  Status carry_out(Driver& driver, StreamHandle stream) noexcept override;
  [[nodiscard]] Operation operation() const noexcept override { return Operation::launch; }
  [[nodiscard]] const char* name() const noexcept override { return "launch"; }
  [[nodiscard]] std::string arguments() const override;

 private:
  static constexpr std::size_t kInline = 64;
  static constexpr std::size_t kHeldInline = 4;

  const KernelPtr kernel_;
  const LaunchShape shape_;
  const std::size_t bytes_;
  std::size_t held_ = 0;
  std::array<std::shared_ptr<void>, kHeldInline> few_held_;
  alignas(16) std::array<std::byte, kInline> few_values_{};
  std::vector<std::byte> many_values_;
  std::vector<std::shared_ptr<void>> more_held_;
};

}  // namespace heddle::cuda
