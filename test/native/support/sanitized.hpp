#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define HEDDLE_TEST_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define HEDDLE_TEST_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEDDLE_TEST_ASAN 1
#elif __has_feature(thread_sanitizer)
#define HEDDLE_TEST_TSAN 1
#endif
#endif

namespace heddle::test {

// Sanitizers bypass the frame pool, own the allocator, and slow everything down.
#ifdef HEDDLE_TEST_ASAN
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif
#ifdef HEDDLE_TEST_TSAN
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif
inline constexpr bool kSanitized = kAddressSanitizer || kThreadSanitizer;

// How often a stress loop runs: fewer times where every step costs ten times as much.
constexpr int rounds(int plain) noexcept { return kSanitized ? (plain + 9) / 10 : plain; }

}  // namespace heddle::test
