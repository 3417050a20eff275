#include "cuda/host/build.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cuda/host/compiler_failure.hpp"
#include "cuda/host/kernel_source.hpp"
#include "cuda/preprocessor_options.hpp"
#include "cuda/whole_file.hpp"

namespace heddle::cuda::host {

namespace {

void write_file(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) throw std::system_error(EIO, std::generic_category(), path);
}

std::string read_file(const std::string& path) {
  auto content = read_whole_file(path);
  if (!content) throw std::system_error(EIO, std::generic_category(), path);
  return std::move(*content);
}

void replace_all(std::string& text, const std::string& part, std::string_view by) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + by.size())) {
    text.replace(at, part.size(), by);
  }
}

// As the system's compiler takes it.
void append(std::vector<std::string>& command, const PreprocessorOption& option) {
  using Kind = PreprocessorOption::Kind;
  switch (option.kind) {
    case Kind::define:
      command.push_back("-D" + option.value);
      return;
    case Kind::undefine:
      command.push_back("-U" + option.value);
      return;
    case Kind::folder:
      command.push_back("-I" + option.value);
      return;
    case Kind::include:
      command.insert(command.end(), {"-include", option.value});
      return;
    case Kind::standard:
      command.push_back("-std=" + option.value);
  }
}

}  // namespace

Build::Build(std::string compiler, const CompileRequest& request, const std::atomic<bool>& stop)
    : compiler_(std::move(compiler)),
      request_(request),
      stop_(stop),
      folder_((std::filesystem::temp_directory_path() / "heddle-kernels-XXXXXX").string()) {
  if (mkdtemp(folder_.data()) == nullptr) throw std::system_error(errno, std::generic_category(), folder_);
}

Build::~Build() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

ChildResult Build::run(const std::vector<std::string>& command) const {
  ChildResult child = run_child(command, stop_);
  leave_out_folder(child.output);
  return child;
}

// What is in it has the names that the request gave it, in messages and in __FILE__.
void Build::leave_out_folder(std::string& text) const {
  replace_all(text, file("headers/"), "");
  replace_all(text, file(""), "");
}

Compilation Build::preprocess() {
  for (const CompileRequest::Header& header : request_.headers) {
    write_file(file("headers/" + header.name), header.text);
  }
  write_file(file("source.cu"), "#line 1 \"" + request_.name + "\"\n" + request_.source);
  std::vector<std::string> command{compiler_, "-E", "-x",       "c++",
                                   standard_, "-w", "-include", request_.language + "/device_language.hpp"};
  for (const PreprocessorOption& option : preprocessor_options(request_.options)) {
    append(command, option);
    if (option.kind == PreprocessorOption::Kind::standard) standard_ = command.back();
  }
  command.insert(command.end(),
                 {"-I" + request_.language, "-I" + file("headers"), file("source.cu"), "-o", file("source.ii")});
  if (const ChildResult child = run(command); child.exit_code != 0) return compiler_failure(child, request_);
  text_ = read_file(file("source.ii"));
  leave_out_folder(text_);
  return {};
}

Compilation Build::compile() {
  write_file(file("kernels.ii"), with_kernel_table(text_));
  const ChildResult child =
      run({compiler_, standard_, "-O2", "-w", "-fPIC", "-shared", "-fvisibility=hidden", "-fno-strict-aliasing",
           // A frame that is larger than what is left meets the guard behind the stack.
           "-fstack-clash-protection", file("kernels.ii"), "-o", file("kernels.so")});
  if (child.exit_code != 0) return compiler_failure(child, request_);
  const std::string image = read_file(file("kernels.so"));
  Compilation made;
  made.log = child.output;
  made.image.resize(image.size());
  std::memcpy(made.image.data(), image.data(), image.size());
  return made;
}

}  // namespace heddle::cuda::host
