#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "cuda/action.hpp"
#include "cuda/command.hpp"
#include "cuda/disposable.hpp"
#include "cuda/driver.hpp"
#include "cuda/error.hpp"

namespace heddle::cuda {

class DeviceCore;
class DeviceThread;

// Commands that a device carries out as one piece of work, as often as it is launched. Made by capture(); launched by
// commands that carry a GraphLaunch. It keeps the memory that its commands use, and so does every launch in flight, of
// the version it is of. Dropping the last reference destroys it, when its launches are done.
class Graph final : private Disposable {
 public:
  using Captured = std::function<void(std::shared_ptr<Graph>, const ErrorPtr&)>;
  using Updated = std::function<void(const ErrorPtr&)>;

  // What is to be captured: commands that were filled in as for submit(), but that nobody waits for. `origin`'s come
  // first, and whatever other streams do must be ordered after them, and before their last, by events that are recorded
  // among the commands. Nothing is carried out, and events keep the meaning they had. Owns the commands.
  class Recording {
   public:
    Recording() = default;
    Recording(Recording&&) noexcept = default;
    Recording& operator=(Recording&&) noexcept = default;
    // Gives back what is left.
    ~Recording();

    std::shared_ptr<Stream> origin;
    std::vector<Command*> commands;
  };

  // Calls back on a thread of the device's, or on the caller's when it has closed.
  static void capture(DeviceThread& thread, Recording recording, Captured captured);
  // Launches that were submitted before are of the old version, later ones of the new: whoever calls this submits none
  // until it is over. With an error nothing has changed; it is kGraphUpdateFailure when the recording has other
  // commands, or the same in another order.
  static void update(std::shared_ptr<Graph> graph, Recording recording, Updated updated);

  // Others call capture().
  Graph(DeviceThread& thread, std::shared_ptr<const void> held, ExecutableHandle executable) noexcept;

 private:
  friend class DeviceThread;
  friend class GraphLaunch;

  // What the driver's graph uses, for as long as it may be launched or is in flight.
  struct Held;
  struct Made {
    GraphHandle graph = nullptr;
    std::shared_ptr<const void> held;
    ErrorPtr error;
  };

  // The device's thread only.
  [[nodiscard]] static Made record(DeviceCore& core, Recording recording) noexcept;
  static void instantiate(DeviceThread& thread, Made made, const Captured& captured);
  void begin_update(std::shared_ptr<Graph> self, std::shared_ptr<Recording> recording, const Updated& updated);
  // A launch was handed to the driver, or never will be.
  void launch_over() noexcept;
  void dispose() noexcept override;
  // The device closes. No launch is in flight.
  void close() noexcept;

  DeviceThread& thread_;
  std::atomic<unsigned> unissued_{0};  // launches on their way
  // The device's thread.
  ExecutableHandle executable_;
  std::shared_ptr<const void> held_;
  std::function<void()> when_issued_;  // an update that waits for them
};

}  // namespace heddle::cuda
