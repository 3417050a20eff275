#include "cuda/preprocessor_options.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace heddle::cuda {

namespace {

using Kind = PreprocessorOption::Kind;

struct Spelling {
  std::string_view name;
  Kind kind;
  bool attached;  // the value may follow without a "="
};

constexpr std::array kSpellings{
    Spelling{"--define-macro", Kind::define, false},
    Spelling{"--undefine-macro", Kind::undefine, false},
    Spelling{"--include-path", Kind::folder, false},
    Spelling{"--pre-include", Kind::include, false},
    Spelling{"--std", Kind::standard, false},
    Spelling{"-include", Kind::include, false},
    Spelling{"-std", Kind::standard, false},
    Spelling{"-D", Kind::define, true},
    Spelling{"-U", Kind::undefine, true},
    Spelling{"-I", Kind::folder, true},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

// The value behind a spelling, "" when it is the next option; nothing when the option is another.
std::optional<std::string> value_of(std::string_view option, const Spelling& spelling) {
  if (!option.starts_with(spelling.name)) return std::nullopt;
  const std::string_view rest = option.substr(spelling.name.size());
  if (rest.empty()) return "";
  if (rest.front() == '=') return std::string(rest.substr(1));
  if (spelling.attached || rest.front() == ' ') return std::string(trimmed(rest));
  return std::nullopt;
}

}  // namespace

std::vector<PreprocessorOption> preprocessor_options(const std::vector<std::string>& options) {
  std::vector<PreprocessorOption> found;
  for (std::size_t i = 0; i < options.size(); ++i) {
    for (const Spelling& spelling : kSpellings) {
      std::optional<std::string> value = value_of(options[i], spelling);
      if (!value) continue;
      if (options[i].size() == spelling.name.size() && i + 1 < options.size()) value = options[++i];
      found.push_back({spelling.kind, std::move(*value)});
      break;
    }
  }
  return found;
}

}  // namespace heddle::cuda
