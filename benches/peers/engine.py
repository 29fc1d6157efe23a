"""What an engine of the comparison has to offer. A new one is one file in `engines/`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from data import Dataset, Test

#: Hits by words, and as many by vectors, that a hybrid engine joins by reciprocal ranks.
DEPTH = 100
#: What a rank, counted from 1, is added to.
RRF = 60

class Engine(ABC):
    """One engine with the documents of one data set."""

    #: As tables show it.
    name: str
    #: Settings of searching, one row of the table for each; the first is the library's usual one.
    settings: list[dict[str, Any]] = [{}]
    #: Answers by words and vectors together (`engines/*_hybrid.py`, run with `--hybrid`).
    hybrid: bool = False

    @abstractmethod
    def build(self, data: Dataset) -> None:
        """Takes all vectors and payloads; returns when everything is searchable as it will be."""

    def use(self, setting: dict[str, Any]) -> None:
        """Searches with these settings from now on."""
        self.setting = setting

    @abstractmethod
    def search(self, test: Test, k: int) -> list[int]:
        """Rows of the best `k` that meet `test.conditions`, best first."""

    def truth(self, test: Test, k: int) -> list[int]:
        """Of a hybrid engine: what `search` would answer had it compared every vector."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends what `build` began, and removes its files."""
