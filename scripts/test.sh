#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Arguments go to ctest, for example
#   scripts/test.sh -L unit
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/install_packages.sh build test
./scripts/fetch_peers.sh
./scripts/build.sh test
ctest --preset test -LE bench "$@"
