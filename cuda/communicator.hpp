#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cuda/driver.hpp"

namespace heddle::cuda {

// The numbers are NCCL's.
enum class Element : std::uint8_t { i8, u8, i32, u32, i64, u64, f16, f32, f64, bf16 };
enum class Reduction : std::uint8_t { sum, product, max, min, average };

enum class CollectiveKind : std::uint8_t { all_reduce, broadcast, all_gather, reduce_scatter, send, receive };

// One operation of one rank. All ranks of a group give the same, in the same order; a send meets the receive of its peer.
struct Collective {
  CollectiveKind kind = CollectiveKind::all_reduce;
  Element element = Element::u8;
  Reduction reduction = Reduction::sum;
  int peer = 0;  // broadcast: from whom; send, receive: with whom
  std::byte* destination = nullptr;
  const std::byte* source = nullptr;
  std::size_t count = 0;  // elements; all_gather: of the source; reduce_scatter: of the destination
};

[[nodiscard]] std::size_t bytes_of(Element element) noexcept;
// For people; lives as long as the program.
[[nodiscard]] const char* name_of(CollectiveKind kind) noexcept;
// For people: "all-reduce of 1024 f32, sum".
[[nodiscard]] std::string description_of(const Collective& operation);

// A driver's end of a group: one rank. Made by Driver::comm_open(), and then good for nothing until progress() says so.
class Communicator {
 public:
  Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  // Slow. Leaves the group; whoever still needs this rank gets an error.
  virtual ~Communicator() = default;

  // Hands a group of operations to the stream as one: sends and receives in it do not wait for each other. The device's
  // thread. kNotReady: still at it; neither this nor the stream may be used until progress() says something else.
  virtual Status enqueue(std::span<const Collective> group, StreamHandle stream) noexcept = 0;
  // That it never is. The device's thread.
  [[nodiscard]] virtual bool takes_at_once() const noexcept { return false; }
  // kSuccess: what was asked has been handed over, and nothing has failed. kNotReady: not yet. Else the group is broken,
  // and what is in flight ends, without a result, when it is aborted. Any thread.
  virtual Status progress() noexcept = 0;
  // What is in flight ends soon, and everything later fails. Nothing else may be called any more, but silent(). Slow.
  void abort() noexcept {
    break_off();
    silent_.store(true, std::memory_order_release);
  }
  // It was aborted, and hands nothing to a stream any more, not even what it was at. Any thread.
  [[nodiscard]] bool silent() const noexcept { return silent_.load(std::memory_order_acquire); }
  // What is known about a failure, for people; may be empty.
  [[nodiscard]] virtual std::string reason() const { return {}; }

 private:
  virtual void break_off() noexcept = 0;

  std::atomic<bool> silent_{false};
};

}  // namespace heddle::cuda
