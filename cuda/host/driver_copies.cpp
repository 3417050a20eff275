#include <memory>
#include <new>

#include "cuda/host/copy_jobs.hpp"
#include "cuda/host/driver.hpp"

// Copies that are more than bytes from here to there.
namespace heddle::cuda::host {

namespace {

std::unique_ptr<Job> job_of(const auto& copies) noexcept {
  try {
    return std::make_unique<CopyJob>(copies);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

Status HostDriver::copy_rows(const RowCopy& rows, StreamHandle stream) noexcept {
  if (blocks(rows.to, rows.from, stream)) return kInvalidValue;
  std::unique_ptr<Job> job = job_of(rows);
  return job == nullptr ? kMemoryAllocation : enqueue(Operation::copy_rows, stream, std::move(job));
}

Status HostDriver::copy_batch(std::span<const PlainCopy> copies, StreamHandle stream) noexcept {
  for (const PlainCopy& copy : copies) {
    if (blocks(copy.to, copy.from, stream)) return kInvalidValue;
  }
  std::unique_ptr<Job> job = job_of(copies);
  return job == nullptr ? kMemoryAllocation : enqueue(Operation::copy_batch, stream, std::move(job));
}

// All host devices have the memory of one process.
Status HostDriver::copy_peer(std::byte* destination, int, const std::byte* source, int, std::size_t bytes,
                             StreamHandle stream) noexcept {
  std::unique_ptr<Job> job = job_of(rows_of({destination, Space::device, source, Space::device, bytes}));
  return job == nullptr ? kMemoryAllocation : enqueue(Operation::copy_peer, stream, std::move(job));
}

Status HostDriver::enable_peer(int ordinal, bool& direct) noexcept {
  const Call call = begin(Operation::enable_peer);
  direct = call.status == kSuccess && ordinal < 0;
  return call.status;
}

}  // namespace heddle::cuda::host
