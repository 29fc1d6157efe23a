"""Data sets in the form of Qdrant's filtered ones: vectors.npy, payloads.jsonl, tests.jsonl."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Payload = dict[str, Any]
#: Scores that differ by no more are equal.
TIE = 1e-6


@dataclass
class Test:
    """A question with its true answers, best first."""

    query: np.ndarray
    conditions: list[tuple[str, dict[str, Any]]]
    closest: np.ndarray
    shape: str = ""
    words: list[str] = field(default_factory=list)


@dataclass
class Dataset:
    """A folder in memory; vectors have length 1."""

    vectors: np.ndarray
    payloads: list[Payload]
    tests: list[Test]

    @property
    def fields(self) -> list[str]:
        """Fields that some question asks for."""
        return sorted({name for test in self.tests for name, _ in test.conditions})

    def admitted(self, test: Test) -> np.ndarray:
        """Which rows the question's conditions admit."""
        rows = [admits(test, payload) for payload in self.payloads]
        return np.array(rows, dtype=bool)

    def recall(self, test: Test, answer: list[int], k: int) -> float | None:
        """Recall at `k`, ties counted; None where nothing is to be found."""
        wanted = test.closest[:k]
        if not len(wanted):
            return None
        least = (self.vectors[wanted] @ test.query).min()
        right = sum(
            1
            for row in answer[: len(wanted)]
            if self.vectors[row] @ test.query >= least - TIE and admits(test, self.payloads[row])
        )
        return right / len(wanted)


def values(payload: Payload, name: str) -> list[Any]:
    """The values of a field: those of a list, or the one there is, or none."""
    value = payload.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def meets(asked: dict[str, Any], value: Any) -> bool:
    """Whether one value is what was asked for."""
    if "match" in asked:
        return bool(asked["match"]["value"] == value)
    bounds = asked["range"]
    compare = {
        "gt": lambda bound: value > bound,
        "gte": lambda bound: value >= bound,
        "lt": lambda bound: value < bound,
        "lte": lambda bound: value <= bound,
    }
    return all(compare[name](bound) for name, bound in bounds.items() if bound is not None)


def admits(test: Test, payload: Payload) -> bool:
    """Whether a payload meets all conditions of a question."""
    return all(
        any(meets(asked, value) for value in values(payload, name))
        for name, asked in test.conditions
    )


def read(folder: Path) -> Dataset:
    """Reads a folder; vectors are brought to length 1."""
    vectors = normalized(np.load(folder / "vectors.npy"))
    payloads_file = folder / "payloads.jsonl"
    payloads = lines(payloads_file) if payloads_file.exists() else [{}] * len(vectors)
    return Dataset(vectors, payloads, [test(line) for line in lines(folder / "tests.jsonl")])


def normalized(vectors: np.ndarray) -> np.ndarray:
    """The vectors with length 1; zeros stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.ascontiguousarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def test(line: dict[str, Any]) -> Test:
    """A line of tests.jsonl."""
    conditions = (line.get("conditions") or {}).get("and", [])
    return Test(
        query=normalized(np.array(line["query"], dtype=np.float32)),
        conditions=[pair for condition in conditions for pair in condition.items()],
        closest=np.array(line["closest_ids"], dtype=np.int64),
        shape=line.get("shape", ""),
        words=line.get("words", []),
    )


def lines(path: Path) -> list[Any]:
    """A file with one JSON value a line."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
