#!/usr/bin/env bash
# Measures, in one run and side by side, what a scrape of N TCP sockets (default 1000000, both ends
# of each connection counted) costs this exporter, a bare dump, ss and node_exporter, what a sample
# of the watched states and what tracking them costs, what owners, other network namespaces and
# 50,000 unix sockets cost, and how much memory the exporter takes. Prints Markdown tables with the
# targets beside the figures.
#
#   scripts/bench.sh [N] [--rounds=5] [--only=SECTION]...
#
# SECTION is one of serving, namespaces, tracking, unix, scrapes, owners and memory.
#
# It shows and does not judge: it fails only when a count is not what was made. Everything happens
# in namespaces of its own, which end with it, as the cgroups do that it makes. A million sockets take 4 GB and, for about
# half a minute a round, most of a core.
#
# Run it as root. As another user it works in a user namespace, but then it cannot raise
# net.ipv4.tcp_mem (a limit of the whole kernel, put back at the end), which many sockets may need:
# it then warns.
#
# SOCKDIAG_BUILD_DIR: measure what is built there, and build nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

sockets=1000000
case ${1:-} in
  [0-9]*) sockets=$1; shift ;;
esac
./scripts/install_packages.sh build test
./scripts/fetch_peers.sh >&2
if [ -z "${SOCKDIAG_BUILD_DIR:-}" ]; then
  ./scripts/build.sh test >&2
  SOCKDIAG_BUILD_DIR=build/test
fi

namespaces=(--net)
[ "$(id -u)" -eq 0 ] || namespaces+=(--user --map-root-user)
# Where net.ipv4.tcp_mem can be raised.
exec 9</proc/self/ns/net
exec unshare "${namespaces[@]}" python3 -B tests/bench/bench.py "$sockets" --first-network=9 \
  --bin-dir="$SOCKDIAG_BUILD_DIR/bin" \
  --node-exporter=build/peers/usr/bin/prometheus-node-exporter "$@"
