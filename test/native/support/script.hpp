#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "native/bridge/bridge.hpp"

namespace heddle::test {

// Stands for JavaScript and its event loop: writes submissions, takes replies, and drives the bridge in
// between.
class Script {
 public:
  explicit Script(const Executor::Options& options, std::optional<std::size_t> most_direct_calls = {});

  struct Arguments {
    std::int32_t a = 0;
    std::int32_t b = 0;
    std::int32_t c = 0;
    double x = 0;
    double y = 0;
    double z = 0;
  };
  // Writes one operation and returns its new id, as lib/bridge/bridge.ts does.
  std::int32_t submit(bridge::Opcode opcode, const Arguments& arguments);
  std::int32_t new_id();
  // Operations that nobody waits for have the id 0.
  void submit_unnamed(bridge::Opcode opcode, const Arguments& arguments) { write(opcode, 0, arguments); }
  void cancel(std::int32_t id) { submit_unnamed(bridge::Opcode::cancel, {.a = id}); }

  std::int32_t open(std::string path, int flags, unsigned mode = 0600);
  std::int32_t read(int fd, std::int32_t memory, double bytes, double position = -1, double offset = 0,
                    bool try_page_cache = false);
  std::int32_t sleep(double milliseconds) { return submit(bridge::Opcode::sleep, {.z = milliseconds}); }

  [[nodiscard]] bool settled(std::int32_t id) const { return !replies_[static_cast<std::size_t>(id)].empty(); }
  // The one reply; more than one is a bug that this tells.
  [[nodiscard]] bridge::Reply reply(std::int32_t id) const;
  [[nodiscard]] std::size_t replies(std::int32_t id) const { return replies_[static_cast<std::size_t>(id)].size(); }

  // One turn of the event loop: as much as there is to do now, without waiting.
  void turn() { bridge.pump(); }
  // Turns the loop until the operation has settled; sleeps where nothing is to do, as an event loop would.
  const Script& until(std::int32_t id);
  void until(const std::function<bool()>& condition);

  bridge::Bridge bridge;
  std::vector<std::size_t> batches;                      // how many replies each delivery had
  std::function<void(const bridge::Reply&)> on_settled;  // JavaScript that runs when a Promise settles
  bool alive = true;                                     // what a delivery returns

 private:
  void write(bridge::Opcode opcode, std::int32_t id, const Arguments& arguments);
  bool settle(std::size_t count);

  std::vector<std::vector<bridge::Reply>> replies_{1};  // by id
};

// Memory as JavaScript owns it. `kept()` tells whether somebody still does.
class ScriptMemory {
 public:
  ScriptMemory(Script& script, std::size_t bytes);
  [[nodiscard]] std::int32_t number() const noexcept { return number_; }
  [[nodiscard]] std::string_view text() const { return *bytes_; }
  void fill(std::string_view text) { bytes_->replace(0, text.size(), text); }
  // The garbage collector takes the buffer.
  void collect() noexcept { bytes_.reset(); }
  [[nodiscard]] bool kept() const noexcept { return !watch_.expired(); }
  [[nodiscard]] std::shared_ptr<std::string> owner() const noexcept { return bytes_; }

 private:
  std::shared_ptr<std::string> bytes_;
  std::weak_ptr<std::string> watch_;
  std::int32_t number_;
};

}  // namespace heddle::test
