#!/usr/bin/env bash
# Makes the image's root file system on the Debian that the program was built on:
#   deploy/docker/make_root.sh BINARY FOLDER
# The program goes there with every shared library that its loader finds for it, the services database,
# and the configuration. Of each package that a file is from, the copyright is kept, and the package's
# record in var/lib/dpkg/status.d, where scanners for vulnerable packages look in images without dpkg.
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=${1:?usage: deploy/docker/make_root.sh BINARY FOLDER}
root=${2:?usage: deploy/docker/make_root.sh BINARY FOLDER}

libraries() {
  ldd "$binary" | awk '/not found/ { print; exit 1 } { for (i = 1; i <= NF; i++) if ($i ~ /^\//) print $i }'
}

# The package that a file is from. The loader's paths may begin with /lib, which is /usr/lib by now.
package_of() {
  local path=$1
  { dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}" 2>/dev/null ||
    dpkg-query -S "/usr$path"; } | head -n 1 | sed 's/: .*//'
}

keep_record() {
  local package=$1 name=${1%%:*}
  install -d "$root/var/lib/dpkg/status.d" "$root/usr/share/doc/$name"
  dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$name"
  cp -L "/usr/share/doc/$name/copyright" "$root/usr/share/doc/$name/"
}

# What a container runtime mounts over, so that the image may be read-only from the start.
install -d "$root"/{dev,etc,proc,sys}
install -d -m 1777 "$root/tmp"
install -D "$binary" "$root/usr/bin/sockdiag_exporter"
strip "$root/usr/bin/sockdiag_exporter"
install -D -m 644 config/sockdiag_exporter.yaml "$root/etc/sockdiag_exporter/sockdiag_exporter.yaml"
install -D -m 644 LICENSE "$root/usr/share/doc/sockdiag_exporter/LICENSE"
echo "nonroot:x:65532:65532:nonroot:/:/nonexistent" >"$root/etc/passwd"
echo "nonroot:x:65532:" >"$root/etc/group"

mapfile -t files < <(libraries)
[ ${#files[@]} -gt 0 ] || { echo "$0: ldd names no library of $binary" >&2; exit 1; }
files+=(/etc/services)
for file in "${files[@]}"; do
  install -D -m "$(stat -L -c %a "$file")" "$file" "$root$file"
  package_of "$file"
done | sort -u | while read -r package; do
  keep_record "$package"
done
