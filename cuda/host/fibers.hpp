#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cuda/driver.hpp"
#include "cuda/host/kernel_abi.hpp"

namespace heddle::cuda::host {

struct Fiber;

// Runs the threads of blocks, on the calling thread. Each begins where the one before it has ended, on the same stack, so
// that a kernel without barriers costs two switches for a whole block. A thread that meets a barrier keeps its stack, and
// the next begins on another. Stacks are kept from block to block.
class Fibers {
 public:
  Fibers();
  Fibers(const Fibers&) = delete;
  Fibers& operator=(const Fibers&) = delete;
  ~Fibers();

  // kSuccess; or what the device dies of: a trap, a failed assertion, or a barrier that some threads never come to (the
  // device would wait for ever). Throws std::bad_alloc.
  Status run(const heddle_abi::Kernel& kernel, heddle_abi::Block& block);

 private:
  friend struct Fiber;

  static void wait(heddle_abi::Block& block, heddle_abi::Barrier barrier, unsigned mask);
  Fiber& fresh(std::size_t index);
  void resume(Fiber& fiber);
  bool release();

  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> waiting_;
  std::vector<Fiber*> ready_;
  std::vector<unsigned long long> slots_;
  Fiber* running_ = nullptr;
  void* scheduler_ = nullptr;                    // where its stack was left
  [[maybe_unused]] const void* home_ = nullptr;  // that stack's bounds, for the address sanitizer
  [[maybe_unused]] std::size_t home_bytes_ = 0;
  const heddle_abi::Kernel* kernel_ = nullptr;
  heddle_abi::Block* block_ = nullptr;
};

}  // namespace heddle::cuda::host
