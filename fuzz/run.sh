#!/usr/bin/env bash
# fuzz/run.sh [--if-possible] [SECONDS] [TARGET...]: runs every fuzz target for so many seconds,
# FUZZ_JOBS (two) at a time. Stable Rust and a C++ compiler; cargo-fuzz is not needed (`rustc.sh`
# does what it would). With --if-possible a machine without the compiler is told so and passes.
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

export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$PWD/target" RUSTC_WRAPPER="$PWD/rustc.sh"
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
  local outcome=0
  "$built/$target" "corpus/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="artifacts/$target/" -print_final_stats=1 > "$log" 2>&1 || outcome=$?
  if [[ $outcome == 0 ]]; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions, no finding"
    return
  fi
  tail -n 40 "$log"
  # libFuzzer's own codes: an input that takes too long or too much memory, or fails.
  case $outcome in
    70 | 71 | 77) echo "$target: A FINDING; the input is in fuzz/artifacts/$target" ;;
    *) echo "$target: stopped from outside or before it began (code $outcome)" ;;
  esac
  return 1
}
export -f run
export built seconds
printf '%s\n' "${targets[@]}" | xargs -P "${FUZZ_JOBS:-2}" -I {} bash -c 'run {}'
