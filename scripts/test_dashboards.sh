#!/usr/bin/env bash
# Draws deploy/grafana's dashboards with Grafana's own components and reads what they say:
#   scripts/test_dashboards.sh
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/install_packages.sh test
./scripts/fetch_peers.sh
./scripts/build_dashboard_page.sh

namespace=(unshare -n)
[ "$(id -u)" -eq 0 ] || namespace=(unshare -Urn)
export SOCKDIAG_SOURCE_DIR=$PWD SOCKDIAG_PEERS=$PWD/build/peers
"${namespace[@]}" python3 -B tests/deploy/dashboard/drawing_test.py "$@"
