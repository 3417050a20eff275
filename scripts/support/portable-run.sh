#!/bin/sh
# heddle, portable: needs a Linux x86-64 host with glibc 2.34 or newer; an NVIDIA driver for the GPU parts.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export PREBUILDS_ONLY=1 PATH="$here/bin:${PATH:-/usr/bin:/bin}"
"$here/bin/node" -e 0 2>/dev/null || export LD_LIBRARY_PATH="$here/lib"
release=$here/app/build/Release
failed=0

usage() {
  echo "usage: ./run                 the demo, then the device suite"
  echo "       ./run demo [FILE]     a file through the pipeline, with a timeline in this folder"
  echo "       ./run device          the tests of cuda/: doctest and vitest"
  echo "       ./run test            every test"
  echo "       ./run bench [AREA] [--json]"
  echo "       ./run node [ARGS]     the bundled node"
}

step() {
  echo "== $1"
  shift
  "$@" || failed=1
}

demo() { node "$here/app/build/examples/demo/main.js" "$@"; }
suite() { (cd "$here/app" && node node_modules/vitest/vitest.mjs run "$@"); }
device() {
  step 'device suite, C++' "$release/heddle_cuda_test"
  step 'device suite, TypeScript' suite cuda
}
all_tests() {
  step 'native suite, C++' "$release/heddle_native_test"
  step 'native suite with task traces, C++' "$release/heddle_traced_test"
  step 'device suite, C++' "$release/heddle_cuda_test"
  step 'TypeScript, io_uring if it is there' suite
  export HEDDLE_IO=fallback
  step 'TypeScript, I/O fallback' suite
}

part=${1:-all}
[ $# -eq 0 ] || shift
case $part in
  all) step demo demo; device ;;
  demo) demo "$@" || failed=1 ;;
  device) device ;;
  test) all_tests ;;
  bench) node --expose-gc "$here/app/build/bench/main.js" "$@" || failed=1 ;;
  node) exec "$here/bin/node" "$@" ;;
  *) usage; exit 2 ;;
esac
exit $failed
