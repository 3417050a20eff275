#pragma once

#include <filesystem>
#include <string>

#include "cuda/availability.hpp"

namespace heddle::cuda {

// What the kernel says of a PCI device, in its folder of /sys/bus/pci/devices. All 0 where it says nothing.
[[nodiscard]] PciLink pci_link(const std::filesystem::path& device_folder);
// The same of the device with that address, "0000:17:00.0".
[[nodiscard]] PciLink pci_link_at(std::string bus_id);

}  // namespace heddle::cuda
