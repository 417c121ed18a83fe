"""
The whole road under attack: any role, any step, any time, on a real SQLite file.

Two desks share one file.  Money arrives late, short, twice, unlinked and for others;
plugins lose their answers; weeks pass.  After every step the oracle looks at all of
it (`road_oracle`).  ``HYPOTHESIS_PROFILE=deep`` runs it for long.
"""

from __future__ import annotations

import collections
import datetime as dt
import inspect
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, settings, strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    rule,
)
from tests.property.attempts import STEPS, Tape, Try
from tests.property.far_side import FarSide
from tests.property.market import (
    AGENCY,
    APPROVER,
    ASIDE,
    BEGINNING,
    BUYER,
    DELAYS,
    NEXT,
    OPERATOR,
    PEOPLE,
    SECOND,
    SHIPS,
    STRANGERS,
    SUPPLIER,
    Market,
)
from tests.property.road_oracle import (
    Memory,
    check_money,
    check_moves,
    check_rows,
    check_services,
    check_sight,
)

from pmkit.core.errors import ConflictError, NotFoundError, PmkitError
from pmkit.core.order import DaysAfterPayment, OrderStage
from pmkit.core.service import ServiceStage as S
from pmkit.core.visit import VisitState
from pmkit.shell.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.service import Service

ORDER = "TA-1"
_few, _visit, _yes = st.integers(0, 5), st.integers(1, 3), st.booleans()
_people = st.sampled_from(PEOPLE)


