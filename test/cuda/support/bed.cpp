#include "test/cuda/support/bed.hpp"

#include <doctest/doctest.h>

#include <random>
#include <utility>

#include "cuda/availability.hpp"

namespace heddle::test {

using cuda::Command;
using cuda::CommandKind;
using cuda::ErrorPtr;

void Pending::attach(Command& command) {
  command.notify = true;
  command.context = this;
  command.done = [](Command& done) noexcept {
    auto& self = *static_cast<Pending*>(done.context);
    const ErrorPtr error = done.error;
    self.pool_.give_back(done);
    self.outcome_.set(error);
  };
}

cuda::Span pageable(void* address, std::size_t bytes) {
  return {nullptr, static_cast<std::byte*>(address), bytes, cuda::Space::pageable};
}

std::vector<std::byte> some_bytes(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() & 0xff);
  return bytes;
}

Bed::Bed(cuda::OpenOptions options) {
  options.host.counts = counts_;
  if (!options.lost) {
    options.lost = [this](const ErrorPtr& error) {
      {
        const std::lock_guard lock(lost_mutex_);
        ++times_lost_;
      }
      lost_.set(error);
    };
  }
  device_ = cuda::Device::open(std::move(options), [this](const ErrorPtr& error) { opened_.set(error); });
}

Bed::~Bed() { destroy(); }

int Bed::times_lost() {
  const std::lock_guard lock(lost_mutex_);
  return times_lost_;
}

cuda::BlockPtr Bed::allocate(cuda::Space space, std::size_t bytes, ErrorPtr* error) {
  Promised<std::pair<cuda::BlockPtr, ErrorPtr>> answer;
  const auto allocated = [&answer](cuda::BlockPtr block, const ErrorPtr& why) { answer.set({std::move(block), why}); };
  if (space == cuda::Space::device) {
    device_->alloc(bytes, allocated);
  } else {
    device_->alloc_pinned(bytes, allocated);
  }
  auto [block, why] = answer.get();
  if (error != nullptr) {
    *error = why;
  } else {
    REQUIRE_MESSAGE(why == nullptr, why->message);
  }
  return block;
}

cuda::BlockPtr Bed::alloc(std::size_t bytes, ErrorPtr* error) { return allocate(cuda::Space::device, bytes, error); }

cuda::BlockPtr Bed::pinned(std::size_t bytes, ErrorPtr* error) { return allocate(cuda::Space::pinned, bytes, error); }

std::shared_ptr<cuda::Stream> Bed::stream(const std::string& label) {
  return device_->stream({cuda::Priority::normal, label});
}

Command& Bed::command(CommandKind kind, const std::shared_ptr<cuda::Stream>& stream) {
  Command& command = pool_.take();
  command.kind = kind;
  command.stream = stream;
  return command;
}

Command& Bed::copy(const std::shared_ptr<cuda::Stream>& stream, cuda::Span to, cuda::Span from) {
  Command& copy = command(CommandKind::copy, stream);
  copy.destination = std::move(to);
  copy.source = std::move(from);
  return copy;
}

Command& Bed::fill(const std::shared_ptr<cuda::Stream>& stream, cuda::Span to, std::uint64_t value, unsigned width) {
  Command& fill = command(CommandKind::fill, stream);
  fill.destination = std::move(to);
  fill.value = value;
  fill.width = static_cast<std::uint8_t>(width);
  return fill;
}

Command& Bed::histogram(const std::shared_ptr<cuda::Stream>& stream, cuda::Span counters, cuda::Span source) {
  Command& histogram = command(CommandKind::histogram, stream);
  histogram.destination = std::move(counters);
  histogram.source = std::move(source);
  return histogram;
}

Command& Bed::record(const std::shared_ptr<cuda::Stream>& stream, const std::shared_ptr<cuda::Event>& event) {
  Command& record = command(CommandKind::record, stream);
  record.event = event;
  return record;
}

Command& Bed::wait(const std::shared_ptr<cuda::Stream>& stream, const std::shared_ptr<cuda::Event>& event) {
  Command& wait = command(CommandKind::wait, stream);
  wait.event = event;
  return wait;
}

Command& Bed::notify(const std::shared_ptr<cuda::Stream>& stream) { return command(CommandKind::notify, stream); }

PendingPtr Bed::watch(Command& command) {
  auto pending = std::make_shared<Pending>(pool_);
  pending->attach(command);
  watched_.push_back(pending);
  return pending;
}

PendingPtr Bed::submit(Command& command) {
  PendingPtr pending = watch(command);
  device_->submit(command);
  return pending;
}

std::vector<std::byte> Bed::contents(const cuda::Span& span) {
  std::vector<std::byte> bytes(span.bytes);
  const ErrorPtr error = run(copy(stream(), pageable(bytes), span));
  REQUIRE_MESSAGE(error == nullptr, error->message);
  return bytes;
}

void Bed::close() {
  Promised<bool> closed;
  device_->close([&closed] { closed.set(true); });
  closed.get();
}

void Bed::destroy() { device_.reset(); }

std::vector<cuda::OpenOptions> all_devices() {
  std::vector<cuda::OpenOptions> all(2);
  all[1].host.stage_pageable = true;
  all[1].host.inline_bytes = 0;
  if (cuda::availability().ok) {
    all.emplace_back();
    all.back().ordinal = 0;
  }
  return all;
}

cuda::OpenOptions with_fault(cuda::Operation operation, cuda::host::FaultKind kind, std::uint64_t at) {
  cuda::OpenOptions options;
  cuda::host::Fault fault;
  fault.operation = operation;
  fault.kind = kind;
  fault.at = at;
  options.host.faults.push_back(fault);
  return options;
}

cuda::OpenOptions with_slow(cuda::Operation operation, std::chrono::milliseconds delay, std::uint64_t at) {
  cuda::OpenOptions options = with_fault(operation, cuda::host::FaultKind::slow, at);
  options.host.faults.back().delay = delay;
  return options;
}

}  // namespace heddle::test
