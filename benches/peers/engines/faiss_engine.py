"""faiss: IndexHNSWFlat; filters through an IDSelectorBatch."""

from __future__ import annotations

import faiss

from allowed import Allowed
from data import Dataset, Test
from engine import Engine


class Faiss(Engine):
    name = "faiss HNSW 16"
    settings = [{"ef": ef} for ef in (64, 100, 200, 400, 800)]

    def build(self, data: Dataset) -> None:
        self.index = faiss.IndexHNSWFlat(data.vectors.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = 200
        self.index.add(data.vectors)
        faiss.omp_set_num_threads(1)
        self.allowed = Allowed(data)

    def search(self, test: Test, k: int) -> list[int]:
        parameters = faiss.SearchParametersHNSW(efSearch=self.setting["ef"])
        if test.conditions:
            selector = faiss.IDSelectorBatch(self.allowed.rows(test))
            parameters = faiss.SearchParametersHNSW(efSearch=self.setting["ef"], sel=selector)
        _, rows = self.index.search(test.query[None], k, params=parameters)
        return [row for row in rows[0].tolist() if row >= 0]


ENGINE = Faiss
