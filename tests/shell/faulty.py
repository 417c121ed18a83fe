"""
A journey in steps that can each be taken again, on a database to which things happen.

One service goes from the opening of its order to its released report.  Each step is a
command with a key of its own, or a round of work.
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import sqlalchemy as sa
from tests.shell.counter import (
    AGENCY,
    BUYER,
    INSPECTOR,
    OPEN,
    ORDER,
    SUPPLIER,
    appointment,
    at,
    found,
)

from pmkit.core.errors import PmkitError, StoreError
from pmkit.core.report import Verdict
from pmkit.sandbox import World
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds
from pmkit.shell.store import Store, verify

if TYPE_CHECKING:
    from collections.abc import Iterator


@attrs.frozen
class Step:
    """One step: its name, what the desk does, and when; the same moment if empty."""

    name: str
    take: Callable[[Desk], object]
    at: str = ""


def command(method: str, moment: str = "", /, **given: Any) -> Step:
    """Make a step of a command about the order."""
    return Step(
        method,
        lambda desk: getattr(desk, method)(ORDER, key=f"key {method}", **given),
        moment,
    )


def about(method: str, moment: str = "", /, **given: Any) -> Step:
    """Make a step of a command about the one service of the order."""

    def take(desk: Desk) -> object:
        (service,) = desk.order(ORDER).services
        return getattr(desk, method)(ORDER, service.id, key=f"key {method}", **given)

    return Step(method, take, moment)


def work() -> Step:
    """Make a step of a round of work."""
    return Step("work", lambda desk: desk.work())


JOURNEY: tuple[Step, ...] = (
    command("open_order", **OPEN),
    command("add_service", actor=BUYER, provider="sandbox-agency"),
    command("place_order", actor=SUPPLIER),
    command("pay", actor=BUYER, method="sandbox-card", instrument="tok-captures"),
    work(),
    about(
        "give_information",
        actor=BUYER,
        product_details="Matt black, as the sample.",
        sample_pictures=[b"\x89PNG " * 200],
    ),
    about("propose_appointment", actor=SUPPLIER, appointment=appointment("02-05")),
    about("confirm_appointment", actor=AGENCY),
    about("assign_inspector", actor=AGENCY, inspector=INSPECTOR.name),
    work(),
    about("arrive", "02-05T09:05", actor=INSPECTOR),
    about(
        "complete_visit",
        "02-05T17:30",
        actor=INSPECTOR,
        ended_at=at("02-05T17:00"),
        **found(),
    ),
    about("upload_report", actor=AGENCY, verdict=Verdict.PASS, summary="On schedule."),
    about("release_report", actor=BUYER),
    work(),
)

#: What the companies have really done at the end, by its meaning.
DONE = {"book": 1, "capture": 1, "move": 1}


class Shop:
    """A desk on a store, with a world of its own whose companies count."""

    def __init__(self, store: Store, *, world: World | None = None) -> None:
        self.store = store
        self.world = World() if world is None else world
        self.desk = Desk(
            store,
            panel=self.world.companies,
            clock=self.world.clock,
            ids=CountedIds(),
        )

    def take(self, step: Step) -> object:
        """Take a step at its moment."""
        if step.at:
            self.world.set(max(at(step.at), self.world.now()))
        return step.take(self.desk)

    def go(self, steps: tuple[Step, ...] = JOURNEY) -> None:
        """Take steps to which nothing happens."""
        for step in steps:
            self.take(step)

    def until(self, name: str) -> Step:
        """Take all steps before the first of a name; give that one."""
        names = [step.name for step in JOURNEY]
        number = names.index(name)
        self.go(JOURNEY[:number])
        return JOURNEY[number]

    def history(self) -> list[tuple[str, str]]:
        """Give what happened on the order, and by whom."""
        with self.store.snapshot() as tx:
            told = [recorded.event for recorded in tx.history(ORDER)]
        return [(event.name, event.by.party) for event in told]

    def happened(self, name: str) -> int:
        """Count how often something happened on the order."""
        return sum(name == found for found, _ in self.history())

    def done(self) -> dict[str, int]:
        """Give what the companies have really done, by its meaning."""
        counted: collections.Counter[str] = collections.Counter()
        for plugin in (self.world.agency, self.world.card, self.world.transfer):
            for meaning, times in plugin.ledger.effects.items():
                counted[meaning.split()[0]] += times
        return dict(counted)

    def notices(self) -> list[str]:
        """Name the notices that were sent, each once."""
        return sorted({notice.id for notice in self.world.notifier.notices})

    def rows(self) -> dict[str, list[Any]]:
        """Read every row of every table, past all of the desk."""
        with self.store.engine.connect() as connection:
            return {
                name: sorted(map(repr, connection.execute(sa.select(table))))
                for name, table in self.store.tables.metadata.tables.items()
            }


def told(error: PmkitError) -> tuple[str, str, str | None]:
    """Give what an error says: its code, its words and what to do."""
    return error.code, error.message, error.remedy


class Fault:
    """Something that happens at the n-th point of a step; then its cause is gone."""

    def __init__(self) -> None:
        #: Whether the point was come to.
        self.hit = False

    @contextlib.contextmanager
    def at(self, number: int) -> Iterator[None]:
        """Have it happen at that point, inside the block."""
        self.hit = False
        self.begin(number)
        try:
            yield
        finally:
            self.end()

    def begin(self, number: int) -> None:
        """Prepare it."""
        raise NotImplementedError

    def end(self) -> None:
        """Take its cause away."""
        raise NotImplementedError


class AtStatements(Fault):
    """
    Something that happens before a statement, or before a commit.

    Args:
        engine: Whose statements are counted.

        happen: What happens.

        mend: Takes the cause away.

        only: What the counted statements begin with; all, if left out.
    """

    def __init__(
        self,
        engine: sa.Engine,
        happen: Callable[[], object],
        mend: Callable[[], object] = bool,
        *,
        only: tuple[str, ...] = ("",),
    ) -> None:
        super().__init__()
        self.left = 0
        self.happen, self.mend, self.only = happen, mend, only
        sa.event.listen(engine, "before_cursor_execute", self._statement)
        sa.event.listen(engine, "commit", self._commit)

    def begin(self, number: int) -> None:
        """Count from here."""
        self.left = number

    def end(self) -> None:
        """Count no more."""
        self.left = 0
        self.mend()

    def _statement(self, *given: Any) -> None:
        if given[2].startswith(self.only):
            self._passed()

    def _commit(self, connection: sa.Connection) -> None:
        del connection
        self._passed()

    def _passed(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.hit = True
            self.happen()


class Exhausted(Fault):
    """All connections of an engine are in use, for the first attempt of a step."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__()
        self.engine = engine
        self.taken: sa.Connection | None = None

    def begin(self, number: int) -> None:
        """Take the one connection."""
        if number == 1:
            self.taken = self.engine.connect()

    def end(self) -> None:
        """Give it back."""
        if self.taken is not None:
            self.taken.close()
            self.taken = None


