#!/bin/sh
# heddle, portable: needs a Linux x86-64 host with glibc 2.34 or newer; an NVIDIA driver for the GPU parts.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export PREBUILDS_ONLY=1 PATH="$here/bin:${PATH:-/usr/bin:/bin}"
"$here/bin/node" -e 0 2>/dev/null || export LD_LIBRARY_PATH="$here/lib"
release=$here/app/build/Release
failed=0

usage() {
  echo "usage: ./run                 the demo, the device suite, memcheck, the benchmarks of devices"
  echo "       ./run demo [FILE]     a file through the pipeline, with a timeline in this folder"
  echo "       ./run device          the tests of cuda/: doctest and vitest"
  echo "       ./run memcheck        those of GPUs under compute-sanitizer, which a CUDA toolkit has"
  echo "       ./run test            every test"
  echo "       ./run bench [AREA] [--json]"
  echo "       ./run node [ARGS]     the bundled node"
}

step() {
  echo "== $1"
  shift
  "$@" || failed=1
}

# Why there is no GPU; nothing where there is one.
no_gpu() {
  (cd "$here/app" && node --input-type=module -e "
    import { availability } from 'heddle/cuda'
    const { ok, reason, remedy } = availability()
    if (!ok) console.log(reason + '. ' + remedy)")
}

demo() { node "$here/app/build/examples/demo/main.js" "$@"; }
suite() { (cd "$here/app" && node node_modules/vitest/vitest.mjs run "$@"); }
# Each worker has a context on the GPU, which takes some hundred megabytes of its memory.
device() {
  step 'device suite, C++' "$release/heddle_cuda_test"
  if [ -n "$(no_gpu)" ]; then
    step 'device suite, TypeScript' suite cuda
    echo "!! NO GPU, so what only runs on one was skipped: $(no_gpu)"
  else
    step 'device suite, TypeScript' suite cuda --maxWorkers=4
  fi
}

find_sanitizer() {
  for tool in "$(command -v compute-sanitizer || true)" /usr/local/cuda/bin/compute-sanitizer \
    /usr/local/cuda-*/bin/compute-sanitizer /opt/cuda/bin/compute-sanitizer \
    /opt/nvidia/*/*/compute-sanitizer; do
    if [ -x "$tool" ]; then
      echo "$tool"
      return
    fi
  done
}

# The logs decide, one for each process: a test that ends its own process has an exit code of its own. What a call of the
# runtime returns is no error here, since tests ask for more memory than there is.
under_sanitizer() {
  logs=$(mktemp -d)
  export HEDDLE_COMPUTE_SANITIZER=1 HEDDLE_ENDINGS=2
  ended=0
  (cd "$here/app" && "$sanitizer" --tool memcheck --target-processes all --report-api-errors no \
    --log-file "$logs/%p" "$@") || ended=1
  unset HEDDLE_COMPUTE_SANITIZER HEDDLE_ENDINGS
  if ! grep -qs 'ERROR SUMMARY' "$logs"/*; then
    echo "compute-sanitizer has looked at no process: its logs are in $logs"
    return 1
  fi
  if grep -Es 'ERROR SUMMARY: [1-9]' "$logs"/*; then
    echo "compute-sanitizer has found errors: its logs are in $logs"
    return 1
  fi
  echo "compute-sanitizer: $(grep -ls 'ERROR SUMMARY: 0' "$logs"/* | wc -l) processes, no errors"
  rm -r "$logs"
  return $ended
}

memcheck() {
  sanitizer=$(find_sanitizer)
  if [ -n "$(no_gpu)" ]; then
    echo "!! SKIPPED, compute-sanitizer: no GPU, $(no_gpu)"
  elif [ -z "$sanitizer" ]; then
    echo "!! SKIPPED, compute-sanitizer: it is neither in PATH nor in a CUDA toolkit under /usr/local or /opt"
  else
    step 'device suite on the GPU under compute-sanitizer' under_sanitizer "$here/bin/node" \
      node_modules/vitest/vitest.mjs run cuda -t 'on GPU 0' --maxWorkers=4 --testTimeout=600000 --hookTimeout=600000
  fi
}

bench() { node --expose-gc "$here/app/build/bench/main.js" "$@"; }
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
  all)
    step demo demo
    device
    memcheck
    step 'benchmarks of devices' bench gpu
    ;;
  demo) demo "$@" || failed=1 ;;
  device) device ;;
  memcheck) memcheck ;;
  test) all_tests ;;
  bench) bench "$@" || failed=1 ;;
  node) exec "$here/bin/node" "$@" ;;
  *) usage; exit 2 ;;
esac
exit $failed
