"""hnswlib: a filter is a function that is asked of each vector met, so it is made a set first."""

from __future__ import annotations

from typing import Any

import hnswlib

from allowed import Allowed
from data import Dataset, Test
from engine import Engine


class Hnswlib(Engine):
    name = "hnswlib M 16"
    settings = [{"ef": ef} for ef in (64, 100, 200, 400, 800)]

    def build(self, data: Dataset) -> None:
        rows, dimensions = data.vectors.shape
        self.index = hnswlib.Index(space="ip", dim=dimensions)
        self.index.init_index(max_elements=rows, M=16, ef_construction=200, random_seed=1)
        self.index.add_items(data.vectors, num_threads=-1)
        self.index.set_num_threads(1)
        self.allowed = Allowed(data)

    def use(self, setting: dict[str, Any]) -> None:
        super().use(setting)
        self.index.set_ef(setting["ef"])

    def search(self, test: Test, k: int) -> list[int]:
        if not test.conditions:
            return self.index.knn_query(test.query, k=k)[0][0].tolist()
        allowed = self.allowed.rows(test)
        if len(allowed) == 0:
            return []
        admits = set(allowed.tolist()).__contains__
        try:
            found = self.index.knn_query(test.query, k=min(k, len(allowed)), filter=admits)
        except RuntimeError:
            # It gives up when it does not meet k admitted vectors.
            return []
        return found[0][0].tolist()


ENGINE = Hnswlib
