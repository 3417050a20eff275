#include "cuda/command_pool.hpp"

namespace heddle::cuda {

Command& CommandPool::take() {
  if (free_ == nullptr) free_ = returned_.take_all();
  if (free_ == nullptr) {
    auto chunk = std::make_unique<Command[]>(kChunk);
    for (std::size_t i = 0; i < kChunk; ++i) {
      chunk[i].pool = this;
      chunk[i].next = i + 1 < kChunk ? &chunk[i + 1] : nullptr;
    }
    free_ = &chunk[0];
    chunks_.push_back(std::move(chunk));
  }
  Command& command = *free_;
  free_ = command.next;
  command.next = nullptr;
  return command;
}

void CommandPool::give_back(Command& command) noexcept {
  CommandPool* const pool = command.pool;
  command = Command{};
  command.pool = pool;
  returned_.push(command);
}

}  // namespace heddle::cuda
