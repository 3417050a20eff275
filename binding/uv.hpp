#pragma once

#include <cstddef>
#include <cstdint>

// The few functions of libuv that heddle uses. Node exports them, but the headers for addons do not include uv.h. All
// are part of libuv's stable 1.x interface; handles are allocated with uv_handle_size(), so their layout does not matter.
extern "C" {

struct uv_loop_s;
struct uv_handle_s;

using uv_close_callback = void (*)(uv_handle_s* handle);
using uv_prepare_callback = void (*)(uv_handle_s* prepare);
using uv_poll_callback = void (*)(uv_handle_s* poll, int status, int events);
using uv_timer_callback = void (*)(uv_handle_s* timer);

std::size_t uv_handle_size(int type);
void* uv_handle_get_data(const uv_handle_s* handle);
void uv_handle_set_data(uv_handle_s* handle, void* data);
void uv_close(uv_handle_s* handle, uv_close_callback closed);
void uv_ref(uv_handle_s* handle);
void uv_unref(uv_handle_s* handle);
std::uint64_t uv_now(const uv_loop_s* loop);
void uv_update_time(uv_loop_s* loop);

int uv_prepare_init(uv_loop_s* loop, uv_handle_s* prepare);
int uv_prepare_start(uv_handle_s* prepare, uv_prepare_callback callback);
int uv_poll_init(uv_loop_s* loop, uv_handle_s* poll, int fd);
int uv_poll_start(uv_handle_s* poll, int events, uv_poll_callback callback);
int uv_timer_init(uv_loop_s* loop, uv_handle_s* timer);
int uv_timer_start(uv_handle_s* timer, uv_timer_callback callback, std::uint64_t timeout, std::uint64_t repeat);
int uv_timer_stop(uv_handle_s* timer);

// `error` is a negative errno; both return `into`.
char* uv_err_name_r(int error, char* into, std::size_t bytes);
char* uv_strerror_r(int error, char* into, std::size_t bytes);
}

namespace heddle::binding::uv {

// From uv_handle_type and uv_poll_event.
inline constexpr int kPoll = 8;
inline constexpr int kPrepare = 9;
inline constexpr int kTimer = 13;
inline constexpr int kReadable = 1;

}  // namespace heddle::binding::uv
