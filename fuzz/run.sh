#!/usr/bin/env bash
# Runs every fuzz target for so many seconds, FUZZ_JOBS (two) at a time: fuzz/run.sh [--if-possible] [SECONDS] [TARGET...]
# Stable Rust and a C++ compiler; cargo-fuzz is not needed. With --if-possible a machine without
# the compiler is told so and passes.
set -euo pipefail
cd "$(dirname "$0")"

optional=
if [[ ${1:-} == --if-possible ]]; then optional=1; shift; fi
seconds=${1:-600}
shift || true
targets=("$@")
if [[ ${#targets[@]} == 0 ]]; then
  for file in fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi

if ! command -v "${CXX:-c++}" > /dev/null; then
  echo "fuzz: no C++ compiler (${CXX:-c++}), which libFuzzer is built with"
  [[ -n $optional ]] && exit 0
  exit 1
fi

# What cargo-fuzz passes, without a sanitizer: these are options of the stable compiler.
export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$PWD/target"
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
host=$(rustc -vV | sed -n 's/^host: //p')
bins=(); for target in "${targets[@]}"; do bins+=(--bin "$target"); done
cargo build --locked -q --release --target "$host" "${bins[@]}" --example seeds
# Files that are read back are kept in memory, where the system has a place for that.
TMPDIR=$(mktemp -d -p "$([[ -w /dev/shm ]] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
built="$CARGO_TARGET_DIR/$host/release"
"$built/examples/seeds" corpus

# One target: its log is shown when it found something.
run() {
  local target=$1 log
  mkdir -p "corpus/$target" "artifacts/$target"
  log="artifacts/$target.log"
  # An input may take ten seconds before it counts as one that blows up.
  if "$built/$target" "corpus/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="artifacts/$target/" -print_final_stats=1 > "$log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions, no finding"
  else
    tail -n 40 "$log"
    echo "$target: A FINDING; the input is in fuzz/artifacts/$target"
    return 1
  fi
}
export -f run
export built seconds
printf '%s\n' "${targets[@]}" | xargs -P "${FUZZ_JOBS:-2}" -I {} bash -c 'run {}'
