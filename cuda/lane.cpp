#include "cuda/lane.hpp"

#include <algorithm>

#include "cuda/left_behind.hpp"

namespace heddle::cuda {

struct Lane::Job final : BlockingPool::Job {
  Job(Lane& owner, Call work, bool owes)
      : BlockingPool::Job(&Job::execute), lane(owner), call(std::move(work)), answers(owes) {}

  static void execute(BlockingPool::Job& job) noexcept {
    auto& self = static_cast<Job&>(job);
    Lane& lane = self.lane;
    self.call(lane.refusal());
    lane.after_();
    std::shared_ptr<Job> last;  // goes without the lock
    const std::lock_guard lock(lane.mutex_);
    last = std::move(*self.place);
    lane.jobs_.erase(self.place);
  }

  Lane& lane;
  const Call call;
  const bool answers;
  bool given_up = false;
  std::list<std::shared_ptr<Job>>::iterator place;
};

Lane::Lane(std::size_t threads, std::function<void()> after)
    : after_(std::move(after)), pool_(std::make_unique<BlockingPool>(threads)) {}

// Its jobs refer to all the rest.
Lane::~Lane() { pool_.reset(); }

void Lane::put(Call call, bool answers) {
  const auto job = std::make_shared<Job>(*this, std::move(call), answers);
  {
    const std::lock_guard lock(mutex_);
    if (!shut_) {
      job->place = jobs_.insert(jobs_.end(), job);
      try {
        pool_->submit(*job);
      } catch (...) {
        jobs_.erase(job->place);
        throw;
      }
      return;
    }
  }
  if (answers || !left_.load(std::memory_order_relaxed)) job->call(refusal());
}

void Lane::give_back(std::function<void()> call) {
  put([call = std::move(call)](const ErrorPtr&) { call(); }, false);
}

ErrorPtr Lane::refusal() noexcept {
  const std::lock_guard lock(mutex_);
  return refusal_;
}

void Lane::refuse(const ErrorPtr& error) noexcept {
  const std::lock_guard lock(mutex_);
  refusal_ = error;
}

void Lane::shut(const ErrorPtr& error) noexcept {
  const std::lock_guard lock(mutex_);
  shut_ = true;
  refusal_ = error;
}

void Lane::give_up(const ErrorPtr& error) noexcept {
  refuse(error);
  while (const std::shared_ptr<Job> job = next_unanswered()) job->call(error);
}

std::shared_ptr<Lane::Job> Lane::next_unanswered() noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(jobs_.begin(), jobs_.end(),
                                  [](const std::shared_ptr<Job>& job) { return job->answers && !job->given_up; });
  if (found == jobs_.end()) return nullptr;
  (*found)->given_up = true;
  return *found;
}

bool Lane::wait_idle(std::chrono::nanoseconds patience) { return pool_->wait_idle(patience); }

void Lane::join() noexcept { pool_.reset(); }

void Lane::end(std::chrono::nanoseconds patience, std::shared_ptr<const void> owner) {
  if (pool_->wait_idle(patience)) {
    pool_.reset();
    return;
  }
  left_.store(true, std::memory_order_relaxed);
  give_up(refusal());
  left_behind::keep(std::move(pool_), std::move(owner));
}

}  // namespace heddle::cuda
