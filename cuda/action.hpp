#pragma once

#include <cstddef>
#include <string>

#include "cuda/driver.hpp"
#include "cuda/error.hpp"
#include "native/frame_pool.hpp"
#include "native/task.hpp"

namespace heddle::cuda {

class StreamTurn;

// What a stream is to do, for everything that is not one of the plain commands: a class for each, in a file of its own.
// It owns its arguments and holds the memory it uses. A Command of kind `action` carries it, and lets go of it on the
// device's thread after the last use.
class StreamAction {
 public:
  StreamAction() = default;
  StreamAction(const StreamAction&) = delete;
  StreamAction& operator=(const StreamAction&) = delete;
  virtual ~StreamAction() = default;

  // Often one and the same size, made on one thread and dropped on another.
  static void* operator new(std::size_t bytes) { return frame_pool::allocate(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { frame_pool::deallocate(memory, bytes); }

  // Hands the work to the driver, on the device's thread; called once, and never for a command that is refused. Must not
  // block. What it returns is the command's outcome; what the device has to say later comes out at the command's mark.
  virtual Status carry_out(Driver& driver, StreamHandle stream) noexcept = 0;
  // Work that can't be handed over in one go: run() is called in place of carry_out(), in a task of the device's thread, and
  // the stream is paused until it ends. It may wait for anything but what its own stream is given later.
  [[nodiscard]] virtual bool takes_time(const Driver& driver) const noexcept {
    (void)driver;
    return false;
  }
  [[nodiscard]] virtual Task<ErrorPtr> run(StreamTurn& turn);
  // The last call: the command is over, with `error` or without, done or refused (then, when the device has closed, on any
  // thread). Gives what the command ends with, which may be an error that only the action knows of.
  [[nodiscard]] virtual ErrorPtr finished(ErrorPtr error) noexcept { return error; }
  // Whose error that is.
  [[nodiscard]] virtual Operation operation() const noexcept = 0;
  // In traces; lives as long as the program.
  [[nodiscard]] virtual const char* name() const noexcept = 0;
  // In errors: the arguments that matter, "bytes=1024 pitch=512".
  [[nodiscard]] virtual std::string arguments() const { return {}; }
  // In traces: how many it moves; 0 where that says nothing.
  [[nodiscard]] virtual std::size_t bytes() const noexcept { return 0; }
};

}  // namespace heddle::cuda
