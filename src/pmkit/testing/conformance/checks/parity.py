"""
The same under both drivers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.testing.conformance.faults import Fault
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import require

if TYPE_CHECKING:
    from pmkit.testing.conformance.outcome import Outcome
    from pmkit.testing.conformance.rig import Rig
    from pmkit.testing.conformance.transport import Sent

_FAULTS = (
    None,
    Fault.REPLY_TIMEOUT,
    Fault.NO_CONNECTION,
    Fault.ERROR_AFTER,
    Fault.TOO_MANY,
    Fault.UNPROCESSABLE,
    Fault.TRUNCATED_AFTER,
)


def _wire(sent: list[Sent]) -> list[tuple[str, bytes, str]]:
    key = "idempotency-key"
    return [(f"{x.method} {x.url}", x.body, x.headers.get(key, "")) for x in sent]


def _said(outcome: Outcome) -> str:
    kind = type(outcome.error or outcome.foreign).__name__
    return f"{outcome.answer!r} {kind} {outcome.certainty.value}"


@check(
    "PLG-PAR-001",
    Level.SILVER,
    "An operation asks and answers the same in an event loop and without one.",
    "Do not look for a running loop, a thread or a task.",
)
def same(rig: Rig) -> None:
    """Drive each operation both ways, well and with faults, and compare all of it."""
    for operation in rig.sound():
        for fault in _FAULTS:
            plan = {} if fault is None else {0: fault}
            plain, looped = rig.case(operation), rig.case(operation)
            first = plain.call(plan)
            second = looped.call(plan, in_loop=True)
            words = f"{operation}, {fault or 'no fault'}"
            sent = _wire(plain.station.wire.sent), _wire(looped.station.wire.sent)
            require(sent[0] == sent[1], f"{words}: the requests differ")
            said = _said(first), _said(second)
            require(said[0] == said[1], f"{words}: {said[0]} / in a loop: {said[1]}")
            done = plain.happened, looped.happened
            require(done[0] == done[1], f"{words}: done {done[0]} / {done[1]} times")
