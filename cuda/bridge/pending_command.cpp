#include "cuda/bridge/pending_command.hpp"

#include <cerrno>
#include <memory>

namespace heddle::cuda {

PendingCommand::PendingCommand(DevicePort& port, std::int32_t id, Command& command)
    : PendingOperation(id),
      RemoteCompletion(&PendingCommand::on_finish),
      port_(port),
      awaited_(port.bridge_),
      command_(command) {
  command.notify = true;
  command.done = &PendingCommand::on_done;
  command.context = this;
  port.bridge_.begin(*this);
}

void PendingCommand::cancel() noexcept {
  replied_ = true;
  port_.bridge_.reply(id, -ECANCELED, 0);
}

void PendingCommand::on_done(Command& command) noexcept {
  auto* pending = static_cast<PendingCommand*>(command.context);
  pending->port_.ended(*pending);
}

void PendingCommand::on_finish(RemoteCompletion& completion) noexcept {
  const std::unique_ptr<PendingCommand> last_act(&static_cast<PendingCommand&>(completion));
  PendingCommand& pending = *last_act;
  if (!pending.replied_) {
    if (pending.command_.error != nullptr) {
      pending.port_.fail(pending.id, pending.command_.error);
    } else {
      pending.port_.bridge_.reply(pending.id, 0, 0);
    }
  }
  pending.port_.pool_.give_back(pending.command_);
}

}  // namespace heddle::cuda
