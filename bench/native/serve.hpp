#pragma once

#include <chrono>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace bench {

// Seconds on a clock that never jumps.
inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Answers each line of stdin with one line: the number that `measure` returns for the words of the request.
// So one process takes part in every round beside its rivals, and its start-up is in no measured time. Ends
// with the input.
template <typename Measure>
int serve(Measure&& measure) {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream request(line);
    std::cout << measure(request) << std::endl;
  }
  return 0;
}

// The rest of a command line as one request, for use from a shell.
inline std::istringstream request_of(int argc, char** argv, int first) {
  std::string line;
  for (int i = first; i < argc; ++i) line += std::string(argv[i]) + ' ';
  return std::istringstream(line);
}

// Runs `body`; what goes wrong becomes one line on stderr and exit code 1.
template <typename Body>
int program(Body&& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}

}  // namespace bench