class Road(FarSide):
    """Everybody does whatever comes to mind, at one market."""

    def __init__(self) -> None:
        super().__init__()
        self.market = Market()
        self.memory = {ORDER: Memory(), "TA-2": Memory()}
        self.which = 0
        self.keys = 0
        self.done: list[tuple[Actor, Callable[[], Order], Order, str]] = []
        self.undelivered: set[str] = set()

    def teardown(self) -> None:
        for stage in self.memory[ORDER].reached:
            event(f"reached {stage.value}")
        self.market.close()

    @property
    def desk(self) -> Desk:
        return self.market.desks[self.which]

    @property
    def order(self) -> Order:
        return self.desk.order(ORDER)

    # ------------------------------------------------------------------- trying

    def attempt(self, name: str, actor: Actor, **choices: Any) -> bool:
        """Try a step: it happens, or nothing at all does and the error says why."""
        self.keys += 1
        key = f"key-{self.keys}"
        given: dict[str, Any] = {"order_id": ORDER, **choices}
        taped = Tape(self)
        tried = Try(desk=taped, actor=actor, key=key, **given)
        step = STEPS[name]
        if name == "upload_report":
            self.desk.add_file(b"a photo of lamps", "image/jpeg")
        before, refused = self.market.dump(), None
        try:
            answer = step(tried)
        except PmkitError as error:
            refused = error
        if refused is not None:
            assert before == self.market.dump()
            if actor in STRANGERS:
                assert (NotFoundError, "order_id") == (type(refused), refused.field)
            return False
        assert actor not in STRANGERS
        assert answer == self.desk.order(tried.order_id)
        self.done.append((actor, taped.again, answer, key))
        return True

    @initialize(ship=st.sampled_from(SHIPS))
    def open(self, ship: dt.date | DaysAfterPayment) -> None:
        """Two orders of four companies."""
        self.market.open_order(ORDER, ship)
        self.market.open_order("TA-2", dt.date(2026, 3, 20))

    @rule(
        name=st.sampled_from(sorted(STEPS)),
        actor=_people,
        service=_few,
        visit=_visit,
        pick=_few,
        flag=_yes,
    )
    def anybody(self, name: str, actor: Actor, **choices: Any) -> None:
        """Somebody who has to do with the order tries any step."""
        self.attempt(name, actor, **choices)

    @rule(
        name=st.sampled_from(sorted(STEPS)),
        actor=st.sampled_from(STRANGERS),
        service=_few,
        visit=_visit,
        pick=_few,
    )
    def stranger(self, name: str, actor: Actor, **choices: Any) -> None:
        """A stranger tries any step, and learns nothing."""
        self.attempt(name, actor, **choices)

    @rule(name=st.sampled_from(sorted(STEPS)), actor=_people, order_id=st.just("TA-2"))
    def elsewhere(self, name: str, actor: Actor, order_id: str) -> None:
        """Somebody tries a step on the order of other companies."""
        self.attempt(name, actor, order_id=order_id)

    # ------------------------------------------------------------------ the road

    @rule(service=_few, steps=st.integers(1, 3))
    def go_on(self, service: int, steps: int) -> None:
        """Those whose turn it is take the next steps."""
        for _ in range(steps):
            self._next(service)

    @rule(service=_few, steps=st.integers(1, 5))
    def go_far(self, service: int, steps: int) -> None:
        """They take many steps."""
        self.go_on(service, steps)

    @rule(
        aside=st.sampled_from(ASIDE), service=_few, visit=_visit, pick=_few, flag=_yes
    )
    def step_aside(self, aside: tuple[str, Actor], **choices: Any) -> None:
        """Somebody leaves the road where it is theirs to leave."""
        name, actor = aside
        self.attempt(name, actor, **choices)

    def _next(self, pick: int) -> None:
        order = self.order
        if order.stage is OrderStage.DRAFT and order.services:
            for service in order.services:
                self.attempt("approve_service", BUYER, service=_index(order, service))
            self.attempt("place_order", SUPPLIER)
        elif order.stage is OrderStage.AWAITING_INITIAL_PAYMENT:
            self._pay(APPROVER, service=0, visit=2, by_bank=pick % 3 == 1)
        elif order.stage is OrderStage.INITIAL_PAYMENT_PROCESSING:
            self.arrive(0, 0, "all", 0)
            self.desk.work()
        elif not any(not s.over and s.stage is not S.REVIEWED for s in order.services):
            self.attempt("add_service", BUYER, pick=pick, visit=1 + 2 * (pick % 2))
        else:
            going = [s for s in order.services if not s.over]
            self._next_on(going[pick % len(going)], pick)

    def _pay(self, actor: Actor, *, service: int, visit: int, by_bank: bool) -> None:
        """Pay by a card that captures, or by a transfer that is on its way then."""
        wanted = 1 if by_bank else 0
        pick = next(n for n in (0, 1, 4, 5) if (n + service) % 3 == wanted)
        self.attempt("pay", actor, service=service, visit=visit, pick=pick)
        self.desk.work()
        if by_bank:
            self.bank_says(len(self.order.payments) - 1, "sends")
            self.desk.work()

    def _next_on(self, service: Service, pick: int) -> None:
        index, stage = _index(self.order, service), service.stage
        agency = AGENCY if service.provider == AGENCY.party else SECOND
        if stage in (S.BOOKED, S.SCHEDULED):
            self._next_visit(index, service, agency)
        elif stage is S.AWAITING_PAYMENT:
            payer = SUPPLIER if service.payer.value == "supplier" else BUYER
            self._pay(payer, service=index, visit=1, by_bank=pick % 3 == 1)
        elif stage is S.PAYMENT_PROCESSING:
            self.arrive(0, 0, "all", 0)
            self.attempt("link_payment", OPERATOR, pick=len(self.order.payments) - 1)
            self.desk.work()
        else:
            actor, name = NEXT[stage]
            actor = agency if actor is AGENCY else actor
            visit = max((v.number for v in service.visits if v.ended_at), default=1)
            current = service.current_visit()
            visit = current.number if current and stage is S.ON_SITE else visit
            self.attempt(name, actor, service=index, visit=visit)

    def _next_visit(self, index: int, service: Service, agency: Actor) -> None:
        visit = service.current_visit()
        assert visit is not None
        on: dict[str, Any] = {"service": index, "visit": visit.number}
        if visit.state is VisitState.REQUESTED:
            self.attempt("propose_appointment", SUPPLIER, **on)
            self.attempt("confirm_appointment", agency, **on)
        elif visit.state is VisitState.PROPOSED:
            self.attempt("confirm_appointment", agency, **on)
        else:
            self.market.clock.set(max(self.desk.clock.now(), visit.agreed.starts_at))
            self.attempt("arrive", agency, **on)

    # ------------------------------------------------------------ desk and time

    @rule(delay=st.sampled_from(DELAYS))
    def wait(self, delay: dt.timedelta) -> None:
        """Time passes."""
        self.market.clock.advance(delay)

    @rule(
        service=_few,
        away=st.sampled_from([-86_400, -60, -1, 0, 1, 3_600]),
        by_bank=_yes,
    )
    def at_the_cut_off(self, service: int, away: int, *, by_bank: bool) -> None:
        """Money comes about the last moment that is in time."""
        waiting = [
            s
            for s in self.order.services
            if s.book_by and s.stage in (S.AWAITING_PAYMENT, S.PAYMENT_PROCESSING)
        ]
        if not waiting:
            return
        found = waiting[service % len(waiting)]
        index, purpose = _index(self.order, found), 1 if found.paid_apart else 2
        assert found.book_by is not None
        moment = found.book_by.at + dt.timedelta(seconds=away)
        if by_bank:
            self._pay(BUYER, service=index, visit=purpose, by_bank=True)
        self.market.clock.set(max(self.desk.clock.now(), moment))
        if by_bank:
            self.arrive(0, 0, "all", 0)
            self.desk.work()
        else:
            self._pay(BUYER, service=index, visit=purpose, by_bank=False)

    @rule()
    def work(self) -> None:
        """The desk works, and says nothing of what a plugin said."""
        words = repr(self.desk.work())

        assert "secret" not in words

    @rule()
    def sweep(self) -> None:
        """Time does what time alone does; a second time it does nothing."""
        self.desk.sweep(ORDER)

        assert self.desk.sweep(ORDER) is False

    @rule()
    def come_to_rest(self) -> None:
        """Without faults, the desk has nothing left to do after a few rounds."""
        for plugin in (*self.market.agencies.values(), *self.market.methods.values()):
            plugin.faults.clear()
        rounds = [self.desk.work().idle for _ in range(6)]

        assert rounds[-1] is True
        for service in self.order.services:
            agency = self.market.agencies[service.provider]
            booked = agency.ledger.effects[f"book {service.id}"]
            assert booked == (service.booking is not None)

    @rule(reopened=_yes)
    def other_counter(self, *, reopened: bool) -> None:
        """The other desk goes on, perhaps after a restart."""
        self.which = 1 - self.which
        if reopened:
            self.market.reopen(self.which)

    @rule(pick=_few)
    def repeat(self, pick: int) -> None:
        """A repeated command gives the answer that it gave, and changes nothing."""
        if not self.done:
            return
        _, command, answer, _ = self.done[-1 - pick % len(self.done)]
        before = self.market.dump()

        assert answer == command()
        assert before == self.market.dump()

    @rule(pick=_few)
    def misuse(self, pick: int) -> None:
        """A key does not do for another command."""
        if not self.done:
            return
        actor, _, answer, key = self.done[-1 - pick % len(self.done)]
        before = self.market.dump()
        with pytest.raises(ConflictError):
            self.desk.send_message(answer.id, "srv_1", actor=actor, text="!", key=key)

        assert before == self.market.dump()

    # ---------------------------------------------------------------- the oracle

    @invariant()
    def holds(self) -> None:
        """Whatever was done, this is still true."""
        if self.market.clock.now() == BEGINNING and not self.desk.orders():
            return
        check_rows(self.market)
        for order_id, memory in self.memory.items():
            check_moves(self.market, order_id, memory)
        order = self.order
        check_services(self.market, order, self.memory[ORDER])
        check_money(self.market, order, self.undelivered)
        check_sight(self.market, order)


