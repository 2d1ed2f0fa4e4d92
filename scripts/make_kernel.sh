#!/usr/bin/env bash
# Fetches the newest Debian kernel of a suite and makes what qemu boots of it, unless it is there already:
#   scripts/make_kernel.sh FOLDER SUITE
# It comes from the mirror that apt uses here, by an apt configuration of its own: nothing is installed, and no root
# is needed. FOLDER then has `vmlinuz`, `version`, `modules` (of network and file systems) and `initrd`, whose /init
# takes this machine's root over 9p, read-only below a layer in memory, and runs /guest of the share `run` in it.
# Takes half a minute, 65 MB to fetch and 60 MB to keep.
set -euo pipefail

folder=${1:?usage: scripts/make_kernel.sh FOLDER SUITE}
suite=${2:?usage: scripts/make_kernel.sh FOLDER SUITE}
[ -e "$folder/initrd" ] && exit 0

export PATH="$PATH:/usr/sbin:/sbin"  # depmod and modprobe, for ordinary users
. /etc/os-release
host=${VERSION_CODENAME:?of this machine is unknown}
[[ "$suite" = *-security ]] && host+=-security
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Codename: $host" | head -n 1)
if [ -z "$mirror" ]; then
  echo "$0: apt knows no mirror of $host here: is it in its sources, and was \`apt-get update\` run?" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch: the packages that Debian's name for its newest kernel leads to. Some kernels are one package, others several.
fetch() {
  mkdir -p "$work"/{lists/partial,archives/partial,packages}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
  cat >"$work/apt.conf" <<EOF
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$work/lists";
Dir::Cache "$work";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "";
EOF
  export APT_CONFIG="$work/apt.conf"
  apt-get -q update
  local packages
  packages=$(apt-cache depends --recurse --important linux-image-amd64 |
    grep -E '^linux-(image|binary|modules|base)-[0-9]' | sort -u)
  (cd "$work/packages" && apt-get -q download $packages)
}

# unpack: kernel and modules, of these what the tests can want. DCCP is left out, as from 6.16 on.
unpack() {
  local package
  for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$work/root"; done
  [ -d "$work/root/lib/modules" ] || ln -s usr/lib "$work/root/lib"
  version=$(ls "$work/root/lib/modules")
  local all="$work/root/lib/modules/$version" kept="$work/kernel/lib/modules/$version"
  mkdir -p "$kept"
  cp "$all"/modules.{builtin,builtin.modinfo,order} "$kept"
  local wanted='net|crypto|lib|arch|drivers/(virtio|char/virtio_console|net/veth)|fs/(9p|netfs|fscache|overlayfs)'
  (cd "$all" && find kernel -name '*.ko*' | grep -E "^kernel/($wanted)[/.]" | grep -v /dccp/ |
    cpio -pdm --quiet "$(realpath "$kept")")
  find "$kept" -name '*.ko.xz' -exec xz -d {} +
  depmod -b "$work/kernel" "$version"
  cp "$(find "$work/root" -name 'vmlinuz*' -type f | head -n 1)" "$work/kernel/vmlinuz"
  echo "$version" >"$work/kernel/version"
}

# make_initrd: busybox, and the modules without which there is no root.
make_initrd() {
  local tree="$work/initrd" module file
  mkdir -p "$tree"/{bin,modules,proc,sys,dev,run,host,layer,root}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  for module in virtio_pci virtio_console 9pnet_virtio 9p overlay; do
    modprobe -d "$work/kernel" -S "$version" --show-depends "$module"
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
    cp "$file" "$tree/modules/"
    basename "$file" >>"$tree/order"
  done
  cat >"$tree/init" <<'EOF'
#!/bin/busybox sh
set -e
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in $(cat /order); do insmod "/modules/$module"; done
share="-t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose"
mount $share root /host
mount -t tmpfs layer /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /root
mount -t tmpfs run /root/run
mkdir -p /root/run/share /root/usr/lib/modules
mount $share modules /root/usr/lib/modules
mount $share run /root/run/share
for place in proc sys dev; do mount --move /$place /root/$place; done
exec switch_root /root /bin/bash /run/share/guest
EOF
  chmod +x "$tree/init"
  (cd "$tree" && find . | cpio -o -H newc --quiet) >"$work/kernel/initrd"
}

echo "making $folder" >&2
log="$work/log"
# In a shell of its own: a condition would turn "set -e" off inside.
export work mirror suite
if ! bash -euo pipefail -c "$(declare -f fetch unpack make_initrd); fetch; unpack; make_initrd" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  exit 1
fi
rm -rf "$folder"
mkdir -p "$folder"
cp -r "$work"/kernel/{vmlinuz,version,lib/modules} "$folder/"
mv "$work/kernel/initrd" "$folder/"  # the last one: with it, all is there
