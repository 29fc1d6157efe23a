"""Conditions as an expression of SQL, which LanceDB and Milvus read alike but for equality."""

from __future__ import annotations

import json
from typing import Any

from data import Test

OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def literal(value: Any) -> str:
    """A number or a string."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value)


def expression(test: Test, equals: str) -> str:
    """All conditions joined; empty where there are none."""
    each = []
    for name, asked in test.conditions:
        if "match" in asked:
            each.append(f"{name} {equals} {literal(asked['match']['value'])}")
        else:
            bounds = {k: v for k, v in asked["range"].items() if v is not None}
            each += [f"{name} {OPERATORS[k]} {literal(v)}" for k, v in bounds.items()]
    joiner = " AND " if equals == "=" else " and "
    return joiner.join(each)
