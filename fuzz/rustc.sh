#!/usr/bin/env bash
# Cargo's wrapper around rustc: coverage for our own crates and the parsers that they call, which
# is what the fuzzer is to find ways through. The rest is built as it is, in half the time.
# What is added is what cargo-fuzz passes, without a sanitizer: options of the stable compiler.
coverage=(
  -Cpasses=sancov-module
  -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares
)
root=$(cd "$(dirname "$0")/.." && pwd)
# What runs while building, build scripts and macros, is for the host and has no target.
if [[ " $* " == *" --target "* ]]; then
  case "${CARGO_MANIFEST_DIR:-}:${CARGO_PKG_NAME:-}" in
    "$root"/*:* | *:prost | *:serde_json | *:csv | *:csv-core | *:toml | *:toml_parser)
      exec "$@" "${coverage[@]}" ;;
  esac
fi
exec "$@"
