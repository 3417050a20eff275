#include "native/task_trace.hpp"

#if HEDDLE_TASK_TRACES

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "native/immortal.hpp"

namespace heddle::detail {

// All coroutines there are, by the address of their frame. The gdb script reads it.
class TaskRegistry {
 public:
  static TaskRegistry& instance() {
    static Immortal<TaskRegistry> registry;
    return *registry;
  }

  std::mutex mutex;
  std::unordered_map<void*, TaskTrace*> tasks;

  // Preconditions of these: the mutex is held.
  std::string all() const {
    std::unordered_set<const void*> awaiting;
    for (const auto& [frame, task] : tasks) awaiting.insert(task->awaited_by_);
    std::string text;
    for (const auto& [frame, task] : tasks) {
      if (task->waited_ && !task->ended_ && !awaiting.contains(frame)) text += stack(*task);
    }
    return text;
  }
  std::string stack(const TaskTrace& innermost) const {
    std::string text =
        name(innermost) + (innermost.waited_ ? " waits at " + place(innermost.waits_at_) : " is running") + "\n";
    for (const TaskTrace* each = find(innermost.awaited_by_); each != nullptr; each = find(each->awaited_by_)) {
      text += "  awaited by " + name(*each) + " at " + place(each->waits_at_) + "\n";
    }
    return text;
  }
  TaskTrace* find(void* frame) const {
    const auto found = tasks.find(frame);
    return found == tasks.end() ? nullptr : found->second;
  }

 private:
  static std::string place(const TaskPlace& at) {
    const std::string file = at.file_name();
    return file.substr(file.rfind('/') + 1) + ":" + std::to_string(at.line());
  }
  static std::string name(const TaskTrace& task) {
    return std::string(task.made_at_.function_name()) + " (" + place(task.made_at_) + ")";
  }
};

namespace {

[[noreturn]] void end_process(const char* what, const std::string& stacks) noexcept {
  std::fprintf(stderr, "heddle: %s\n%s", what, stacks.c_str());
  std::abort();
}

}  // namespace

void TaskTrace::made(std::coroutine_handle<> frame, const TaskPlace& at) {
  TaskRegistry& registry = TaskRegistry::instance();
  const std::lock_guard lock(registry.mutex);
  frame_ = frame.address();
  made_at_ = at;
  registry.tasks[frame_] = this;
}

void TaskTrace::waits(const TaskPlace& at) noexcept {
  const std::lock_guard lock(TaskRegistry::instance().mutex);
  waits_at_ = at;
  waited_ = true;
}

void TaskTrace::awaited_by(std::coroutine_handle<> frame) noexcept {
  const std::lock_guard lock(TaskRegistry::instance().mutex);
  awaited_by_ = frame.address();
}

void TaskTrace::ended() noexcept {
  const std::lock_guard lock(TaskRegistry::instance().mutex);
  ended_ = true;
}

void TaskTrace::may_be_dropped() noexcept { droppable_ = true; }

TaskTrace::~TaskTrace() {
  TaskRegistry& registry = TaskRegistry::instance();
  const std::lock_guard lock(registry.mutex);
  if (waited_ && !ended_ && !droppable_) end_process("a task was destroyed while it waits:", registry.stack(*this));
  registry.tasks.erase(frame_);
}

void check_tasks(bool fine, const char* what_is_wrong) noexcept {
  if (!fine) end_process(what_is_wrong, task_stacks());
}

}  // namespace heddle::detail

namespace heddle {

std::string task_stacks() {
  detail::TaskRegistry& registry = detail::TaskRegistry::instance();
  const std::lock_guard lock(registry.mutex);
  return registry.all();
}

std::string task_stack(std::coroutine_handle<> frame) {
  detail::TaskRegistry& registry = detail::TaskRegistry::instance();
  const std::lock_guard lock(registry.mutex);
  const detail::TaskTrace* const task = registry.find(frame.address());
  return task == nullptr ? std::string() : registry.stack(*task);
}

}  // namespace heddle

#else

namespace heddle {

std::string task_stacks() { return "task traces are not built in (HEDDLE_TASK_TRACES)\n"; }

std::string task_stack(std::coroutine_handle<>) { return {}; }

}  // namespace heddle

#endif
