"""Chroma, in process."""

from __future__ import annotations

import tempfile
from typing import Any

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient

from data import Dataset, Payload, Test
from engine import Engine

BATCH = 5_000
OPERATORS = {"gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"}


class Chroma(Engine):
    name = "chroma"
    settings = [{"ef": ef} for ef in (100, 200, 400)]

    def build(self, data: Dataset) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.client = chromadb.PersistentClient(self.folder.name)
        hnsw = {"space": "ip", "ef_construction": 200, "max_neighbors": 16, "ef_search": 100}
        self.collection = self.client.create_collection("bench", configuration={"hnsw": hnsw})
        fields = data.fields
        for first in range(0, len(data.vectors), BATCH):
            rows = range(first, min(first + BATCH, len(data.vectors)))
            metadatas = [kept(data.payloads[row], fields) for row in rows]
            self.collection.add(
                ids=[str(row) for row in rows],
                embeddings=data.vectors[rows.start : rows.stop],
                metadatas=metadatas if fields else None,
            )

    def use(self, setting: dict[str, Any]) -> None:
        super().use(setting)
        self.collection.modify(configuration={"hnsw": {"ef_search": setting["ef"]}})
        # A graph that is open keeps the ef with which it was opened.
        SharedSystemClient.clear_system_cache()
        self.client = chromadb.PersistentClient(self.folder.name)
        self.collection = self.client.get_collection("bench")

    def search(self, test: Test, k: int) -> list[int]:
        found = self.collection.query(
            query_embeddings=test.query[None], n_results=k, where=where(test), include=[]
        )
        return [int(row) for row in found["ids"][0]]

    def close(self) -> None:
        SharedSystemClient.clear_system_cache()
        self.folder.cleanup()


def kept(payload: Payload, fields: list[str]) -> Payload:
    """What is asked for; an empty record is refused."""
    return {name: payload[name] for name in fields if name in payload} or {"none": True}


def where(test: Test) -> dict[str, Any] | None:
    """Conditions as Chroma writes them."""
    each: list[dict[str, Any]] = []
    for name, asked in test.conditions:
        if "match" in asked:
            each.append({name: {"$eq": asked["match"]["value"]}})
        else:
            bounds = {k: v for k, v in asked["range"].items() if v is not None}
            each += [{name: {OPERATORS[k]: v}} for k, v in bounds.items()]
    if not each:
        return None
    return each[0] if len(each) == 1 else {"$and": each}


ENGINE = Chroma
