#!/usr/bin/env bash
# Installs the Debian packages that a step needs and that are not there yet:
#   scripts/install_packages.sh build|test|check|coverage|package|boot|kernels|picture|image|docker|deploy|npm ...
# Quick, and no root needed, when nothing is missing.
set -euo pipefail

declare -A steps=(
  [build]="cmake ninja-build ccache g++ pkg-config git ca-certificates
    libmnl-dev libmicrohttpd-dev libgnutls28-dev libcrypt-dev zlib1g-dev libsystemd-dev libcap-ng-dev
    prometheus-cpp-dev libcurl4-openssl-dev libyaml-cpp-dev libspdlog-dev libfmt-dev
    libcli11-dev nlohmann-json3-dev libexpected-dev netbase"
  [test]="libgtest-dev libgmock-dev libbenchmark-dev iproute2 nftables curl openssl python3 man-db
    systemd python3-yaml dpkg-dev file"
  [check]="clang clang-format clang-tidy libclang-rt-14-dev"
  [coverage]="gcovr"
  [package]="dpkg-dev file lintian"
  [boot]="debootstrap systemd-container iproute2 curl openssl"
  [kernels]="qemu-system-x86 busybox-static kmod cpio xz-utils iproute2 nftables python3"
  [picture]="chromium fonts-inter pngquant"
  [image]="podman crun debootstrap"
  [docker]="docker.io runc iptables iproute2 python3"
  [deploy]="python3-jsonschema python3-yaml"
  [npm]="nodejs npm")

wanted=()
for step in "$@"; do
  if [ -z "${steps[$step]-}" ]; then
    echo "usage: $0 build|test|check|coverage|package|boot|kernels|picture|image|docker|deploy|npm ..." >&2
    exit 2
  fi
  read -ra packages <<<"${steps[$step]//$'\n'/ }"
  wanted+=("${packages[@]}")
done

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "these packages are missing, and only root can install them: ${missing[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi
echo "installing: ${missing[*]}" >&2
"${root[@]}" apt-get -q update >&2
"${root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -qy install --no-install-recommends "${missing[@]}" >&2
