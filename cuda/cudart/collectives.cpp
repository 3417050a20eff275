#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

#include "cuda/cudart/driver.hpp"
#include "cuda/cudart/nccl.hpp"

// Collectives through NCCL, non-blocking: a call that needs other ranks says so, and is asked again.
namespace heddle::cuda::cudart {

namespace {

// How long leaving a group may wait for its last messages to be delivered.
constexpr std::chrono::milliseconds kFarewell{1000};

std::string words_of(const nccl::Library& library, nccl::Comm comm) {
  const char* said = library.GetLastError(comm);
  return said == nullptr || *said == '\0' ? std::string() : std::string("NCCL says: ") + said;
}

class NcclCommunicator final : public Communicator {
 public:
  NcclCommunicator(const nccl::Library& library, nccl::Comm comm) noexcept : nccl_(library), comm_(comm) {}

  ~NcclCommunicator() override {
    nccl::Comm const comm = comm_.exchange(nullptr);
    if (comm == nullptr) return;
    nccl::Result result = nccl_.CommFinalize(comm);
    const auto deadline = std::chrono::steady_clock::now() + kFarewell;
    while (result == nccl::kInProgress && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (nccl_.CommGetAsyncError(comm, &result) != nccl::kSuccess) break;
    }
    // What has said goodbye is taken down in peace. An abort tells the other ranks of a failure; one that is broken, or that
    // ranks which stay do not let go, is left in no other way, since ncclCommDestroy would wait.
    (void)(result == nccl::kSuccess ? nccl_.CommDestroy(comm) : nccl_.CommAbort(comm));
  }

  Status enqueue(std::span<const Collective> group, StreamHandle stream) noexcept override {
    nccl::Comm const comm = comm_.load();
    if (comm == nullptr) return kCollectiveAborted;
    nccl::Result result = nccl_.GroupStart();
    for (const Collective& operation : group) {
      if (result == nccl::kSuccess || result == nccl::kInProgress) result = start(operation, comm, stream_of(stream));
    }
    const nccl::Result ended = nccl_.GroupEnd();
    return nccl::status_of(result == nccl::kSuccess || result == nccl::kInProgress ? ended : result);
  }

  Status progress() noexcept override {
    nccl::Comm const comm = comm_.load();
    if (comm == nullptr) return kCollectiveAborted;
    nccl::Result state = nccl::kSuccess;
    const nccl::Result asked = nccl_.CommGetAsyncError(comm, &state);
    return nccl::status_of(asked != nccl::kSuccess ? asked : state);
  }

  [[nodiscard]] std::string reason() const override {
    nccl::Comm const comm = comm_.load();
    return comm == nullptr ? std::string() : words_of(nccl_, comm);
  }

 private:
  void break_off() noexcept override {
    if (nccl::Comm const comm = comm_.exchange(nullptr); comm != nullptr) (void)nccl_.CommAbort(comm);
  }

  nccl::Result start(const Collective& o, nccl::Comm comm, cudaStream_t stream) noexcept {
    const int type = static_cast<int>(o.element);
    const int reduction = static_cast<int>(o.reduction);
    switch (o.kind) {
      case CollectiveKind::all_reduce:
        return nccl_.AllReduce(o.source, o.destination, o.count, type, reduction, comm, stream);
      case CollectiveKind::broadcast:
        return nccl_.Broadcast(o.source, o.destination, o.count, type, o.peer, comm, stream);
      case CollectiveKind::all_gather:
        return nccl_.AllGather(o.source, o.destination, o.count, type, comm, stream);
      case CollectiveKind::reduce_scatter:
        return nccl_.ReduceScatter(o.source, o.destination, o.count, type, reduction, comm, stream);
      case CollectiveKind::send:
        return nccl_.Send(o.source, o.count, type, o.peer, comm, stream);
      case CollectiveKind::receive:
        return nccl_.Recv(o.destination, o.count, type, o.peer, comm, stream);
    }
    return nccl::kInvalidArgument;
  }

  const nccl::Library& nccl_;
  // Null once it was aborted; whoever aborts it has seen to it that nobody else uses it any more.
  std::atomic<nccl::Comm> comm_;
};

}  // namespace

Status CudartDriver::comm_id(CommId& id, std::string& reason) noexcept {
  try {
    const nccl::Library* const library = nccl::library(reason);
    if (library == nullptr) return kNcclMissing;
    nccl::UniqueId made{};
    const Status status = nccl::status_of(library->GetUniqueId(&made));
    static_assert(sizeof made == sizeof id);
    std::memcpy(id.data(), &made, sizeof made);
    return status;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status CudartDriver::comm_open(const CommId& id, int rank, int size, std::unique_ptr<Communicator>& made,
                               std::string& reason) noexcept {
  try {
    const nccl::Library* const library = nccl::library(reason);
    if (library == nullptr) return kNcclMissing;
    nccl::UniqueId name{};
    std::memcpy(&name, id.data(), sizeof name);
    nccl::Config config;
    nccl::Comm comm = nullptr;
    const Status status = nccl::status_of(library->CommInitRankConfig(&comm, size, name, rank, &config));
    if (status != kSuccess && status != kNotReady) {
      reason = words_of(*library, nullptr);
      if (comm != nullptr) (void)library->CommAbort(comm);
      return status;
    }
    made = std::make_unique<NcclCommunicator>(*library, comm);
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

}  // namespace heddle::cuda::cudart
