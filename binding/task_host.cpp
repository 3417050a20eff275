#include "binding/task_host.hpp"

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "binding/event_loop.hpp"

namespace heddle::binding {

namespace {

class TaskHost {
 public:
  [[nodiscard]] static TaskHost& of(napi_env env) {
    for (TaskHost* each = first_; each != nullptr; each = each->next_) {
      if (each->env_ == env) return *each;
    }
    uv_loop_s* loop = nullptr;
    if (napi_get_uv_event_loop(env, &loop) != napi_ok) {
      throw std::system_error(ENOTSUP, std::system_category(), "this environment has no event loop");
    }
    // Owns itself until it is cleaned up.
    return *new TaskHost(env, loop);
  }

  TaskHost(const TaskHost&) = delete;
  TaskHost& operator=(const TaskHost&) = delete;
  ~TaskHost() = default;

  void start(std::unique_ptr<HostedTask> task) {
    tasks_.start(std::move(task));
    loop_.keep_alive(tasks_.busy());
  }

  napi_value watched_signals() {
    napi_value watched = nullptr;
    if (watched_signals_ != nullptr) {
      napi_get_reference_value(env_, watched_signals_, &watched);
      return watched;
    }
    napi_value global = nullptr;
    napi_value weak_map = nullptr;
    napi_get_global(env_, &global);
    napi_get_named_property(env_, global, "WeakMap", &weak_map);
    napi_new_instance(env_, weak_map, 0, nullptr, &watched);
    napi_create_reference(env_, watched, 1, &watched_signals_);
    return watched;
  }

 private:
  TaskHost(napi_env env, uv_loop_s* loop)
      : env_(env),
        tasks_(Executor::Options{}, [this] { settle(); }),
        loop_(loop, tasks_.executor().io_fd(), tasks_.executor().wake_fd(), [this] { return take_turn(); }),
        next_(std::exchange(first_, this)) {
    napi_value resource = nullptr;
    napi_value name = nullptr;
    napi_create_object(env, &resource);
    napi_create_string_utf8(env, "heddle", NAPI_AUTO_LENGTH, &name);
    napi_async_init(env, resource, name, &async_context_);
    napi_add_async_cleanup_hook(env, &TaskHost::clean_up, this, &hook_);
  }

  std::optional<Nanoseconds> take_turn() {
    tasks_.pump();
    loop_.keep_alive(tasks_.busy());
    return tasks_.executor().next_deadline();
  }

  // One callback scope for all, so that microtasks and ticks run once, when it closes, and async hooks see it.
  void settle() {
    napi_handle_scope handles = nullptr;
    napi_callback_scope callback = nullptr;
    napi_value resource = nullptr;
    napi_open_handle_scope(env_, &handles);
    napi_create_object(env_, &resource);
    napi_open_callback_scope(env_, resource, async_context_, &callback);
    while (const auto task = tasks_.take_ended()) task->settle();
    if (callback != nullptr) napi_close_callback_scope(env_, callback);
    napi_close_handle_scope(env_, handles);
  }

  // No JavaScript runs from here on.
  static void clean_up(napi_async_cleanup_hook_handle, void* data) {
    auto* host = static_cast<TaskHost*>(data);
    host->tasks_.close();
    napi_async_destroy(host->env_, host->async_context_);
    if (host->watched_signals_ != nullptr) napi_delete_reference(host->env_, host->watched_signals_);
    for (TaskHost** link = &first_; *link != nullptr; link = &(*link)->next_) {
      if (*link != host) continue;
      *link = host->next_;
      break;
    }
    host->loop_.close([host] {
      const std::unique_ptr<TaskHost> last(host);
      napi_remove_async_cleanup_hook(last->hook_);
    });
  }

  static thread_local constinit TaskHost* first_;

  napi_env env_;
  napi_async_context async_context_ = nullptr;
  napi_ref watched_signals_ = nullptr;
  HostedTasks tasks_;
  EventLoop loop_;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  TaskHost* next_;
};

// Of this thread: a thread may have several environments.
thread_local constinit TaskHost* TaskHost::first_ = nullptr;

}  // namespace

void host(napi_env env, std::unique_ptr<HostedTask> task) { TaskHost::of(env).start(std::move(task)); }

napi_value watched_signals(napi_env env) { return TaskHost::of(env).watched_signals(); }

}  // namespace heddle::binding
