#!/usr/bin/env bash
# Builds the fuzzers with clang, runs what is kept in tests/fuzz/corpus, and then each fuzzer for so
# many minutes, as many at a time as there are processors:
#   scripts/fuzz.sh [--keep] [MINUTES [FUZZER...]]        default: 1 minute, all of them
# Kept are tests/fuzz/corpus/FUZZER/, inputs that somebody wrote and gave a name, and
# tests/fuzz/corpus/FUZZER.tar.gz, those that the fuzzer found by itself, whose names are hashes.
# New inputs gather in build/fuzz/corpus; --keep takes those over into the archive that reach
# more than is kept. Findings are in build/fuzz/findings, and make it fail; put the bytes
# into tests/fuzz/corpus, or into tests/data with a test, when they are mended.
set -euo pipefail
cd "$(dirname "$0")/.."

keep=false
if [ "${1-}" = --keep ]; then
  keep=true
  shift
fi
minutes=${1:-1}
shift $(($# > 0 ? 1 : 0))
fuzzers=("$@")
if [ ${#fuzzers[@]} -eq 0 ]; then
  mapfile -t fuzzers < <(sed -n 's/^sockdiag_fuzzer(\([a-z_]*\).*/\1/p' tests/fuzz/CMakeLists.txt)
fi
seconds=$(awk -v minutes="$minutes" 'BEGIN { printf "%d", minutes * 60 + 0.5 }')
if [ "$seconds" -lt 1 ]; then
  echo "usage: $0 [--keep] [MINUTES [FUZZER...]]" >&2
  exit 2
fi

./scripts/install_packages.sh build check
./scripts/build.sh fuzz "${fuzzers[@]}"
findings=$PWD/build/fuzz/findings
logs=$PWD/build/fuzz/logs
mkdir -p "$findings" "$logs"

# What one input may take, in seconds, MiB and bytes, and the words that it is made of.
options_of() {
  # For HTTP less than libmicrohttpd's memory of a connection: a chunk's extension that fills it
  # gets a 500 from the library.
  echo "-timeout=30 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1"
  # Its threads allocate and free beside each input; leaks are looked for at the end.
  [ "$1" = http_fuzzer ] && echo "-detect_leaks=0"
  [ -f "tests/fuzz/$1.dict" ] && echo "-dict=tests/fuzz/$1.dict"
  return 0
}

# Puts all that is kept of a fuzzer into build/fuzz/kept.
unpack() {
  local kept=build/fuzz/kept/$1 named=tests/fuzz/corpus/$1 archive=tests/fuzz/corpus/$1.tar.gz
  rm -rf "$kept" && mkdir -p "$kept" && cp -t "$kept" "$named"/* || return
  [ ! -f "$archive" ] || tar -C "$kept" -xzf "$archive"
}

# Makes the archive of all that has a hash for a name: the same inputs give the same bytes.
pack() {
  local kept=build/fuzz/kept/$1
  find "$kept" -type f -regextype egrep -regex '.*/[0-9a-f]{40}' -printf '%f\n' | LC_ALL=C sort |
    tar -C "$kept" --format=ustar --owner=0 --group=0 --numeric-owner --mode=0644 --mtime=@0 -c -T - |
    gzip -9n >"tests/fuzz/corpus/$1.tar.gz"
}

# Runs one fuzzer, anew every ten minutes: AddressSanitizer remembers each thread that ever was, of
# which HTTP has one for each connection, and can count to four million. Its log says how that went.
run() {
  local fuzzer=$1 kept=build/fuzz/kept/$1 found=build/fuzz/corpus/$1 left=$seconds slice options
  mapfile -t options < <(options_of "$fuzzer" | tr ' ' '\n')
  options+=("-artifact_prefix=$findings/$fuzzer-")
  mkdir -p "$found"
  unpack "$fuzzer" || return
  build/fuzz/bin/"$fuzzer" "${options[@]}" "$kept"/* || return
  while [ "$left" -gt 0 ]; do
    slice=$((left < 600 ? left : 600))
    build/fuzz/bin/"$fuzzer" "${options[@]}" -max_total_time="$slice" "$found" "$kept" || return
    left=$((left - slice))
  done
}
log_run() { run "$1" >"$logs/$1.log" 2>&1 || echo "exit status $?" >>"$logs/$1.log"; }

# A line of the table from a fuzzer's log.
report() {
  local log=$logs/$1.log last
  last=$(grep -aE '^#[0-9]+.*cov: ' "$log" | tail -n 1 || true)
  awk -v fuzzer="$1" -v last="$last" -v seconds="$seconds" '
    /^stat::number_of_executed_units:/ { runs += $2 }
    /^exit status/ { failed = 1 }
    END {
      cov = ft = "-"
      if (match(last, /cov: [0-9]+/)) cov = substr(last, RSTART + 5, RLENGTH - 5)
      if (match(last, /ft: [0-9]+/)) ft = substr(last, RSTART + 4, RLENGTH - 4)
      printf "%-26s %12d %8d %13s  %s\n", fuzzer, runs, runs / seconds, cov "/" ft,
        failed ? "FINDING" : "nothing found"
    }' "$log"
}

export -f log_run run options_of unpack
export findings logs seconds
printf '%s\n' "${fuzzers[@]}" | xargs -P "$(nproc)" -I{} bash -c 'log_run {}'

printf '%-26s %12s %8s %13s  %s\n' fuzzer runs runs/s cov/ft "result of $minutes min"
status=0
for fuzzer in "${fuzzers[@]}"; do
  report "$fuzzer"
  grep -aq '^exit status' "$logs/$fuzzer.log" && status=1
done
for fuzzer in "${fuzzers[@]}"; do
  grep -aq '^exit status' "$logs/$fuzzer.log" || continue
  input=$(sed -n 's/.*Test unit written to //p' "$logs/$fuzzer.log" | tail -n 1)
  echo "$fuzzer: log in $logs/$fuzzer.log; again with build/fuzz/bin/$fuzzer ${input:-FILE}" >&2
done
[ $status -eq 0 ] || exit 1

# Adds to a folder the inputs of others that reach a line that its own do not.
merge() {
  local fuzzer=$1 options
  mapfile -t options < <(options_of "$fuzzer" | tr ' ' '\n')
  build/fuzz/bin/"$fuzzer" "${options[@]}" -merge=1 -use_counters=0 "${@:2}" \
    >>"$logs/$fuzzer-keep.log" 2>&1
}

# When something new was found: of all that there is, the smallest inputs that reach a line that the
# named ones do not.
keep() {
  local kept=build/fuzz/kept/$1 all=build/fuzz/all/$1 before
  before=$(find "$kept" -type f | wc -l)
  rm -rf "$all"
  mkdir -p "$all"
  rm -f "$logs/$1-keep.log"
  cp -t "$all" "$kept"/*
  merge "$1" "$all" "build/fuzz/corpus/$1" || return
  if [ "$(find "$all" -type f | wc -l)" -gt "$before" ]; then
    find "$kept" -type f -regextype egrep -regex '.*/[0-9a-f]{40}' -delete
    merge "$1" "$kept" "$all" || return
    pack "$1"
  fi
  echo "$1: $before inputs were kept, $(find "$kept" -type f | wc -l) are"
}
if $keep; then
  for fuzzer in "${fuzzers[@]}"; do
    keep "$fuzzer" || {
      echo "$fuzzer: what is kept stays as it is; see $logs/$fuzzer-keep.log" >&2
      status=1
    }
  done
fi
exit $status
