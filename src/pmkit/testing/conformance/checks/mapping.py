"""
Answers say what the far side said, about what was asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.money import Money
from pmkit.core.ports import (
    AgencyObservation,
    BookingReply,
    PaymentNews,
    PaymentObservation,
)
from pmkit.hooks.manifest import PluginKind
from pmkit.testing.conformance import raw
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.samples import order_id
from pmkit.testing.conformance.verdicts import (
    NOTHING_HAPPENS,
    Failed,
    Inapplicable,
    require,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.testing.conformance.case import Case
    from pmkit.testing.conformance.rig import Rig

_PAYMENT = (PluginKind.PAYMENT,)
_AGENCY = (PluginKind.AGENCY,)
_TALKING = (PluginKind.AGENCY, PluginKind.PAYMENT)
#: Amounts that a float, a rounding or a fixed factor of 100 gets wrong.
HARD = (
    Money(29, "USD"),
    Money(115, "USD"),
    Money(1001, "USD"),
    Money(123456789012345, "USD"),
    Money(1200, "JPY"),
    Money(1235, "KWD"),
)
_RANK = {
    PaymentNews.ACTION_REQUIRED: 0,
    PaymentNews.SUBMITTED: 1,
    PaymentNews.PROCESSING: 2,
    PaymentNews.RECEIVED: 3,
    PaymentNews.DECLINED: 3,
    PaymentNews.MISDIRECTED: 3,
    PaymentNews.RETURNED: 4,
}


def _strange(case: Case, item: Any) -> str:
    about = getattr(item, "service_id", "") or getattr(item, "payment_id", "")
    if about and about != _payment_or_service(case):
        return f"it answers about {about!r}"
    order = getattr(item, "order_id", "")
    if order and order != order_id(case.number):
        return f"it answers about the order {order!r}"
    refund = getattr(item, "refund_id", "")
    if refund and case.operation == "refund" and refund != case.subject:
        return f"it answers about the refund {refund!r}"
    return ""


def _payment_or_service(case: Case) -> str:
    return case.subject if case.operation != "refund" else case.request.payment_id


@check(
    "PLG-MAP-001",
    Level.BRONZE,
    "An answer has the type of the contract and is about what was asked.",
    "Take ids from the reply, compare them with the request, refuse others.",
)
def about_what_was_asked(rig: Rig) -> None:
    """Ask about one of two orders that the far side knows, and read the answer."""
    for operation in rig.usable():
        if operation == "find":
            continue
        case = rig.case(operation)
        if operation != "find" and case.kind is not PluginKind.NOTIFIER:
            _another(rig, case)
        try:
            answer = raw.answer_of(case)
        except Inapplicable:
            raise
        except Exception as error:
            reason = f"{operation} raises {type(error).__name__}: PLG-CAP-003 first."
            raise Inapplicable(reason) from error
        for item in answer if case.spec.many else (answer,):
            fits = isinstance(item, case.spec.answers)
            require(fits, f"{operation} answers {type(item).__name__}")
            wrong = _strange(case, item)
            require(not wrong, f"{operation} for {case.subject}: {wrong}")


def _another(rig: Rig, case: Case) -> None:
    """Let the far side know another order, and have something to tell of both."""
    subjects = [case.subject]
    first = "book" if case.kind is PluginKind.AGENCY else "charge"
    if first in rig.usable():
        other = rig.case(first, number=2, station=case.station)
        other.call()
        subjects.append(other.subject)
    for subject in subjects:
        rig.harness.progress(case.station.simulator, subject)
    case.station.wire.arm()


@check(
    "PLG-MAP-002",
    Level.BRONZE,
    "A price is exactly what the far side quotes, in its currency.",
    "Read amounts as text or Decimal with Money.of, never as a float.",
    kinds=_AGENCY,
)
def exact_price(rig: Rig) -> None:
    """Let the far side quote amounts that a float gets wrong."""
    rig.sound(mutates=False)
    allowed = rig.manifest.capabilities.currencies
    for amount in HARD:
        if allowed and amount.currency not in allowed:
            continue
        case = rig.case("quote")
        if not rig.harness.price(case.station.simulator, amount):
            evidence = "nobody can see it: write price() of the harness"
            raise Failed(evidence)
        case.request = _in(case.request, amount.currency)
        outcome = case.call()
        require(outcome.error is None, f"for {amount} it fails: {outcome}")
        total = getattr(outcome.answer, "total", None)
        require(total == amount, f"the far side quotes {amount}, the plugin {total}")


def _in(request: Any, currency: str) -> Any:
    import attrs

    return attrs.evolve(request, currency=currency)


@check(
    "PLG-MAP-003",
    Level.BRONZE,
    "Exactly the amount that was asked for moves, and is reported.",
    "Send and read amounts with the decimals of their currency, never as a float.",
    kinds=_PAYMENT,
)
def exact_charge(rig: Rig) -> None:
    """Charge amounts that a float gets wrong; compare what moved and what is said."""
    rig.sound(mutates=True)
    allowed = rig.manifest.capabilities.currencies
    for amount in HARD:
        if allowed and amount.currency not in allowed:
            continue
        case = rig.case("charge", given={"amount": amount})
        outcome = case.call()
        require(outcome.error is None, f"for {amount} it fails: {outcome}")
        moved = [x.amount for x in case.station.simulator.effects if x.kind == "charge"]
        told = None not in moved
        require(told, "the simulator does not tell amounts: did(..., amount=...)")
        require(moved == [amount], f"asked for {amount}, moved: {_said(moved)}")
        for said in _received(rig, case):
            require(
                said == amount, f"the far side took {amount}, the plugin says {said}"
            )


def _said(amounts: list[Money | None]) -> str:
    return ", ".join(str(amount) for amount in amounts) or "nothing"


def _received(rig: Rig, case: Case) -> Iterator[Money]:
    while rig.harness.progress(case.station.simulator, case.subject):
        pass
    told = Told(rig, case)
    for item in told.poll():
        if isinstance(item, PaymentObservation) and item.amount is not None:
            yield item.amount


class Told:
    """
    What the plugin reports of the subject of a case.

    Args:
        rig: The rig.

        case: A case whose subject the far side knows.
    """

    def __init__(self, rig: Rig, case: Case) -> None:
        self._rig = rig
        self._case = case

    def poll(self) -> tuple[Any, ...]:
        """Ask what happened; fail the check if that fails."""
        given = dict(self._case.given)
        given.setdefault("reference", "")
        request = self._rig.harness.request("observations", self._case.number, given)
        outcome = self._case.station.call("observations", request)
        require(outcome.error is None, f"observations: {outcome}")
        require(outcome.foreign is None, f"observations: {outcome}")
        return tuple(outcome.answer)


@check(
    "PLG-MAP-004",
    Level.SILVER,
    "The same news has the same id each time it is reported, and no other news has it.",
    "Use the far side's own id, or one made of what the news says; never draw one.",
    kinds=_TALKING,
    needs="observations",
)
def stable_ids(rig: Rig) -> None:
    """Poll twice, once after a restart."""
    case, _ = rig.told()
    told = Told(rig, case)
    first = told.poll()
    again = told.poll()
    case.restart()
    later = told.poll()
    ids = [item.id for item in first]
    require(len(set(ids)) == len(ids), f"one id for several news: {ids}")
    for other in (again, later):
        found = [item.id for item in other]
        require(found == ids, f"first {ids}, then {found}")


@check(
    "PLG-MAP-005",
    Level.SILVER,
    "News comes oldest first, and a status never goes back.",
    "Report each change once, under the far side's own instant, in its order.",
    kinds=_TALKING,
    needs="observations",
)
def never_back(rig: Rig) -> None:
    """Poll after each thing that happens at the far side."""
    case = rig.case("observations")
    told = Told(rig, case)
    seen: dict[str, Any] = {}
    polls = 0
    while rig.harness.progress(case.station.simulator, case.subject):
        case.station.clock.advance(3600.0)
        polls += 1
        fresh = [x for x in told.poll() if x.id not in seen]
        seen.update((item.id, item) for item in fresh)
    if not polls:
        raise Failed(NOTHING_HAPPENS)
    news = list(seen.values())
    require(news, f"{polls} things happened, and nothing is reported")
    times = [item.at for item in news]
    require(times == sorted(times), "later news has an earlier instant")
    ranks = [_RANK[x.news] for x in news if isinstance(x, PaymentObservation)]
    require(ranks == sorted(ranks), f"the status goes back: {_words(news)}")
    visits = [type(x).__name__ for x in news if isinstance(x, AgencyObservation)]
    require(len(set(visits)) == len(visits), f"reported twice: {visits}")


def _words(news: list[Any]) -> str:
    return ", ".join(x.news.value for x in news if isinstance(x, PaymentObservation))


@check(
    "PLG-MAP-006",
    Level.BRONZE,
    "A booking's number is the far side's own, and another one for another service.",
    "Take the number from the reply of the booking.",
    kinds=_AGENCY,
)
def own_reference(rig: Rig) -> None:
    """Book two services and compare the numbers with those of the far side."""
    rig.sound(mutates=True)
    case = rig.case("book")
    first = case.call().answer
    second = rig.case("book", number=2, station=case.station).call().answer
    if not (isinstance(first, BookingReply) and isinstance(second, BookingReply)):
        reason = "Bookings are confirmed later."
        raise Inapplicable(reason)
    said = [first.reference, second.reference]
    real = [x.reference for x in case.station.simulator.effects if x.kind == "book"]
    require(len(set(said)) == len(said), f"two services, one number: {said}")
    known = all(real)
    require(not known or said == real, f"the far side says {real}, the plugin {said}")
