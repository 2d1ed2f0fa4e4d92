#!/usr/bin/env bash
# Unpacks Debian's prometheus (with promtool), its alertmanager (with amtool) and prometheus-node-exporter
# into build/peers. They are not installed: the packages would start daemons on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=build/peers
mkdir -p "$peers"
for package in prometheus prometheus-alertmanager prometheus-node-exporter; do
  [ -x "$peers/usr/bin/$package" ] && continue
  if ! apt-cache show "$package" >/dev/null 2>&1; then
    root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    "${root[@]}" apt-get -q update >&2
  fi
  download=$(mktemp -d)
  (cd "$download" && apt-get -q -o APT::Sandbox::User=root download "$package" >&2)
  dpkg -x "$download"/*.deb "$peers"
  rm -r "$download"
done