def _index(order: Order, service: Service) -> int:
    return [s.id for s in order.services].index(service.id)


#: Steps of one run; runs are 20 in the usual profile, 3,333 in the deep one.
STEPS_OF_A_RUN = 40
TestRoad = Road.TestCase
TestRoad.settings = settings(
    max_examples=settings.default.max_examples * 2 // 3,
    stateful_step_count=STEPS_OF_A_RUN,
)


#: From this seed two walks come to every stage today; a new rule may need some more.
FIRST, SEEDS = 7, 20


def test_every_command_of_the_desk_is_tried():
    """A command that the machine does not know is a command that nobody attacks."""
    commands = {
        name
        for name, method in inspect.getmembers(Desk, inspect.isfunction)
        if not name.startswith("_")
        and {"actor", "key"} <= inspect.signature(method).parameters.keys()
    }

    assert commands - {"open_order"} == set(STEPS)


def test_a_seeded_walk_reaches_every_stage():
    """The machine is no walk around the block: it comes to every stage there is."""
    reached: collections.Counter[S] = collections.Counter()
    for seed in range(FIRST, FIRST + SEEDS):
        reached.update(_walk(random.Random(seed)))  # noqa: S311 - a walk, no secret
        if set(S) == set(reached):
            break

    assert set(S) == set(reached)


def _walk(dice: random.Random) -> collections.Counter[S]:
    """Take fifty steps by the dice: most on the road, some beside it."""
    road = Road()
    try:
        road.open(SHIPS[0])
        road.attempt("add_service", SUPPLIER, pick=0, visit=1)
        for _ in range(50):
            if dice.random() < 0.03:
                road.at_the_cut_off(
                    0, dice.choice([-1, 0]), by_bank=dice.random() < 0.9
                )
            elif dice.random() < 0.6:
                road.go_on(dice.randrange(6), 1)
            else:
                road.step_aside(
                    dice.choice(ASIDE),
                    service=dice.randrange(6),
                    visit=dice.randrange(1, 4),
                    pick=dice.randrange(6),
                    flag=dice.random() < 0.5,
                )
        road.come_to_rest()
        road.holds()
        return road.memory[ORDER].reached
    finally:
        road.market.close()
