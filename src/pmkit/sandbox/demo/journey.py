"""
The traveller: takes steps at a desk in a simulated world and notes what happens.
"""

from __future__ import annotations

import json
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING

from pmkit.core.errors import OutOfOrderError, PluginError, RefusedError
from pmkit.core.status import Due
from pmkit.sandbox.demo import cast
from pmkit.sandbox.demo.notes import Refusal, Step
from pmkit.sandbox.notifier import FileNotifier
from pmkit.sandbox.world import World
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from pmkit.core.deadlines import Deadline
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.service import Service
    from pmkit.shell.desk.asked import TimelineEntry


class Journey:
    """
    A desk, its simulated world, and the notes of what happened.

    Args:
        desk: The desk.

        world: The simulated companies; the desk has its clock and its panel.

        notices: The file that the world's notifier writes.

    Attributes:
        service_id: The service that the story follows; empty before it is added.

        steps: What happened, oldest first.

        refusals: What the desk refused, oldest first.

        timeline: Its history, once the road is travelled.
    """

    def __init__(self, desk: Desk, world: World, notices: Path) -> None:
        self.desk = desk
        self.world = world
        self.service_id = ""
        self.steps: list[Step] = []
        self.refusals: list[Refusal] = []
        self.timeline: tuple[TimelineEntry, ...] = ()
        self._notices = notices
        self._read = 0
        self._arrived: Order | None = None

    @property
    def order(self) -> Order:
        """The order as it is now; at the end of the road, as it was then."""
        return self._arrived or self.desk.order(cast.ORDER)

    @property
    def service(self) -> Service:
        """The service that the story follows, as it is now."""
        return self.order.service(self.service_id)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone of the place."""
        return zoneinfo.ZoneInfo(self.desk.terms.zone)

    def at(self, local: str) -> None:
        """Let it become a time in 2026 at the place, such as ``01-20 09:00``."""
        day, _, hour = local.partition(" ")
        self.world.set(f"2026-{day}T{hour}+08:00")

    def work(self) -> None:
        """
        Let the desk make its calls and hear the news, until there is nothing left.

        Raises:
            pmkit.PluginError: If something did not go through.
        """
        while not (done := self.desk.work()).idle:
            for trouble in done.troubles:
                raise PluginError(trouble.message, field=trouble.subject)

    def tell(
        self,
        actor: Actor,
        what: str,
        *says: str,
        clauses: Iterable[str] = (),
        due: Iterable[Due] = (),
        refusal: Refusal | None = None,
    ) -> None:
        """Note a step that was taken now, and what it led to."""
        self.work()
        self.steps.append(
            Step(
                at=self.world.now().astimezone(self.zone),
                actor=actor,
                what=what,
                says=says,
                due=(*self.due(clauses), *due),
                status=self._status(),
                notices=self._new_notices(),
                refusal=refusal,
            )
        )

    def refused(
        self,
        actor: Actor,
        what: str,
        *,
        step: str,
        call: Callable[[], object],
        clauses: Iterable[str] = (),
    ) -> None:
        """
        Take a step that the desk refuses, and note why.

        Args:
            actor: Who tries.

            what: What is tried, a sentence that begins with its verb.

            step: The name of the desk's method.

            call: The call of it.

            clauses: The clauses that the refusal speaks of.

        Raises:
            pmkit.OutOfOrderError: If the desk does not refuse.
        """
        try:
            call()
        except RefusedError as error:
            refusal = Refusal(
                at=self.world.now(),
                step=step,
                by=str(actor),
                code=error.code,
                message=error.message,
                allowed=error.allowed,
            )
        else:
            msg = f"The desk let {step} pass, which the story is to show off."
            raise OutOfOrderError(msg)
        self.refusals.append(refusal)
        self.tell(actor, what, clauses=clauses, refusal=refusal)

    def due(self, clauses: Iterable[str]) -> tuple[Due, ...]:
        """Find the due moments of some clauses on the service as it is now."""
        wanted = set(clauses)
        seen = self.desk.status(cast.ORDER, actor=cast.OPERATOR)
        return tuple(
            due
            for section in seen.services
            if section.service_id == self.service_id
            for due in section.deadlines
            if due.deadline.clause in wanted
        )

    def link(self, deadline: Deadline) -> Due:
        """Say until when a payment link can be used."""
        passed = not deadline.allows(self.world.now())
        return Due(what="Use the payment link.", deadline=deadline, passed=passed)

    def deadlines(self) -> tuple[Due, ...]:
        """Every due moment of the story, once, the earliest first."""
        found = {(due.deadline.at, due.what): due for s in self.steps for due in s.due}
        return tuple(found[key] for key in sorted(found))

    def arrive(self) -> None:
        """Keep what can be asked of the desk only while it is open."""
        self.timeline = self.desk.timeline(cast.ORDER, actor=cast.OPERATOR)
        self._arrived = self.desk.order(cast.ORDER)

    def _status(self) -> str:
        if not self.service_id:
            return ""
        seen = self.desk.status(cast.ORDER, actor=cast.OPERATOR)
        section = next(s for s in seen.services if s.service_id == self.service_id)
        who = ", ".join(role.value for role in section.next.who)
        return f"{section.stage.value}. Next: {section.next.what}" + (
            f" ({who})" if who else ""
        )

    def _new_notices(self) -> tuple[str, ...]:
        """Read what the notifier wrote since the last step."""
        if not self._notices.exists():
            return ()
        written = self._notices.read_text(encoding="utf-8").splitlines()
        fresh, self._read = written[self._read :], len(written)
        return tuple(_words(json.loads(line)) for line in fresh)


def _words(notice: dict[str, str]) -> str:
    return f"to {notice['to']} {notice['party']}: {notice['subject']}. {notice['text']}"


def travel(path: str | os.PathLike[str], notices: str | os.PathLike[str]) -> Journey:
    """
    Send one service down the whole road.

    Args:
        path: The database file; it is made.

        notices: The file for notices; what it held is gone.

    Returns:
        What happened; its desk is closed.
    """
    from pmkit.sandbox.demo.book import book
    from pmkit.sandbox.demo.pay import pay
    from pmkit.sandbox.demo.report import report
    from pmkit.sandbox.demo.visit import visit

    written = Path(notices)
    written.write_text("", encoding="utf-8")
    world = World(cast.BEGINNING, notifier=FileNotifier(written))
    ids = CountedIds()
    with Desk.open(path, panel=world.panel, clock=world.clock, ids=ids) as desk:
        journey = Journey(desk, world, written)
        for stretch in (book, pay, visit, report):
            stretch(journey)
        journey.arrive()
    return journey
