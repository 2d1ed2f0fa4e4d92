#!/usr/bin/env bash
# Runs every test with gcov's counters and tells which lines of src/ they reach: a table with the
# missing line numbers of each file, and pages in build/coverage/report. Fails below 90 %.
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/install_packages.sh build test coverage
./scripts/fetch_peers.sh
./scripts/build.sh coverage
find build/coverage -name '*.gcda' -delete
# Some tests run the exporter as another user, who cannot add to the counters. Theirs are lost.
export GCOV_ERROR_FILE=/dev/null
# And on a read-only file system there is no place for them, which the exporter's log would tell.
ctest --preset coverage -LE bench -E ReadOnlyTest "$@"
mkdir -p build/coverage/report
gcovr --root . --filter src/ --object-directory build/coverage \
  --html-details build/coverage/report/index.html --txt --print-summary --fail-under-line 90
