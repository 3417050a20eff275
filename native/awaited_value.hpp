#pragma once

#include <functional>
#include <optional>
#include <type_traits>
#include <variant>

#include "native/task.hpp"

namespace heddle {

// How the result of a Task<T> is kept in a tuple, vector, variant or optional: void as std::monostate, a
// reference as std::reference_wrapper, anything else as itself.
template <class T>
using AwaitedValue = std::conditional_t<
    std::is_void_v<T>, std::monostate,
    std::conditional_t<std::is_reference_v<T>, std::reference_wrapper<std::remove_reference_t<T>>, T>>;

namespace detail {

// The result of a task that has ended; rethrows its exception.
template <class T>
AwaitedValue<T> take_result(const Task<T>& ended) {
  if constexpr (std::is_void_v<T>) {
    ended.frame().promise().take();
    return {};
  } else {
    return ended.frame().promise().take();
  }
}

}  // namespace detail

}  // namespace heddle
