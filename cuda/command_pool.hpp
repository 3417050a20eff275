#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cuda/command.hpp"
#include "native/inbox.hpp"

namespace heddle::cuda {

// Commands for one submitting thread. take() belongs to that thread; give_back() to any: the device recycles commands
// that did not notify, the submitter those that did. The pool must outlive every command, so until all devices that
// it served have closed. Memory is kept for reuse and returned with the pool.
class CommandPool {
 public:
  CommandPool() = default;
  CommandPool(const CommandPool&) = delete;
  CommandPool& operator=(const CommandPool&) = delete;

  // All fields are as a new Command's, but for `pool`. Throws std::bad_alloc.
  [[nodiscard]] Command& take();
  // Releases what the command still refers to.
  void give_back(Command& command) noexcept;

  // How many commands were ever made: the high-water mark of commands in use.
  [[nodiscard]] std::size_t made() const noexcept { return chunks_.size() * kChunk; }

 private:
  static constexpr std::size_t kChunk = 64;

  Command* free_ = nullptr;
  Inbox<Command> returned_;
  std::vector<std::unique_ptr<Command[]>> chunks_;
};

}  // namespace heddle::cuda
