#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "test/native/support/io_bed.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

using namespace test;

// One read with everything it owns. Its memory is watched after its end, too: nobody may write there any
// more.
struct Read {
  explicit Read(std::size_t bytes) : into(bytes, '.') {}
  StopSource stop;
  std::string into;
  Outcome outcome;
  std::string at_its_end;
  bool seen = false;
};

class Storm {
 public:
  Storm(const Executor::Options& options, Random& random) : random_(random), bed_(options), pipes_(4) {
    file_ = open_file(folder_.file("file", content_), O_RDONLY);
    if (mkfifo(folder_.path("fifo").c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    for (auto& read : reads_) read->stop.request_stop();
    bed_.drive_until([&] { return bed_.executor.io().in_flight() == 0 && bed_.scope.live() == 0; });
    check();
  }

 private:
  void step() {
    switch (random_.between(0, 9)) {
      case 0:
      case 1:
      case 2: {
        Read& read = add(random_.between<std::size_t>(1, 100));
        const auto which = random_.between<std::size_t>(0, pipes_.size() - 1);
        bed_.spawn(read_task(pipes_[which].read_end.get(), writable(read.into), -1, read.stop.token()), read.outcome);
        from_pipe_.push_back({&read, which});
        break;
      }
      case 3: {
        Read& read = add(random_.one_in(4) ? 300'000 : 4096);
        bed_.spawn(read_task(file_.get(), writable(read.into), 0, read.stop.token()), read.outcome);
        from_file_.push_back(&read);
        break;
      }
      case 4: {
        Read& open = add(0);
        bed_.spawn(open_task(folder_.path("fifo"), O_WRONLY, 0, open.stop.token()), open.outcome);
        break;
      }
      case 5: {
        const auto which = random_.between<std::size_t>(0, pipes_.size() - 1);
        const std::string bytes = pattern(random_.between<std::size_t>(1, 150), random_.between(1U, 1000U));
        pipes_[which].put(bytes);
        sent_[which] += bytes.size();
        break;
      }
      case 6:
      case 7:
        if (!reads_.empty()) reads_[random_.between<std::size_t>(0, reads_.size() - 1)]->stop.request_stop();
        break;
      default:
        bed_.executor.poll();
        break;
    }
    remember_ends();
  }

  Read& add(std::size_t bytes) { return *reads_.emplace_back(std::make_unique<Read>(bytes)); }

  void remember_ends() {
    for (auto& read : reads_) {
      if (read->seen || !read->outcome.done()) continue;
      read->seen = true;
      read->at_its_end = read->into;
    }
  }

  void check() {
    remember_ends();
    for (const auto& read : reads_) {
      REQUIRE(read->outcome.times == 1);
      REQUIRE(read->into == read->at_its_end);
      if (read->outcome.value < 0) {
        REQUIRE(read->outcome.value == -ECANCELED);
        REQUIRE(read->into == std::string(read->into.size(), '.'));
      }
    }
    for (const Read* read : from_file_) {
      if (read->outcome.value >= 0) REQUIRE(content_.compare(0, read->into.size(), read->into) == 0);
    }
    // No byte is lost: what was sent has been told to a read, or is still in the pipe.
    std::vector<std::size_t> received(pipes_.size());
    for (const auto& [read, which] : from_pipe_) {
      if (read->outcome.value > 0) received[which] += static_cast<std::size_t>(read->outcome.value);
    }
    for (std::size_t which = 0; which < pipes_.size(); ++which) {
      REQUIRE(received[which] + pipes_[which].drain().size() == sent_[which]);
    }
  }

  struct FromPipe {
    Read* read;
    std::size_t pipe;
  };

  Random& random_;
  std::string content_ = pattern(300'000);
  TemporaryFolder folder_;
  std::vector<std::unique_ptr<Read>> reads_;  // before the bed: they outlive what runs there
  IoBed bed_;
  std::vector<Pipe> pipes_;
  Descriptor file_;
  std::vector<std::size_t> sent_ = std::vector<std::size_t>(4);
  std::vector<FromPipe> from_pipe_;
  std::vector<Read*> from_file_;
};

TEST_CASE_ON_BACKENDS(
    "io: cancels at random moments: every operation ends once, no byte is lost, no memory is touched late") {
  SKIP_WITHOUT_BACKEND();
  for (std::uint64_t program = 0; program < static_cast<std::uint64_t>(rounds(100)); ++program) {
    Random random(program);
    INFO("HEDDLE_SEED=" << random.seed());
    Storm storm(options<Choice>(), random);
    storm.run(600);
  }
}

}  // namespace

}  // namespace heddle
