#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "native/stop_token.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

// What a source and its callbacks do, in the obvious way.
class ModelSource;

class ModelCallback {
 public:
  explicit ModelCallback(std::function<void()> body) : run(std::move(body)) {}
  ModelCallback(const ModelCallback&) = delete;
  ModelCallback& operator=(const ModelCallback&) = delete;
  ~ModelCallback() { unlink(); }

  void link(ModelSource& source);
  void unlink();

  std::function<void()> run;

 private:
  friend class ModelSource;
  ModelSource* source_ = nullptr;
};

class ModelSource {
 public:
  explicit ModelSource(ModelSource* parent) : parent_link_([this] { request_stop(); }) {
    if (parent == nullptr) return;
    if (parent->requested_) {
      requested_ = true;
    } else {
      parent_link_.link(*parent);
    }
  }

  [[nodiscard]] bool stop_requested() const { return requested_; }
  bool request_stop() {
    if (std::exchange(requested_, true)) return false;
    while (!linked_.empty()) {
      ModelCallback& first = *linked_.front();
      first.unlink();
      first.run();
    }
    return true;
  }

 private:
  friend class ModelCallback;
  std::list<ModelCallback*> linked_;
  bool requested_ = false;
  ModelCallback parent_link_;
};

void ModelCallback::link(ModelSource& source) {
  source_ = &source;
  source.linked_.push_back(this);
}

void ModelCallback::unlink() {
  if (source_ != nullptr) std::exchange(source_, nullptr)->linked_.remove(this);
}

class RealCallback : public StopCallback {
 public:
  explicit RealCallback(std::function<void()> body) : StopCallback(&RealCallback::called), run_(std::move(body)) {}
  void link(StopSource& source) { source.token().link(*this); }

 private:
  static void called(StopCallback& callback) noexcept { static_cast<RealCallback&>(callback).run_(); }
  std::function<void()> run_;
};

class RealSource : public StopSource {
 public:
  explicit RealSource(RealSource* parent) : StopSource(parent != nullptr ? parent->token() : StopToken()) {}
};

// A program of random steps, also from inside of callbacks. What it does next depends on what has run so far: where two
// kinds of sources differ once, so do their logs from there on.
template <class Source, class Callback>
class Program {
 public:
  explicit Program(std::uint64_t salt) : random_(salt) {}
  ~Program() {
    while (!nodes_.empty()) drop(nodes_.size() - 1);
  }

  std::vector<std::size_t> run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    return std::move(log_);
  }

 private:
  struct Node {
    Node(std::size_t number, Node* above)
        : id(number), parent(above), source(above != nullptr ? &above->source : nullptr) {}
    std::size_t id;
    Node* parent;
    Source source;
    int stopping = 0;  // stops of it, or of one above it, that have not returned
    int children = 0;
  };
  struct Link {
    Link(std::size_t number, std::function<void()> body) : id(number), callback(std::move(body)) {}
    std::size_t id;
    Node* node = nullptr;  // where it was linked last
    int running = 0;  // calls that have not returned
    Callback callback;
  };

  static constexpr std::size_t kMostNodes = 24;
  static constexpr std::size_t kMostLinks = 80;
  static constexpr int kDeepest = 6;

  void step() {
    switch (random_.between(0, 11)) {
      case 0:
      case 1:
        add_source();
        break;
      case 2:
        if (!nodes_.empty()) drop(any(nodes_));
        break;
      case 3:
        if (!nodes_.empty()) stop(*nodes_[any(nodes_)]);
        break;
      case 4:
        if (!links_.empty()) destroy(any(links_));
        break;
      case 5:
      case 6:
        if (!links_.empty()) links_[any(links_)]->callback.unlink();
        break;
      case 7:
        if (!links_.empty() && !nodes_.empty()) relink(*links_[any(links_)], *nodes_[any(nodes_)]);
        break;
      default:
        add_callback();
    }
    for (const auto& node : nodes_) note(2 * node->id + (node->source.stop_requested() ? 1 : 0));
  }

  void add_source() {
    if (nodes_.size() == kMostNodes) return;
    Node* const parent = nodes_.empty() || random_.one_in(4) ? nullptr : nodes_[any(nodes_)].get();
    nodes_.push_back(std::make_unique<Node>(++made_, parent));
    if (parent != nullptr) ++parent->children;
  }

  void add_callback() {
    if (nodes_.empty() || links_.size() == kMostLinks) return;
    const std::size_t id = ++made_;
    links_.push_back(std::make_unique<Link>(id, [this, id] { called(id); }));
    relink(*links_.back(), *nodes_[any(nodes_)]);
  }

  void relink(Link& link, Node& node) {
    link.callback.unlink();
    link.node = nullptr;
    if (node.source.stop_requested()) return;
    link.callback.link(node.source);
    link.node = &node;
  }

  void stop(Node& node) {
    if (depth_ == kDeepest) return;
    std::vector<std::size_t> stopping;
    for (const auto& each : nodes_) {
      if (!is_below(*each, node)) continue;
      ++each->stopping;
      stopping.push_back(each->id);
    }
    note(node.source.request_stop());
    for (const auto& each : nodes_) {
      if (std::binary_search(stopping.begin(), stopping.end(), each->id)) --each->stopping;
    }
  }

  void called(std::size_t id) {
    note(id);
    Link& link = **std::find_if(links_.begin(), links_.end(), [id](const auto& each) { return each->id == id; });
    ++link.running;
    ++depth_;
    for (int i = random_.between(0, 3); i > 0; --i) step();
    --depth_;
    --link.running;
  }

  // A source goes after its tokens: what is linked to it goes before. It must not go while it runs callbacks.
  void drop(std::size_t index) {
    Node& node = *nodes_[index];
    if ((node.stopping != 0 && node.source.stop_requested()) || node.children != 0) return;
    for (const auto& link : links_) {
      if (link->node == &node) {
        link->callback.unlink();
        link->node = nullptr;
      }
    }
    if (node.parent != nullptr) --node.parent->children;
    nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void destroy(std::size_t index) {
    if (links_[index]->running == 0) links_.erase(links_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  [[nodiscard]] static bool is_below(const Node& node, const Node& top) {
    for (const Node* each = &node; each != nullptr; each = each->parent) {
      if (each == &top) return true;
    }
    return false;
  }

  template <class Things>
  [[nodiscard]] std::size_t any(const Things& things) {
    return random_.between<std::size_t>(0, things.size() - 1);
  }
  void note(std::size_t what) { log_.push_back(what); }

  test::Random random_;
  std::size_t made_ = 1;
  int depth_ = 0;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<std::size_t> log_;
};

TEST_CASE("StopSource: random trees of sources and callbacks behave as lists would") {
  for (int salt = 0; salt < test::rounds(300); ++salt) {
    INFO("HEDDLE_SEED=" << test::Random().seed());
    CAPTURE(salt);
    const auto program = static_cast<std::uint64_t>(salt);
    const auto expected = Program<ModelSource, ModelCallback>(program).run(200);
    const auto real = Program<RealSource, RealCallback>(program).run(200);
    REQUIRE(expected.size() > 200);
    REQUIRE(real == expected);
  }
}

}  // namespace

}  // namespace heddle
