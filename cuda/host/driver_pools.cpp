#include <memory>
#include <new>

#include "cuda/host/driver.hpp"
#include "cuda/host/pool.hpp"

// Pools, and memory that was there before.
namespace heddle::cuda::host {

namespace {

Pool& pool_of(PoolHandle handle) noexcept { return *reinterpret_cast<Pool*>(handle); }

}  // namespace

Status HostDriver::register_host(std::byte* address, std::size_t bytes) noexcept {
  const Call call = begin(Operation::register_host);
  return call.status != kSuccess ? call.status : locked_pages_.lock(address, bytes);
}

Status HostDriver::unregister_host(std::byte* address) noexcept {
  const Call call = begin(Operation::unregister_host);
  const Status status = locked_pages_.unlock(address);
  return call.status != kSuccess ? call.status : status;
}

Status HostDriver::pool_create(std::size_t keep, PoolHandle& pool) noexcept {
  const Call call = begin(Operation::pool_create);
  if (call.status != kSuccess) return call.status;
  try {
    pool = reinterpret_cast<PoolHandle>(std::make_unique<Pool>(memory_, keep).release());
    return kSuccess;
  } catch (const std::bad_alloc&) {
    return kMemoryAllocation;
  }
}

Status HostDriver::pool_destroy(PoolHandle pool) noexcept {
  const Call call = begin(Operation::pool_destroy);
  const std::unique_ptr<Pool> last(&pool_of(pool));
  return call.status;
}

Status HostDriver::pool_malloc(PoolHandle pool, std::size_t bytes, std::byte*& address) noexcept {
  const Call call = begin(Operation::pool_malloc);
  return call.status != kSuccess ? call.status : pool_of(pool).allocate(bytes, address);
}

Status HostDriver::pool_free(PoolHandle pool, std::byte* address) noexcept {
  const Call call = begin(Operation::pool_free);
  const Status status = pool_of(pool).free(address);
  return call.status != kSuccess ? call.status : status;
}

Status HostDriver::pool_trim(PoolHandle pool, std::size_t keep) noexcept {
  const Call call = begin(Operation::pool_trim);
  if (call.status == kSuccess) pool_of(pool).trim(keep);
  return call.status;
}

Status HostDriver::pool_reserved(PoolHandle pool, std::size_t& now, std::size_t& most) noexcept {
  const Call call = begin(Operation::pool_reserved);
  if (call.status == kSuccess) pool_of(pool).reserved(now, most);
  return call.status;
}

}  // namespace heddle::cuda::host
