#include "cuda/device_nodes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace heddle::cuda {

namespace {

bool is_driver_node(std::string_view name) {
  if (name == "nvidiactl" || name == "nvidia-uvm") return true;
  constexpr std::string_view kGpu = "nvidia";
  if (!name.starts_with(kGpu) || name.size() == kGpu.size()) return false;
  name.remove_prefix(kGpu.size());
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Tried and not asked: a container's device rules say no to an open that the file's mode would allow.
bool may_open(const std::filesystem::path& node) {
  const int descriptor = open(node.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return errno != EACCES && errno != EPERM;
  close(descriptor);
  return true;
}

}  // namespace

std::vector<std::string> closed_device_nodes(const std::filesystem::path& folder) {
  std::vector<std::string> closed;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (is_driver_node(at->path().filename().native()) && !may_open(at->path())) closed.push_back(at->path());
  }
  std::sort(closed.begin(), closed.end());
  return closed;
}

std::string permission_remedy(const std::vector<std::string>& closed_nodes) {
  std::string remedy = "This process may not open ";
  for (const std::string& node : closed_nodes) remedy.append(&node == closed_nodes.data() ? "" : ", ").append(node);
  return remedy +
         ". See who may with ls -l, and add the user to that group, or set the mode in the driver's options "
         "(NVreg_DeviceFileMode); in a container, pass the GPUs on (--gpus all), and in a systemd service allow them "
         "(DeviceAllow).";
}

}  // namespace heddle::cuda
