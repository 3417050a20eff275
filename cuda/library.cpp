#include "cuda/library.hpp"

#include <exception>
#include <utility>

#include "cuda/device.hpp"
#include "cuda/device_thread.hpp"

namespace heddle::cuda {

namespace {

// On the slow lane.
void load_now(DeviceThread& thread, const std::vector<std::byte>& image, const LibraryLoaded& loaded) {
  LibraryHandle handle = nullptr;
  std::string log;
  const std::shared_ptr<Driver>& driver = thread.core().driver;
  const Status status = driver->library_load(image, handle, log);
  if (status == kSuccess) {
    return loaded(std::make_shared<const Library>(thread.weak_from_this(), driver, handle), nullptr);
  }
  loaded(nullptr, make_error(status, operation_name(Operation::library_load),
                             "bytes=" + std::to_string(image.size()), log));
}

// On the compiling lane. A driver's own calls do not throw, but to compile takes files and processes.
Compilation compile_now(DeviceThread& thread, const CompileRequest& request) {
  try {
    return thread.core().driver->compile(request, thread.stopping());
  } catch (const std::exception& error) {
    return compile_failure("ERR_HEDDLE_COMPILER", std::string("The compiler can't be used: ") + error.what());
  }
}

}  // namespace

Library::Library(std::weak_ptr<DeviceThread> thread, std::shared_ptr<Driver> driver, LibraryHandle handle) noexcept
    : thread_(std::move(thread)), driver_(std::move(driver)), handle_(handle) {}

Library::~Library() {
  const auto unload = [driver = driver_, handle = handle_] { (void)driver->library_unload(handle); };
  if (const std::shared_ptr<DeviceThread> thread = thread_.lock()) {
    thread->give_back_on_lane(unload);
  } else {
    unload();
  }
}

void load_library(Device& device, std::vector<std::byte> image, LibraryLoaded loaded) {
  DeviceThread& thread = device.thread();
  thread.post_to_lane([&thread, image = std::move(image), loaded = std::move(loaded)](const ErrorPtr& refusal) {
    if (refusal != nullptr) return loaded(nullptr, refusal);
    load_now(thread, image, loaded);
  });
}

void find_kernel(Device& device, LibraryPtr library, std::string name, KernelFound found) {
  DeviceThread& thread = device.thread();
  thread.post_to_lane([&thread, library = std::move(library), name = std::move(name),
                       found = std::move(found)](const ErrorPtr& refusal) {
    if (refusal != nullptr) return found(nullptr, refusal);
    auto kernel = std::make_shared<Kernel>();
    const Status status =
        thread.core().driver->library_kernel(library->handle(), name.c_str(), kernel->handle, kernel->info);
    if (status != kSuccess) {
      return found(nullptr, make_error(status, operation_name(Operation::library_kernel), "name=" + name));
    }
    kernel->library = library;
    kernel->name = name;
    found(std::move(kernel), nullptr);
  });
}

void occupancy(Device& device, KernelPtr kernel, unsigned block_threads, std::size_t shared_bytes,
               OccupancyTold told) {
  DeviceThread& thread = device.thread();
  thread.post_to_lane([&thread, kernel = std::move(kernel), block_threads, shared_bytes,
                       told = std::move(told)](const ErrorPtr& refusal) {
    Occupancy found;
    if (refusal != nullptr) return told(found, refusal);
    const Status status = thread.core().driver->occupancy(kernel->handle, block_threads, shared_bytes, found);
    if (status == kSuccess) return told(found, nullptr);
    told(found, make_error(status, operation_name(Operation::occupancy), "kernel=" + kernel->name));
  });
}

void compile_library(Device& device, CompileRequest request, std::function<void(LibraryCompiled)> compiled) {
  DeviceThread& thread = device.thread();
  const auto refuse = [](const std::function<void(LibraryCompiled)>& tell, const ErrorPtr& error) {
    LibraryCompiled refused;
    refused.error = error;
    tell(std::move(refused));
  };
  // By way of the slow lane, where it queues behind the opening of the device.
  thread.post_to_lane([&thread, refuse, request = std::move(request),
                       compiled = std::move(compiled)](const ErrorPtr& closed) {
    if (closed != nullptr) return refuse(compiled, closed);
    thread.post_to_compiler([&thread, refuse, request, compiled](const ErrorPtr& refusal) {
      if (refusal != nullptr) return refuse(compiled, refusal);
      auto result = std::make_shared<LibraryCompiled>();
      result->compilation = compile_now(thread, request);
      const Status status = result->compilation.status;
      if (status != kSuccess) result->error = make_error(status, operation_name(Operation::compile));
      if (!result->compilation.ok()) return compiled(std::move(*result));
      thread.post_to_lane([&thread, compiled, result](const ErrorPtr& late) {
        const auto told = [&](LibraryPtr library, const ErrorPtr& error) {
          result->library = std::move(library);
          result->error = error;
          compiled(std::move(*result));
        };
        if (late != nullptr) return told(nullptr, late);
        load_now(thread, result->compilation.image, told);
      });
    });
  });
}

}  // namespace heddle::cuda
