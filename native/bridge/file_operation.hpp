#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "native/bridge/bridge.hpp"
#include "native/io/request.hpp"

namespace heddle::bridge {

// One file operation of JavaScript's: a request to the executor's backend, without a coroutine. It owns the path and
// holds the memory until the kernel is done with them.
class FileOperation : public PendingOperation, protected io::Request {
 public:
  static void transfer(Bridge& bridge, io::Opcode opcode, const Submission& submission);
  static void vectored(Bridge& bridge, std::int32_t id, io::Opcode opcode, int descriptor, double position,
                       std::vector<HeldMemory> parts);
  static void simple(Bridge& bridge, io::Opcode opcode, const Submission& submission);
  static void open(Bridge& bridge, std::int32_t id, std::string path, int flags, std::uint32_t mode);
  static void stat(Bridge& bridge, const Submission& submission);
  static void stat(Bridge& bridge, std::int32_t id, std::string path, bool follow_links, const Submission& numbers);

  void cancel() noexcept override;

 protected:
  FileOperation(Bridge& bridge, std::int32_t id, io::Opcode operation, int descriptor, HeldMemory memory) noexcept;
  void start();
  // What the reply's value is when the request has succeeded.
  virtual double outcome() noexcept { return static_cast<double>(result); }
  // So many bytes have been written. False: that was all.
  virtual bool advance(std::size_t bytes) noexcept;

  HeldMemory memory_;
  std::string path_;

 private:
  static void on_completion(io::Request& request) noexcept;
  // A pipe took a part: goes on with the rest, as a write that blocks does.
  [[nodiscard]] bool writes_on() noexcept;

  Bridge& bridge_;
  std::size_t written_ = 0;  // before the rest
};

}  // namespace heddle::bridge
