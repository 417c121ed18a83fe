"""
Messages in every order lead to the same end: permuted, doubled, a month late.

Nobody hears anything by asking here: what happened comes as signed messages only, each
followed by a round of work.  What is compared is what holds at the end: states, money,
names, moments, reports.  A case is ``flow/kind/number``.

Run ``python -m tests.proofs.orderings --longest 6``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import itertools
import pathlib
import shutil
import sys
from typing import TYPE_CHECKING, Any

import attrs
from tests.proofs import invariants
from tests.proofs.crash import open_desk
from tests.proofs.far import Here, Remote
from tests.proofs.journey import (
    BEGINNING,
    BUYER,
    LEFT,
    LINE,
    OPERATOR,
    PLANT,
    ROAD,
    SUPPLIER,
    Step,
    china,
    command,
    opening,
    outside,
    service_of,
    work,
)
from tests.proofs.keeping import Files
from tests.proofs.outside import Outside
from tests.proofs.running import Tally, options, say, scratch

from pmkit.core.visit import Appointment
from pmkit.shell.webhooks import WebhookEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.core.order import Order
    from pmkit.shell.clock import SetClock
    from pmkit.shell.desk import Desk

_MONTH = dt.timedelta(days=31)
_COUNTED = {"product": LINE.product, "ordered": 500, "finished": 480, "packed": 400}


@attrs.frozen
class Flow:
    """
    What leads to a flow of messages, and what happens then.

    Args:
        order_id: The order that it is about.

        before: What the desk does before, with messages heard as they come.

        acts: What happens outside, in its true order: when, what, and with what.

        awaited: Whether news of it are waited for past every cut-off; the rest of
            money that came in part is not, for it may never be sent.
    """

    order_id: str
    before: tuple[Step, ...]
    acts: tuple[tuple[str, str, dict[str, Any]], ...]
    awaited: bool = True

    @property
    def sender(self) -> str:
        """Whose messages are delivered."""
        return self.acts[0][1].split("/")[-2]


def _agency(at: str, path: str, **given: Any) -> tuple[str, str, dict[str, Any]]:
    return at, f"agency/{path}", {"visit": 1, **given}


def _bank(at: str, path: str, **given: Any) -> tuple[str, str, dict[str, Any]]:
    return at, f"payments/{path}", given


_PROPOSE = command(
    "01-23 09:00",
    "propose_appointment",
    ROAD,
    actor=SUPPLIER,
    on_service=True,
    appointment=Appointment(
        starts_at=china("02-10 09:00"), ends_at=china("02-10 17:30"), place=PLANT
    ),
)
#: A visit can be confirmed only before it begins: that message is not late here.
_BOOKED = (
    *opening(ROAD, "01-21 10:00"),
    _PROPOSE,
    work("01-23 09:00"),
    outside("01-23 11:00", "accept-appointment"),
    work("01-23 11:10"),
)
_CHECKED = (
    *_BOOKED,
    outside("02-10 09:05", "arrive"),
    outside("02-10 17:00", "finish-check", progress=[_COUNTED]),
    work("02-10 17:10"),
)
_NAME = _agency("01-23 11:30", "name-inspector", inspector="Zhao Min")
_NAME_LATE = _agency("02-10 18:00", "name-inspector", inspector="Zhao Min")
_ARRIVE = _agency("02-10 09:05", "arrive")
_CHECK = _agency("02-10 17:00", "finish-check", progress=[_COUNTED])
_FIRST = _agency("02-11 10:00", "deliver-report", photos=[], summary="the first")
_SECOND = _agency("02-11 15:00", "deliver-report", photos=[], summary="the second")
_LITTLE = {"amount": "1.00", "currency": "USD"}
_THIRD = _agency("02-12 10:00", "deliver-report", photos=[], summary="the third")


def _transfer() -> tuple[Step, ...]:
    start = opening(ROAD, "01-21 10:00")
    pay = command("01-21 10:00", "pay", ROAD, actor=BUYER, method="sandbox-transfer")
    return (*start[:3], pay, start[-1])


def _cancelled() -> tuple[Step, ...]:
    on = {"on_service": True}
    return (
        *opening(LEFT, "01-21 09:00", apart=True),
        command(
            "01-22 10:00", "request_cancellation", LEFT, actor=BUYER, cause="No.", **on
        ),
        command(
            "01-22 11:00",
            "answer_cancellation",
            LEFT,
            actor=OPERATOR,
            granted=True,
            **on,
        ),
        work("01-22 11:10"),
    )


FLOWS = {
    "card": Flow(
        ROAD,
        tuple(opening(ROAD, "01-21 10:00", instrument="tok-needs-step")),
        (_bank("01-21 10:05", "card/confirm"),),
    ),
    "transfer": Flow(
        ROAD,
        _transfer(),
        (
            _bank("01-21 11:00", "transfer/sends"),
            _bank("01-21 12:00", "transfer/processes"),
            _bank("01-22 12:00", "transfer/arrives"),
        ),
    ),
    "parts": Flow(
        ROAD,
        _transfer(),
        (
            _bank("01-21 11:00", "transfer/sends"),
            _bank("01-21 12:00", "transfer/arrives-short", missing=_LITTLE),
            _bank("01-22 12:00", "transfer/arrives", amount=_LITTLE),
        ),
        awaited=False,
    ),
    "refund": Flow(LEFT, _cancelled(), (_bank("01-23 08:00", "card/settle-refund"),)),
    "visit": Flow(ROAD, _BOOKED, (_NAME, _ARRIVE, _CHECK, _FIRST)),
    "versions": Flow(ROAD, _CHECKED, (_NAME_LATE, _FIRST, _SECOND, _THIRD)),
    "all": Flow(ROAD, _BOOKED, (_NAME, _ARRIVE, _CHECK, _FIRST, _SECOND, _THIRD)),
}


def holds(order: Order) -> dict[str, Any]:
    """Say what holds of an order, whenever and in whatever order it was heard."""
    return {
        "order": order.stage.value,
        "payments": [
            (p.state.value, str(p.counted), p.received_at) for p in order.payments
        ],
        "refunds": [(r.state.value, str(r.amount)) for r in order.refunds],
        "services": [_service(service) for service in order.services],
    }


def _service(service: Any) -> Any:
    return [
        service.stage.value,
        [
            (
                visit.state.value,
                visit.inspector,
                visit.arrived_at,
                visit.ended_at,
                visit.progress,
                visit.report and visit.report.latest.summary,
                visit.report and sorted(v.summary for v in visit.report.versions),
            )
            for visit in service.visits
        ],
    ]


class Stage:
    """One flow up to its messages, copied for every case."""

    def __init__(self, name: str, folder: pathlib.Path, way: Here) -> None:
        self.flow = FLOWS[name]
        self.keeping = Files(folder)
        self.name, self.way = name, way
        self.far = Remote(way, name).begin(BEGINNING.isoformat())
        self.end = china(self.flow.acts[-1][0]) + dt.timedelta(hours=1)
        self.known: set[str] = set()
        self._prepare()
        self.messages = [
            each["id"]
            for each in self.far.messages()
            if each["url"].endswith(self.flow.sender) and each["id"] not in self.known
        ]
        self.expected = self.hear(tuple(range(len(self.messages))))

    def _prepare(self) -> None:
        far = self.far
        where = self.keeping.make(self.name)
        for step in self.flow.before:
            with self._desk(where, far, china(step.at)) as (desk, _):
                if step.take is None:
                    assert step.happen is not None
                    step.happen(desk, far)
                else:
                    step.take(desk)
                    desk.work()
        far.deaf()
        far.subscribe()
        if self.flow.sender == "agency":
            self.known = {each["id"] for each in far.messages()}
        with self._desk(where, far, china(self.flow.before[-1].at)) as (desk, _):
            order = desk.order(self.flow.order_id)
            about: dict[str, Any] = {"service_id": service_of(desk, order.id)}
        for at, path, given in self.flow.acts:
            far.now(china(at).isoformat())
            named: dict[str, Any] = dict(about)
            if path.endswith("refund"):
                named = {"refund_id": order.refunds[-1].id}
            elif path.startswith("payments"):
                named = {"payment_id": order.payments[-1].id}
            far.control(path, **named, **given)
        far.now(self.end.isoformat())

    @contextlib.contextmanager
    def _desk(
        self, where: str, far: Remote, now: dt.datetime
    ) -> Iterator[tuple[Desk, SetClock]]:
        from pmkit.shell.clock import SetClock

        clock = SetClock(now)
        far.now(clock.now().isoformat())
        with contextlib.closing(open_desk(where, far, clock)) as desk:
            yield desk, clock

    def hear(
        self, order: tuple[int, ...], *, held: int | None = None
    ) -> dict[str, Any] | list[str]:
        """Deliver the messages in an order, the one that is *held* a month late."""
        name = f"{self.name}-hears"
        where = self.keeping.stand(self.name)
        far = Remote(self.way, name).begin(like=self.name)
        far.subscribe()
        try:
            with self._desk(where, far, self.end) as (desk, clock):
                for each in order:
                    if each != held:
                        self._deliver(desk, far, clock, each)
                if held is not None:
                    far.now(clock.advance(_MONTH).isoformat())
                    desk.work()
                    self._deliver(desk, far, clock, held)
                    far.deaf(deaf=False)
                self._quiet(desk, far, clock)
                broken = invariants.broken(
                    desk.store, [self.flow.order_id], far.counts()
                )
                return broken or holds(desk.order(self.flow.order_id))
        finally:
            far.forget()

    def _deliver(self, desk: Desk, far: Remote, clock: SetClock, number: int) -> None:
        clock.advance(dt.timedelta(seconds=5))
        far.now(clock.now().isoformat())
        wanted = self.messages[number]
        message = next(each for each in far.messages() if each["id"] == wanted)
        endpoint = WebhookEndpoint(desk.panel, desk.store, clock=clock)
        status = post(endpoint, message)
        assert status.startswith("200"), status
        desk.work()

    def _quiet(self, desk: Desk, far: Remote, clock: SetClock) -> None:
        """Work until what is parked has had its chance."""
        for _ in range(4):
            clock.advance(dt.timedelta(minutes=30))
            far.now(clock.now().isoformat())
            if desk.work().idle and not invariants.unsent(desk.store):
                return


def post(endpoint: WebhookEndpoint, message: dict[str, Any]) -> str:
    """Send a message to an endpoint, as a server would; give the status."""
    statuses: list[str] = []
    body = message["body"].encode()
    named = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in message["headers"].items()
    }
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/" + message["url"].rpartition("/")[2],
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json",
        "wsgi.input": io.BytesIO(body),
        **named,
    }
    endpoint.wsgi(environ, lambda status, _: statuses.append(status))
    return statuses[0]


def cases_of(stages: dict[str, Stage], longest: int) -> list[str]:
    """List the cases: every order, every message twice, every message a month late."""
    found = []
    for name, stage in stages.items():
        count = len(stage.messages)
        if count <= longest:
            orders = itertools.permutations(range(count))
            found += [f"{name}/order/{''.join(map(str, order))}" for order in orders]
        found += [f"{name}/twice/{each}" for each in range(count)]
        if stage.flow.awaited:
            found += [f"{name}/late/{each}" for each in range(count)]
    return found


def prove(stages: dict[str, Stage], case: str) -> list[str]:
    """Prove one case."""
    name, kind, number = case.split("/")
    stage = stages[name]
    order = tuple(range(len(stage.messages)))
    held = None
    if kind == "order":
        order = tuple(int(each) for each in number)
    elif kind == "twice":
        order = (*order, int(number), int(number))
    else:
        held = int(number)
    found = stage.hear(order, held=held)
    if isinstance(found, list):
        return found
    if found == stage.expected:
        return []
    assert isinstance(stage.expected, dict)
    return [
        f"{what} is {found[what]}, not {stage.expected[what]}"
        for what in found
        if found[what] != stage.expected[what]
    ]


@contextlib.contextmanager
def stages(names: tuple[str, ...]) -> Iterator[dict[str, Stage]]:
    """Prepare flows."""
    folder = pathlib.Path(scratch())
    try:
        way = Here(Outside())
        yield {name: Stage(name, folder, way) for name in names}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the session."""
    given = options("Deliver messages in every order.", longest=4)
    names = (given.only.split("/")[0],) if given.only else tuple(FLOWS)
    with stages(names) as found:
        for name, stage in found.items():
            say(f"orderings: {name}: {len(stage.messages)} messages")
        tally = Tally("orderings", given)
        return tally.run(
            cases_of(found, given.longest), lambda case: prove(found, case)
        )


if __name__ == "__main__":
    sys.exit(main())
