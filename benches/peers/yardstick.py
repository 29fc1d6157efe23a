"""How fast this machine is just now, by hnswlib on easy vectors: one line.

Goals in milliseconds hold for one machine. Where the same library takes twice as long for the same work,
so may we.
"""

from __future__ import annotations

import time

import hnswlib
import numpy as np

VECTORS, DIMENSIONS, CENTRES, QUESTIONS = 100_000, 256, 1_000, 1_000
#: So little around each centre that clusters do not overlap.
SPREAD = 0.35


def around(centres: np.ndarray, count: int, noise: np.random.Generator) -> np.ndarray:
    rows = centres[noise.integers(0, CENTRES, count)]
    rows = rows + SPREAD * noise.standard_normal((count, DIMENSIONS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main() -> None:
    noise = np.random.default_rng(7)
    centres = noise.standard_normal((CENTRES, DIMENSIONS)).astype(np.float32)
    vectors, questions = around(centres, VECTORS, noise), around(centres, QUESTIONS, noise)
    index = hnswlib.Index("ip", DIMENSIONS)
    index.init_index(VECTORS, M=16, ef_construction=200)
    index.set_num_threads(2)
    started = time.perf_counter()
    index.add_items(vectors)
    built = time.perf_counter() - started
    index.set_num_threads(1)
    index.set_ef(64)
    times = []
    for question in questions:
        asked = time.perf_counter()
        index.knn_query(question, k=10)
        times.append((time.perf_counter() - asked) * 1e3)
    print(f"hnswlib: build {built:.1f} s, a question {np.median(times):.3f} ms")


if __name__ == "__main__":
    main()
