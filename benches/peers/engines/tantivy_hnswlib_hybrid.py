"""tantivy beside hnswlib, glued by reciprocal ranks as a user would: two libraries, two filters."""

from __future__ import annotations

import json
from typing import Any

import hnswlib
import numpy as np
import tantivy

from allowed import Allowed
from data import Dataset, Test, values
from engine import DEPTH, RRF, Engine


class TantivyHnswlib(Engine):
    name = "tantivy + hnswlib"
    settings = [{"ef": ef} for ef in (100, 200, 400)]
    hybrid = True

    def build(self, data: Dataset) -> None:
        self.data = data
        rows, dimensions = data.vectors.shape
        self.vectors = hnswlib.Index(space="ip", dim=dimensions)
        self.vectors.init_index(max_elements=rows, M=16, ef_construction=200, random_seed=1)
        self.vectors.add_items(data.vectors, num_threads=-1)
        self.vectors.set_num_threads(1)
        self.allowed = Allowed(data)
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("row", stored=True, fast=True)
        builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
        self.schema = builder.build()
        self.words = tantivy.Index(self.schema)
        writer = self.words.writer(heap_size=200_000_000, num_threads=1)
        for row, payload in enumerate(data.payloads):
            document = tantivy.Document()
            document.add_integer("row", row)
            document.add_text("words", " ".join(payload.get("words", [])))
            for name in data.fields:
                for value in values(payload, name):
                    document.add_text("tags", tag(name, value))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self.words.reload()
        self.searcher = self.words.searcher()

    def use(self, setting: dict[str, Any]) -> None:
        super().use(setting)
        self.vectors.set_ef(setting["ef"])

    def search(self, test: Test, k: int) -> list[int]:
        return self.joined(test, k, self.by_vectors(test))

    def truth(self, test: Test, k: int) -> list[int]:
        scores = self.data.vectors @ test.query
        if test.conditions:
            scores[~np.isin(np.arange(len(scores)), self.allowed.rows(test))] = -np.inf
        rows = np.argsort(-scores, kind="stable")[:DEPTH]
        return self.joined(test, k, rows[np.isfinite(scores[rows])].tolist())

    def by_vectors(self, test: Test) -> list[int]:
        if not test.conditions:
            return self.vectors.knn_query(test.query, k=DEPTH)[0][0].tolist()
        allowed = self.allowed.rows(test)
        if len(allowed) == 0:
            return []
        admits = set(allowed.tolist()).__contains__
        try:
            k = min(DEPTH, len(allowed))
            return self.vectors.knn_query(test.query, k=k, filter=admits)[0][0].tolist()
        except RuntimeError:
            return []

    def joined(self, test: Test, k: int, nearest: list[int]) -> list[int]:
        points: dict[int, float] = {}
        for ranked in (nearest, self.by_words(test)):
            for rank, row in enumerate(ranked, start=1):
                points[row] = points.get(row, 0.0) + 1 / (RRF + rank)
        return sorted(points, key=lambda row: (-points[row], row))[:k]

    def by_words(self, test: Test) -> list[int]:
        term = tantivy.Query.term_query
        wanted = [
            (tantivy.Occur.Should, term(self.schema, "words", word)) for word in test.words
        ]
        query = tantivy.Query.boolean_query(wanted)
        if test.conditions:
            filters = [
                tantivy.Query.const_score_query(
                    term(self.schema, "tags", tag(name, asked["match"]["value"])), 0.0
                )
                for name, asked in test.conditions
            ]
            must = [(tantivy.Occur.Must, part) for part in [query, *filters]]
            query = tantivy.Query.boolean_query(must)
        hits = self.searcher.search(query, DEPTH).hits
        return [self.searcher.doc(address)["row"][0] for _, address in hits]


def tag(name: str, value: Any) -> str:
    """A field's value as one term."""
    return f"{name}:{json.dumps(value)}"


ENGINE = TantivyHnswlib
