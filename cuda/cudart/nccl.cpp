#include "cuda/cudart/nccl.hpp"

#include <dlfcn.h>

#include <cstdlib>

#include "cuda/error.hpp"

namespace heddle::cuda::cudart::nccl {

namespace {

struct Opened {
  Library library{};
  std::string reason;  // empty: it is there
};

Opened open() {
  Opened opened;
  const char* wanted = std::getenv("HEDDLE_NCCL");
  if (wanted == nullptr || *wanted == '\0') wanted = "libnccl.so.2";
  void* handle = dlopen(wanted, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* said = dlerror();
    opened.reason = "NCCL can't be opened (" + std::string(said != nullptr ? said : wanted) +
                    "). Install NCCL 2.18 or newer (libnccl2, or nvidia-nccl-cu13 of pip) where the loader finds it, "
                    "or set HEDDLE_NCCL to its file";
    return opened;
  }
  const auto find = [&](auto& function, const char* name) {
    void* const symbol = dlsym(handle, name);
    if (symbol == nullptr && opened.reason.empty()) {
      opened.reason = std::string("NCCL is too old: it has no ") + name + ". Install 2.18 or newer";
    }
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
  };
  Library& library = opened.library;
  find(library.GetUniqueId, "ncclGetUniqueId");
  find(library.CommInitRankConfig, "ncclCommInitRankConfig");
  find(library.CommGetAsyncError, "ncclCommGetAsyncError");
  find(library.CommFinalize, "ncclCommFinalize");
  find(library.CommDestroy, "ncclCommDestroy");
  find(library.CommAbort, "ncclCommAbort");
  find(library.AllReduce, "ncclAllReduce");
  find(library.Broadcast, "ncclBroadcast");
  find(library.AllGather, "ncclAllGather");
  find(library.ReduceScatter, "ncclReduceScatter");
  find(library.Send, "ncclSend");
  find(library.Recv, "ncclRecv");
  find(library.GroupStart, "ncclGroupStart");
  find(library.GroupEnd, "ncclGroupEnd");
  find(library.GetLastError, "ncclGetLastError");
  return opened;
}

}  // namespace

const Library* library(std::string& reason) {
  // Never closed: a program may end while its threads are in there.
  static const auto* opened = new Opened(open());
  if (opened->reason.empty()) return &opened->library;
  reason = opened->reason;
  return nullptr;
}

Status status_of(Result result) noexcept {
  switch (result) {
    case kSuccess:
      return cuda::kSuccess;
    case kInProgress:
      return kNotReady;
    case kRemoteError:
      return kCollectiveRemote;
    case kInvalidArgument:
    case kInvalidUsage:
      return kInvalidValue;
    default:
      return kCollectiveFailed;
  }
}

}  // namespace heddle::cuda::cudart::nccl
