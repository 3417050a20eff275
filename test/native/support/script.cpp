#include "test/native/support/script.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace heddle::test {

Script::Script(const Executor::Options& options, std::optional<std::size_t> most_direct_calls)
    : bridge(options, [this](std::size_t count) { return settle(count); }, most_direct_calls) {}

void Script::write(bridge::Opcode opcode, std::int32_t id, const Arguments& arguments) {
  if (bridge.control().submitted == static_cast<std::int32_t>(bridge::kSubmissions)) bridge.drain();
  bridge.submissions()[bridge.control().submitted++] = {.opcode = static_cast<std::int32_t>(opcode),
                                                        .id = id,
                                                        .a = arguments.a,
                                                        .b = arguments.b,
                                                        .c = arguments.c,
                                                        .d = 0,
                                                        .x = arguments.x,
                                                        .y = arguments.y,
                                                        .z = arguments.z};
}

std::int32_t Script::new_id() {
  replies_.emplace_back();
  return static_cast<std::int32_t>(replies_.size() - 1);
}

std::int32_t Script::submit(bridge::Opcode opcode, const Arguments& arguments) {
  const std::int32_t id = new_id();
  write(opcode, id, arguments);
  return id;
}

std::int32_t Script::open(std::string path, int flags, unsigned mode) {
  const std::int32_t id = new_id();
  bridge.open(id, std::move(path), flags, mode);
  return id;
}

std::int32_t Script::read(int fd, std::int32_t memory, double bytes, double position, double offset,
                          bool try_page_cache) {
  return submit(bridge::Opcode::read,
                {.a = fd, .b = memory, .c = try_page_cache ? 1 : 0, .x = offset, .y = position, .z = bytes});
}

bridge::Reply Script::reply(std::int32_t id) const {
  REQUIRE(replies(id) == 1);
  return replies_[static_cast<std::size_t>(id)].front();
}

bool Script::settle(std::size_t count) {
  batches.push_back(count);
  // As in JavaScript: first the whole batch is read, then the reactions run.
  const std::vector<bridge::Reply> batch(bridge.replies(), bridge.replies() + count);
  for (const bridge::Reply& reply : batch) replies_[static_cast<std::size_t>(reply.id)].push_back(reply);
  if (on_settled) {
    for (const bridge::Reply& reply : batch) on_settled(reply);
  }
  return alive;
}

const Script& Script::until(std::int32_t id) {
  until([&] { return settled(id); });
  return *this;
}

void Script::until(const std::function<bool()>& condition) {
  bridge.pump();
  while (!condition()) {
    bridge.executor().wait();
    bridge.pump();
  }
}

ScriptMemory::ScriptMemory(Script& script, std::size_t bytes)
    : bytes_(std::make_shared<std::string>(bytes, '.')),
      watch_(bytes_),
      number_(script.bridge.memory().add_borrowed(bytes_, reinterpret_cast<std::byte*>(bytes_->data()), bytes)) {}

}  // namespace heddle::test
