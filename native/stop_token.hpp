#pragma once

#include <utility>

namespace heddle {

class StopSource;

// What runs when a stop is requested: a link in the source's list, kept inside whoever waits. Callbacks run
// inside request_stop(), on the executor thread that owns the source, so they take no lock. A callback may
// schedule, cancel and unlink; it must not resume a coroutine and must not destroy the source.
class StopCallback {
 public:
  using Function = void (*)(StopCallback&) noexcept;

  explicit StopCallback(Function function) noexcept : function_(function) {}
  StopCallback(const StopCallback&) = delete;
  StopCallback& operator=(const StopCallback&) = delete;
  ~StopCallback() { unlink(); }

  // Safe at any time, also when the callback has run or was never linked.
  void unlink() noexcept {
    if (previous_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

 private:
  friend class StopSource;
  friend class StopToken;

  StopCallback* previous_ = nullptr;
  StopCallback* next_ = nullptr;
  Function function_;
};

// A cheap reference to a StopSource, or to nothing ("never stopped"). The source must outlive its tokens:
// structured concurrency gives that for free, since a Scope outlives its children.
class StopToken {
 public:
  StopToken() noexcept = default;

  [[nodiscard]] bool stop_possible() const noexcept { return source_ != nullptr; }
  [[nodiscard]] inline bool stop_requested() const noexcept;

  // Links the callback; it runs at most once. Precondition: not stopped yet, and the callback is unlinked.
  inline void link(StopCallback& callback) const noexcept;

 private:
  friend class StopSource;
  explicit StopToken(StopSource& source) noexcept : source_(&source) {}

  StopSource* source_ = nullptr;
};

// Where a stop is requested. It belongs to one executor: only that thread may touch it or its tokens.
class StopSource {
 public:
  StopSource() noexcept : head_(nullptr), parent_link_(&StopSource::parent_stopped, *this) {
    head_.previous_ = head_.next_ = &head_;
  }
  // A source that also stops when `parent` does.
  explicit StopSource(StopToken parent) noexcept : StopSource() {
    if (parent.stop_requested()) {
      requested_ = true;
    } else {
      parent.link(parent_link_);
    }
  }
  StopSource(const StopSource&) = delete;
  StopSource& operator=(const StopSource&) = delete;
  ~StopSource() { head_.previous_ = head_.next_ = nullptr; }

  [[nodiscard]] StopToken token() noexcept { return StopToken{*this}; }
  [[nodiscard]] bool stop_requested() const noexcept { return requested_; }

  // Runs every linked callback once. Returns false when a stop had been requested before.
  bool request_stop() noexcept {
    if (requested_) return false;
    requested_ = true;
    while (head_.next_ != &head_) {
      StopCallback& callback = *head_.next_;
      callback.unlink();
      callback.function_(callback);
    }
    return true;
  }

 private:
  friend class StopToken;

  struct ParentLink : StopCallback {
    ParentLink(Function function, StopSource& child) noexcept : StopCallback(function), source(child) {}
    StopSource& source;
  };
  static void parent_stopped(StopCallback& link) noexcept { static_cast<ParentLink&>(link).source.request_stop(); }

  StopCallback head_;
  ParentLink parent_link_;
  bool requested_ = false;
};

inline bool StopToken::stop_requested() const noexcept { return source_ != nullptr && source_->requested_; }

inline void StopToken::link(StopCallback& callback) const noexcept {
  if (source_ == nullptr) return;
  StopCallback& head = source_->head_;
  callback.previous_ = head.previous_;
  callback.next_ = &head;
  head.previous_->next_ = &callback;
  head.previous_ = &callback;
}

}  // namespace heddle
