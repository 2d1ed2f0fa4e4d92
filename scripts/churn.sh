#!/usr/bin/env bash
# Scrapes every second while thousands of connections a second are opened and closed in a network
# namespace of their own, and fails when a count of the sockets that stay is wrong, when anything
# fails, when memory grows, or when fewer than 5,000 connections a second were made:
#   scripts/churn.sh [SECONDS]   (default 300)
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/install_packages.sh build test
./scripts/build.sh test
export SOCKDIAG_CHURN_SECONDS=${1:-300} SOCKDIAG_CHURN_LEAST_RATE=5000
export SOCKDIAG_REQUIRE_NAMESPACES=1 SOCKDIAG_EXPORTER=$PWD/build/test/bin/sockdiag_exporter
export SOCKDIAG_CHURN_CONNECTIONS=$PWD/build/test/bin/churn_connections
exec python3 -B tests/e2e/churn_test.py
