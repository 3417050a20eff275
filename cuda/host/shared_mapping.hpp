#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "cuda/driver.hpp"

namespace heddle::cuda::host {

// Memory without a name in any folder, which other processes of the same user can map while the one that made it runs.
// Who has mapped it keeps it, whatever becomes of the others.
//
// Its handle is, in this machine's byte order: "heddle01", the process (int32), its descriptor (int32), the file's device
// and inode (uint64 each), the size in bytes and what it is for (uint64 each), zeros. The memory is /proc/<process>/fd/<descriptor>.
class SharedMapping {
 public:
  enum class Use : std::uint64_t { memory, event };

  // Null when the system has no more of something. Throws std::bad_alloc, both.
  [[nodiscard]] static std::shared_ptr<SharedMapping> make(Use use, std::size_t bytes);
  // Null: there is no such memory, it is for something else, this process may not open it, or it is smaller than `bytes`.
  [[nodiscard]] static std::shared_ptr<SharedMapping> open(const IpcHandle& handle, Use use, std::size_t bytes);

  SharedMapping(int descriptor, Use use, std::byte* address, std::size_t bytes) noexcept
      : descriptor_(descriptor), use_(use), address_(address), bytes_(bytes) {}
  SharedMapping(const SharedMapping&) = delete;
  SharedMapping& operator=(const SharedMapping&) = delete;
  ~SharedMapping();

  [[nodiscard]] std::byte* address() const noexcept { return address_; }
  // False: it was opened, and only who made it gives it out.
  [[nodiscard]] bool describe(IpcHandle& handle) const noexcept;

 private:
  const int descriptor_;  // -1: it was opened
  const Use use_;
  std::byte* const address_;
  const std::size_t bytes_;
};

}  // namespace heddle::cuda::host
