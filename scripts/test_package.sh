#!/usr/bin/env bash
# Proves the Debian package in a booted Debian: scripts/test_package.sh [CHECK ...]
# The tree (scripts/make_tree.sh) is booted by systemd-nspawn in a network namespace of its own, the package
# installed in it, and tests/deploy/package/booted_package.py looks at what systemd makes of it: two minutes and
# a half, most of them a watchdog's, and one or two more when the tree has to be made. Takes root. What CHECK names is
# run alone, after the installation.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "$0: only root can boot a tree" >&2
  exit 1
fi
./scripts/install_packages.sh build boot
package=$(./scripts/package.sh)
folder=build/package_test
mkdir -p "$folder"
./scripts/make_tree.sh "$folder/tree" "$package"
g++ -std=c++20 -O1 -shared -fPIC -o "$folder/faults.so" tests/e2e/faults.cc
exec python3 -B tests/deploy/package/booted_package.py --tree="$folder/tree" --package="$package" \
  --faults="$folder/faults.so" "$@"
