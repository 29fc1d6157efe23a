"""Qdrant's edition in process, the crate `qdrant-edge` (bound in `qdrant-edge/`)."""

from __future__ import annotations

import tempfile

from data import Dataset, Test
from engine import Engine
from qdrant import conditions, filled


class QdrantEdge(Engine):
    name = "qdrant-edge"
    settings = [{"ef": ef} for ef in (64, 100, 200, 400, 800)]

    def build(self, data: Dataset) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.shard = filled(data, self.folder.name, words=False)

    def search(self, test: Test, k: int) -> list[int]:
        return self.shard.search(test.query, conditions(test), (k, self.setting["ef"]))

    def close(self) -> None:
        self.folder.cleanup()


ENGINE = QdrantEdge
