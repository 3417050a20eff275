#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

constexpr std::size_t kBuffers = 7;
constexpr std::size_t kMost = std::size_t{192} << 10;  // some operations are done inline, some are not

// Random commands on several streams, each ordered after the last user of the memory it touches, beside a
// model that does the same one after the other.
class Program {
 public:
  Program(Bed& bed, std::uint32_t seed) : bed_(bed), random_(seed) {
    for (std::size_t i = 0; i < 1 + random_() % 4; ++i) streams_.push_back(bed.stream());
    for (std::size_t i = 0; i < kBuffers; ++i) {
      Buffer& buffer = buffers_.emplace_back();
      buffer.model = test::some_bytes(1 + random_() % kMost, random_());
      buffer.model.resize(buffer.model.size() / 8 * 8 + 2048);
      buffer.last = streams_[0];
      if (i % 3 == 0) {
        buffer.ordinary = buffer.model;
      } else {
        buffer.block = i % 3 == 1 ? bed.alloc(buffer.model.size()) : bed.pinned(buffer.model.size());
        bed.submit_unwatched(bed.copy(streams_[0], buffer.span(0, buffer.model.size()), test::pageable(buffer.model)));
      }
    }
    REQUIRE(bed.sync(streams_[0]) == nullptr);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    for (const auto& stream : streams_) REQUIRE(bed_.sync(stream) == nullptr);
    for (Buffer& buffer : buffers_) {
      if (buffer.block != nullptr) buffer.ordinary = bed_.contents(span_of(buffer.block));
      REQUIRE(buffer.ordinary == buffer.model);
    }
  }

 private:
  struct Buffer {
    Span span(std::size_t offset, std::size_t bytes) {
      return block != nullptr ? span_of(block, offset, bytes) : test::pageable(ordinary.data() + offset, bytes);
    }
    std::vector<std::byte> model;
    std::vector<std::byte> ordinary;
    BlockPtr block;
    std::shared_ptr<Stream> last;
  };

  Buffer& any() { return buffers_[random_() % kBuffers]; }
  Buffer& any_block() {
    for (;;) {
      Buffer& buffer = any();
      if (buffer.block != nullptr) return buffer;
    }
  }

  // What `stream` does next comes after what the buffer's last user did.
  void order(const std::shared_ptr<Stream>& stream, Buffer& buffer) {
    if (buffer.last == stream) return;
    const auto event = random_() % 2 == 0 ? bed_.device().event() : event_;
    bed_.submit_unwatched(bed_.record(buffer.last, event));
    bed_.submit_unwatched(bed_.wait(stream, event));
    buffer.last = stream;
  }

  void submit(Command& command) {
    if (random_() % 8 == 0) {
      REQUIRE(bed_.run(command) == nullptr);
    } else {
      bed_.submit_unwatched(command);
    }
  }

  void step() {
    const auto& stream = streams_[random_() % streams_.size()];
    switch (random_() % 4) {
      case 0:
        return fill(stream);
      case 1:
        return histogram(stream);
      default:
        return copy(stream);
    }
  }

  void copy(const std::shared_ptr<Stream>& stream) {
    Buffer& to = any();
    Buffer& from = any();
    if (&to == &from) return;
    const std::size_t bytes = random_() % std::min(to.model.size(), from.model.size());
    const std::size_t into = random_() % (to.model.size() - bytes);
    const std::size_t out_of = random_() % (from.model.size() - bytes);
    order(stream, to);
    order(stream, from);
    submit(bed_.copy(stream, to.span(into, bytes), from.span(out_of, bytes)));
    std::copy_n(&from.model[out_of], bytes, &to.model[into]);
  }

  void fill(const std::shared_ptr<Stream>& stream) {
    Buffer& to = any_block();
    const unsigned width = 1U << random_() % 4;
    const std::size_t offset = random_() % (to.model.size() / 8) * 8;
    const std::size_t bytes = random_() % ((to.model.size() - offset) / 8) * 8;
    const std::uint64_t value = (std::uint64_t{random_()} << 32) | random_();
    order(stream, to);
    submit(bed_.fill(stream, to.span(offset, bytes), value, width));
    for (std::size_t i = 0; i < bytes; i += width) std::memcpy(&to.model[offset + i], &value, width);
  }

  void histogram(const std::shared_ptr<Stream>& stream) {
    Buffer& counters = any_block();
    Buffer& source = any_block();
    if (&counters == &source) return;
    order(stream, counters);
    order(stream, source);
    submit(bed_.histogram(stream, counters.span(0, 2048), source.span(0, source.model.size())));
    for (const std::byte byte : source.model) {
      std::uint64_t count = 0;
      std::byte* at = &counters.model[std::to_integer<std::size_t>(byte) * 8];
      std::memcpy(&count, at, 8);
      ++count;
      std::memcpy(at, &count, 8);
    }
  }

  Bed& bed_;
  std::mt19937 random_;
  std::vector<std::shared_ptr<Stream>> streams_;
  std::vector<Buffer> buffers_;
  std::shared_ptr<Event> event_ = bed_.device().event();
};

}  // namespace

TEST_CASE("random programs on several streams do what the same commands do one after the other") {
  const std::vector<OpenOptions> devices = test::all_devices();
  for (std::uint32_t seed = 1; seed <= 24; ++seed) {
    CAPTURE(seed);
    Bed bed(devices[seed % devices.size()]);
    Program(bed, seed).run(150);
    bed.close();
    CHECK(bed.times_lost() == 0);
  }
}
