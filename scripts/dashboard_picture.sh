#!/usr/bin/env bash
# Draws docs/dashboard.png: plays five minutes of trouble between real sockets in network
# namespaces, asks a real Prometheus the queries of deploy/grafana/sockdiag_exporter.json and draws
# its first screens from the answers, with uPlot (as Grafana does) in a headless Chromium.
#   scripts/dashboard_picture.sh           # as root; the data stays in build/picture/data.json
#   scripts/dashboard_picture.sh --redraw  # draws that data again
set -euo pipefail
cd "$(dirname "$0")/.."

uplot=1.6.32
page=build/picture
source=deploy/grafana/picture
mkdir -p "$page"

./scripts/install_packages.sh build test picture
command -v npm >/dev/null || { echo "$0: npm is missing (apt-get install npm)" >&2; exit 1; }
[ -d "$page/node_modules/uplot" ] ||
  npm install --prefix "$page" --no-save --no-audit --no-fund "uplot@$uplot" >&2

if [ "${1-}" != --redraw ]; then
  ./scripts/fetch_peers.sh
  ./scripts/build.sh release >&2
  echo "playing the scene: 7 minutes" >&2
  unshare -n python3 -B "$source/scene.py" build/release/bin/sockdiag_exporter \
    build/peers/usr/bin/prometheus "$page/data.json"
fi

cp "$source"/page.* "$source"/*.js "$page/"
{ printf 'const DASHBOARD = '; cat deploy/grafana/sockdiag_exporter.json
  printf ';\nconst DATA = '; cat "$page/data.json"; printf ';\n'; } >"$page/data.js"

# Without a network: the page needs none, and a browser looks around by itself.
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
unshare -n chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
  --user-data-dir="$profile" --allow-file-access-from-files --window-size=1600,1000 \
  --virtual-time-budget=5000 \
  --screenshot="$page/dashboard.png" "file://$PWD/$page/page.html" 2>"$page/chromium.log" ||
  { cat "$page/chromium.log" >&2; exit 1; }
pngquant --force --skip-if-larger --output docs/dashboard.png 256 "$page/dashboard.png" ||
  cp "$page/dashboard.png" docs/dashboard.png
echo "docs/dashboard.png: $(stat -c %s docs/dashboard.png) bytes"
