#!/usr/bin/env bash
# What scripts/test_kernels.sh runs on a kernel, in a machine that is only for this: the tests of real sockets, the
# program itself without privileges, and the tests of recorded dumps, with dumps of this kernel. A test that is
# skipped has shown nothing, so it fails here.
set -euo pipefail
cd "$(dirname "$0")/../.."

build="$PWD/build/test/bin"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
export SOCKDIAG_REQUIRE_NAMESPACES=1 SOCKDIAG_OWN_MACHINE=1

prepare() {
  mkdir -p /dev/shm
  mount -t tmpfs shm /dev/shm
  [ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
  # Its owners are nobody's without it, and a line says so.
  mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
  ip link set lo up
  ulimit -n 65536
}

# pass WHAT PROGRAM FLAG...: a program of gtest, of which every test must pass. All run in one process.
pass() {
  local what=$1 wanted output
  shift
  wanted=$("$@" --gtest_list_tests | grep -c '^  ')
  output=$(mktemp)
  timeout 600 "$@" 2>&1 | tee "$output"
  if ! grep -qE "^\[  PASSED  \] $wanted tests?\.$" "$output"; then
    echo "not all $wanted tests passed: $what"
    return 1
  fi
  echo "== all passed: $what ($wanted)"
}

# pass_program CLASS FILE: the program itself, as tests/e2e has it.
pass_program() {
  SOCKDIAG_EXPORTER="$build/sockdiag_exporter" SOCKDIAG_SOURCE_DIR="$PWD" python3 -B "tests/e2e/$2" "$1"
  echo "== all passed: $2, $1"
}

# record FOLDER: this kernel's answers, each to a scene in a namespace of its own.
record() {
  local scene
  for scene in tcp tcp_states udp4 udp6 udp_waiting no_family no_protocol; do
    unshare -n sh -c 'ip link set lo up && exec python3 -B tests/data/record_dumps.py "$0"' "$scene" >"$1/$scene.bin"
  done
}

prepare
echo "Linux $(uname -r)"
pass "real sockets" "$build/kernel_test"
for seed in 1 2 3; do
  SOCKDIAG_TEST_SEED=$seed pass "a mixed population beside ss, seed $seed" "$build/kernel_test" --gtest_filter='SsComparison.*'
done
pass_program UnprivilegedTest environment_test.py
dumps=$(mktemp -d)
record "$dumps"
SOCKDIAG_RECORDED_DUMPS=$dumps pass "dumps of this kernel" "$build/socket_source_test" --gtest_filter='RecordedDumps.*'
pass "dumps of Linux 6.18" "$build/socket_source_test" --gtest_filter='RecordedDumps.*'
