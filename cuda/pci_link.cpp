#include "cuda/pci_link.hpp"

#include <cctype>
#include <fstream>

namespace heddle::cuda {

namespace {

template <class Number>
Number first_number(const std::filesystem::path& file) {
  std::ifstream text(file);
  Number number{};
  return text >> number ? number : Number{};
}

}  // namespace

// "16.0 GT/s PCIe" and "16"; "Unknown" and "0" or "255" where the kernel can't tell.
PciLink pci_link(const std::filesystem::path& device_folder) {
  PciLink link{.gigatransfers = first_number<double>(device_folder / "current_link_speed"),
               .lanes = first_number<int>(device_folder / "current_link_width")};
  return link.gigatransfers > 0 && link.lanes > 0 && link.lanes <= 32 ? link : PciLink{};
}

// The kernel writes the letters of an address small.
PciLink pci_link_at(std::string bus_id) {
  for (char& letter : bus_id) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return pci_link("/sys/bus/pci/devices/" + bus_id);
}

}  // namespace heddle::cuda
