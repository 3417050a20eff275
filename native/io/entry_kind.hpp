#pragma once

#include <sys/types.h>

namespace heddle::io {

// What kind of file a name stands for; the numbers are those of UV_DIRENT_*.
enum class EntryKind : char { unknown, file, folder, link, fifo, socket, character, block };

// The kind of a name in an open folder. `type` is what the system told with the name (DT_*); where that says nothing, the
// file is asked.
[[nodiscard]] EntryKind kind_of(int folder, const char* name, unsigned char type) noexcept;

// An entry as it crosses to JavaScript: a digit for its kind, the name, NUL.
[[nodiscard]] inline char digit_of(EntryKind kind) noexcept { return static_cast<char>('0' + static_cast<char>(kind)); }

}  // namespace heddle::io
