#include <new>
#include <vector>

#include "cuda/cudart/driver.hpp"
#include "cuda/cudart/memory_kind.hpp"
#include "cuda/cudart/peer_pools.hpp"

// Copies that are more than bytes from here to there.
namespace heddle::cuda::cudart {

namespace {

#if CUDART_VERSION >= 12080

// Not supported by a driver that is older than the runtime, by some GPUs, and by graphs, which have no node for it.
cudaError_t copy_together(std::span<const PlainCopy> copies, cudaStream_t stream) {
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  const cudaError_t asked = cudaStreamIsCapturing(stream, &capture);
  if (asked != cudaSuccess) return asked;
  if (capture != cudaStreamCaptureStatusNone) return cudaErrorNotSupported;
  std::vector<void*> destinations;
  std::vector<void*> sources;
  std::vector<std::size_t> sizes;
  for (const PlainCopy& copy : copies) {
    destinations.push_back(copy.destination);
    sources.push_back(const_cast<std::byte*>(copy.source));
    sizes.push_back(copy.bytes);
  }
  cudaMemcpyAttributes attributes{};
  attributes.srcAccessOrder = cudaMemcpySrcAccessOrderStream;
  std::size_t first = 0;
#if CUDART_VERSION >= 13000
  return cudaMemcpyBatchAsync(destinations.data(), const_cast<const void**>(sources.data()), sizes.data(),
                              copies.size(), &attributes, &first, 1, stream);
#else
  std::size_t failed = 0;
  return cudaMemcpyBatchAsync(destinations.data(), sources.data(), sizes.data(), copies.size(), &attributes, &first, 1,
                              &failed, stream);
#endif
}

#endif

}  // namespace

Status CudartDriver::copy_rows(const RowCopy& rows, StreamHandle stream) noexcept {
  if (rows.pageable()) return kInvalidValue;
  return note(cudaMemcpy2DAsync(rows.destination, rows.destination_pitch, rows.source, rows.source_pitch, rows.width,
                                rows.rows, kind_of(rows.to, rows.from), stream_of(stream)));
}

Status CudartDriver::copy_batch(std::span<const PlainCopy> copies, StreamHandle stream) noexcept {
#if CUDART_VERSION >= 12080
  try {
    const cudaError_t status = copy_together(copies, stream_of(stream));
    // What is not supported together is copied one by one.
    if (status != cudaErrorCallRequiresNewerDriver && status != cudaErrorNotSupported) return note(status);
    (void)cudaGetLastError();
  } catch (const std::bad_alloc&) {  // the lists are a convenience
  }
#endif
  for (const PlainCopy& one : copies) {
    const Status status = copy(one.destination, one.to, one.source, one.from, one.bytes, stream);
    if (status != kSuccess) return status;
  }
  return kSuccess;
}

Status CudartDriver::copy_peer(std::byte* destination, int to_ordinal, const std::byte* source, int from_ordinal,
                               std::size_t bytes, StreamHandle stream) noexcept {
  return note(cudaMemcpyPeerAsync(destination, to_ordinal, source, from_ordinal, bytes, stream_of(stream)));
}

Status CudartDriver::enable_peer(int ordinal, bool& direct) noexcept {
  direct = ordinal == ordinal_;
  if (direct || ordinal < 0) return kSuccess;
  int can = 0;
  if (const Status status = note(cudaDeviceCanAccessPeer(&can, ordinal_, ordinal)); status != kSuccess) return status;
  if (can == 0) return kSuccess;
  const cudaError_t enabled = cudaDeviceEnablePeerAccess(ordinal, 0);
  if (enabled != cudaErrorPeerAccessAlreadyEnabled) {
    if (const Status status = note(enabled); status != kSuccess) return status;
  }
  (void)cudaGetLastError();
  if (const Status status = note(peer_pools::enable(ordinal_, ordinal)); status != kSuccess) return status;
  direct = true;
  return kSuccess;
}

}  // namespace heddle::cuda::cudart
