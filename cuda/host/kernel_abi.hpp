#pragma once

// What the host device and the kernels that it has compiled agree on. Included by both, so it is C++17 and nothing but
// plain data. `version` changes with every change here: what an older heddle compiled is not loaded.
namespace heddle_abi {

inline constexpr unsigned version = 1;

struct Extent {
  unsigned x, y, z;
};

enum class Barrier : unsigned { block, warp };
enum class Fault : unsigned { none, trap, assertion };

// A block of threads in progress. `run` of its kernel begins threads one after the other, until none is left. A thread
// that has to wait for others calls `wait`, which returns when they are there; meanwhile others run.
struct Block {
  Extent grid;
  Extent threads_of;  // blockDim
  Extent index;       // blockIdx
  unsigned threads;   // how many
  unsigned next;      // the first that has not begun
  unsigned current;   // the one that runs
  Fault fault;
  void** arguments;
  unsigned long long* slots;  // a word for each thread, for what the threads of a warp tell each other
  void (*wait)(Block&, Barrier, unsigned mask);
};

struct Parameter {
  unsigned offset, bytes;
};

struct Kernel {
  const char* name;
  unsigned parameter_count;
  const Parameter* parameters;
  void (*run)(Block&);
};

// The one symbol of a compiled library: `heddle_library`.
struct Library {
  unsigned abi_version;
  unsigned kernel_count;
  const Kernel* kernels;
};

}  // namespace heddle_abi
