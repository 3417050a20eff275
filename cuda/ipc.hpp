#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "cuda/action.hpp"
#include "cuda/error.hpp"
#include "cuda/memory.hpp"

// Memory and events that several processes on one machine share. Who gives one out keeps it until the others are done
// with it: nobody else knows.
namespace heddle::cuda {

class DeviceThread;

namespace ipc {

// A driver's event; dropping the last reference, on whatever thread, has the device's slow lane destroy it.
using EventPtr = std::shared_ptr<DriverEvent>;

using Shared = std::function<void(const IpcHandle&, const ErrorPtr&)>;
using Opened = std::function<void(BlockPtr, const ErrorPtr&)>;
using Made = std::function<void(EventPtr, const IpcHandle&, const ErrorPtr&)>;

// Each calls back once, on the slow lane, or on the caller's thread when the device is closed.

// `memory` begins where shareable memory does.
void share_memory(DeviceThread& thread, Span memory, Shared told);
void open_memory(DeviceThread& thread, const IpcHandle& handle, std::size_t bytes, Opened opened);
void make_event(DeviceThread& thread, Made made);
void open_event(DeviceThread& thread, const IpcHandle& handle, Made opened);

}  // namespace ipc

// Records an event of several processes, or waits for it.
class IpcEventAction final : public StreamAction {
 public:
  enum class Kind : std::uint8_t { record, wait };
  // Called once, on any thread: the driver has it, or never will. Not when it is dropped without being submitted.
  using Told = std::function<void(const ErrorPtr&)>;

  IpcEventAction(Kind kind, ipc::EventPtr event, Told told) noexcept
      : kind_(kind), event_(std::move(event)), told_(std::move(told)) {}

  Status carry_out(Driver& driver, StreamHandle stream) noexcept override;
  [[nodiscard]] ErrorPtr finished(ErrorPtr error) noexcept override {
    tell(error);
    return error;
  }
  [[nodiscard]] Operation operation() const noexcept override {
    return kind_ == Kind::record ? Operation::event_record : Operation::stream_wait_event;
  }
  [[nodiscard]] const char* name() const noexcept override { return kind_ == Kind::record ? "record" : "wait"; }

 private:
  void tell(const ErrorPtr& error) noexcept {
    if (const Told told = std::exchange(told_, nullptr)) told(error);
  }

  const Kind kind_;
  const ipc::EventPtr event_;
  Told told_;
};

}  // namespace heddle::cuda
