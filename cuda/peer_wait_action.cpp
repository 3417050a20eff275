#include "cuda/peer_wait_action.hpp"

#include "cuda/stream_turn.hpp"

namespace heddle::cuda {

Task<ErrorPtr> PeerWaitAction::run(StreamTurn& turn) {
  auto opened = gate_->wait(turn.stop());
  const bool happened = co_await opened;
  if (!happened) co_return make_error(kDeviceClosed, operation_name(operation()));
  co_return nullptr;
}

}  // namespace heddle::cuda
