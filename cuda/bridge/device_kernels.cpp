#include <cstring>
#include <memory>
#include <utility>

#include "cuda/bridge/device_port.hpp"
#include "cuda/bridge/launch_record.hpp"
#include "cuda/launch_action.hpp"

// Libraries, kernels and launches of one environment's devices.
namespace heddle::cuda {

namespace {

constexpr std::uint32_t kAlignment = 16;

LaunchShape shape_of(const LaunchRecord& record) noexcept {
  const auto extent = [](const std::uint32_t* sizes) { return Extent{sizes[0], sizes[1], sizes[2]}; };
  return {.grid = extent(record.grid),
          .block = extent(record.block),
          .cluster = extent(record.cluster),
          .shared_bytes = record.shared_bytes,
          .cooperative = (record.flags & kCooperative) != 0,
          .programmatic = (record.flags & kProgrammatic) != 0};
}

}  // namespace

void DevicePort::told_library(std::int32_t id, const std::shared_ptr<Device>& device, LibraryPtr library) {
  bridge_.reply(id, 0, libraries_.add({.device = device, .library = std::move(library)}));
}

void DevicePort::load_library(std::int32_t id, Number number, std::vector<std::byte> image) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "library"));
  cuda::load_library(*open.device, std::move(image),
                     [this, id, device = std::weak_ptr(open.device)](LibraryPtr library, const ErrorPtr& error) {
                       post([this, id, device, library, error] {
                         if (error != nullptr) return fail(id, error);
                         told_library(id, device.lock(), library);
                       });
                     });
}

void DevicePort::compile(std::int32_t id, Number number, CompileRequest request) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "compile"));
  const auto told = [this, id, device = std::weak_ptr(open.device)](LibraryCompiled made) {
    post([this, id, device, made = std::move(made)] {
      if (made.error != nullptr) return fail(id, made.error);
      if (!made.compilation.ok()) {
        add_detail(id, CompileFailure{made.compilation});
        bridge_.reply(id, bridge::kDeviceFailure, 0);
        return;
      }
      add_detail(id, CompileStats{made.compilation.log, made.compilation.cached});
      told_library(id, device.lock(), made.library);
    });
  };
  compile_library(*open.device, std::move(request), told);
}

void DevicePort::kernel(std::int32_t id, Number library, std::string name) {
  const OpenLibrary& open = libraries_.at(library);
  if (!open || open.device == nullptr) return fail(id, make_error(kDeviceClosed, "kernel"));
  find_kernel(*open.device, open.library, std::move(name),
              [this, id, device = std::weak_ptr(open.device)](KernelPtr kernel, const ErrorPtr& error) {
                post([this, id, device, kernel, error] {
                  if (error != nullptr) return fail(id, error);
                  add_detail(id, kernel->info);
                  bridge_.reply(id, 0, kernels_.add({.device = device.lock(), .kernel = kernel}));
                });
              });
}

void DevicePort::occupancy(std::int32_t id, Number kernel, unsigned block_threads, std::size_t shared_bytes) {
  const OpenKernel& open = kernels_.at(kernel);
  if (!open || open.device == nullptr) return fail(id, make_error(kDeviceClosed, "occupancy"));
  cuda::occupancy(*open.device, open.kernel, block_threads, shared_bytes,
                  [this, id](Occupancy found, const ErrorPtr& error) {
                    post([this, id, found, error] {
                      if (error != nullptr) return fail(id, error);
                      add_detail(id, found);
                      bridge_.reply(id, 0, 0);
                    });
                  });
}

// JavaScript is trusted to write the record well, but not with memory that may be gone meanwhile.
std::unique_ptr<StreamAction> DevicePort::launch_of(const bridge::Submission& submission) {
  const OpenKernel& open = kernels_.at(submission.b);
  if (!open) return nullptr;
  const std::byte* at = bridge_.arguments() + submission.c;
  LaunchRecord record;
  std::memcpy(&record, at, sizeof record);
  if (record.bytes != open.kernel->info.argument_bytes()) return nullptr;
  auto action = std::make_unique<LaunchAction>(open.kernel, shape_of(record));
  const std::byte* pointers = at + sizeof record;
  const std::size_t list = record.pointers * sizeof(LaunchPointer);
  const std::byte* values = pointers + (list + kAlignment - 1) / kAlignment * kAlignment;
  action->set(0, values, record.bytes);
  for (std::uint32_t i = 0; i < record.pointers; ++i) {
    LaunchPointer pointer{};
    std::memcpy(&pointer, pointers + i * sizeof pointer, sizeof pointer);
    double offset = 0;
    std::memcpy(&offset, values + pointer.offset, sizeof offset);
    Span memory = hold(pointer.memory, offset, 0);
    if (pointer.memory >= 0 && memory.hold == nullptr) return nullptr;
    action->set_pointer(pointer.offset, std::move(memory));
  }
  return action;
}

}  // namespace heddle::cuda
