#include "cuda/host/fibers.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

// heddle_switch_stack(save, load): leaves the registers that a call preserves on this stack, whose top goes to *save,
// and takes up those on the stack at `load`.
#if defined(__x86_64__)
asm(R"(
.text
.globl heddle_switch_stack
.hidden heddle_switch_stack
.type heddle_switch_stack, @function
heddle_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size heddle_switch_stack, .-heddle_switch_stack
)");
#elif defined(__aarch64__)
asm(R"(
.text
.globl heddle_switch_stack
.hidden heddle_switch_stack
.type heddle_switch_stack, %function
heddle_switch_stack:
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  ret
.size heddle_switch_stack, .-heddle_switch_stack
)");
#else
#error "the host device runs kernels on x86-64 and arm64"
#endif

extern "C" void heddle_switch_stack(void** save, void* load) noexcept;

namespace heddle::cuda::host {

namespace {

// The 512 KiB that a GPU gives a thread for its local memory, and room for the frames of what runs it. Pages that are never
// touched take no memory. With the guard it is an odd number of pages: the tops of stacks would share a cache's lines.
constexpr std::size_t kStack = std::size_t{576} << 10;
constexpr std::size_t kGuard = 4096;
constexpr std::size_t kSavedWords = sizeof(void*) * 20;  // more than either architecture saves

thread_local Fibers* running_here = nullptr;

}  // namespace

// A stack, and the thread of the block that has come to a barrier on it.
struct Fiber {
  Fiber() {
    memory = mmap(nullptr, kStack + kGuard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    if (mprotect(memory, kGuard, PROT_NONE) != 0) {
      munmap(memory, kStack + kGuard);
      throw std::bad_alloc();
    }
    reset();
  }
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber() { munmap(memory, kStack + kGuard); }

  // As if it had been left at the start of main().
  void reset() noexcept {
    auto* const end = static_cast<std::byte*>(memory) + kGuard + kStack - 64;
    auto* const base = reinterpret_cast<void**>(end - kSavedWords);
    std::fill_n(base, kSavedWords / sizeof(void*), nullptr);
#if defined(__x86_64__)
    base[6] = reinterpret_cast<void*>(&Fiber::main);  // where the switch returns to
    // At its entry the stack is 8 bytes off a multiple of 16, as after a call.
    top = base;
    static_assert((kSavedWords + 64) % 16 == 0);
#else
    base[11] = reinterpret_cast<void*>(&Fiber::main);
    top = base;
#endif
    ended = false;
  }

  static void main() {
    Fibers& fibers = *running_here;
    Fiber& self = *fibers.running_;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(nullptr, &fibers.home_, &fibers.home_bytes_);
#endif
    fibers.kernel_->run(*fibers.block_);
    self.ended = true;
    self.leave();
    __builtin_unreachable();
  }

  void leave() noexcept {
    Fibers& fibers = *running_here;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(ended ? nullptr : &shadow, fibers.home_, fibers.home_bytes_);
#endif
    heddle_switch_stack(&top, fibers.scheduler_);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(shadow, nullptr, nullptr);
#endif
  }

  void* memory = nullptr;
  void* top = nullptr;
  void* shadow = nullptr;  // the sanitizer's
  bool ended = false;
  unsigned thread = 0;
  heddle_abi::Barrier barrier = heddle_abi::Barrier::block;
  unsigned mask = 0;
};

Fibers::Fibers() = default;
Fibers::~Fibers() = default;

void Fibers::resume(Fiber& fiber) {
  running_ = &fiber;
#if defined(__SANITIZE_ADDRESS__)
  void* shadow = nullptr;
  __sanitizer_start_switch_fiber(&shadow, static_cast<std::byte*>(fiber.memory) + kGuard, kStack);
#endif
  heddle_switch_stack(&scheduler_, fiber.top);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(shadow, nullptr, nullptr);
#endif
}

// On a fiber's stack.
void Fibers::wait(heddle_abi::Block& block, heddle_abi::Barrier barrier, unsigned mask) {
  Fibers& fibers = *running_here;
  Fiber& self = *fibers.running_;
  self.thread = block.current;
  self.barrier = barrier;
  self.mask = mask;
  self.leave();
}

Fiber& Fibers::fresh(std::size_t index) {
  if (index == fibers_.size()) fibers_.push_back(std::make_unique<Fiber>());
  fibers_[index]->reset();
  return *fibers_[index];
}

// waiting -> ready, for those whose barrier everybody has come to who still can: threads that have ended do not count.
bool Fibers::release() {
  using heddle_abi::Barrier;
  ready_.clear();
  const bool all_at_block = std::all_of(waiting_.begin(), waiting_.end(),
                                        [](const Fiber* fiber) { return fiber->barrier == Barrier::block; });
  std::array<unsigned, 32> at_warp{};  // by warp, the lanes that wait for others of it
  std::array<unsigned, 32> alive{};
  for (const Fiber* fiber : waiting_) {
    const unsigned bit = 1U << (fiber->thread % 32);
    alive[fiber->thread / 32] |= bit;
    if (fiber->barrier == Barrier::warp) at_warp[fiber->thread / 32] |= bit;
  }
  const auto is_ready = [&](const Fiber* fiber) {
    const unsigned warp = fiber->thread / 32;
    if (fiber->barrier == Barrier::block) return all_at_block;
    const unsigned wanted = fiber->mask & alive[warp];
    return (at_warp[warp] & wanted) == wanted;
  };
  const auto stays = [&](const Fiber* fiber) { return !is_ready(fiber); };
  const auto first = std::stable_partition(waiting_.begin(), waiting_.end(), stays);
  ready_.assign(first, waiting_.end());
  waiting_.erase(first, waiting_.end());
  return !ready_.empty();
}

Status Fibers::run(const heddle_abi::Kernel& kernel, heddle_abi::Block& block) {
  Fibers* const outer = running_here;
  running_here = this;
  kernel_ = &kernel;
  block_ = &block;
  slots_.resize(block.threads + 32);
  block.slots = slots_.data();
  block.wait = &Fibers::wait;
  block.next = 0;
  block.fault = heddle_abi::Fault::none;
  waiting_.clear();
  Status status = kSuccess;
  // A fiber goes on to the next thread by itself: it comes back at a barrier, or when there is none left.
  while (block.next < block.threads) {
    Fiber& fiber = fresh(waiting_.size());
    resume(fiber);
    if (!fiber.ended) waiting_.push_back(&fiber);
  }
  while (block.fault == heddle_abi::Fault::none && !waiting_.empty()) {
    if (!release()) {
      status = kLaunchFailure;
      break;
    }
    for (Fiber* fiber : ready_) {
      resume(*fiber);
      if (!fiber->ended) waiting_.push_back(fiber);
    }
  }
  running_here = outer;
  if (block.fault != heddle_abi::Fault::none) {
    status = block.fault == heddle_abi::Fault::assertion ? kAssert : kLaunchFailure;
  }
  return status;
}

}  // namespace heddle::cuda::host
