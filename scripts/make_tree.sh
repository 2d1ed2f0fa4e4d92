#!/usr/bin/env bash
# Makes a bootable Debian tree in which a package can be installed, unless it is there already:
#   scripts/make_tree.sh FOLDER PACKAGE.deb
# It has systemd and what the package depends on, from the mirror that apt uses here. Takes root, about
# two minutes and 300 MB.
set -euo pipefail

tree=${1:?usage: scripts/make_tree.sh FOLDER PACKAGE.deb}
package=${2:?usage: scripts/make_tree.sh FOLDER PACKAGE.deb}

. /etc/os-release
suite=${VERSION_CODENAME:?of the host is unknown}
depends=$(dpkg-deb -f "$package" Depends)
made="$tree.made"
[ "$(cat "$made" 2>/dev/null)" = "$suite: $depends" ] && exit 0

mirror=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Codename: $suite" |
  head -n 1)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
make_tree() {
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,netbase "$suite" "$tree" "$mirror"
  cp --remove-destination -L /etc/resolv.conf "$tree/etc/resolv.conf"
  chroot "$tree" apt-get -qy satisfy --no-install-recommends "$depends"
  chroot "$tree" apt-get clean
  rm -rf "$tree"/var/lib/apt/lists/* "$tree/etc/resolv.conf"
}
rm -rf "$tree" "$made"
mkdir -p "$tree"
echo "making $tree" >&2
# In a shell of its own: a condition would turn "set -e" off inside.
export suite tree mirror depends
if ! bash -ec "$(declare -f make_tree); make_tree" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  exit 1
fi
echo "$suite: $depends" >"$made"
