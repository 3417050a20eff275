#include "native/bridge/file_operation.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "native/bridge/stat_numbers.hpp"
#include "native/bridge/write_operation.hpp"
#include "native/io/page_cache.hpp"

namespace heddle::bridge {

namespace {

class StatOperation final : public FileOperation {
 public:
  StatOperation(Bridge& bridge, std::int32_t id, int descriptor, std::string path, int how, HeldMemory numbers,
                bool whole) noexcept
      : FileOperation(bridge, id, io::Opcode::statx, descriptor, std::move(numbers)), whole_(whole) {
    path_ = std::move(path);
    flags = how;
    mode = STATX_BASIC_STATS | STATX_BTIME;
    this->address = &attributes_;
    start();
  }

 private:
  double outcome() noexcept override {
    if (whole_) {
      write_stat(attributes_, reinterpret_cast<std::int64_t*>(memory_.address));
    } else {
      write_stat(attributes_, reinterpret_cast<double*>(memory_.address));
    }
    return 0;
  }

  struct statx attributes_{};
  bool whole_;
};

// readv or writev: holds the memory of all parts.
class VectoredOperation final : public FileOperation {
 public:
  VectoredOperation(Bridge& bridge, std::int32_t id, io::Opcode operation, int descriptor, std::int64_t position,
                    std::vector<HeldMemory> parts)
      : FileOperation(bridge, id, operation, descriptor, {}), parts_(std::move(parts)) {
    vectors_.reserve(parts_.size());
    for (const HeldMemory& part : parts_) vectors_.push_back({.iov_base = part.address, .iov_len = part.bytes});
    address = vectors_.data();
    length = vectors_.size();
    offset = position;
    start();
  }

 private:
  bool advance(std::size_t bytes) noexcept override {
    auto* vector = static_cast<iovec*>(address);
    if (offset >= 0) offset += static_cast<std::int64_t>(bytes);
    for (; length > 0 && bytes >= vector->iov_len; ++vector, --length) bytes -= vector->iov_len;
    address = vector;
    if (length == 0) return false;
    vector->iov_base = static_cast<std::byte*>(vector->iov_base) + bytes;
    vector->iov_len -= bytes;
    return true;
  }

