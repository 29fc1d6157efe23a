#!/usr/bin/env bash
# Installs what the registries have into benches/peers/venv, builds the binding of qdrant-edge,
# makes the data sets if they are not there, and prints both tables: vectors with filters, and
# words and vectors together. It asks nothing.
# usage: benches/peers/run.sh [VECTORS [POSTINGS]]
set -euo pipefail
cd "$(dirname "$0")/../.."
vectors=${1:-200000}
postings=${2:-100000}
peers=benches/peers
data=${BENCH_DATA:-target/bench-data}

if [ ! -x "$peers/venv/bin/python" ]; then
  python3 -m venv "$peers/venv"
  "$peers/venv/bin/pip" install --quiet --upgrade pip
fi
# One by one: what cannot be had here is left out, and so is its row.
while read -r package; do
  "$peers/venv/bin/pip" install --quiet "$package" || echo "left out: $package" >&2
done < <(grep -v '^#' "$peers/requirements.txt")

# Qdrant's crate, as a module of Python: a package of its own that nothing else builds. It wants a
# newer Rust than the rest; where the usual one is too old, a nightly one may be there.
edge=$peers/qdrant-edge
edge_target=${CARGO_TARGET_DIR:-$edge/target}
build_edge() {
  PYO3_PYTHON=$PWD/$peers/venv/bin/python cargo "$@" build --release --locked \
    --manifest-path "$edge/Cargo.toml" --target-dir "$edge_target"
}
if build_edge || build_edge +nightly; then
  site=$("$peers/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
  cp "$edge_target/release/libqdrant_edge_binding.so" "$site/qdrant_edge_binding.so"
else
  echo "left out: qdrant-edge" >&2
fi

cargo build --release -p jobmatch-benches --bin dataset
bench=${CARGO_TARGET_DIR:-target}/release/dataset
hard=$data/hard-$vectors
hybrid=$data/postings-$postings
[ -f "$hard/tests.jsonl" ] || "$bench" write-hard "$hard" --vectors "$vectors"
[ -f "$hybrid/tests.jsonl" ] || "$bench" write-postings "$hybrid" --postings "$postings"

echo "## $vectors vectors"
"$peers/venv/bin/python" "$peers/run.py" "$hard" --bench "$bench" --graph-from $((vectors / 2))
echo "## $postings postings, words and vectors together"
"$peers/venv/bin/python" "$peers/run.py" "$hybrid" --bench "$bench" --hybrid \
  --graph-from $((postings / 2))
