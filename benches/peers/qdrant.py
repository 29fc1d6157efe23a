"""A shard of Qdrant's edition in process with a data set in it, and its words for conditions."""

from __future__ import annotations

import json
from typing import Any

from qdrant_edge_binding import Shard

from data import Dataset, Test, values

BATCH = 1_000
#: Words are split already: blanks part them, and they stay as they are.
TEXT = {"type": "text", "tokenizer": "whitespace", "lowercase": False, "scoring": True}


def filled(data: Dataset, folder: str, words: bool) -> Shard:
    """Indexes of payloads first, as its graph links by them; with `words` a text index too."""
    shard = Shard(folder, data.vectors.shape[1])
    fields = data.fields
    for name in fields:
        shard.index(name, json.dumps(schema(data, name)))
    if words:
        shard.index("words", json.dumps(TEXT))
    for first in range(0, len(data.vectors), BATCH):
        payloads = data.payloads[first : first + BATCH]
        kept = [{name: payload[name] for name in fields if name in payload} for payload in payloads]
        if words:
            for keep, payload in zip(kept, payloads):
                keep["words"] = " ".join(payload.get("words", []))
        lines = [json.dumps(payload) for payload in kept]
        shard.add(first, data.vectors[first : first + BATCH], lines)
    segments, rows, indexed = shard.optimize()
    if indexed < rows:
        raise RuntimeError(f"{rows - indexed} of {rows} rows are in no graph, {segments} segments")
    return shard


def schema(data: Dataset, name: str) -> str:
    """The index that a field's values take."""
    known = {type(value) for payload in data.payloads for value in values(payload, name)}
    if known <= {bool}:
        return "bool"
    if known <= {int}:
        return "integer"
    return "float" if known <= {int, float} else "keyword"


def conditions(test: Test) -> str | None:
    """The filter as JSON; None where there is none."""
    each: list[dict[str, Any]] = [{"key": name} | asked for name, asked in test.conditions]
    return json.dumps({"must": each}) if each else None
