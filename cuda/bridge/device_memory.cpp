#include <utility>

#include "cuda/bridge/device_port.hpp"

// Memory and pools. device_port.cpp has the rest of the port.
namespace heddle::cuda {

Device::Allocated DevicePort::replying(std::int32_t id) {
  return [this, id](BlockPtr block, const ErrorPtr& error) {
    post([this, id, error, made = std::move(block)] {
      if (error != nullptr) return fail(id, error);
      const auto space = static_cast<bridge::Space>(made->space());
      bridge_.reply(id, 0, bridge_.memory().add_owned(made, made->address(), made->bytes(), space));
    });
  };
}

void DevicePort::alloc(std::int32_t id, Number number, MemoryKeeper::Request request) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "alloc"));
  open.device->allocate(std::move(request), replying(id));
}

void DevicePort::alloc_from(std::int32_t id, Number number, std::size_t bytes) {
  const OpenPool& open = pools_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "pool.alloc"));
  open.device->allocate({.space = Space::device, .bytes = bytes, .pool = open.pool}, replying(id));
}

void DevicePort::register_host(std::int32_t id, Number number, HostMemory memory) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "register"));
  open.device->register_host(std::move(memory.hold), memory.address, memory.bytes, replying(id));
}

Device::MemoryInfo DevicePort::telling_memory(std::int32_t id) {
  return [this, id](const MemoryUse& use, const ErrorPtr& error) {
    post([this, id, use, error] {
      if (error != nullptr) return fail(id, error);
      add_detail(id, use);
      bridge_.reply(id, 0, 0);
    });
  };
}

void DevicePort::memory_info(std::int32_t id, Number number) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "memory"));
  open.device->memory_info(telling_memory(id));
}

void DevicePort::trim_device(std::int32_t id, Number number, std::size_t keep) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "trim"));
  open.device->trim(keep, telling_memory(id));
}

void DevicePort::make_pool(std::int32_t id, Number number, PoolOptions options) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "pool"));
  open.device->make_pool(options, [this, id, number](const PoolPtr& pool, const ErrorPtr& error) {
    post([this, id, number, pool, error] {
      const std::shared_ptr<Device>& device = devices_.at(number).device;
      if (error != nullptr) return fail(id, error);
      if (device == nullptr) return fail(id, make_error(kDeviceClosed, "pool"));
      bridge_.reply(id, 0, pools_.add({.device = device, .pool = pool}));
    });
  });
}

Device::PoolInfo DevicePort::telling(std::int32_t id) {
  return [this, id](const PoolUse& use, const ErrorPtr& error) {
    post([this, id, use, error] {
      if (error != nullptr) return fail(id, error);
      add_detail(id, use);
      bridge_.reply(id, 0, 0);
    });
  };
}

void DevicePort::trim(std::int32_t id, Number number, std::size_t keep) {
  const OpenPool& open = pools_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "pool.trim"));
  open.device->trim(open.pool, keep, telling(id));
}

void DevicePort::pool_info(std::int32_t id, Number number) {
  const OpenPool& open = pools_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "pool.memory"));
  open.device->pool_info(open.pool, telling(id));
}

}  // namespace heddle::cuda
