"""
A marketplace at random with a nemesis, then quiet: everything ends, or a person knows.

The rules are what people, companies and processors do, in any order; most of it is
refused.  The nemesis crashes a desk at a boundary, works with a second one, loses
replies, sends messages twice and turns clocks.  At the end of each run it is quiet for
120 days: then nothing may hang.  A case is a seed, of 25 runs with 50 steps; the first
of them is the same for every seed, and is not counted.

Run ``python -m tests.proofs.state --steps 200000 --minutes 60``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import pathlib
import shutil
import sys
import traceback
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.proofs import invariants
from tests.proofs.crash import open_desk
from tests.proofs.far import Here, Remote
from tests.proofs.journey import (
    BEGINNING,
    BUYER,
    LINE,
    OPERATOR,
    PLANT,
    SUPPLIER,
    USD,
)
from tests.proofs.keeping import Files
from tests.proofs.orderings import post
from tests.proofs.outside import Outside
from tests.proofs.points import POINTS, CrashError
from tests.proofs.running import Tally, options, say, scratch, shard_of
from tests.proofs.warm import collect_rarely

from pmkit.core.errors import PmkitError
from pmkit.core.money import Money
from pmkit.core.payment import UNDER_WAY
from pmkit.core.visit import Appointment
from pmkit.shell.clock import SetClock
from pmkit.shell.webhooks import WebhookEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.shell.desk import Desk


_RUNS, _STEPS = 25, 50
ORDERS = ("TA-1", "TA-2")
#: How the 120 quiet days pass.
_QUIET = [
    *(dt.timedelta(minutes=2) for _ in range(4)),
    dt.timedelta(hours=1),
    dt.timedelta(hours=12),
    *(dt.timedelta(days=days) for days in (1, 3, 6, 20, 40, 50)),
    *(dt.timedelta(minutes=2) for _ in range(4)),
]
_CARDS = ("tok-captures", "tok-captures", "tok-declines", "tok-needs-step")
_ACTS = ("accept-appointment", "name-inspector", "arrive", "finish-check", "miss")
_orders = st.sampled_from(ORDERS)


class Count:
    """What all machines of this process did since it was last asked."""

    runs = 0
    steps = 0
    crashes = 0

    @classmethod
    def taken(cls) -> dict[str, float]:
        """Give the counts, and begin anew."""
        found = {"runs": cls.runs, "steps": cls.steps, "crashes": cls.crashes}
        cls.runs = cls.steps = cls.crashes = 0
        return found


class Marketplace(RuleBasedStateMachine):
    """Two orders, two desks on one database, the outside world and the nemesis."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = pathlib.Path(scratch())
        self.where = Files(self.folder).make("state")
        self.far = Remote(Here(Outside()), "state").begin(BEGINNING.isoformat())
        self.far.subscribe()
        self.clock = SetClock(BEGINNING)
        self.skew = dt.timedelta()
        self.desk = open_desk(self.where, self.far, self.clock)
        #: Another process, from when it is first needed; it never crashes.
        self.other: Desk | None = None
        #: What went out and came back, and what was sent more often than it was asked.
        self.returned = Decimal(0)
        self.arrived: set[str] = set()
        self.keys = 0
        self.acks: list[tuple[str, str]] = []

    @initialize()
    def opens(self) -> None:
        """Open the orders with a service each."""
        Count.runs += 1
        if Count.runs == 1:
            Count.crashes = 0
        # Neither this one nor those of the first run are steps that count.
        Count.steps = max(Count.steps, 0) - 1 if Count.runs > 2 else -1
        for order_id in ORDERS:
            self.desk.open_order(
                order_id,
                actor=SUPPLIER,
                buyer=BUYER.party,
                supplier=SUPPLIER.party,
                lines=[LINE],
                initial=Money.of("3600.00", USD),
                balance=Money.of("8400.00", USD),
                ship=dt.date(2026, 3, 27),
            )
            self.desk.add_service(
                order_id,
                actor=BUYER,
                provider="sandbox-agency",
                paid_apart=order_id == "TA-2",
            )
            self.desk.place_order(order_id, actor=BUYER)

    # ------------------------------------------------------------------ people

    def command(self, method: str, order_id: str, /, *about: str, **given: Any) -> None:
        """Take a step, if it may be taken; crash where the nemesis says."""
        self.keys += 1
        key = f"{method}-{self.keys}"
        with contextlib.suppress(PmkitError):
            getattr(self.desk, method)(order_id, *about, key=key, **given)
            self.acks.append((order_id, key))

    def service(self, order_id: str) -> str:
        """Name the service of an order."""
        return self.desk.order(order_id).services[0].id

    @rule(order_id=_orders, card=st.sampled_from(_CARDS), apart=st.booleans())
    def pays(self, order_id: str, card: str, *, apart: bool) -> None:
        """Pay by card."""
        given: dict[str, Any] = {"method": "sandbox-card", "instrument": card}
        if apart:
            given["service_id"] = self.service(order_id)
        self.command("pay", order_id, actor=BUYER, **given)

    @rule(order_id=_orders)
    def transfers(self, order_id: str) -> None:
        """Pay by transfer."""
        self.command("pay", order_id, actor=BUYER, method="sandbox-transfer")

    @rule(order_id=_orders, days=st.integers(1, 20))
    def proposes(self, order_id: str, days: int) -> None:
        """Propose a visit."""
        # No two mean the same.
        starts = self.clock.now() + dt.timedelta(days=days, minutes=self.keys)
        self.command(
            "propose_appointment",
            order_id,
            self.service(order_id),
            actor=SUPPLIER,
            appointment=Appointment(
                starts_at=starts,
                ends_at=starts + dt.timedelta(hours=8),
                place=PLANT,
            ),
        )

    @rule(order_id=_orders)
    def asks_to_cancel(self, order_id: str) -> None:
        """Ask to cancel."""
        self.command(
            "request_cancellation",
            order_id,
            self.service(order_id),
            actor=BUYER,
            cause="Plans changed.",
        )

    @rule(order_id=_orders, granted=st.booleans())
    def answers(self, order_id: str, *, granted: bool) -> None:
        """Answer the wish to cancel."""
        self.command(
            "answer_cancellation",
            order_id,
            self.service(order_id),
            actor=OPERATOR,
            granted=granted,
            answer="So be it.",
        )

    @rule(order_id=_orders)
    def decides(self, order_id: str) -> None:
        """Decide on the report."""
        self.command(
            "decide_report",
            order_id,
            self.service(order_id),
            actor=BUYER,
            decision="release",
        )

    @rule(order_id=_orders)
    def ships(self, order_id: str) -> None:
        """Ship the goods."""
        self.command("ship_goods", order_id, actor=SUPPLIER)

    # --------------------------------------------------------------- companies

    def happens(self, path: str, **given: Any) -> bool:
        """Have something happen outside, if it can; tell whether it did."""
        with contextlib.suppress(AssertionError):
            self.far.control(path, **given)
            return True
        return False

    @rule(order_id=_orders, act=st.sampled_from(_ACTS), visit=st.integers(1, 2))
    def agency(self, order_id: str, act: str, visit: int) -> None:
        """Have the agency do something."""
        given: dict[str, Any] = {"service_id": self.service(order_id), "visit": visit}
        if act == "name-inspector":
            given["inspector"] = "Zhao Min"
        if act == "miss":
            given["cause"] = "not-ready"
        self.happens(f"agency/{act}", **given)

    @rule(order_id=_orders, visit=st.integers(1, 2))
    def reports(self, order_id: str, visit: int) -> None:
        """Have the agency deliver a report."""
        about = {"service_id": self.service(order_id), "visit": visit, "photos": []}
        self.happens("agency/deliver-report", **about)

    @rule(
        order_id=_orders,
        path=st.sampled_from(
            ["card/confirm", "card/give-up", "transfer/sends", "transfer/arrives"]
        ),
    )
    def processor(self, order_id: str, path: str) -> None:
        """Have a processor do something about the last payment."""
        payments = self.desk.order(order_id).payments
        if not payments:
            return
        payment = payments[-1]
        came = self.happens(f"payments/{path}", payment_id=payment.id)
        if came and path == "transfer/arrives":
            # Who sends the same money again has told nobody, and it comes all the same.
            again = payment.id in self.arrived
            self.returned += payment.amount.amount if again else 0
            self.arrived.add(payment.id)

    @rule(order_id=_orders, path=st.sampled_from(["settle-refund", "fail-refund"]))
    def refunds(self, order_id: str, path: str) -> None:
        """Have a refund arrive, or not."""
        for refund in self.desk.order(order_id).refunds:
            given = {"reason": "Closed."} if path == "fail-refund" else {}
            did = self.happens(f"payments/card/{path}", refund_id=refund.id, **given)
            if did and path == "fail-refund":
                self.returned += refund.amount.amount

    # ------------------------------------------------------------------ the desk

    @rule()
    def works(self) -> None:
        """Do a round of work."""
        self.desk.work()

    @rule(minutes=st.sampled_from([1, 2, 30, 60 * 12, 60 * 24 * 2, 60 * 24 * 9]))
    def time_passes(self, minutes: int) -> None:
        """Let time pass, for everybody."""
        self.clock.advance(dt.timedelta(minutes=minutes))
        self.far.now((self.clock.now() - self.skew).isoformat())

    # ------------------------------------------------------------------ nemesis

    @rule(at=st.integers(1, 25))
    def crashes_at_work(self, at: int) -> None:
        """Drop all memory at a boundary of a round of work."""
        self.crash(at, self.desk.work)

    @rule(at=st.integers(1, 2), order_id=_orders)
    def crashes_at_pay(self, at: int, order_id: str) -> None:
        """Drop all memory at a boundary of a command."""
        self.crash(at, lambda: self.pays(order_id, "tok-captures", apart=False))

    def crash(self, at: int, act: Callable[[], object]) -> None:
        """Do something until a boundary, then begin anew."""
        POINTS.begin(at)
        try:
            act()
        except CrashError:
            Count.crashes += 1
            self.desk.close()
            self.desk = open_desk(self.where, self.far, self.clock)
        finally:
            POINTS.end()

    @rule()
    def another_works(self) -> None:
        """Have a second desk work."""
        if self.other is None:
            self.other = open_desk(self.where, self.far, self.clock)
        self.other.work()

    @rule(
        what=st.sampled_from(["lose", "drop", "busy", "lose"]), times=st.integers(1, 3)
    )
    def goes_wrong(self, what: str, times: int) -> None:
        """Have the next calls go wrong."""
        self.far.fault(what, times=times)

    @rule(turns=st.permutations(range(4)))
    def messages(self, turns: list[int]) -> None:
        """Deliver some messages, in any order, each twice; without work between."""
        waiting = self.far.messages()[-4:]
        door = WebhookEndpoint(self.desk.panel, self.desk.store, clock=self.clock)
        for turn in (*turns, *turns):
            if turn < len(waiting) and not self.skew:
                assert post(door, waiting[turn]).startswith("200")

    @precondition(lambda self: not self.skew)
    @rule(minutes=st.sampled_from([-60, -5, 5, 60]))
    def clock_steps(self, minutes: int) -> None:
        """Turn the clock of the desk back or forward."""
        self.skew = dt.timedelta(minutes=minutes)
        self.clock.set(self.clock.now() + self.skew)

    @precondition(lambda self: bool(self.skew))
    @rule()
    def clock_returns(self) -> None:
        """Set the clock right."""
        self.clock.set(self.clock.now() - self.skew)
        self.skew = dt.timedelta()

    # --------------------------------------------------------------- invariants

    @invariant()
    def once(self) -> None:
        """I-ONCE holds at every moment."""
        Count.steps += 1
        twice = invariants.once(self.far.counts())
        assert twice == [], "; ".join(twice)

    @invariant()
    def not_above(self) -> None:
        """No more goes out than came in, at every moment."""
        came, went = self.returned, Decimal(0)
        for did, times in self.far.counts().items():
            words = did.split(" ")
            if words[0] == "charge":
                came += Decimal(words[2]) * times
            if words[0] == "refund":
                went += Decimal(words[2]) * times
        assert went <= came, f"{went} went, {came} came"

    def teardown(self) -> None:
        """Be quiet for 120 days: then everything has ended, or a person knows."""
        try:
            self.far.calm()
            self.clock.set(self.clock.now() - self.skew)
            self.arrives()
            for span in _QUIET:
                self.clock.advance(span)
                self.far.now(self.clock.now().isoformat())
                self.desk.work()
            store = self.desk.store
            broken = invariants.broken(store, self.desk.orders(), self.far.counts())
            broken += invariants.acknowledged(store, self.acks)
            broken += self._stuck()
            assert broken == [], "; ".join(broken)
        finally:
            self.desk.close()
            if self.other is not None:
                self.other.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def arrives(self) -> None:
        """Have the money arrive that was sent: a bank does not keep it for ever."""
        self.desk.work()
        for order_id in self.desk.orders():
            for payment in self.desk.order(order_id).payments:
                if payment.state in UNDER_WAY:
                    about = {"payment_id": payment.id}
                    self.happens("payments/transfer/arrives", **about)

    def _stuck(self) -> list[str]:
        """I-LIVE: name services that wait for nobody."""
        found = []
        for order_id in self.desk.orders():
            seen = self.desk.status(order_id, actor=OPERATOR)
            for section in seen.services:
                over = section.stage.value in {
                    "cancelled",
                    "expired",
                    "removed",
                    "closed",
                    "reviewed",
                }
                if not over and not section.next.who:
                    stage = section.stage.value
                    found.append(f"I-LIVE: {order_id}, {stage}, waits for nobody")
        return found


def prove(seed: str, *, runs: int = _RUNS, steps: int = _STEPS) -> list[str]:
    """Prove one seed."""
    settings = hypothesis.settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        # Shrinking takes longer than looking at what a seed did.
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    machine = hypothesis.seed(int(seed))(type("Seeded", (Marketplace,), {}))
    try:
        run_state_machine_as_test(machine, settings=settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, the seed shows it
        *_, last = traceback.extract_tb(error.__traceback__)
        where = f"{last.name}, line {last.lineno}: {last.line}"
        return [f"{type(error).__name__}: {error} ({where})"[:2000]]
    return []


def main() -> int:
    """Run the session."""
    given = options("A marketplace at random.", steps=10_000, seed=0)
    wanted = given.steps / shard_of(given)[1]
    tally = Tally("state", given, counted=Count.taken)
    collect_rarely()

    def enough() -> Iterator[str]:
        for seed in itertools.count(given.seed):
            if tally.counts["steps"] >= wanted:
                return
            yield str(seed)

    code = tally.run(enough(), prove)
    said = ", ".join(f"{tally.counts[name]:.0f} {name}" for name in tally.counts)
    say(f"state: {said}")
    return code


if __name__ == "__main__":
    sys.exit(main())
