#include "cuda/communicator.hpp"

#include <array>

namespace heddle::cuda {

namespace {

struct ElementType {
  const char* name;
  std::size_t bytes;
};
constexpr std::array kElements{
    ElementType{"i8", 1},  ElementType{"u8", 1},  ElementType{"i32", 4}, ElementType{"u32", 4}, ElementType{"i64", 8},
    ElementType{"u64", 8}, ElementType{"f16", 2}, ElementType{"f32", 4}, ElementType{"f64", 8}, ElementType{"bf16", 2},
};
constexpr std::array kKinds{"all-reduce", "broadcast", "all-gather", "reduce-scatter", "send", "receive"};
constexpr std::array kReductions{"sum", "product", "max", "min", "average"};

template <class Table, class Index>
auto& at(const Table& table, Index index) noexcept {
  return table[static_cast<std::size_t>(index)];
}

}  // namespace

std::size_t bytes_of(Element element) noexcept { return at(kElements, element).bytes; }

const char* name_of(CollectiveKind kind) noexcept { return at(kKinds, kind); }

std::string description_of(const Collective& operation) {
  std::string text = name_of(operation.kind);
  text += " of " + std::to_string(operation.count) + " " + at(kElements, operation.element).name;
  switch (operation.kind) {
    case CollectiveKind::all_reduce:
    case CollectiveKind::reduce_scatter:
      return text + ", " + at(kReductions, operation.reduction);
    case CollectiveKind::broadcast:
      return text + " from rank " + std::to_string(operation.peer);
    case CollectiveKind::send:
      return text + " to rank " + std::to_string(operation.peer);
    case CollectiveKind::receive:
      return text + " from rank " + std::to_string(operation.peer);
    case CollectiveKind::all_gather:
      return text;
  }
  return text;
}

}  // namespace heddle::cuda
