#!/usr/bin/env bash
# Runs the tests that ask the kernel on kernels of Debian: scripts/test_kernels.sh [5.10|6.1|6.12|7.3 ...]
# Without arguments 6.1 and 6.12. Each is fetched with apt (scripts/make_kernel.sh), kept in build/kernels, and booted
# by qemu, which emulates the machine: its root is this machine's own, read-only, so it runs the build of this folder.
# tests/kernel/guest.sh has what runs in it. A minute and a half for a kernel on an idle machine.
set -euo pipefail
cd "$(dirname "$0")/.."

# Where each comes from.
declare -A suites=(
  [5.10]=bullseye-security
  [6.1]=bookworm-security
  [6.12]=bookworm-backports
  [7.3]=trixie-backports)
# Ten times what a kernel takes on an idle machine.
limit_s=900

[ $# -gt 0 ] || set -- 6.1 6.12
for kernel in "$@"; do
  if [ -z "${suites[$kernel]-}" ]; then
    echo "usage: $0 [5.10|6.1|6.12|7.3 ...]" >&2
    exit 2
  fi
done

./scripts/install_packages.sh build test kernels
./scripts/build.sh test sockdiag_exporter kernel_test socket_source_test

share=$(mktemp -d)
machine=
trap 'kill "$machine" 2>/dev/null || true; rm -rf "$share"' EXIT
trap 'exit 130' INT TERM
mkdir "$share/guest" "$share/said"

# What runs in the guest, which says how it ended: without that it has died.
write_guest() {
  {
    printf 'cd %q\n' "$PWD"
    cat <<'EOF'
for port in /sys/class/virtio-ports/*; do
  [ "$(cat "$port/name")" = said ] && said=/dev/${port##*/}
done
status=0
./tests/kernel/guest.sh >"$said" 2>&1 </dev/null || status=$?
echo "exit status $status" >"$said"
echo o >/proc/sysrq-trigger
sleep 60
EOF
  } >"$share/guest/guest"
}

# boot FOLDER: until the guest is off, or the time is over.
boot() {
  timeout "$limit_s" qemu-system-x86_64 -machine pc -cpu max -accel tcg,thread=multi -m 2048 -smp 2 \
    -nodefaults -no-user-config -no-reboot -display none -monitor none \
    -kernel "$1/vmlinuz" -initrd "$1/initrd" -append "console=ttyS0 quiet panic=-1" \
    -serial "file:$share/said/console" \
    -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
    -virtfs "local,path=$1/modules,mount_tag=modules,security_model=none,readonly=on" \
    -virtfs "local,path=$share/guest,mount_tag=run,security_model=none,readonly=on" \
    -device virtio-serial-pci -chardev "file,id=said,path=$share/said/tests" \
    -device virtserialport,chardev=said,name=said &
  machine=$!
  local status=0
  wait "$machine" || status=$?
  machine=
  return "$status"
}

# test_kernel KERNEL: what its tests said is shown when one failed, and else a line for each part.
test_kernel() {
  local folder="build/kernels/$1" start=$SECONDS status=0
  if ! ./scripts/make_kernel.sh "$folder" "${suites[$1]}"; then
    echo "== Linux $1: FAILED, it could not be fetched"
    return 1
  fi
  : >"$share/said/tests"
  : >"$share/said/console"
  boot "$folder" || status=$?
  local last
  last=$(tail -n 1 "$share/said/tests")
  if [ "$status" -eq 0 ] && [ "$last" = "exit status 0" ]; then
    echo "== Linux $1 ($(cat "$folder/version")): passed in $((SECONDS - start)) s"
    grep '^== ' "$share/said/tests"
    return 0
  fi
  echo "== Linux $1 ($(cat "$folder/version")): FAILED after $((SECONDS - start)) s"
  cat "$share/said/tests"
  echo "-- the last of its console:"
  tail -n 40 "$share/said/console"
  case "$last" in
    "exit status "*) echo "-- the tests failed" ;;
    *)
      [ "$status" -ne 124 ] || echo "-- it was ended after $limit_s s"
      echo "-- the guest did not say how its tests ended (qemu: exit status $status)"
      ;;
  esac
  return 1
}

write_guest
failed=()
for kernel in "$@"; do
  test_kernel "$kernel" || failed+=("$kernel")
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "failed on: ${failed[*]}" >&2
  exit 1
fi
