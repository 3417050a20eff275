#include "native/timer_queue.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace heddle {

namespace {

constexpr std::uint64_t kTickMask = (std::uint64_t{1} << TimerQueue::kTickBits) - 1;

// The last tick that can be told as a time. The tick after it, where the last deadlines lie, never comes.
constexpr std::uint64_t kLastTick =
    static_cast<std::uint64_t>(std::numeric_limits<Nanoseconds>::max()) >> TimerQueue::kTickBits;

// How many timers one advance() moves ahead: some tens of microseconds' work when none of them is in a cache.
constexpr int kMovesAhead = 512;

std::uint64_t tick_at_or_after(Nanoseconds time) noexcept {
  const auto value = static_cast<std::uint64_t>(std::max<Nanoseconds>(time, 0));
  return (value >> TimerQueue::kTickBits) + ((value & kTickMask) != 0 ? 1 : 0);
}

std::uint64_t tick_at_or_before(Nanoseconds time) noexcept {
  return static_cast<std::uint64_t>(std::max<Nanoseconds>(time, 0)) >> TimerQueue::kTickBits;
}

void unlink(TimerLink& link) noexcept {
  link.previous->next = link.next;
  link.next->previous = link.previous;
  link.previous = link.next = nullptr;
}

void append(TimerLink& head, TimerLink& link) noexcept {
  link.previous = head.previous;
  link.next = &head;
  head.previous->next = &link;
  head.previous = &link;
}

// Moves the whole list of `from` to the empty list `to`.
void splice(TimerLink& from, TimerLink& to) noexcept {
  if (from.next == &from) return;
  to.next = from.next;
  to.previous = from.previous;
  to.next->previous = &to;
  to.previous->next = &to;
  from.next = from.previous = &from;
}

}  // namespace

TimerQueue::TimerQueue(Nanoseconds now) noexcept : current_(tick_at_or_before(now)) {
  expired_.next = expired_.previous = &expired_;
  for (std::size_t level = 0; level < levels_.size(); ++level) levels_[level] = &storage_[level];
}

void TimerQueue::add(Timer& timer, Nanoseconds deadline) noexcept {
  timer.tick = std::max(tick_at_or_after(deadline), current_);
  link(timer);
  ++size_;
}

void TimerQueue::cancel(Timer& timer) noexcept {
  if (!timer.pending()) return;
  unlink(timer);
  --size_;
}

// The level is that of the highest group of bits in which the timer's tick differs from now: everything on a lower
// level is due before everything on a higher one. The next window comes before the higher levels, once its timers are all
// there: until then, a later timer of it has to queue behind them.
void TimerQueue::link(Timer& timer) noexcept {
  if (window_of(timer.tick) == window_of(current_) + 1) {
    const TimerLink* const behind = next_window();
    if (behind != nullptr && behind->next == behind) return place(*levels_[kAhead], timer.tick & (kSlots - 1), timer);
  }
  const std::uint64_t difference = (timer.tick ^ current_) | (kSlots - 1);
  const auto highest_bit = static_cast<std::size_t>(63 - std::countl_zero(difference));
  const std::size_t level = std::min(highest_bit / kSlotBits, kLevels - 1);
  place(*levels_[level], static_cast<unsigned>(timer.tick >> (level * kSlotBits)) & (kSlots - 1), timer);
}

void TimerQueue::place(Level& level, unsigned slot, Timer& timer) noexcept {
  append(level.slots[slot], timer);
  level.occupied[slot / kWordBits] |= std::uint64_t{1} << (slot % kWordBits);
}

TimerLink* TimerQueue::next_window() noexcept {
  const auto slot = static_cast<unsigned>(window_of(current_) + 1) & (kSlots - 1);
  return slot == 0 ? nullptr : &levels_[1]->slots[slot];
}

void TimerQueue::move_ahead() noexcept {
  TimerLink* const behind = next_window();
  if (behind == nullptr) return;
  for (int left = kMovesAhead; left != 0 && behind->next != behind; --left) {
    auto& timer = static_cast<Timer&>(*behind->next);
    unlink(timer);
    place(*levels_[kAhead], timer.tick & (kSlots - 1), timer);
  }
}

// Precondition: nothing is left to fire before that tick.
void TimerQueue::set_current(std::uint64_t tick) noexcept {
  if (window_of(tick) != window_of(current_)) std::swap(levels_[0], levels_[kAhead]);
  current_ = tick;
}

unsigned TimerQueue::Level::first_occupied(unsigned from) const noexcept {
  std::uint64_t word = occupied[from / kWordBits] & (~std::uint64_t{0} << (from % kWordBits));
  for (unsigned index = from / kWordBits;; word = occupied[index]) {
    if (word != 0) return index * kWordBits + static_cast<unsigned>(std::countr_zero(word));
    if (++index == occupied.size()) return kSlots;
  }
}

std::optional<TimerQueue::Due> TimerQueue::first_occupied() const noexcept {
  std::optional<Due> ahead;
  if (const unsigned slot = levels_[kAhead]->first_occupied(0); slot != kSlots) {
    ahead = Due{kAhead, slot, (window_of(current_) + 1) << kSlotBits | slot};
  }
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::size_t shift = level * kSlotBits;
    const auto now_slot = static_cast<unsigned>(current_ >> shift) & (kSlots - 1);
    const unsigned slot = levels_[level]->first_occupied(now_slot);
    if (slot == kSlots) continue;
    const std::uint64_t above = current_ >> (shift + kSlotBits) << kSlotBits;
    const std::uint64_t tick = (above | slot) << shift;
    const Due due{level, slot, std::max(tick, current_)};
    // What is left of the next window on a higher level goes before what was moved ahead.
    if (level == 0 || !ahead || due.tick <= ahead->tick) return due;
    return ahead;
  }
  return ahead;
}

std::size_t TimerQueue::advance(Nanoseconds now, std::size_t most) noexcept {
  const std::uint64_t target = std::max(tick_at_or_before(now), current_);
  std::size_t fired = 0;
  if (size_ == 0) {
    set_current(target);
    return 0;
  }
  for (auto due = first_occupied(); due && due->tick <= target; due = first_occupied()) {
    Level& level = *levels_[due->level];
    set_current(due->tick);
    TimerLink moved;
    moved.next = moved.previous = &moved;
    splice(level.slots[due->slot], moved);
    level.occupied[due->slot / kWordBits] &= ~(std::uint64_t{1} << (due->slot % kWordBits));
    while (moved.next != &moved) {
      auto& timer = static_cast<Timer&>(*moved.next);
      unlink(timer);
      if (timer.tick <= current_) {
        append(expired_, timer);
      } else {
        link(timer);
      }
    }
  }
  set_current(target);
  move_ahead();
  // A callback may cancel timers that are due but have not fired: they are still linked, so that works.
  while (overdue() && fired < most) {
    auto& timer = static_cast<Timer&>(*expired_.next);
    unlink(timer);
    --size_;
    ++fired;
    timer.expired(timer);
  }
  return fired;
}

std::optional<Nanoseconds> TimerQueue::next_deadline() const noexcept {
  if (size_ == 0) return std::nullopt;
  if (overdue()) return static_cast<Nanoseconds>(std::min(current_, kLastTick) << kTickBits);
  const auto due = first_occupied();
  if (!due) return std::nullopt;
  return static_cast<Nanoseconds>(std::min(due->tick, kLastTick) << kTickBits);
}

}  // namespace heddle
