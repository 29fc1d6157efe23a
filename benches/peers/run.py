"""Runs our engine and its peers on one data set, one process each, and prints one table."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
Row = dict[str, Any]


def engines(hybrid: bool) -> list[str]:
    """Modules of engines/: those that search by vectors, or those that join them with words."""
    kind = "*_hybrid.py" if hybrid else "*_engine.py"
    return sorted(path.stem for path in (HERE / "engines").glob(kind))


def rows(name: str, command: list[str], seconds: float) -> Iterator[Row]:
    """What a process prints; one that fails or takes too long is told of and left out."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    # One that is ended leaves its files; here they go with the folder.
    with tempfile.TemporaryDirectory() as scratch:
        environment = os.environ | {"PYTHONPATH": str(HERE), "TMPDIR": scratch}
        try:
            ran = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, timeout=seconds
            )
            printed, failed = ran.stdout.decode(), ran.returncode != 0
        except subprocess.TimeoutExpired as expired:
            printed, failed = (expired.stdout or b"").decode(), True
    if failed:
        print(f"{name}: not all of it was measured", file=sys.stderr)
    for line in printed.splitlines():
        if line.startswith("{") and line.endswith("}"):
            yield json.loads(line)


def ours(folder: Path, arguments: argparse.Namespace) -> list[str]:
    """Our engine's command: the bench's own program."""
    program = [str(arguments.bench)] if arguments.bench else []
    if not program:
        program = ["cargo", "run", "--release", "-q", "-p", "jobmatch-benches"]
        program += ["--bin", "dataset", "--"]
    command = program + ["run", str(folder.resolve()), "--json", "--k", str(arguments.k)]
    if arguments.graph_from is not None:
        command += ["--graph-from", str(arguments.graph_from)]
    return command + (["--hybrid"] if arguments.hybrid else [])


def table(found: list[Row], least: float) -> Iterator[str]:
    """By shape; `*` marks each engine's fastest row of a recall of `least` or more."""
    yield "| filter | engine | setting | recall | p50 ms | p99 ms | CPU ms | memory MB | build s |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for shape in dict.fromkeys(row["shape"] for row in found):
        own = [row for row in found if row["shape"] == shape]
        best: dict[str, Row] = {}
        for row in own:
            known = best.get(row["engine"])
            if row["recall"] >= least and (not known or row["p50_ms"] < known["p50_ms"]):
                best[row["engine"]] = row
        for row in own:
            mark = " *" if best.get(row["engine"]) is row else ""
            yield (
                f"| {shape} | {row['engine']}{mark} | {row['setting']} | {row['recall']:.4f} "
                f"| {row['p50_ms']:.3f} | {row['p99_ms']:.3f} | {row['cpu_ms']:.3f} "
                f"| {row['memory_mb']:.0f} | {row['build_s']:.1f} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="data set, as `dataset write-…` makes it")
    parser.add_argument("-k", type=int, default=10)
    parser.add_argument("--hybrid", action="store_true", help="words and vectors together")
    parser.add_argument("--engines", nargs="*", help="modules of engines/; all when not given")
    parser.add_argument("--bench", type=Path, help="the program `dataset`, where it is built")
    parser.add_argument("--graph-from", type=int, help="our engine builds a graph from so many on")
    parser.add_argument("--least", type=float, default=0.99, help="recall that rows need for a *")
    parser.add_argument("--seconds", type=float, default=2_400, help="most that an engine takes")
    arguments = parser.parse_args()
    found = list(rows("jobmatch", ours(arguments.folder, arguments), arguments.seconds))
    chosen = arguments.engines
    if chosen is None:
        chosen = engines(arguments.hybrid)
    for name in chosen:
        command = [sys.executable, str(HERE / "trial.py"), name, str(arguments.folder.resolve())]
        found += rows(name, command + ["-k", str(arguments.k)], arguments.seconds)
    for line in table(found, arguments.least):
        print(line)


if __name__ == "__main__":
    main()
