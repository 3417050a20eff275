#include "cuda/error.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace heddle::cuda {

namespace {

struct Entry {
  int number;
  const char* name;
  const char* text;
  bool sticky = false;
};

// From driver_types.h of CUDA 13.0, all of them, sorted by number: a driver may return what no call here seems to ask for.
// Sticky are those of which it says that the process must be terminated.
constexpr std::array kEntries{
    Entry{kCollectiveMismatch, "heddleErrorCollectiveMismatch", "the ranks do not ask for the same"},
    Entry{kCollectiveAborted, "heddleErrorCollectiveAborted", "the group of ranks was aborted"},
    Entry{kCollectiveTimeout, "heddleErrorCollectiveTimeout", "another rank did not come in time"},
    Entry{kCollectiveRemote, "heddleErrorCollectiveRemote", "another rank failed, or has left the group"},
    Entry{kCollectiveFailed, "heddleErrorCollective", "NCCL reports an error"},
    Entry{kNcclMissing, "heddleErrorNcclMissing", "NCCL is not there"},
    Entry{kHostFunction, "heddleErrorHostFunction", "a function that the stream called has thrown"},
    Entry{kNotBuilt, "heddleErrorNotBuilt", "this build has no CUDA runtime"},
    Entry{kLostCompletion, "heddleErrorLostCompletion",
          "the stream went idle but an operation's completion never arrived"},
    Entry{kDeviceClosed, "heddleErrorDeviceClosed", "the device has been closed"},
    Entry{kSuccess, "cudaSuccess", "no error"},
    Entry{kInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    Entry{kMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    Entry{3, "cudaErrorInitializationError", "initialization error"},
    Entry{4, "cudaErrorCudartUnloading", "driver shutting down", true},
    Entry{5, "cudaErrorProfilerDisabled", "the profiler is disabled"},
    Entry{6, "cudaErrorProfilerNotInitialized", "the profiler is not initialized"},
    Entry{7, "cudaErrorProfilerAlreadyStarted", "the profiler has been started already"},
    Entry{8, "cudaErrorProfilerAlreadyStopped", "the profiler has been stopped already"},
    Entry{9, "cudaErrorInvalidConfiguration", "invalid configuration argument"},
    Entry{12, "cudaErrorInvalidPitchValue", "invalid pitch argument"},
    Entry{13, "cudaErrorInvalidSymbol", "invalid device symbol"},
    Entry{16, "cudaErrorInvalidHostPointer", "invalid host pointer"},
    Entry{17, "cudaErrorInvalidDevicePointer", "invalid device pointer"},
    Entry{18, "cudaErrorInvalidTexture", "invalid texture reference"},
    Entry{19, "cudaErrorInvalidTextureBinding", "texture is not bound to a pointer"},
    Entry{20, "cudaErrorInvalidChannelDescriptor", "invalid channel descriptor"},
    Entry{21, "cudaErrorInvalidMemcpyDirection", "invalid copy direction for memcpy"},
    Entry{22, "cudaErrorAddressOfConstant", "the address of a constant was taken"},
    Entry{23, "cudaErrorTextureFetchFailed", "a texture could not be fetched"},
    Entry{24, "cudaErrorTextureNotBound", "the texture was not bound"},
    Entry{25, "cudaErrorSynchronizationError", "a synchronization failed"},
    Entry{26, "cudaErrorInvalidFilterSetting", "linear filtering is not supported for non-float types"},
    Entry{27, "cudaErrorInvalidNormSetting",
          "reading as a normalized float is not supported for 32-bit non-float types"},
    Entry{28, "cudaErrorMixedDeviceExecution", "device emulation and device execution can't be mixed"},
    Entry{31, "cudaErrorNotYetImplemented", "the feature is not yet implemented"},
    Entry{32, "cudaErrorMemoryValueTooLarge", "the memory size is too large"},
    Entry{34, "cudaErrorStubLibrary", "the CUDA driver library is a stub"},
    Entry{kInsufficientDriver, "cudaErrorInsufficientDriver", "the CUDA driver is insufficient for the CUDA runtime"},
    Entry{36, "cudaErrorCallRequiresNewerDriver", "the API call needs a newer driver"},
    Entry{37, "cudaErrorInvalidSurface", "invalid surface reference"},
    Entry{43, "cudaErrorDuplicateVariableName", "several variables share a name"},
    Entry{44, "cudaErrorDuplicateTextureName", "several textures share a name"},
    Entry{45, "cudaErrorDuplicateSurfaceName", "several surfaces share a name"},
    Entry{46, "cudaErrorDevicesUnavailable", "the CUDA devices are busy or unavailable"},
    Entry{49, "cudaErrorIncompatibleDriverContext", "incompatible driver context"},
    Entry{52, "cudaErrorMissingConfiguration", "the launch has no configuration"},
    Entry{53, "cudaErrorPriorLaunchFailure", "a previous launch has failed"},
    Entry{65, "cudaErrorLaunchMaxDepthExceeded", "launches are nested too deep"},
    Entry{66, "cudaErrorLaunchFileScopedTex", "a nested launch can't use file-scoped textures"},
    Entry{67, "cudaErrorLaunchFileScopedSurf", "a nested launch can't use file-scoped surfaces"},
    Entry{68, "cudaErrorSyncDepthExceeded", "synchronization is nested too deep"},
    Entry{69, "cudaErrorLaunchPendingCountExceeded", "too many nested launches are pending"},
    Entry{98, "cudaErrorInvalidDeviceFunction", "invalid device function"},
    Entry{kNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    Entry{kInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    Entry{102, "cudaErrorDeviceNotLicensed", "the device has no valid Grid license"},
    Entry{103, "cudaErrorSoftwareValidityNotEstablished", "the integrity checks of the software have not passed"},
    Entry{127, "cudaErrorStartupFailure", "startup failure in the CUDA runtime"},
    Entry{200, "cudaErrorInvalidKernelImage", "the kernel image is invalid"},
    Entry{201, "cudaErrorDeviceUninitialized", "invalid device context"},
    Entry{205, "cudaErrorMapBufferObjectFailed", "a buffer object could not be mapped"},
    Entry{206, "cudaErrorUnmapBufferObjectFailed", "a buffer object could not be unmapped"},
    Entry{207, "cudaErrorArrayIsMapped", "the array is mapped"},
    Entry{208, "cudaErrorAlreadyMapped", "the resource is mapped already"},
    Entry{209, "cudaErrorNoKernelImageForDevice", "no kernel image can run on the device"},
    Entry{210, "cudaErrorAlreadyAcquired", "the resource has been acquired already"},
    Entry{211, "cudaErrorNotMapped", "the resource is not mapped"},
    Entry{212, "cudaErrorNotMappedAsArray", "the resource is not mapped as an array"},
    Entry{213, "cudaErrorNotMappedAsPointer", "the resource is not mapped as a pointer"},
    Entry{214, "cudaErrorECCUncorrectable", "uncorrectable ECC error", true},
    Entry{215, "cudaErrorUnsupportedLimit", "the device does not support this limit"},
    Entry{216, "cudaErrorDeviceAlreadyInUse", "exclusive-thread device already in use by a different thread"},
    Entry{217, "cudaErrorPeerAccessUnsupported", "the devices can't reach each other's memory"},
    Entry{218, "cudaErrorInvalidPtx", "a PTX JIT compilation failed"},
    Entry{219, "cudaErrorInvalidGraphicsContext", "invalid OpenGL or DirectX context"},
    Entry{220, "cudaErrorNvlinkUncorrectable", "uncorrectable NVLink error", true},
    Entry{221, "cudaErrorJitCompilerNotFound", "the PTX JIT compiler library was not found"},
    Entry{222, "cudaErrorUnsupportedPtxVersion", "the PTX was compiled with an unsupported toolchain"},
    Entry{223, "cudaErrorJitCompilationDisabled", "the compilation of PTX is disabled"},
    Entry{224, "cudaErrorUnsupportedExecAffinity", "the device does not support this execution affinity"},
    Entry{225, "cudaErrorUnsupportedDevSideSync",
          "the code uses cudaDeviceSynchronize on the device, which is not supported"},
    Entry{226, "cudaErrorContained", "a contained hardware fault ended the context", true},
    Entry{300, "cudaErrorInvalidSource", "the device kernel's source is invalid"},
    Entry{301, "cudaErrorFileNotFound", "file not found"},
    Entry{302, "cudaErrorSharedObjectSymbolNotFound", "a symbol of a shared object was not found"},
    Entry{303, "cudaErrorSharedObjectInitFailed", "a shared object could not be initialized"},
    Entry{kOperatingSystem, "cudaErrorOperatingSystem", "a call to the operating system failed"},
    Entry{kInvalidResource, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    Entry{401, "cudaErrorIllegalState", "the operation cannot be performed in the present state"},
    Entry{402, "cudaErrorLossyQuery", "the query would lose information"},
    Entry{500, "cudaErrorSymbolNotFound", "named symbol not found"},
    Entry{kNotReady, "cudaErrorNotReady", "device not ready"},
    Entry{kIllegalAddress, "cudaErrorIllegalAddress", "an illegal memory access was encountered", true},
    Entry{701, "cudaErrorLaunchOutOfResources", "too many resources requested for launch"},
    Entry{702, "cudaErrorLaunchTimeout", "the launch timed out and was terminated", true},
    Entry{703, "cudaErrorLaunchIncompatibleTexturing", "the launch uses an incompatible texturing mode"},
    Entry{704, "cudaErrorPeerAccessAlreadyEnabled", "peer access is enabled already"},
    Entry{705, "cudaErrorPeerAccessNotEnabled", "peer access has not been enabled"},
    Entry{708, "cudaErrorSetOnActiveProcess", "it can't be set while the process is active"},
    Entry{709, "cudaErrorContextIsDestroyed", "the context is destroyed", true},
    Entry{710, "cudaErrorAssert", "device-side assert triggered", true},
    Entry{711, "cudaErrorTooManyPeers", "the resources for peer access are used up"},
    Entry{kAlreadyRegistered, "cudaErrorHostMemoryAlreadyRegistered",
          "part or all of the memory is already registered"},
    Entry{kNotRegistered, "cudaErrorHostMemoryNotRegistered", "the memory is not registered"},
    Entry{714, "cudaErrorHardwareStackError", "hardware stack error", true},
    Entry{715, "cudaErrorIllegalInstruction", "an illegal instruction was encountered", true},
    Entry{716, "cudaErrorMisalignedAddress", "misaligned address", true},
    Entry{717, "cudaErrorInvalidAddressSpace", "operation not supported on this address space", true},
    Entry{718, "cudaErrorInvalidPc", "invalid program counter", true},
    Entry{719, "cudaErrorLaunchFailure", "unspecified launch failure", true},
    Entry{720, "cudaErrorCooperativeLaunchTooLarge",
          "too many blocks for a cooperative launch: they must all be resident at once"},
    Entry{721, "cudaErrorTensorMemoryLeak", "tensor memory was not completely freed", true},
    Entry{800, "cudaErrorNotPermitted", "operation not permitted"},
    Entry{kNotSupported, "cudaErrorNotSupported", "operation not supported"},
    Entry{802, "cudaErrorSystemNotReady", "the system is not yet initialized"},
    Entry{803, "cudaErrorSystemDriverMismatch", "the kernel driver and the CUDA driver library do not match"},
    Entry{804, "cudaErrorCompatNotSupportedOnDevice",
          "forward compatibility was attempted on hardware without support"},
    Entry{805, "cudaErrorMpsConnectionFailed", "the MPS client failed to connect to the MPS server"},
    Entry{806, "cudaErrorMpsRpcFailure", "the MPS server and its client could not talk"},
    Entry{807, "cudaErrorMpsServerNotReady", "the MPS server is not ready"},
    Entry{808, "cudaErrorMpsMaxClientsReached", "the MPS server has no room for another client"},
    Entry{809, "cudaErrorMpsMaxConnectionsReached", "the MPS server has no room for another connection"},
    Entry{810, "cudaErrorMpsClientTerminated", "the MPS client has been terminated by the server", true},
    Entry{811, "cudaErrorCdpNotSupported", "the device does not support launches from kernels as this code makes them"},
    Entry{812, "cudaErrorCdpVersionMismatch", "the code mixes versions of launches from kernels"},
    Entry{kCaptureUnsupported, "cudaErrorStreamCaptureUnsupported",
          "operation not permitted when the stream is capturing"},
    Entry{kCaptureInvalidated, "cudaErrorStreamCaptureInvalidated",
          "the capture failed because of an earlier error in it"},
    Entry{902, "cudaErrorStreamCaptureMerge", "two captures can't be joined to one"},
    Entry{903, "cudaErrorStreamCaptureUnmatched", "the capture did not begin on this stream"},
    Entry{kCaptureUnjoined, "cudaErrorStreamCaptureUnjoined", "work that was forked in the capture was not joined"},
    Entry{kCaptureIsolation, "cudaErrorStreamCaptureIsolation", "captured work can't wait for work outside the capture"},
    Entry{906, "cudaErrorStreamCaptureImplicit", "the capture would have waited for the default stream"},
    Entry{907, "cudaErrorCapturedEvent", "the event was last recorded in a capture"},
    Entry{908, "cudaErrorStreamCaptureWrongThread", "the capture began on another thread"},
    Entry{909, "cudaErrorTimeout", "the wait operation timed out"},
    Entry{kGraphUpdateFailure, "cudaErrorGraphExecUpdateFailure",
          "the graph's operations are not the same as before, so it can't be updated in place"},
    Entry{911, "cudaErrorExternalDevice", "an error occurred on a device outside of the GPU", true},
    Entry{912, "cudaErrorInvalidClusterSize", "the device can't run clusters of this size"},
    Entry{913, "cudaErrorFunctionNotLoaded", "the function is not loaded"},
    Entry{914, "cudaErrorInvalidResourceType", "the resource is of another type"},
    Entry{915, "cudaErrorInvalidResourceConfiguration", "the resource's configuration is invalid"},
    Entry{kUnknown, "cudaErrorUnknown", "unknown error"},
};
static_assert(std::is_sorted(kEntries.begin(), kEntries.end(),
                             [](const Entry& a, const Entry& b) { return a.number < b.number; }));

const Entry* find(int number) noexcept {
  const auto found = std::lower_bound(kEntries.begin(), kEntries.end(), number,
                                      [](const Entry& entry, int wanted) { return entry.number < wanted; });
  return found != kEntries.end() && found->number == number ? &*found : nullptr;
}

}  // namespace

std::string error_name(int number) {
  const Entry* entry = find(number);
  return entry != nullptr ? entry->name : "cudaError" + std::to_string(number);
}

std::string error_text(int number) {
  const Entry* entry = find(number);
  return entry != nullptr ? entry->text : "";
}

bool is_sticky(int number) noexcept {
  const Entry* entry = find(number);
  return entry != nullptr && entry->sticky;
}

bool Error::sticky() const noexcept { return is_sticky(number); }

ErrorPtr make_error(int number, std::string_view operation, std::string_view arguments, std::string_view remedy) {
  auto error = std::make_shared<Error>();
  error->number = number;
  error->name = error_name(number);
  error->operation = operation;
  error->arguments = arguments;
  std::string& message = error->message;
  if (!operation.empty()) message.append(operation).append(": ");
  message += error->name;
  if (number >= 0) message.append(" (").append(std::to_string(number)).append(")");
  if (const std::string text = error_text(number); !text.empty()) message.append(", ").append(text);
  if (!arguments.empty()) message.append(" [").append(arguments).append("]");
  if (!remedy.empty()) message.append(". ").append(remedy);
  return error;
}

}  // namespace heddle::cuda
