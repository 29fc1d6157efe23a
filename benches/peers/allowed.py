"""An inverted list a value, for libraries that have vectors only: a user would keep one too."""

from __future__ import annotations

import json
from functools import reduce

import numpy as np

from data import Dataset, Test, meets, values


class Allowed:
    """Rows by field and value."""

    def __init__(self, data: Dataset) -> None:
        lists: dict[str, dict[str, list[int]]] = {name: {} for name in data.fields}
        for row, payload in enumerate(data.payloads):
            for name, known in lists.items():
                for value in values(payload, name):
                    known.setdefault(json.dumps(value), []).append(row)
        self.lists = {
            name: [(json.loads(value), np.array(rows)) for value, rows in known.items()]
            for name, known in lists.items()
        }

    def rows(self, test: Test) -> np.ndarray:
        """Rows that meet all conditions, in order."""
        each = []
        for name, asked in test.conditions:
            found = [rows for value, rows in self.lists[name] if meets(asked, value)]
            each.append(np.unique(np.concatenate(found)) if found else np.array([], dtype=int))
        return reduce(lambda a, b: np.intersect1d(a, b, assume_unique=True), each)
