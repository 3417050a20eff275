#include "native/homecoming.hpp"

#include <cassert>

#include "native/resume_on.hpp"

namespace heddle {

namespace detail {

Homecoming Homecoming::make() { co_return; }

Homecoming Homecoming::of(const TaskPromiseBase& task) noexcept {
  auto* const promise = task.handle ? dynamic_cast<promise_type*>(task.owner) : nullptr;
  return promise != nullptr ? Homecoming(*promise) : Homecoming();
}

Homecoming Homecoming::begin(TaskPromiseBase& task, std::coroutine_handle<> frame, Scheduler& home) {
  const Homecoming away = make();
  promise_type& promise = *away.promise_;
  promise.task_ = &task;
  promise.home_ = &home;
  promise.owned_ = static_cast<bool>(task.handle);
  if (promise.owned_) {
    promise.owner_ = task.owner;
  } else {
    promise.continuation_ = task.continuation;
  }
  task.handle = frame;
  task.owner = &promise;
  home.task_left();
  return away;
}

void Homecoming::promise_type::give_back() noexcept {
  if (owned_) {
    task_->owner = owner_;
  } else {
    task_->handle = nullptr;
    task_->continuation = continuation_;
  }
}

void Homecoming::end() noexcept {
  promise_->give_back();
  promise_->handle.destroy();
}

// Elsewhere.
void Homecoming::promise_type::task_done(std::coroutine_handle<>, std::exception_ptr&) noexcept {
  home_->post_returned(*this);
}

// At home.
std::coroutine_handle<> Homecoming::promise_type::tell() noexcept {
  TaskPromiseBase& task = *task_;
  const std::coroutine_handle<> ended = task.handle;
  give_back();
  handle.destroy();
  return task.tell_end(ended);
}

}  // namespace detail

bool ResumeOn::depart(detail::TaskPromiseBase& task) {
  detail::Homecoming away = detail::Homecoming::of(task);
  if (away && &away.home() == &there_) {
    Scheduler& home = there_;
    away.end();
    home.post_returned(*this);
    return true;
  }
  const bool leaves_home = !away;
  if (leaves_home) {
    Scheduler* const here = Scheduler::current();
    assert(here != nullptr && "resume_on needs a task that runs on an executor or a pool");
    away = detail::Homecoming::begin(task, handle, *here);
  }
  if (there_.post_from_outside(*this)) return true;
  refused_ = true;
  if (leaves_home) {
    Scheduler& home = away.home();
    away.end();
    home.task_returned();
  }
  return false;
}

}  // namespace heddle
