#!/usr/bin/env bash
# Builds the container image with podman and tries it: scripts/test_image.sh
# No image registry is asked: docker.io/library/debian:bookworm-slim is made with debootstrap, once. All
# that podman keeps is in build/image. Debian's packages come from $DEBIAN_MIRROR, by default the mirror that apt
# uses here, through apt's proxy. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "$0: only root can make a Debian tree and run the image" >&2
  exit 1
fi
./scripts/install_packages.sh test image

base=docker.io/library/debian:bookworm-slim
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' |
  head -n 1)}
mkdir -p build/image
folder=$PWD/build/image

podman() { command podman --root "$folder/storage" --runroot "$folder/run" "$@"; }

# As the slim images of Debian are: no manuals, no translations, of the documents the copyrights alone.
make_base() {
  local tree=$folder/tree
  rm -rf "$tree"
  debootstrap --variant=minbase bookworm "$tree" "$mirror" >"$folder/debootstrap.log"
  printf '%s\n' 'path-exclude=/usr/share/doc/*' 'path-include=/usr/share/doc/*/copyright' \
    'path-exclude=/usr/share/man/*' 'path-exclude=/usr/share/locale/*' \
    >"$tree/etc/dpkg/dpkg.cfg.d/slim"
  find "$tree/usr/share/doc" -type f ! -name copyright -delete
  rm -rf "$tree"/usr/share/{man,locale,info} "$tree"/var/cache/apt/* "$tree"/var/lib/apt/lists/*
  tar -C "$tree" -c . | podman import --quiet - "$base" >&2
  rm -rf "$tree"
}

eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "${proxy-}" ] || export http_proxy=$proxy

podman image exists "$base" || make_base
revision=$(git rev-parse --short=12 HEAD)
# chroot: the build's steps need no container runtime then. docker: OCI's format has no HEALTHCHECK.
podman build --isolation=chroot --format=docker --pull=never -f deploy/docker/Dockerfile \
  --build-arg REVISION="$revision" -t sockdiag_exporter:test . >"$folder/build.log" 2>&1 || {
  tail -n 40 "$folder/build.log" >&2
  exit 1
}

podman image inspect sockdiag_exporter:test >"$folder/inspect.json"
root=$(podman image mount sockdiag_exporter:test)
trap 'podman image unmount sockdiag_exporter:test >/dev/null' EXIT
SOCKDIAG_IMAGE_ROOT=$root SOCKDIAG_IMAGE_INSPECT=$folder/inspect.json \
  SOCKDIAG_IMAGE_REVISION=$revision python3 -B tests/deploy/image/image_test.py
