#include "cuda/host/reduce.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

namespace heddle::cuda::host {

namespace {

// How many elements are reduced at a time.
constexpr std::size_t kPiece = 4096;

struct Half {
  std::uint16_t bits;
};
struct Bfloat {
  std::uint16_t bits;
};

float to_number(Half half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half.bits & 0x8000U) << 16;
  const std::uint32_t exponent = (half.bits >> 10) & 0x1fU;
  const std::uint32_t fraction = half.bits & 0x3ffU;
  if (exponent == 0) {
    const float small = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -small : small;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}
float to_number(Bfloat value) noexcept { return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16); }
template <class T>
T to_number(T value) noexcept {
  return value;
}

// To the nearest, ties to even.
std::uint32_t shifted(std::uint32_t value, unsigned by) noexcept {
  const std::uint32_t half = 1U << (by - 1);
  const std::uint32_t rest = value & ((1U << by) - 1);
  const std::uint32_t result = value >> by;
  return rest > half || (rest == half && (result & 1U) != 0) ? result + 1 : result;
}

void assign(Half& to, float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  std::uint32_t half = 0;
  if (magnitude > 0x7f800000U) {
    half = 0x7e00;
  } else if (magnitude >= 0x47800000U) {
    half = 0x7c00;
  } else if (magnitude >= 0x38800000U) {
    half = shifted(magnitude - 0x38000000U, 13);
  } else if (magnitude >= 0x33000000U) {
    const unsigned by = 126 - (magnitude >> 23);
    half = shifted((magnitude & 0x7fffffU) | 0x800000U, by);
  }
  to.bits = static_cast<std::uint16_t>(sign | half);
}
void assign(Bfloat& to, float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const bool nan = (bits & 0x7fffffffU) > 0x7f800000U;
  to.bits = static_cast<std::uint16_t>(nan ? (bits >> 16) | 0x40U : shifted(bits, 16));
}
template <class T>
void assign(T& to, T value) noexcept {
  to = value;
}

// Integers wrap around, as they do on a GPU.
template <class T>
T combine(T a, T b, Reduction reduction) noexcept {
  switch (reduction) {
    case Reduction::product:
    case Reduction::sum:
    case Reduction::average:
      if constexpr (std::is_integral_v<T>) {
        const auto x = static_cast<std::uint64_t>(a);
        const auto y = static_cast<std::uint64_t>(b);
        return static_cast<T>(reduction == Reduction::product ? x * y : x + y);
      } else {
        return reduction == Reduction::product ? a * b : a + b;
      }
    case Reduction::max:
      return std::max(a, b);
    case Reduction::min:
      return std::min(a, b);
  }
  return a;
}

template <class T>
T element_at(const std::byte* source, std::size_t index) noexcept {
  T value;
  std::memcpy(&value, source + index * sizeof(T), sizeof(T));
  return value;
}

// `offset` and `count` in elements of the sources; gives `count` elements.
template <class T>
void reduce(const std::vector<const Collective*>& ranks, std::size_t offset, std::size_t count, T* result) noexcept {
  using Number = decltype(to_number(T{}));
  for (std::size_t i = 0; i < count; ++i) {
    Number number = to_number(element_at<T>(ranks.front()->source, offset + i));
    for (std::size_t rank = 1; rank < ranks.size(); ++rank) {
      number = combine<Number>(number, to_number(element_at<T>(ranks[rank]->source, offset + i)),
                               ranks.front()->reduction);
    }
    if (ranks.front()->reduction == Reduction::average) {
      number = static_cast<Number>(number / static_cast<Number>(ranks.size()));
    }
    assign(result[i], number);
  }
}

template <class T>
void reduce_all(const std::vector<const Collective*>& ranks) noexcept {
  std::array<T, kPiece> piece;
  const bool scatters = ranks.front()->kind == CollectiveKind::reduce_scatter;
  const std::size_t count = ranks.front()->count;
  const std::size_t total = scatters ? count * ranks.size() : count;
  for (std::size_t offset = 0; offset < total;) {
    const std::size_t in_part = offset % std::max<std::size_t>(count, 1);
    const std::size_t elements = std::min({kPiece, total - offset, count - in_part});
    reduce(ranks, offset, elements, piece.data());
    if (scatters) {
      std::memcpy(ranks[offset / count]->destination + in_part * sizeof(T), piece.data(), elements * sizeof(T));
    } else {
      for (const Collective* rank : ranks) {
        std::memcpy(rank->destination + offset * sizeof(T), piece.data(), elements * sizeof(T));
      }
    }
    offset += elements;
  }
}

void reduce_all(const std::vector<const Collective*>& ranks, Element element) noexcept {
  switch (element) {
    case Element::i8:
      return reduce_all<std::int8_t>(ranks);
    case Element::u8:
      return reduce_all<std::uint8_t>(ranks);
    case Element::i32:
      return reduce_all<std::int32_t>(ranks);
    case Element::u32:
      return reduce_all<std::uint32_t>(ranks);
    case Element::i64:
      return reduce_all<std::int64_t>(ranks);
    case Element::u64:
      return reduce_all<std::uint64_t>(ranks);
    case Element::f16:
      return reduce_all<Half>(ranks);
    case Element::f32:
      return reduce_all<float>(ranks);
    case Element::f64:
      return reduce_all<double>(ranks);
    case Element::bf16:
      return reduce_all<Bfloat>(ranks);
  }
}

void move(std::byte* destination, const std::byte* source, std::size_t bytes) noexcept {
  if (bytes != 0 && destination != source) std::memmove(destination, source, bytes);
}

}  // namespace

void carry_out_together(const std::vector<const Collective*>& operations) noexcept {
  const Collective& first = *operations.front();
  const std::size_t bytes = first.count * bytes_of(first.element);
  switch (first.kind) {
    case CollectiveKind::all_reduce:
    case CollectiveKind::reduce_scatter:
      return reduce_all(operations, first.element);
    case CollectiveKind::broadcast:
      for (const Collective* rank : operations) {
        move(rank->destination, operations[static_cast<std::size_t>(first.peer)]->source, bytes);
      }
      return;
    case CollectiveKind::all_gather:
      for (const Collective* to : operations) {
        for (std::size_t from = 0; from < operations.size(); ++from) {
          move(to->destination + from * bytes, operations[from]->source, bytes);
        }
      }
      return;
    default:
      return;
  }
}

}  // namespace heddle::cuda::host
