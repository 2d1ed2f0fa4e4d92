#!/usr/bin/env bash
# Draws docs/dashboard.png: plays five minutes of trouble between real sockets in network namespaces,
# which a real Prometheus sees, and draws the first screens of deploy/grafana/sockdiag_exporter.json
# from it with Grafana's own components in a headless Chromium.
#   scripts/dashboard_picture.sh           # as root; the data stays in build/picture
#   scripts/dashboard_picture.sh --redraw  # draws that data again
set -euo pipefail
cd "$(dirname "$0")/.."

source=tests/deploy/dashboard
folder=build/picture
prometheus=build/peers/usr/bin/prometheus

./scripts/install_packages.sh build test picture
./scripts/fetch_peers.sh
./scripts/build_dashboard_page.sh

if [ "${1-}" != --redraw ]; then
  ./scripts/build.sh release >&2
  rm -rf "$folder"
  mkdir -p "$folder"
  echo "playing the scene: 7 minutes" >&2
  unshare -n python3 -B "$source/scene.py" build/release/bin/sockdiag_exporter "$prometheus" "$folder"
fi

# Without a network: the page needs Prometheus alone, and a browser looks around by itself.
unshare -n python3 -B "$source/picture.py" "$prometheus" "$folder" "$folder/dashboard.png"
pngquant --force --skip-if-larger --output docs/dashboard.png 256 "$folder/dashboard.png" ||
  cp "$folder/dashboard.png" docs/dashboard.png
echo "docs/dashboard.png: $(stat -c %s docs/dashboard.png) bytes"
