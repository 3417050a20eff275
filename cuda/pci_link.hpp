#pragma once

#include <filesystem>

#include "cuda/availability.hpp"

namespace heddle::cuda {

// What the kernel says of a PCI device, in its folder of /sys/bus/pci/devices. All 0 where it says nothing.
[[nodiscard]] PciLink pci_link(const std::filesystem::path& device_folder);

}  // namespace heddle::cuda
