#pragma once

#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace heddle::cuda {

// Numbers that the library itself gives, beside those of the CUDA runtime (which are all >= 0).
inline constexpr int kSuccess = 0;
inline constexpr int kInvalidValue = 1;
inline constexpr int kMemoryAllocation = 2;
inline constexpr int kInvalidConfiguration = 9;
inline constexpr int kInsufficientDriver = 35;
inline constexpr int kNoDevice = 100;
inline constexpr int kInvalidDevice = 101;
inline constexpr int kInvalidKernelImage = 200;
inline constexpr int kOperatingSystem = 304;
inline constexpr int kInvalidResource = 400;
inline constexpr int kSymbolNotFound = 500;
inline constexpr int kNotReady = 600;
inline constexpr int kIllegalAddress = 700;
inline constexpr int kAssert = 710;
inline constexpr int kLaunchFailure = 719;
inline constexpr int kAlreadyRegistered = 712;
inline constexpr int kNotRegistered = 713;
inline constexpr int kNotSupported = 801;
inline constexpr int kCaptureUnsupported = 900;
inline constexpr int kCaptureInvalidated = 901;
inline constexpr int kCaptureUnjoined = 904;
inline constexpr int kCaptureIsolation = 905;
inline constexpr int kGraphUpdateFailure = 910;
inline constexpr int kUnknown = 999;
inline constexpr int kDeviceClosed = -1;         // the device was closed before the operation ended
inline constexpr int kLostCompletion = -2;       // the work was done, but the device never said so
inline constexpr int kNotBuilt = -3;             // this build has no CUDA runtime
inline constexpr int kHostFunction = -4;         // a function of the program's that a stream called has thrown
inline constexpr int kNcclMissing = -20;         // there is no NCCL for collectives between GPUs
inline constexpr int kCollectiveFailed = -21;    // NCCL reports an error that is none of the next
inline constexpr int kCollectiveRemote = -22;    // another rank failed, or has left
inline constexpr int kCollectiveTimeout = -23;   // another rank did not come in time
inline constexpr int kCollectiveAborted = -24;   // the program aborted the group
inline constexpr int kCollectiveMismatch = -25;  // the ranks asked for different things

// A failed device operation, as the CUDA runtime names it. The host device gives the same numbers and names.
struct Error {
  int number = kSuccess;
  std::string name;       // "cudaErrorMemoryAllocation"
  std::string operation;  // "cudaMalloc"
  std::string arguments;  // what matters of them: "bytes=1073741824 free=1048576 total=8589934592"; may be empty
  std::string message;    // one line for people, with all of the above

  // The context is gone for good: every later call on that device fails with the same number.
  [[nodiscard]] bool sticky() const noexcept;
};

// Null means success. Shared because one fault rejects everything that is pending.
using ErrorPtr = std::shared_ptr<const Error>;

// `remedy` is appended to the message. A number of the runtime's that is not in our table is named "cudaError<number>".
[[nodiscard]] ErrorPtr make_error(int number, std::string_view operation, std::string_view arguments = {},
                                  std::string_view remedy = {});

// The runtime's name and one-line description of an error number.
[[nodiscard]] std::string error_name(int number);
[[nodiscard]] std::string error_text(int number);
[[nodiscard]] bool is_sticky(int number) noexcept;

// The same inside coroutines.
class DeviceError final : public std::exception {
 public:
  explicit DeviceError(ErrorPtr error) noexcept : error_(std::move(error)) {}
  [[nodiscard]] const char* what() const noexcept override { return error_->message.c_str(); }
  [[nodiscard]] const ErrorPtr& error() const noexcept { return error_; }

 private:
  ErrorPtr error_;
};

}  // namespace heddle::cuda
