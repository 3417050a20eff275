#include "native/trace.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "native/immortal.hpp"

namespace heddle::trace {

std::atomic<bool> detail::on{false};

namespace {

struct State {
  std::mutex mutex;
  std::vector<std::string> lanes{"ring", "js"};
  std::vector<Span> spans;
};

State& state() {
  static Immortal<State> instance;
  return *instance;
}

}  // namespace

Lane lane(std::string_view name) {
  State& all = state();
  const std::lock_guard lock(all.mutex);
  const auto found = std::find(all.lanes.begin(), all.lanes.end(), name);
  if (found != all.lanes.end()) return static_cast<Lane>(found - all.lanes.begin());
  all.lanes.emplace_back(name);
  return static_cast<Lane>(all.lanes.size() - 1);
}

void record(const Span& span) {
  State& all = state();
  const std::lock_guard lock(all.mutex);
  if (enabled()) all.spans.push_back(span);
}

void start() {
  State& all = state();
  const std::lock_guard lock(all.mutex);
  all.spans.clear();
  detail::on.store(true, std::memory_order_relaxed);
}

Recording stop() {
  State& all = state();
  const std::lock_guard lock(all.mutex);
  detail::on.store(false, std::memory_order_relaxed);
  return {all.lanes, std::exchange(all.spans, {})};
}

}  // namespace heddle::trace
