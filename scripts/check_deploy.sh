#!/usr/bin/env bash
# Holds deploy/docker/compose.yaml, deploy/kubernetes and deploy/grafana's dashboards against their
# schemas: scripts/check_deploy.sh
# The schemas come from the npm registry into build/deploy. What kustomize makes of the manifests is
# checked too where kubectl is installed; Debian 12 has none that knows how.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(deploy)
# Other packages of Node.js than Debian's bring npm along, and conflict with Debian's npm.
command -v npm >/dev/null || packages+=(npm)
./scripts/install_packages.sh build "${packages[@]}"
./scripts/fetch_peers.sh
./scripts/build.sh release >&2

folder=build/deploy
mkdir -p "$folder"
if ! cmp -s tests/deploy/manifests/package.json "$folder/package.json"; then
  cp tests/deploy/manifests/package.json "$folder/package.json.new"
  mv "$folder/package.json.new" "$folder/package.json"
  npm install --prefix "$folder" --loglevel=error --no-audit --no-fund --ignore-scripts --no-package-lock >&2 || {
    rm "$folder/package.json"
    exit 1
  }
fi
# Debian's, which has the modules.
export SOCKDIAG_EXPORTER=build/release/bin/sockdiag_exporter
for test in manifests dashboards; do
  /usr/bin/python3 -B "tests/deploy/manifests/${test}_test.py" "$@"
done
