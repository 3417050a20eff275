#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "cuda/action.hpp"
#include "native/event.hpp"

namespace heddle::cuda {

// A function of the program's that a stream calls when it gets there, on a thread of the program's; the stream goes on
// when it has returned. Shared by the stream's action and by whoever carries the call to that thread.
class HostCall {
 public:
  // Called once, on any thread: with true when the stream is there, with false when it never will be.
  using Reach = std::function<void(bool there)>;

  explicit HostCall(Reach reach) noexcept : reach_(std::move(reach)) {}
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;
  ~HostCall() { reach(false); }

  // Any thread. The first of them counts: it lets the stream go on, with `error` as the outcome of the call.
  void returned(ErrorPtr error) noexcept;

 private:
  friend class HostCallAction;

  void reach(bool there) noexcept {
    if (const Reach tell = std::exchange(reach_, nullptr)) tell(there);
  }

  Reach reach_;
  std::mutex mutex_;
  ErrorPtr error_;
  bool returned_ = false;
  SharedEvent done_;
};

class HostCallAction final : public StreamAction {
 public:
  explicit HostCallAction(std::shared_ptr<HostCall> call) noexcept : call_(std::move(call)) {}
  ~HostCallAction() override { call_->reach(false); }

  [[nodiscard]] bool takes_time(const Driver&) const noexcept override { return true; }
  [[nodiscard]] Task<ErrorPtr> run(StreamTurn& turn) override;
  Status carry_out(Driver&, StreamHandle) noexcept override { return kNotSupported; }
  [[nodiscard]] Operation operation() const noexcept override { return Operation::host_call; }
  [[nodiscard]] const char* name() const noexcept override { return "host"; }

 private:
  std::shared_ptr<HostCall> call_;
};

}  // namespace heddle::cuda
