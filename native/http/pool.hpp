#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "native/clock.hpp"
#include "native/http/request.hpp"
#include "native/semaphore.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle {
class Executor;
}  // namespace heddle

namespace heddle::http {

// Connections that may carry another request, kept by origin. One that its peer closes meanwhile, or on which something comes
// unasked, is closed too. One executor's.
class Pool {
 public:
  struct Options {
    std::size_t connections = std::numeric_limits<std::size_t>::max();  // to one origin; whoever needs more waits
    Nanoseconds idle_time = 4'000'000'000;                             // then an unused connection is closed
  };

 private:
  struct Idle;
  struct Place;  // what belongs to one origin

 public:
  // One connection in use. It is closed when this goes, unless it was given back.
  class Lease {
   public:
    Lease() noexcept = default;
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { close(); }

    [[nodiscard]] int fd() const noexcept { return fd_; }
    // It has carried a request before: the peer may have closed it meanwhile.
    [[nodiscard]] bool reused() const noexcept { return reused_; }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

    // Both end the lease. Precondition: no operation is in flight on the descriptor.
    void give_back() noexcept;
    void close() noexcept;

   private:
    friend class Pool;
    Lease(Pool& pool, Place& place) noexcept;
    void leave() noexcept;

    Pool* pool_ = nullptr;
    Place* place_ = nullptr;
    Semaphore::Permits permit_;
    int fd_ = -1;
    bool reused_ = false;
  };

  Pool(Executor& executor, const Options& options);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  // Closes idle connections. Precondition: no lease is left, and nobody waits for one.
  ~Pool();

  // A connection: the one that has been idle for the shortest time, unless it must be a `fresh` one, or a new one. Throws what
  // connect() throws. The origin must stay until then.
  [[nodiscard]] Task<Lease> acquire(const Origin& origin, bool fresh, StopToken stop);

  // Closes idle connections, and keeps none from here on.
  void close() noexcept;
  [[nodiscard]] std::size_t idle() const noexcept { return idle_; }

 private:
  [[nodiscard]] Place& place_of(const Origin& origin);
  // The descriptor of a connection that its peer has neither closed nor written to; -1 when there is none.
  [[nodiscard]] int take_idle(Place& place) noexcept;
  void keep(Place& place, int fd) noexcept;
  void drop(Idle& idle) noexcept;
  void forget_unused(Place& place) noexcept;

  Executor& executor_;
  const Options options_;
  std::unordered_map<std::string, std::unique_ptr<Place>> places_;
  std::size_t idle_ = 0;
  std::size_t watches_ = 0;  // which have not ended
  bool closed_ = false;
};

}  // namespace heddle::http
