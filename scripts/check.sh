#!/usr/bin/env bash
# Format and lint: clang-format over everything, clang-tidy over the sources of the exporter.
# scripts/check.sh --fix formats in place.
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/install_packages.sh build test check
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.cc' '*.h')
if [ "${1-}" = --fix ]; then
  clang-format -i "${files[@]}"
else
  clang-format --dry-run --Werror "${files[@]}"
fi

./scripts/build.sh test >/dev/null
mapfile -t sources < <(git ls-files --cached --others --exclude-standard 'src/*.cc')
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p build/test
echo "format and clang-tidy: clean"
