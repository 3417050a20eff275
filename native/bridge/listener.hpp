#pragma once

#include <cstdint>
#include <string>

#include "native/bridge/endpoint.hpp"
#include "native/io/request.hpp"
#include "native/timer_queue.hpp"

namespace heddle::bridge {

// One listening socket of JavaScript's. The id of start() is told the number of each new Socket, or a negative errno when
// there will be no more.
class Listener final : public Endpoint, private io::Request, private Timer {
 public:
  // `path` is removed with the listener, unless it is empty.
  Listener(Endpoints& table, int descriptor, std::string path) noexcept;
  ~Listener() override;

  void start(const Submission& submission) override;
  void pause() noexcept override;

 private:
  static void on_accepted(io::Request& request) noexcept;
  static void on_retry(Timer& timer) noexcept;

  void stop() noexcept override;
  [[nodiscard]] bool in_flight() const noexcept override { return accepting_; }
  void accept();

  const std::string path_;
  bool accepting_ = false;  // a request is with the backend
  bool wanted_ = false;
  bool ended_ = false;
};

}  // namespace heddle::bridge
