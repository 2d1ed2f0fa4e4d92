#!/usr/bin/env bash
# Builds the fuzzers with clang and runs each for some seconds: scripts/fuzz.sh [SECONDS]
# What they find is written to build/fuzz; put the bytes into tests/data with a test.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
./scripts/install_packages.sh build check
./scripts/build.sh fuzz
for fuzzer in dump_reader_fuzzer config_fuzzer web_config_fuzzer services_database_fuzzer; do
  corpus=build/fuzz/corpus/$fuzzer
  mkdir -p "$corpus"
  case $fuzzer in
    # Two bytes that say how to read the rest come before the recorded datagram.
    dump_reader_fuzzer) { printf '\0\377'; cat tests/data/tcp_dump_6.18.bin; } >"$corpus/recorded" ;;
    config_fuzzer) cp config/sockdiag_exporter.yaml "$corpus/" ;;
    web_config_fuzzer) cp tests/data/web_config.yml "$corpus/" ;;
    services_database_fuzzer) printf 'ssh 22/tcp # x\ndomain 53/udp\n' >"$corpus/sample" ;;
  esac
  build/fuzz/bin/"$fuzzer" -max_total_time="$seconds" -print_final_stats=0 -verbosity=0 \
    -artifact_prefix=build/fuzz/ "$corpus"
  echo "$fuzzer: nothing found in $seconds s"
done
