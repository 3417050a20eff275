#pragma once

#include <cstddef>

#include "native/executor.hpp"
#include "native/io/request.hpp"

namespace heddle::http {

// Looks whether the peer of an unused connection closes it, or says something unasked. It takes nothing from the connection,
// so that one can be used again while its watch is still ending. Made by begin(), it goes by itself when it has ended.
class IdleWatch : private io::Request {
 public:
  // Who is told; it must stay until then, or until abandon().
  struct Observer {
    virtual void peer_stirred() noexcept = 0;  // the watch has ended

   protected:
    ~Observer() = default;
  };

  // Null when there is no memory: then nobody is told. `unended` counts the watches that have not ended; whoever owns it keeps it
  // until it is 0.
  [[nodiscard]] static IdleWatch* begin(Executor& executor, int fd, Observer& observer, std::size_t& unended) noexcept;

  // Nobody is told any more. From here on the descriptor may be closed.
  void abandon() noexcept;

 private:
  IdleWatch(Executor& executor, int descriptor, Observer& observer, std::size_t& unended) noexcept;
  ~IdleWatch() { --unended_; }
  static void on_completion(io::Request& request) noexcept;

  Executor& executor_;
  Observer* observer_;
  std::size_t& unended_;
  std::byte byte_{};
};

}  // namespace heddle::http
