#!/usr/bin/env bash
# Builds the Debian package: build/package/sockdiag-exporter_VERSION_ARCHITECTURE.deb. The same commit gives
# the same bytes: its time is that of everything in the package (SOURCE_DATE_EPOCH overrides it).
# lintian has the last word; it must find neither an error nor a warning.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."

./scripts/install_packages.sh build package
commit_time=$(git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$commit_time}
./scripts/build.sh release >&2

folder=build/package
mkdir -p "$folder"
rm -f "$folder"/*.deb
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cpack -G DEB --config build/release/CPackConfig.cmake -B "$PWD/$folder" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
rm -rf "$folder/_CPack_Packages"
# The changelog closes no bug of Debian's that asks for this package: there is none.
lintian --allow-root --fail-on error,warning --tag-display-limit 0 \
  --suppress-tags initial-upload-closes-no-bugs "$folder"/*.deb >&2
ls "$PWD/$folder"/*.deb
