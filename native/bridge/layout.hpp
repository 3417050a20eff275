#pragma once

#include <cstddef>
#include <cstdint>

// The memory that JavaScript and native code share. lib/bridge/layout.ts has the same numbers; the addon checks at
// load that they agree.
namespace heddle::bridge {

// One operation, written by JavaScript. What a..d and x..z mean is said at each opcode.
struct Submission {
  std::int32_t opcode;
  std::int32_t id;  // names the Promise to settle; 0: nobody waits
  std::int32_t a;
  std::int32_t b;
  std::int32_t c;
  std::int32_t d;
  double x;
  double y;
  double z;
};
static_assert(sizeof(Submission) == 48);

// How one operation ended, written by native code.
struct Reply {
  std::int32_t id;
  std::int32_t status;  // 0, or -errno; or one of the constants below
  double value;
};
static_assert(sizeof(Reply) == 16);

inline constexpr std::int32_t kDeviceFailure = -100'000;
inline constexpr std::int32_t kHttpFailure = -100'001;
inline constexpr std::int32_t kProgress = 1;  // not the end: `value` says how far the operation is

inline constexpr std::size_t kSubmissions = 4096;
inline constexpr std::size_t kReplies = 4096;
// For arguments that do not fit a submission, which then says where they lie. Empty again after each drain.
inline constexpr std::size_t kArgumentBytes = std::size_t{256} << 10;

struct Control {
  std::int32_t submitted;  // descriptors written since the last drain; JavaScript counts up, native code resets
  std::uint32_t epoch;     // how often the submissions were drained
  std::int32_t pumping;    // 1 while native code runs the loop and looks for more submissions by itself
  std::int32_t unsettled;  // Promises that wait for a reply; JavaScript's. While > 0 the process stays alive.
  std::uint32_t round;     // how often native code has looked for submissions by itself; what JavaScript writes between
                           // two looks it writes in one round
};

enum class Opcode : std::int32_t {
  cancel = 1,   // a: the id of the operation to cancel
  sleep,        // z: milliseconds
  read,         // a: descriptor, b: memory, c: how (below), x: offset in memory, y: position or -1, z: bytes
  write,        // as read
  fsync,        // a: descriptor
  fdatasync,    // a: descriptor
  close,        // a: descriptor
  stat,         // a: descriptor, b: memory for the numbers (see stat_numbers.hpp), c: kWholeNumbers
  drop_memory,  // a: memory, which nobody will name again

  // Sockets and listeners, by their numbers; see native/bridge/endpoints.hpp.
  first_socket_opcode = 32,
  start_endpoint =
      first_socket_opcode,  // a: endpoint, z: of a socket, about how many bytes there is room for; what comes in is
                            // the progress of `id`, until pause_endpoint
  pause_endpoint,           // a: endpoint
  close_endpoint,           // a: endpoint
  send,                     // a: socket, b: memory, x: offset in memory, z: bytes
  end,                      // a: socket; nothing is sent any more
  send_copied,              // a: socket, x: offset in the arguments, z: bytes
  last_socket_opcode = send_copied,
  // a: response, b: memory, c: kFill, x: offset in memory, z: bytes. The reply's value is how many bytes came; ~bytes when
  // they were the last, and then nobody will name the response again.
  http_read = 48,
  http_drop,  // a: response, which nobody will name again

  first_device_opcode = 64,
};

// Progress of a socket: the number of the receive buffer times the unit, plus how many bytes it has. For bytes in the arrival
// page: where they start times the unit, plus how many they are, plus kCopiedArrival.
inline constexpr std::int32_t kArrivalUnit = 1 << 14;
inline constexpr std::int32_t kCopiedArrival = 1 << 29;
// What is longer does not go there.
inline constexpr std::size_t kLongestCopiedArrival = 1024;

// Progress of a datagram socket: the number of the place times this, plus how many bytes it has.
inline constexpr std::int32_t kBufferUnit = 1 << 20;

inline constexpr std::int32_t kTryPageCache = 1;
// Of a read of a file that was opened with O_DIRECT.
inline constexpr std::int32_t kPastCache = 2;
inline constexpr std::int32_t kWholeNumbers = 1;
inline constexpr std::int32_t kFill = 1;

}  // namespace heddle::bridge
