#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "native/clock.hpp"

// What ran when, for people who want to see overlap. Process-wide; off by default, and then it costs one relaxed load
// where a span could be recorded. Times are on Clock::monotonic().
namespace heddle::trace {

// A row of the picture: the ring, the thread that embeds it (JavaScript's), a stream.
using Lane = std::uint32_t;

inline constexpr Lane kRingLane = 0;
inline constexpr Lane kScriptLane = 1;

struct Span {
  Lane lane = 0;
  const char* name = "";  // a string literal
  Nanoseconds start = 0;
  Nanoseconds end = 0;
  std::uint64_t bytes = 0;
};

struct Recording {
  std::vector<std::string> lanes;  // names, by Lane
  std::vector<Span> spans;
};

namespace detail {
extern std::atomic<bool> on;
}

[[nodiscard]] inline bool enabled() noexcept { return detail::on.load(std::memory_order_relaxed); }

// The lane of that name; the same name gives the same lane.
[[nodiscard]] Lane lane(std::string_view name);

// Any thread. Nothing is kept while recording is off.
void record(const Span& span);

// Discards what an earlier recording left.
void start();
// Ends the recording and returns it.
[[nodiscard]] Recording stop();

}  // namespace heddle::trace
