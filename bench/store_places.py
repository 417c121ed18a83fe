"""
Where the benchmark of the store measures, and how much.
"""

from __future__ import annotations

import contextlib
import tempfile
from typing import TYPE_CHECKING

import attrs
from tests.postgresql import server

from pmkit.shell.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@attrs.frozen
class Size:
    """How much is measured."""

    rounds: int
    commands: int
    batches: int
    orders: int
    seconds: float


QUICK = Size(rounds=7, commands=20, batches=1, orders=10_000, seconds=1.0)
FULL = Size(rounds=15, commands=60, batches=3, orders=100_000, seconds=4.0)


class Places:
    """
    Empty databases of one kind.

    Args:
        url: Gives the place of a new one.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        self.url = url

    @contextlib.contextmanager
    def stores(self, count: int) -> Iterator[list[Store]]:
        """Open so many stores."""
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(Store.open(self.url())) for _ in range(count)]


@contextlib.contextmanager
def places() -> Iterator[dict[str, Places]]:
    """Give both kinds of database."""
    with tempfile.TemporaryDirectory() as folder, server(fsync="on") as running:
        files = (f"{folder}/{number}.db" for number in range(1_000))
        yield {
            "sqlite": Places(lambda: next(files)),
            "postgresql": Places(running.database),
        }
