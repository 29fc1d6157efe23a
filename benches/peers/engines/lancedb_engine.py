"""LanceDB, in process: IVF and HNSW with scalar codes, re-ranked; scalar indexes for filters."""

from __future__ import annotations

import tempfile

import lancedb
import pyarrow as pa

from data import Dataset, Test
from engine import Engine
from sql import expression


class LanceDb(Engine):
    name = "lancedb"
    settings = [{"ef": 100, "nprobes": 4}, {"ef": 200, "nprobes": 8}, {"ef": 400, "nprobes": 16}]

    def build(self, data: Dataset) -> None:
        self.folder = tempfile.TemporaryDirectory()
        rows, dimensions = data.vectors.shape
        flat = pa.array(data.vectors.reshape(-1))
        columns = {
            "row": pa.array(range(rows)),
            "vector": pa.FixedSizeListArray.from_arrays(flat, dimensions),
        }
        for name in data.fields:
            columns[name] = pa.array([payload.get(name) for payload in data.payloads])
        database = lancedb.connect(self.folder.name)
        self.table = database.create_table("bench", pa.table(columns))
        self.table.create_index(
            metric="dot",
            vector_column_name="vector",
            index_type="IVF_HNSW_SQ",
            num_partitions=max(1, rows // 20_000),
            m=16,
            ef_construction=200,
        )
        for name in data.fields:
            self.table.create_scalar_index(name, index_type="BITMAP")

    def search(self, test: Test, k: int) -> list[int]:
        query = self.table.search(test.query).distance_type("dot").limit(k)
        query = query.nprobes(self.setting["nprobes"]).ef(self.setting["ef"]).refine_factor(3)
        if test.conditions:
            query = query.where(expression(test, "="), prefilter=True)
        return query.select(["row", "_distance"]).to_arrow()["row"].to_pylist()

    def close(self) -> None:
        self.folder.cleanup()


ENGINE = LanceDb
