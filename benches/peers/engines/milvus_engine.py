"""Milvus Lite, in process."""

from __future__ import annotations

import tempfile
from pathlib import Path

from milvus_lite.server_manager import server_manager_instance
from pymilvus import DataType, MilvusClient

from data import Dataset, Test
from engine import Engine
from sql import expression

BATCH = 5_000


class MilvusLite(Engine):
    name = "milvus-lite"
    settings = [{"ef": ef} for ef in (64, 200, 800)]

    def build(self, data: Dataset) -> None:
        self.folder = tempfile.TemporaryDirectory()
        file = str(Path(self.folder.name) / "bench.db")
        self.client = MilvusClient(file)
        fields = data.fields
        schema = self.client.create_schema(auto_id=False, enable_dynamic_field=True)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=data.vectors.shape[1])
        index = self.client.prepare_index_params()
        parameters = {"M": 16, "efConstruction": 200}
        index.add_index("vector", index_type="HNSW", metric_type="IP", params=parameters)
        self.client.create_collection("bench", schema=schema, index_params=index)
        for first in range(0, len(data.vectors), BATCH):
            rows = range(first, min(first + BATCH, len(data.vectors)))
            batch = [
                {"id": row, "vector": data.vectors[row]}
                | {name: data.payloads[row][name] for name in fields if name in data.payloads[row]}
                for row in rows
            ]
            self.client.insert("bench", batch)
        self.client.flush("bench")
        # Segments are merged and graphs built in the background, and until then it compares every
        # vector. To close waits for that, to load builds what is missing.
        self.client.close()
        server_manager_instance.release_all()
        self.client = MilvusClient(file)
        self.client.load_collection("bench")

    def search(self, test: Test, k: int) -> list[int]:
        found = self.client.search(
            "bench",
            data=[test.query.tolist()],
            limit=k,
            filter=expression(test, "=="),
            search_params={"params": {"ef": max(k, self.setting["ef"])}},
        )
        return [hit["id"] for hit in found[0]]

    def close(self) -> None:
        self.client.close()
        self.folder.cleanup()


ENGINE = MilvusLite
