#!/usr/bin/env bash
# Bundles the page that draws dashboards with Grafana's own components, build/dashboard/page.js, from
# tests/deploy/dashboard. The components come from the npm registry, 670 MB of them, and stay there until
# another version is asked for.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(picture)
# Other packages of Node.js than Debian's bring npm along, and conflict with Debian's npm.
command -v npm >/dev/null || packages+=(npm)
./scripts/install_packages.sh "${packages[@]}"

source=tests/deploy/dashboard
folder=build/dashboard
mkdir -p "$folder"
if ! cmp -s "$source/package.json" "$folder/package.json"; then
  cp "$source/package.json" "$folder/package.json.new"
  mv "$folder/package.json.new" "$folder/package.json"
  npm install --prefix "$folder" --loglevel=error --no-audit --no-fund --ignore-scripts --no-package-lock >&2 || {
    rm "$folder/package.json"
    exit 1
  }
fi

cp -r "$source"/*.ts "$source"/*.tsx "$source/stand_ins" "$folder/"
cd "$folder"
# Grafana's packages have several forms each; of these, one copy of React and of Grafana's own state
# comes into the bundle.
modules=./node_modules/@grafana
node_modules/.bin/esbuild page.tsx --bundle --outfile=page.js --log-level=error --jsx=automatic \
  --main-fields=module,browser,main --define:process.env.NODE_ENV='"production"' --define:global=window \
  --loader:.svg=dataurl --loader:.ttf=empty \
  --alias:@grafana/data=$modules/data/dist/esm/index.mjs \
  --alias:@grafana/runtime=$modules/runtime/dist/esm/index.mjs \
  --alias:@grafana/scenes=$modules/scenes/dist/esm/packages/scenes/src/index.js \
  --alias:@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen=./stand_ins/table_schema.js \
  --alias:react-router-dom=./stand_ins/router.js >&2
