"""One engine put through a data set, in a process of its own; prints one JSON object a row."""

from __future__ import annotations

import argparse
import importlib
import json
import time
from pathlib import Path

import psutil

import data
from engine import Engine

#: Questions of a row are asked again until so many seconds have passed, once at least.
LEAST_SECONDS = 0.5
#: A row that takes longer ends where it is.
MOST_SECONDS = 20.0


def peak_mb() -> float:
    """The most that was resident."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def resident_mb() -> float:
    return psutil.Process().memory_info().rss / 1e6


def row(engine: Engine, dataset: data.Dataset, tests: list[data.Test], k: int) -> dict[str, float]:
    """Recall, then times, of the questions of one shape."""
    recalls: list[float] = []
    started = time.perf_counter()
    for test in tests:
        answer = engine.search(test, k)
        if engine.hybrid:
            truth = engine.truth(test, k)
            recall = len(set(truth) & set(answer)) / len(truth) if truth else None
        else:
            recall = dataset.recall(test, answer, k)
        if recall is not None:
            recalls.append(recall)
        if time.perf_counter() - started > MOST_SECONDS:
            break
    times: list[float] = []
    started, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - started < LEAST_SECONDS:
        for test in tests:
            asked = time.perf_counter()
            engine.search(test, k)
            times.append((time.perf_counter() - asked) * 1e3)
            if time.perf_counter() - started > MOST_SECONDS:
                break
    cpu_ms = (time.process_time() - cpu) * 1e3 / len(times)
    times.sort()
    rank = lambda q: times[max(0, -int(-q * len(times) // 1) - 1)]  # noqa: E731
    mean = sum(recalls) / max(len(recalls), 1)
    return {"recall": mean, "p50_ms": rank(0.5), "p99_ms": rank(0.99), "cpu_ms": cpu_ms}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", help="a module of engines/")
    parser.add_argument("folder", type=Path)
    parser.add_argument("-k", type=int, default=10)
    arguments = parser.parse_args()
    dataset = data.read(arguments.folder)
    engine: Engine = importlib.import_module(f"engines.{arguments.engine}").ENGINE()
    before = resident_mb()
    started = time.perf_counter()
    engine.build(dataset)
    build_s = time.perf_counter() - started
    for setting in engine.settings:
        engine.use(setting)
        for shape in dict.fromkeys(test.shape for test in dataset.tests):
            tests = [test for test in dataset.tests if test.shape == shape]
            measured = row(engine, dataset, tests, arguments.k)
            shown = ", ".join(f"{name} {value}" for name, value in setting.items())
            head = {"engine": engine.name, "setting": shown, "shape": shape}
            memory = {"memory_mb": resident_mb() - before, "peak_mb": peak_mb()}
            print(json.dumps(head | measured | memory | {"build_s": build_s}), flush=True)
    engine.close()


if __name__ == "__main__":
    main()
