#!/usr/bin/env bash
# Installs what is missing, builds the release and starts the exporter in the foreground with the
# shipped configuration. Arguments go to the exporter: scripts/run.sh --once=table
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/install_packages.sh build
./scripts/build.sh release >&2
config=(--config.file=config/sockdiag_exporter.yaml)
for argument in "$@"; do
  [[ $argument == --config.file* ]] && config=()
done
exec build/release/bin/sockdiag_exporter "${config[@]}" "$@"
