"""usearch: its Python edition has no filter, so more is fetched and the rest thrown away."""

from __future__ import annotations

from typing import Any

import numpy as np
from usearch.index import Index, MetricKind

from allowed import Allowed
from data import Dataset, Test
from engine import Engine

#: Most that is fetched for a filter.
MOST = 10_000


class Usearch(Engine):
    name = "usearch M 16"
    #: A filter gets `times` as many as would hold `k` admitted ones were they spread evenly.
    settings = [
        {"ef": ef, "times": times}
        for ef, times in ((64, 2), (100, 2), (200, 4), (400, 8), (800, 16))
    ]

    def build(self, data: Dataset) -> None:
        rows, dimensions = data.vectors.shape
        self.index = Index(
            ndim=dimensions,
            metric=MetricKind.IP,
            dtype="f32",
            connectivity=16,
            expansion_add=200,
        )
        self.index.add(np.arange(rows), data.vectors)
        self.count = rows
        self.allowed = Allowed(data)

    def use(self, setting: dict[str, Any]) -> None:
        super().use(setting)
        self.index.expansion_search = setting["ef"]

    def search(self, test: Test, k: int) -> list[int]:
        if not test.conditions:
            return [int(key) for key in self.index.search(test.query, k, threads=1).keys]
        allowed = self.allowed.rows(test)
        share = max(len(allowed), 1) / self.count
        fetched = min(MOST, self.count, int(self.setting["times"] * k / share) + k)
        keys = self.index.search(test.query, fetched, threads=1).keys.astype(np.int64)
        return keys[np.isin(keys, allowed, assume_unique=True)][:k].tolist()


ENGINE = Usearch
