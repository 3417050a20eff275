#include "cuda/host/kernel_source.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <vector>

#include "cuda/host/source_tokens.hpp"

namespace heddle::cuda::host {

namespace {

struct Lack {
  std::string_view word;
  std::string_view what;
};

constexpr std::array kLacking{
    Lack{"wmma", "tensor cores (wmma)"},
    Lack{"mma", "tensor cores (mma)"},
    Lack{"cooperative_groups", "cooperative groups (cooperative_groups)"},
    Lack{"cudaTextureObject_t", "textures (cudaTextureObject_t)"},
    Lack{"texture", "textures (texture)"},
    Lack{"tex1D", "textures (tex1D)"},
    Lack{"tex1Dfetch", "textures (tex1Dfetch)"},
    Lack{"tex2D", "textures (tex2D)"},
    Lack{"tex3D", "textures (tex3D)"},
    Lack{"cudaSurfaceObject_t", "surfaces (cudaSurfaceObject_t)"},
    Lack{"surf2Dread", "surfaces (surf2Dread)"},
    Lack{"surf2Dwrite", "surfaces (surf2Dwrite)"},
    Lack{"asm", "inline PTX (asm)"},
    Lack{"__half", "half precision (__half)"},
    Lack{"__half2", "half precision (__half2)"},
    Lack{"__nv_bfloat16", "bfloat16 (__nv_bfloat16)"},
    Lack{"__pipeline_memcpy_async", "asynchronous copies (__pipeline_memcpy_async)"},
    Lack{"__syncthreads_count", "__syncthreads_count"},
    Lack{"__syncthreads_and", "__syncthreads_and"},
    Lack{"__syncthreads_or", "__syncthreads_or"},
    Lack{"__match_any_sync", "__match_any_sync"},
    Lack{"__match_all_sync", "__match_all_sync"},
    Lack{"__activemask", "__activemask"},
    Lack{"__cvta_generic_to_shared", "addresses of shared memory (__cvta_generic_to_shared)"},
    Lack{"clock64", "the device's clock (clock64)"},
    Lack{"cudaMemcpyAsync", "the runtime inside kernels (cudaMemcpyAsync)"},
    Lack{"cudaGridDependencySynchronize", "programmatic dependent launch (cudaGridDependencySynchronize)"},
    Lack{"cudaTriggerProgrammaticLaunchCompletion",
         "programmatic dependent launch (cudaTriggerProgrammaticLaunchCompletion)"},
    Lack{"thrust", "Thrust (thrust)"},
    Lack{"cub", "CUB (cub)"},
};

constexpr std::array kLackingHeaders{
    Lack{"mma.h", "tensor cores (mma.h)"},
    Lack{"cooperative_groups", "cooperative groups (cooperative_groups.h)"},
    Lack{"cuda_fp16", "half precision (cuda_fp16.h)"},
    Lack{"cuda_bf16", "bfloat16 (cuda_bf16.h)"},
    Lack{"cuda_fp8", "8-bit floating point (cuda_fp8.h)"},
    Lack{"cuda_pipeline", "asynchronous copies (cuda_pipeline.h)"},
    Lack{"curand", "random numbers (curand)"},
    Lack{"<cuda/", "libcu++ (<cuda/...>)"},
    Lack{"<cub/", "CUB (<cub/...>)"},
    Lack{"<thrust/", "Thrust (<thrust/...>)"},
};

Compilation lacking(std::string_view source, std::size_t at, std::string_view what) {
  Compilation failure = compile_failure("ERR_HEDDLE_UNSUPPORTED",
                                        "The host device has no " + std::string(what) + "; this kernel needs a GPU");
  const std::string_view before = source.substr(0, at);
  failure.line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
  failure.column = static_cast<int>(at - (before.rfind('\n') + 1)) + 1;
  return failure;
}

// Where what is opened at tokens[i] has been closed.
std::size_t past_group(const std::vector<Token>& tokens, std::size_t i, std::string_view open, std::string_view close) {
  int depth = 0;
  for (; i < tokens.size(); ++i) {
    if (tokens[i].text == open) ++depth;
    if (tokens[i].text == close && --depth == 0) return i + 1;
  }
  return i;
}

std::size_t past_parentheses(const std::vector<Token>& tokens, std::size_t i) {
  return past_group(tokens, i, "(", ")");
}

// Of a declaration that begins with __global__: "void f(", "void __attribute__((...)) f(" or "[[...]] void f(".
std::string_view kernel_name(const std::vector<Token>& tokens, std::size_t i) {
  for (; i + 1 < tokens.size(); ++i) {
    if (tokens[i].text == "__attribute__") {
      i = past_parentheses(tokens, i + 1) - 1;
    } else if (tokens[i].text == "[") {
      i = past_group(tokens, i, "[", "]") - 1;
    } else if (tokens[i].text == "{" || tokens[i].text == ";") {
      break;
    } else if (begins_name(tokens[i].text.front()) && tokens[i + 1].text == "(") {
      return tokens[i].text;
    }
  }
  return {};
}

// Whether a declaration that tokens[i] belongs to says extern "C", itself.
bool is_extern_c(const std::vector<Token>& tokens, std::size_t i) {
  while (i-- > 0) {
    const std::string_view text = tokens[i].text;
    if (text == "\"C\"") return i > 0 && tokens[i - 1].text == "extern";
    if (text == ";" || text == "}" || text == "{") return false;
  }
  return false;
}

// What a brace that is open makes of the kernels in it.
struct Scope {
  bool extern_c = false;
  std::string qualifier;  // "a::b::"
};

// Of the brace at tokens[i], inside of another scope. What is no namespace or linkage has no kernels, and is `outer` to be sure.
Scope scope_of(const std::vector<Token>& tokens, std::size_t i, const Scope& outer) {
  if (i > 1 && tokens[i - 2].text == "extern") return {tokens[i - 1].text == "\"C\"", outer.qualifier};
  std::size_t first = i;
  while (first > 0 && tokens[first - 1].text != ";" && tokens[first - 1].text != "{" && tokens[first - 1].text != "}" &&
         tokens[first - 1].text.front() != '#') {
    --first;
  }
  if (first < i && tokens[first].text == "inline") ++first;
  if (first == i || tokens[first].text != "namespace") return {false, outer.qualifier};
  Scope scope = outer;
  for (std::size_t k = first + 1; k < i; ++k) {
    if (tokens[k].text == "__attribute__") {
      k = past_parentheses(tokens, k + 1) - 1;
    } else if (tokens[k].text == "[") {
      k = past_group(tokens, k, "[", "]") - 1;
    } else if (begins_name(tokens[k].text.front()) && tokens[k].text != "inline") {
      scope.qualifier.append(tokens[k].text).append("::");
    }
  }
  return scope;
}

// "__attribute__((heddle_shared)) thread_local T name[];" as a definition: T, name.
std::string shared_definition(const std::vector<Token>& tokens, std::size_t i, std::set<std::string>& defined) {
  std::string type;
  std::string attributes;
  for (; i + 2 < tokens.size() && tokens[i].text != ";"; ++i) {
    if (tokens[i].text == "__attribute__") {
      const std::size_t end = past_parentheses(tokens, i + 1);
      for (std::size_t k = i; k < end; ++k) attributes.append(tokens[k].text).append(" ");
      i = end - 1;
    } else if (tokens[i + 1].text == "[") {
      const std::string name(tokens[i].text);
      if (tokens[i + 2].text != "]" || !defined.insert(name).second) return {};
      return attributes + "thread_local " + type + name + "[232448 / sizeof(" + type + ")];\n";
    } else if (tokens[i].text != "thread_local") {
      type.append(tokens[i].text).append(" ");
    }
  }
  return {};
}

}  // namespace

Compilation check_supported(std::string_view source) {
  for (const Token& token : tokens_of(source)) {
    if (token.text.front() == '#') {
      if (token.text.find("include") == std::string_view::npos) continue;
      for (const Lack& lack : kLackingHeaders) {
        if (token.text.find(lack.word) != std::string_view::npos) return lacking(source, token.at, lack.what);
      }
      continue;
    }
    for (const Lack& lack : kLacking) {
      if (token.text == lack.word) return lacking(source, token.at, lack.what);
    }
  }
  return {};
}

std::string with_kernel_table(std::string preprocessed) {
  const std::vector<Token> tokens = tokens_of(preprocessed);
  std::string table;
  std::string shared;
  std::set<std::string> kernels;
  std::set<std::string> defined;
  std::vector<Scope> scopes{Scope{}};  // of the braces that are open
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view text = tokens[i].text;
    if (text == "{") {
      scopes.push_back(scope_of(tokens, i, scopes.back()));
    } else if (text == "}" && scopes.size() > 1) {
      scopes.pop_back();
    } else if (text == "heddle_kernel") {
      const std::string name(kernel_name(tokens, i + 3));
      if (name.empty() || (!scopes.back().extern_c && !is_extern_c(tokens, i)) || !kernels.insert(name).second)
        continue;
      const std::string function = "&::" + scopes.back().qualifier + name;
      table += "heddle_host::entry<" + function + ">(\"" + name + "\", " + function + "), ";
    } else if (text == "heddle_shared" && i > 3 && tokens[i - 4].text == "extern") {
      shared += shared_definition(tokens, i + 3, defined);
    }
  }
  const std::string count = std::to_string(kernels.size());
  preprocessed += "\n# 1 \"" + std::string(kTableFile) + "\"\n" + shared +
                  "static const heddle_abi::Kernel heddle_table[] = {" + table +
                  "{nullptr, 0, nullptr, nullptr}};\n"
                  "extern \"C\" __attribute__((visibility(\"default\"))) const heddle_abi::Library heddle_library;\n"
                  "const heddle_abi::Library heddle_library = {heddle_abi::version, " +
                  count + ", heddle_table};\n";
  return preprocessed;
}

}  // namespace heddle::cuda::host
