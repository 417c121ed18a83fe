"""
Messages of the far side are heard, each once.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from pmkit.core.plugin_errors import PluginCallError, WebhookRejected
from pmkit.hooks.operations import OPERATIONS
from pmkit.testing.conformance import raw
from pmkit.testing.conformance.bodies import decoded
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import (
    NOTHING_HAPPENS,
    Failed,
    Inapplicable,
    require,
)

if TYPE_CHECKING:
    from pmkit.effects.webhooks import Delivery
    from pmkit.testing.conformance.case import Case, Station
    from pmkit.testing.conformance.rig import Rig


def verify(station: Station, delivery: Delivery) -> Any:
    """
    Let a plugin verify a message.

    Args:
        station: The plugin.

        delivery: The message.

    Raises:
        pmkit.WebhookRejected: If it rejects it.
    """
    context = raw.context_of(station, "observations", "")
    return station.implementation.verify(delivery, context)


def parse(station: Station, verified: Any) -> list[Any]:
    """
    Let a plugin read a verified message.

    Args:
        station: The plugin.

        verified: The message.
    """
    context = raw.context_of(station, "observations", "")
    return list(station.implementation.parse(verified, context))


def message(rig: Rig, account: str = "first") -> tuple[Case, Delivery]:
    """
    Let the far side send a real message.

    Args:
        rig: The rig.

        account: Whose far side.

    Raises:
        Failed: If the harness cannot.
    """
    station = rig.station(account=account)
    case = rig.case("observations", station=station)
    if not rig.harness.progress(station.simulator, case.subject):
        raise Failed(NOTHING_HAPPENS)
    station.simulator.now = station.clock.now()
    return case, rig.harness.webhook(station.simulator)


def accepted(rig: Rig) -> tuple[Case, Delivery]:
    """
    Let the far side send a real message that the plugin takes.

    Args:
        rig: The rig.

    Raises:
        Inapplicable: If the plugin does not even take that.
    """
    case, delivery = message(rig)
    try:
        verify(case.station, delivery)
    except Exception as error:
        reason = "A true message is rejected: PLG-HOOK-001 comes first."
        raise Inapplicable(reason) from error
    return case, delivery


@check(
    "PLG-HOOK-001",
    Level.SILVER,
    "A true message is taken, and says what the far side says when asked.",
    "Verify as the far side signs, on the raw bytes; parse as observations() does.",
    needs="webhooks",
)
def true_message(rig: Rig) -> None:
    """Take a true message, and compare it with what a poll reports."""
    case, delivery = message(rig)
    try:
        news = parse(case.station, verify(case.station, delivery))
    except Exception as error:
        evidence = f"a true message: {type(error).__name__}: {error}"
        raise Failed(evidence) from error
    kinds = OPERATIONS[rig.manifest.kind]["observations"].answers
    fits = all(isinstance(item, kinds) for item in news)
    require(news and fits, f"a true message is read as {news!r}")
    polled = case.call().answer or ()
    wrong = [item for item in news if item not in polled]
    require(not wrong, f"the message says {wrong!r}, asked it says {polled!r}")


@check(
    "PLG-HOOK-002",
    Level.SILVER,
    "The same message, sent again, has the same event id and the same news.",
    "Take the event id from what is signed; never count, draw or use the time.",
    needs="webhooks",
)
def sent_again(rig: Rig) -> None:
    """Take a message, its repetition a minute later, and one after a restart."""
    case, delivery = accepted(rig)
    found = []
    for _ in range(3):
        verified = verify(case.station, rig.harness.webhook(case.station.simulator))
        ids = [item.id for item in parse(case.station, verified)]
        found.append((verified.event_id, ids))
        case.restart()
        case.station.clock.advance(60.0)
        case.station.simulator.now = case.station.clock.now()
    del delivery
    require(len({str(x) for x in found}) == 1, f"one message, told apart: {found}")


@check(
    "PLG-HOOK-003",
    Level.SILVER,
    "Messages in any order give the same news.",
    "Read each message by itself; keep nothing of the ones before.",
    needs="webhooks",
)
def any_order(rig: Rig) -> None:
    """Take all messages of one subject in every order of the first four."""
    case, first = accepted(rig)
    deliveries = [first]
    while rig.harness.progress(case.station.simulator, case.subject):
        deliveries.append(rig.harness.webhook(case.station.simulator))
    expected: set[str] | None = None
    for order in itertools.permutations(deliveries[:4]):
        case.restart()
        try:
            news = [
                item
                for delivery in order
                for item in parse(case.station, verify(case.station, delivery))
            ]
        except PluginCallError as error:
            evidence = f"in another order a message is rejected: {error.message}"
            raise Failed(evidence) from error
        found = {f"{item!r}" for item in news}
        expected = found if expected is None else expected
        require(found == expected, "the news depends on the order of the messages")


_LONG = 9000 * "x"
_ODD: tuple[Any, ...] = (None, 1, "", [], {}, True, _LONG)
_HOSTILE: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"1",
    b"\xff\xfe",
    b'{"id": ',
    b'{"id": NaN}',
    b'{"id": 1e999}',
    b'{"id": "a", "id": "b"}',
    b'{"id": ' + b"9" * 5000 + b"}",
    b"[" * 40_000 + b"]" * 40_000,
)


@check(
    "PLG-HOOK-004",
    Level.SILVER,
    "A signed message with any body is read or rejected; nothing else is raised.",
    "Read it with VerifiedWebhook.json(), check each field, raise WebhookRejected.",
    needs="webhooks",
)
def hostile_bodies(rig: Rig) -> None:
    """Sign hostile bodies, and a real one with each field changed."""
    case, delivery = accepted(rig)
    real = decoded(delivery.body)
    bodies = list(_HOSTILE)
    for key in real if isinstance(real, dict) else ():
        odd: list[Any] = [{**real, key: value} for value in _ODD]
        odd.append({k: v for k, v in real.items() if k != key})
        bodies.extend(json.dumps(body).encode() for body in odd)
    for body in bodies:
        signed = rig.harness.webhook(case.station.simulator, body)
        try:
            parse(case.station, verify(case.station, signed))
        except WebhookRejected:
            continue
        except Exception as error:
            evidence = f"the signed body {body[:60]!r} raises {type(error).__name__}"
            raise Failed(evidence) from error
