#include "cuda/device_nodes.hpp"

#include <doctest/doctest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cuda/pci_link.hpp"

using namespace heddle::cuda;

namespace {

// A folder that stands for /dev, or for one of /sys.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "heddle-nodes-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
    chmod(path.c_str(), 0755);
  }
  ~Folder() { std::filesystem::remove_all(path); }

  std::string add(const std::string& name, mode_t mode, const std::string& text = "") const {
    std::ofstream(path / name) << text;
    chmod((path / name).c_str(), mode);
    return path / name;
  }

  std::filesystem::path path;
};

// The superuser may open everything: this thread is nobody meanwhile.
class AsNobody {
 public:
  AsNobody() { setfsuid(65534), setfsgid(65534); }
  ~AsNobody() { setfsuid(geteuid()), setfsgid(getegid()); }
};

}  // namespace

TEST_CASE("device nodes that may not be opened are named, and others are not") {
  const Folder dev;
  const std::string control = dev.add("nvidiactl", 0600);
  const std::string second = dev.add("nvidia10", 0600);
  const std::string memory = dev.add("nvidia-uvm", 0444);
  dev.add("nvidia0", 0666);
  dev.add("nvidia-modeset", 0600);
  dev.add("nvidia", 0600);
  dev.add("nvidia0p1", 0600);
  dev.add("sda", 0600);
  std::filesystem::create_symlink(dev.path / "gone", dev.path / "nvidia3");
  if (geteuid() != 0) {
    chmod(control.c_str(), 0), chmod(second.c_str(), 0);
  }
  const AsNobody nobody;
  CHECK(closed_device_nodes(dev.path) == std::vector<std::string>{memory, second, control});
  const std::string remedy = permission_remedy({"/dev/nvidia0", "/dev/nvidiactl"});
  CHECK(remedy.find("/dev/nvidia0, /dev/nvidiactl") != std::string::npos);
}

TEST_CASE("where there are no device nodes, or no folder, none is closed") {
  const Folder dev;
  CHECK(closed_device_nodes(dev.path).empty());
  CHECK(closed_device_nodes(dev.path / "gone").empty());
}

TEST_CASE("the link of a PCI device is read as the kernel writes it") {
  const Folder device;
  CHECK(pci_link(device.path).lanes == 0);
  device.add("current_link_width", 0644, "16\n");
  CHECK(pci_link(device.path).lanes == 0);
  device.add("current_link_speed", 0644, "Unknown\n");
  CHECK(pci_link(device.path).lanes == 0);
  device.add("current_link_speed", 0644, "32.0 GT/s PCIe\n");
  CHECK(pci_link(device.path).lanes == 16);
  CHECK(pci_link(device.path).gigatransfers == 32.0);
  device.add("current_link_width", 0644, "255\n");
  CHECK(pci_link(device.path).lanes == 0);
}
