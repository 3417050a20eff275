#include "test/native/support/program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "test/native/support/files.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle::test {

namespace {

constexpr const char* kRequest = "HEDDLE_TEST_PROGRAM";
constexpr const char* kThreadSanitizerOptions = "TSAN_OPTIONS";

const Program*& last_program() {
  static const Program* last = nullptr;
  return last;
}

std::vector<std::string> environment_for(const char* program) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with(kThreadSanitizerOptions)) variables.emplace_back(*variable);
  }
  variables.push_back(std::string(kRequest) + "=" + program);
  // Threads that still run when the process ends are what these programs are about.
  const char* const options = std::getenv(kThreadSanitizerOptions);
  variables.push_back(std::string(kThreadSanitizerOptions) + "=" + (options != nullptr ? options : "") +
                      ":report_thread_leaks=0");
  return variables;
}

}  // namespace

Program::Program(const char* name, int (*main)())
    : name_(name), main_(main), next_(std::exchange(last_program(), this)) {}

std::optional<int> Program::run_requested() {
  const char* const name = std::getenv(kRequest);
  if (name == nullptr) return std::nullopt;
  alarm(kSanitized ? 200 : 50);
  for (const Program* program = last_program(); program != nullptr; program = program->next_) {
    if (std::string_view(program->name_) == name) return program->main_();
  }
  return 127;
}

ChildOutcome Program::run() const {
  Pipe report(O_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, report.write_end.get(), STDERR_FILENO);
  std::string executable = "/proc/self/exe";
  char* const arguments[] = {executable.data(), nullptr};
  std::vector<std::string> variables = environment_for(name_);
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawn(&child, executable.c_str(), &actions, nullptr, arguments, environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::system_category(), "posix_spawn");
  report.write_end.reset();
  return outcome_of(child, report);
}

}  // namespace heddle::test
