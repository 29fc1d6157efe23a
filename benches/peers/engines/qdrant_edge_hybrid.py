"""Qdrant's edition in process: its own BM25 and its own joining by reciprocal ranks."""

from __future__ import annotations

import tempfile

from data import Dataset, Test
from engine import DEPTH, Engine
from qdrant import conditions, filled


class QdrantEdgeHybrid(Engine):
    name = "qdrant-edge"
    settings = [{"ef": ef} for ef in (100, 200, 400)]
    hybrid = True

    def build(self, data: Dataset) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.shard = filled(data, self.folder.name, words=True)

    def search(self, test: Test, k: int) -> list[int]:
        return self.both(test, k, exact=False)

    def truth(self, test: Test, k: int) -> list[int]:
        return self.both(test, k, exact=True)

    def both(self, test: Test, k: int, exact: bool) -> list[int]:
        asked = (test.query, " ".join(test.words), conditions(test))
        return self.shard.search_both(asked, (k, DEPTH, self.setting["ef"]), exact)

    def close(self) -> None:
        self.folder.cleanup()


ENGINE = QdrantEdgeHybrid
