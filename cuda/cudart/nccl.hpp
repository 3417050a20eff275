#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>

#include "cuda/driver.hpp"

// The part of NCCL that we use, declared by us: the library is opened when it is first needed, so that neither building
// nor loading this one depends on it.
namespace heddle::cuda::cudart::nccl {

struct CommObject;
using Comm = CommObject*;
using Result = int;

inline constexpr Result kSuccess = 0;
inline constexpr Result kInvalidArgument = 4;
inline constexpr Result kInvalidUsage = 5;
inline constexpr Result kRemoteError = 6;
inline constexpr Result kInProgress = 7;

struct UniqueId {
  char bytes[128];
};

// ncclConfig_t of 2.18, which later versions take too.
struct Config {
  std::size_t size = sizeof(Config);
  unsigned magic = 0xcafebeef;
  unsigned version = 21800;
  int blocking = 0;
  int cga_cluster_size = kUndefined;
  int min_ctas = kUndefined;
  int max_ctas = kUndefined;
  const char* net_name = nullptr;
  int split_share = kUndefined;

  static constexpr int kUndefined = -2147483647 - 1;
};

// NCCL's functions under their own names, less the prefix.
struct Library {
  Result (*GetUniqueId)(UniqueId*);
  Result (*CommInitRankConfig)(Comm*, int ranks, UniqueId, int rank, Config*);
  Result (*CommGetAsyncError)(Comm, Result*);
  Result (*CommFinalize)(Comm);
  Result (*CommDestroy)(Comm);
  Result (*CommAbort)(Comm);
  Result (*AllReduce)(const void*, void*, std::size_t, int type, int reduction, Comm, cudaStream_t);
  Result (*Broadcast)(const void*, void*, std::size_t, int type, int root, Comm, cudaStream_t);
  Result (*AllGather)(const void*, void*, std::size_t, int type, Comm, cudaStream_t);
  Result (*ReduceScatter)(const void*, void*, std::size_t, int type, int reduction, Comm, cudaStream_t);
  Result (*Send)(const void*, std::size_t, int type, int peer, Comm, cudaStream_t);
  Result (*Recv)(void*, std::size_t, int type, int peer, Comm, cudaStream_t);
  Result (*GroupStart)();
  Result (*GroupEnd)();
  const char* (*GetLastError)(Comm);
};

// Null when it can't be had; `reason` says why and what would help. Slow the first time. Any thread. HEDDLE_NCCL names
// another file than libnccl.so.2.
[[nodiscard]] const Library* library(std::string& reason);

[[nodiscard]] Status status_of(Result result) noexcept;

}  // namespace heddle::cuda::cudart::nccl
