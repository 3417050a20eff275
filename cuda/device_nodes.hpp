#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heddle::cuda {

// The device nodes of NVIDIA's driver in `folder` (/dev) that are there and that this process may not open: nvidiactl,
// nvidia-uvm, nvidia0 and so on, in order. Without them the driver only says that it sees no GPU.
[[nodiscard]] std::vector<std::string> closed_device_nodes(const std::filesystem::path& folder);

// What would help, for people. Precondition: there are some.
[[nodiscard]] std::string permission_remedy(const std::vector<std::string>& closed_nodes);

}  // namespace heddle::cuda
