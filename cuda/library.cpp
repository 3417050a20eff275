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
  loaded(nullptr,
         make_error(status, operation_name(Operation::library_load), "bytes=" + std::to_string(image.size()), log));
}

// On the compiling lane. A driver's own calls do not throw, but to compile takes files and processes.
Compilation compile_now(DeviceThread& thread, const CompileRequest& request) {
  try {
    return thread.core().driver->compile(request, thread.stopping());
  } catch (const std::exception& error) {
    return compile_failure("ERR_HEDDLE_COMPILER", std::string("The compiler can't be used: ") + error.what());
  }
}

void refuse(const Compiled& told, const ErrorPtr& error) {
  LibraryCompiled refused;
  refused.error = error;
  told(std::move(refused));
}

// The image stays with the call that reads it, however early that is answered.
void load_compiled(DeviceThread& thread, LibraryCompiled compiled, const Compiled& told) {
  const auto image = std::make_shared<const std::vector<std::byte>>(std::move(compiled.compilation.image));
  const auto result = std::make_shared<LibraryCompiled>(std::move(compiled));
  const LibraryLoaded loaded = [result, told](LibraryPtr library, const ErrorPtr& error) {
    result->library = std::move(library);
    result->error = error;
    told(std::move(*result));
  };
  thread.lane().ask(loaded, [&thread, image](const LibraryLoaded& once, const ErrorPtr& refusal) {
    if (refusal != nullptr) return once(nullptr, refusal);
    load_now(thread, *image, once);
  });
}

}  // namespace

Library::Library(std::weak_ptr<DeviceThread> thread, std::shared_ptr<Driver> driver, LibraryHandle handle) noexcept
    : thread_(std::move(thread)), driver_(std::move(driver)), handle_(handle) {}

Library::~Library() {
  const auto unload = [driver = driver_, handle = handle_] { (void)driver->library_unload(handle); };
  if (const std::shared_ptr<DeviceThread> thread = thread_.lock()) {
    thread->lane().give_back(unload);
  } else {
    unload();
  }
}

void load_library(Device& device, std::vector<std::byte> image, LibraryLoaded loaded) {
  DeviceThread& thread = device.thread();
  thread.lane().ask(std::move(loaded),
                    [&thread, image = std::move(image)](const LibraryLoaded& told, const ErrorPtr& refusal) {
                      if (refusal != nullptr) return told(nullptr, refusal);
                      load_now(thread, image, told);
                    });
}

void find_kernel(Device& device, LibraryPtr library, std::string name, KernelFound found) {
  DeviceThread& thread = device.thread();
  thread.lane().ask(std::move(found), [&thread, library = std::move(library), name = std::move(name)](
                                          const KernelFound& told, const ErrorPtr& refusal) {
    if (refusal != nullptr) return told(nullptr, refusal);
    auto kernel = std::make_shared<Kernel>();
    const Status status =
        thread.core().driver->library_kernel(library->handle(), name.c_str(), kernel->handle, kernel->info);
    if (status != kSuccess) {
      return told(nullptr, make_error(status, operation_name(Operation::library_kernel), "name=" + name));
    }
    kernel->library = library;
    kernel->name = name;
    told(std::move(kernel), nullptr);
  });
}

void occupancy(Device& device, KernelPtr kernel, unsigned block_threads, std::size_t shared_bytes, OccupancyTold told) {
  DeviceThread& thread = device.thread();
  thread.lane().ask(std::move(told), [&thread, kernel = std::move(kernel), block_threads, shared_bytes](
                                         const OccupancyTold& once, const ErrorPtr& refusal) {
    Occupancy found;
    if (refusal != nullptr) return once(found, refusal);
    const Status status = thread.core().driver->occupancy(kernel->handle, block_threads, shared_bytes, found);
    if (status == kSuccess) return once(found, nullptr);
    once(found, make_error(status, operation_name(Operation::occupancy), "kernel=" + kernel->name));
  });
}

void compile_library(Device& device, CompileRequest request, Compiled compiled) {
  DeviceThread& thread = device.thread();
  const auto compile = [&thread, request = std::move(request)](const Compiled& told, const ErrorPtr& closed) {
    if (closed != nullptr) return refuse(told, closed);
    thread.compilers().ask(told, [&thread, request](const Compiled& once, const ErrorPtr& refusal) {
      if (refusal != nullptr) return refuse(once, refusal);
      LibraryCompiled result;
      result.compilation = compile_now(thread, request);
      const Status status = result.compilation.status;
      if (status != kSuccess) result.error = make_error(status, operation_name(Operation::compile));
      if (!result.compilation.ok()) return once(std::move(result));
      load_compiled(thread, std::move(result), once);
    });
  };
  // By way of the slow lane, where it queues behind the opening of the device.
  thread.lane().ask(std::move(compiled), compile);
}

}  // namespace heddle::cuda
