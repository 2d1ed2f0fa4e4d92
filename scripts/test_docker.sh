#!/usr/bin/env bash
# Scrapes the exporter while a real Docker starts, stops, kills and restarts containers:
#   scripts/test_docker.sh [TEST ...]
# The daemon is the test's own, in network, mount and process namespaces that end with the test, and asks no
# registry: its containers run the host's Python. Takes root and a minute and a half. Where there is no Docker to
# be had it is skipped, but with SOCKDIAG_REQUIRE_NAMESPACES=1, as CI has it, that is a failure.
# SOCKDIAG_EXPORTER names another binary than that of the build "test".
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "$0: skipped: $1" >&2
  [ "${SOCKDIAG_REQUIRE_NAMESPACES-}" != 1 ] || exit 1
  exit 0
}

[ "$(id -u)" -eq 0 ] || skip "only root can run a Docker daemon"
./scripts/install_packages.sh docker || skip "Docker cannot be installed"
unshare --net --mount --pid --fork --mount-proc true || skip "no namespaces can be made here"
if [ -z "${SOCKDIAG_EXPORTER-}" ]; then
  ./scripts/install_packages.sh build test
  ./scripts/build.sh test sockdiag_exporter
  SOCKDIAG_EXPORTER=$PWD/build/test/bin/sockdiag_exporter
fi
export SOCKDIAG_EXPORTER SOCKDIAG_SOURCE_DIR=$PWD

SOCKDIAG_DOCKER_FOLDER=$(mktemp -d --tmpdir sockdiag-docker-XXXXXX)
export SOCKDIAG_DOCKER_FOLDER
# However the test ended, and also when it is told to end: its processes, their mounts, cgroups and files.
clean_up() {
  [ -z "${test-}" ] || kill -KILL "$test" 2>/dev/null || true
  wait
  for _ in {1..100}; do
    find /sys/fs/cgroup -depth -type d -path "*/${SOCKDIAG_DOCKER_FOLDER##*/}*" -exec rmdir {} + 2>/dev/null && break
    sleep 0.1
  done
  rm -rf --one-file-system "$SOCKDIAG_DOCKER_FOLDER"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP
# Docker writes to /run and /etc, too. A namespace that somebody else keeps by a name would be seen by its
# mount, and pods in the host's cgroups would be warned of without the kubelet's folder.
unshare --net --mount --pid --fork --kill-child --mount-proc sh -ec '
  umount --recursive --lazy /run/netns 2>/dev/null || true
  mount -t tmpfs none /run
  cp -a /etc /run
  mount --bind /run/etc /etc
  mount -t tmpfs none /var/log
  mkdir /var/log/pods
  ip link set lo up
  exec docker-init -s -- python3 -B "$@"' sh tests/deploy/docker/docker_test.py "$@" &
test=$!
status=0
wait "$test" || status=$?
test=
exit "$status"