def outcome(shop: Shop, step: Step, fault: Fault, number: int) -> Any:
    """Take a step while something happens; give what was refused, if anything was."""
    before = shop.rows()
    said: Any = None
    with fault.at(number):
        try:
            done = shop.take(step)
        except StoreError as error:
            said = told(error)
        else:
            troubles = getattr(done, "troubles", ())
            said = next(((x.code, x.message) for x in troubles), None)
    if said and step.name != "work":
        assert before == shop.rows()
    assert [] == verify(shop.store)
    return said


def drive(shop: Shop, fault: Fault) -> list[tuple[str, int, Any]]:
    """
    Take every step of the journey with a fault at each of its points, until it is done.

    Returns:
        What was refused: the step, the point and the words.
    """
    refusals = []
    for step in JOURNEY:
        for number in itertools.count(1):
            said = outcome(shop, step, fault, number)
            if said:
                refusals.append((step.name, number, said))
            elif not fault.hit:
                break
    return refusals


def words_of(refusals: list[tuple[str, int, Any]]) -> set[Any]:
    """Give what the refused commands said, each once."""
    return {said for name, _, said in refusals if name != "work"}


def ended_well(shop: Shop, undisturbed: Shop) -> None:
    """Check that a journey ended as the one to which nothing happened."""
    assert [] == verify(shop.store)
    assert undisturbed.history() == shop.history()
    assert undisturbed.done() == shop.done() == DONE
    # Who was told and could not write that down tells it again, under the same name.
    assert undisturbed.notices() == shop.notices()


@contextlib.contextmanager
def small_disk(size: str) -> Iterator[pathlib.Path]:
    """Mount a disk of so many bytes for as long as the block, where that is allowed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pmkit-disk-"))
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
            check=False,
            capture_output=True,
        )
    except FileNotFoundError:
        mounted = None
    if mounted is None or mounted.returncode:
        folder.rmdir()
        pytest.skip("Nobody may mount a small disk here.")
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


class Filler:
    """A file that takes all the room that is left on a disk."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.file = folder / "filler"

    def fill(self) -> None:
        """Take all room, to the last byte."""
        with self.file.open("ab", buffering=0) as opened:
            for size in (1 << 16, 1 << 12, 1 << 9, 1):
                with contextlib.suppress(OSError):
                    while opened.write(b"\0" * size) == size:
                        pass

    def room(self) -> None:
        """Give all of it back."""
        self.file.unlink(missing_ok=True)


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Act as a user who may not write everywhere, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@contextlib.contextmanager
def open_folder() -> Iterator[pathlib.Path]:
    """Make a folder that everybody may look into."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pmkit-faults-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
