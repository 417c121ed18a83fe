"""
Stop PostgreSQL at once, or cut its wire at a commit, under commands and work.

The desk is not opened anew: it has to work again by itself when the database does.  Who
got no answer repeats the command with its key, and it has to be one command.  A case is
``kind/number``: ``random`` stops the server at a moment of the seed, ``at-commit`` just
before or after a commit, ``cut-before`` and ``cut-after`` cut a wire whose COMMIT the
server does not hear, or hears.

Run ``python -m tests.proofs.chaos_pg --rounds 500``.
"""

from __future__ import annotations

import contextlib
import pathlib
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from tests import postgresql
from tests.proofs.crash import Road, finish, open_desk
from tests.proofs.cutting import Cutter
from tests.proofs.far import Here
from tests.proofs.journey import clock_at
from tests.proofs.keeping import Databases
from tests.proofs.outside import Outside
from tests.proofs.points import POINTS
from tests.proofs.running import Tally, options, scratch, seeded

from pmkit.core.errors import StoreError

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.postgresql import Server

KINDS = ("random", "at-commit", "cut-before", "cut-after")
_TRIES = 60


def again_and_again(act: Callable[[], object]) -> int:
    """Repeat what the database failed under; tell how often it did."""
    for failed in range(_TRIES):
        try:
            act()
        except StoreError:
            time.sleep(0.05)
        else:
            return failed
    msg = "The database came back, and the desk does not work."
    raise AssertionError(msg)


def restart(server: Server) -> None:
    """Stop the server as a power cut does, and start it again."""
    server.stop(immediate=True)
    server.start()


class Chaos:
    """
    A server, the journey on it, and a wire that can be cut.

    Attributes:
        failures: How often a caller got an error instead of an answer.
    """

    def __init__(self, server: Server, wire: Cutter) -> None:
        self.server = server
        self.wire = wire
        self.road = Road(Databases(server), Here(Outside()), "chaos")
        self.failures = 0

    def prove(self, case: str) -> list[str]:
        """Prove one case."""
        kind, _ = case.split("/")
        chance = seeded(case)
        number, point = chance.choice(self.road.cases())
        commits = [
            place
            for place, name in enumerate(
                self.road.points[number - len(self.road.steps)]
            )
            if "before commit" in name
        ]
        with self.road.again(number) as (where, far):
            step, clock = self.road.steps[number], clock_at(self.road.steps[number])
            place = where
            if kind.startswith("cut"):
                place = where.replace(f":{self.server.port}/", f":{self.wire.port}/")
            with contextlib.closing(open_desk(place, far, clock)) as desk:
                with self._fault(kind, chance, point, len(commits)):
                    assert step.take is not None
                    self.failures += again_and_again(lambda: step.take(desk))
                found: list[Any] = []

                def end() -> None:
                    found[:] = finish(self.road, number, desk, far, clock)

                again_and_again(end)
                return found

    @contextlib.contextmanager
    def _fault(
        self, kind: str, chance: random.Random, point: int, commits: int
    ) -> Iterator[None]:
        if kind == "random":
            wait = chance.uniform(0.0, 0.3)
            timer = threading.Timer(wait, restart, [self.server])
            timer.start()
            try:
                yield
            finally:
                timer.join()
            return
        if kind == "at-commit":
            POINTS.begin(point, instead=lambda _: restart(self.server))
            yield
            POINTS.end()
            return
        self.wire.cut(chance.randint(1, max(commits, 1)), heard=kind == "cut-after")
        yield
        self.wire.cut(0, heard=False)


@contextlib.contextmanager
def chaos() -> Iterator[Chaos]:
    """Run a server with the journey on it."""
    folder = pathlib.Path(scratch())
    try:
        with postgresql.server() as server, Cutter(server.port) as wire:
            yield Chaos(server, wire)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def cases_of(rounds: int) -> list[str]:
    """List the cases, every kind in turn."""
    return [f"{KINDS[n % len(KINDS)]}/{n}" for n in range(rounds)]


def main() -> int:
    """Run the session."""
    given = options("Stop PostgreSQL, and cut its wire.", rounds=20)
    with chaos() as found:
        code = Tally("chaos-pg", given).run(cases_of(given.rounds), found.prove)
        sys.stdout.write(
            f"chaos-pg: {found.failures} calls failed and were repeated, "
            f"{found.wire.cuts} wires cut\n"
        )
        return code


if __name__ == "__main__":
    sys.exit(main())