  std::vector<HeldMemory> parts_;
  std::vector<iovec> vectors_;
};

// The first number that is too large for a position.
constexpr double kPositionsEnd = 0x1p63;

HeldMemory numbers_of(Bridge& bridge, const Submission& submission) noexcept {
  HeldMemory numbers = bridge.memory().hold(submission.b, submission.x, kStatNumbers * sizeof(double));
  return numbers.space == Space::device ? HeldMemory{} : numbers;
}

}  // namespace

FileOperation::FileOperation(Bridge& bridge, std::int32_t id, io::Opcode operation, int descriptor,
                             HeldMemory memory) noexcept
    : PendingOperation(id), Request(&FileOperation::on_completion), memory_(std::move(memory)), bridge_(bridge) {
  opcode = operation;
  fd = descriptor;
}

void FileOperation::start() {
  path = path_.c_str();
  bridge_.begin(*this);
  bridge_.executor().io().submit(*this);
}

void FileOperation::transfer(Bridge& bridge, io::Opcode opcode, const Submission& submission) {
  HeldMemory memory = bridge.memory().hold(submission.b, submission.x, submission.z);
  if (!memory || memory.space == Space::device) {
    bridge.reply(submission.id, -EFAULT, 0);
    return;
  }
  if (!(submission.y >= static_cast<double>(io::kCurrentPosition) && submission.y < kPositionsEnd)) {
    bridge.reply(submission.id, -EINVAL, 0);
    return;
  }
  const auto offset = static_cast<std::int64_t>(submission.y);
  if (opcode == io::Opcode::read && (submission.c & kTryPageCache) != 0 && bridge.may_copy_here(memory.bytes) &&
      io::read_page_cache(submission.a, memory.address, memory.bytes, offset)) {
    bridge.reply(submission.id, 0, submission.z);
    return;
  }
  if (offset >= 0 && !bridge.takes_positions(submission.a)) {
    bridge.reply(submission.id, -ESPIPE, 0);
    return;
  }
  if (opcode == io::Opcode::write) {
    if (auto lane = bridge.write_lane(submission.a)) {
      WriteOperation::start(bridge, submission.id, std::move(lane), offset, std::move(memory));
      return;
    }
  }
  auto* operation = new FileOperation(bridge, submission.id, opcode, submission.a, std::move(memory));
  operation->address = operation->memory_.address;
  operation->length = operation->memory_.bytes;
  operation->offset = offset;
  operation->past_cache = opcode == io::Opcode::read && (submission.c & kPastCache) != 0;
  operation->start();
}

void FileOperation::vectored(Bridge& bridge, std::int32_t id, io::Opcode opcode, int descriptor, double position,
                             std::vector<HeldMemory> parts) {
  if (!(position >= static_cast<double>(io::kCurrentPosition) && position < kPositionsEnd)) {
    bridge.reply(id, -EINVAL, 0);
    return;
  }
  const auto offset = static_cast<std::int64_t>(position);
  if (offset >= 0 && !bridge.takes_positions(descriptor)) {
    bridge.reply(id, -ESPIPE, 0);
    return;
  }
  if (opcode == io::Opcode::writev) {
    if (auto lane = bridge.write_lane(descriptor)) {
      WriteOperation::start(bridge, id, std::move(lane), offset, std::move(parts));
      return;
    }
  }
  new VectoredOperation(bridge, id, opcode, descriptor, offset, std::move(parts));
}

void FileOperation::simple(Bridge& bridge, io::Opcode opcode, const Submission& submission) {
  if (opcode == io::Opcode::close) bridge.forget_descriptor(submission.a);
  (new FileOperation(bridge, submission.id, opcode, submission.a, {}))->start();
}

void FileOperation::open(Bridge& bridge, std::int32_t id, std::string path, int flags, std::uint32_t mode) {
  auto* operation = new FileOperation(bridge, id, io::Opcode::open, AT_FDCWD, {});
  operation->path_ = std::move(path);
  operation->flags = flags | O_CLOEXEC;
  operation->mode = mode;
  operation->start();
}

void FileOperation::stat(Bridge& bridge, const Submission& submission) {
  HeldMemory numbers = numbers_of(bridge, submission);
  if (!numbers) {
    bridge.reply(submission.id, -EFAULT, 0);
    return;
  }
  new StatOperation(bridge, submission.id, submission.a, {}, AT_EMPTY_PATH, std::move(numbers),
                    (submission.c & kWholeNumbers) != 0);
}

void FileOperation::stat(Bridge& bridge, std::int32_t id, std::string path, bool follow_links,
                         const Submission& submission) {
  HeldMemory numbers = numbers_of(bridge, submission);
  if (!numbers) {
    bridge.reply(id, -EFAULT, 0);
    return;
  }
  new StatOperation(bridge, id, AT_FDCWD, std::move(path), follow_links ? 0 : AT_SYMLINK_NOFOLLOW, std::move(numbers),
                    (submission.c & kWholeNumbers) != 0);
}

// A close is carried out in any case: nobody else knows the descriptor any more.
void FileOperation::cancel() noexcept {
  if (opcode != io::Opcode::close) bridge_.executor().io().cancel(*this);
}

bool FileOperation::advance(std::size_t bytes) noexcept {
  address = static_cast<std::byte*>(address) + bytes;
  length -= bytes;
  if (offset >= 0) offset += static_cast<std::int64_t>(bytes);
  return length > 0;
}

bool FileOperation::writes_on() noexcept {
  if (opcode != io::Opcode::write && opcode != io::Opcode::writev) return false;
  // One that is being closed may be another file by the time of the next call.
  const bool wanted = !cancelled && bridge_.is_open(fd);
  if (result > 0 && wanted && advance(static_cast<std::size_t>(result))) {
    written_ += static_cast<std::size_t>(result);
    bridge_.executor().io().submit(*this);
    bridge_.flush_soon();
    return true;
  }
  // What was written counts, whatever became of the rest.
  if (written_ > 0) result = static_cast<std::int64_t>(written_) + std::max<std::int64_t>(result, 0);
  return false;
}

void FileOperation::on_completion(io::Request& request) noexcept {
  if (static_cast<FileOperation&>(request).writes_on()) return;
  const std::unique_ptr<FileOperation> operation(&static_cast<FileOperation&>(request));
  if (operation->result < 0) {
    operation->bridge_.reply(operation->id, static_cast<std::int32_t>(operation->result), 0);
  } else {
    if (operation->opcode == io::Opcode::open) {
      operation->bridge_.add_descriptor(static_cast<int>(operation->result));
    }
    operation->bridge_.reply(operation->id, 0, operation->outcome());
  }
}

}  // namespace heddle::bridge
