"""What becomes of a call to a plugin, on a file: every state and every way there."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3

import pytest
from tests.shell.counter import BUYER, OPERATOR, ORDER, SUPPLIER, Counter, appointment
from tests.shell.far import (
    ASKED,
    KEYED,
    NEITHER,
    Crash,
    Far,
    FarAgency,
    FarCard,
    can,
    panel_of,
)

from pmkit.core.certainty import Certainty, Retry
from pmkit.core.effects import Effect, EffectKind, EffectState
from pmkit.core.errors import ConflictError
from pmkit.core.lookups import Absent, Found, Pending
from pmkit.core.money import Money
from pmkit.core.payment import PaymentState, RefundState
from pmkit.core.plugin_errors import (
    AuthFailedError,
    OutcomeUnknownError,
    PaymentDeclinedError,
    PluginCallError,
    RateLimitedError,
    UnsupportedError,
)
from pmkit.hooks.panel import Panel
from pmkit.shell.store import Store, verify

BOOK = "TA-1/6/book"
KINDS = {"asked": ASKED, "keyed": KEYED, "neither": NEITHER}


class Shop(Counter):
    """A desk on a file whose agency and card are far sides that lose answers."""

    def __init__(self, folder, agency=KEYED, card=KEYED):
        super().__init__(folder)
        self.agency = FarAgency(self.world.now, agency)
        self.card_side = FarCard(self.world.now, card)
        self.panel = panel_of(self.world, self.agency, self.card_side)
        self.desk = self.again()

    def paid(self):
        """Add a service on the draft and start the payment, without any work."""
        self.open()
        self.add(provider="far-agency")
        self.desk.place_order(ORDER, actor=SUPPLIER)
        self.desk.pay(ORDER, actor=BUYER, method="far-card", instrument="tok-1")

    def later(self, **span):
        """Let time pass, and the desk work."""
        self.world.set(self.world.now() + dt.timedelta(**span))
        return self.desk.work()

    def calls(self):
        """Give the calls past all of pmkit: kind, state, certainty, parked."""
        with contextlib.closing(sqlite3.connect(self.path)) as raw:
            return [
                (kind, state, certainty, parked)
                for kind, state, certainty, parked in raw.execute(
                    "SELECT kind, state, certainty, parked FROM effects ORDER BY number"
                )
            ]

    def booking(self):
        """Give how the booking stands."""
        return next(call[1:] for call in self.calls() if call[0] == "book")

    def reference(self):
        """Give the agency's number."""
        return self.service.booking.reference


@pytest.fixture
def shop(tmp_path):
    """Give a shop whose far sides know keys for a day."""
    return Shop(tmp_path)


def unresolved(shop):
    """Give what a person should look at."""
    return [
        (found.operation_id, found.parked)
        for found in shop.desk.unresolved(actor=OPERATOR)
    ]


class TestReservation:
    """What is written before anything is sent."""

    def test_every_call_has_its_digest(self, shop):
        """The hash of what will be sent is committed with the decision."""
        shop.paid()
        with contextlib.closing(sqlite3.connect(shop.path)) as raw:
            ((digest, attempts),) = raw.execute("SELECT digest, attempts FROM effects")

        assert (64, 0) == (len(digest), attempts)
        assert [] == shop.card_side.asked

    def test_another_call_under_the_same_id_is_a_conflict(self, tmp_path):
        """An operation id is one call for ever."""
        call = Effect(
            operation_id="a", kind=EffectKind.CHARGE, plugin="card", subject="pay_1"
        )
        at = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
        with Store.open(tmp_path / "a.db") as store:
            with store.transaction() as tx:
                tx.add_effects("TA-1", 3, [call], at, digests={"a": "d1"})
            with pytest.raises(ConflictError) as caught, store.transaction() as tx:
                tx.add_effects("TA-1", 4, [call], at, digests={"a": "d2"})

        assert "operation_id" == caught.value.field

    def test_what_was_not_reserved_is_not_sent(self, shop):
        """If what would be sent is something else, it waits for a person."""
        shop.paid()
        with contextlib.closing(sqlite3.connect(shop.path)) as raw, raw:
            raw.execute("UPDATE effects SET params = replace(params, 'tok-1', 'tok-2')")
        troubles = shop.desk.work().troubles

        assert [] == shop.card_side.asked
        assert [("charge", "reserved", "", "digest-differs")] == shop.calls()
        assert ["TA-1/4/charge"] == [trouble.subject for trouble in troubles]
        assert ["effects.digest"] == [d.what for d in verify(shop.desk.store)]


class TestSucceeded:
    """The far side did it and said so."""

    def test_once(self, shop):
        """A charge and a booking, each done once, and nothing left to look at."""
        shop.paid()
        shop.desk.work()

        assert [
            ("charge", "succeeded", "applied", ""),
            ("book", "succeeded", "applied", ""),
        ] == shop.calls()
        assert "FAR-1" == shop.reference()
        assert [] == unresolved(shop)
        assert [] == verify(shop.desk.store)

    def test_applied_and_unreadable_is_asked_for(self, tmp_path):
        """It happened; where the far side can be asked, the number comes so."""
        shop = Shop(tmp_path, agency=ASKED)
        shop.agency.faults.append("applied")
        shop.paid()
        shop.desk.work()
        before = shop.booking()
        shop.later(seconds=61)

        assert ("pending", "applied", "") == before
        assert ("succeeded", "applied", "") == shop.booking()
        assert {"book srv_1": 1} == shop.agency.effects
        assert "FAR-1" == shop.reference()

    def test_applied_and_unreadable_without_a_look_up(self, shop):
        """It happened; its number has to be found by a person."""
        shop.agency.faults.append("applied")
        shop.paid()
        shop.desk.work()
        shop.later(days=2)

        assert ("succeeded", "applied", "news-missing") == shop.booking()
        assert [(BOOK, "news-missing")] == unresolved(shop)
        assert {"book srv_1": 1} == shop.agency.effects

    def test_applied_charge_needs_nobody(self, shop):
        """Money is told by the processor, so nothing is missing."""
        shop.card_side.faults.append("applied")
        shop.paid()
        shop.desk.work()

        assert ("charge", "succeeded", "applied", "") == shop.calls()[0]
        assert PaymentState.SETTLED is shop.order.payments[0].state


class TestNotSent:
    """Nothing left this machine."""

    def test_is_tried_again_later(self, shop):
        """It waits five seconds, then ten, and is sent when the far side is there."""
        shop.agency.faults.extend(["not-sent", "not-sent"])
        shop.paid()
        shop.desk.work()
        shop.desk.work()
        early = len(shop.agency.asked)
        shop.later(seconds=5)
        shop.later(seconds=9)
        middle = len(shop.agency.asked)
        shop.later(seconds=1)

        assert [1, 2, 3] == [early, middle, len(shop.agency.asked)]
        assert "FAR-1" == shop.reference()

    def test_not_before_the_far_side_says(self, shop):
        """Retry-After is kept."""
        limited = RateLimitedError("Too many.", after=dt.timedelta(minutes=10))
        shop.agency.faults.append(limited)
        shop.paid()
        shop.desk.work()
        shop.later(minutes=9)
        early = len(shop.agency.asked)
        shop.later(minutes=1)

        assert (1, 2) == (early, len(shop.agency.asked))
        assert ("succeeded", "applied", "") == shop.booking()

    def test_the_window_begins_with_what_left(self, shop):
        """Days without a network take nothing off the window of the key."""
        shop.agency.faults.extend(["not-sent", "after"])
        shop.paid()
        shop.desk.work()
        shop.later(days=3)
        shop.later(hours=1)

        assert {"book srv_1": 1} == shop.agency.effects
        assert ("succeeded", "applied", "") == shop.booking()

    def test_what_never_can_be_sent_waits_for_a_person(self, shop):
        """The same call would fail for ever; it is shown instead."""
        shop.agency.faults.append(UnsupportedError("No such thing."))
        shop.paid()
        shop.desk.work()
        shop.later(days=2)

        assert ("reserved", "not-sent", "cannot-be-sent") == shop.booking()
        assert 1 == len(shop.agency.asked)

    def test_a_charge_that_never_can_be_sent_is_declined(self, shop):
        """The payer can pay by other means at once."""
        shop.card_side.faults.append(UnsupportedError("No such card."))
        shop.paid()
        shop.desk.work()

        assert [("charge", "rejected", "not-sent", "")] == shop.calls()
        assert PaymentState.DECLINED is shop.order.payments[0].state

    def test_a_repetition_that_was_not_sent_proves_nothing(self, shop):
        """Whether the first one had its effect is as unknown as before."""
        shop.agency.faults.extend(["after", "not-sent"])
        shop.paid()
        shop.desk.work()
        shop.later(minutes=1)
        unknown = shop.booking()
        shop.later(minutes=2)

        assert ("unknown", "unknown", "") == unknown
        assert ("succeeded", "applied", "") == shop.booking()
        assert {"book srv_1": 1} == shop.agency.effects

    def test_a_closed_payment_is_not_charged(self, shop):
        """A link that ran out while the processor was away is not charged late."""
        shop.card_side.faults.append("not-sent")
        shop.paid()
        shop.desk.work()
        shop.later(days=60)
        shop.later(days=1)

        assert PaymentState.EXPIRED is shop.order.payments[0].state
        assert {} == shop.card_side.effects
        assert "rejected" == shop.calls()[0][1]


class TestRejected:
    """The far side looked at it and did nothing."""

    def test_a_charge_is_declined(self, shop):
        """The payment does not hang, and the payer reads the processor's words."""
        shop.card_side.faults.append(PaymentDeclinedError("Your card has expired."))
        shop.paid()
        work = shop.desk.work()
        (payment,) = shop.order.payments

        assert [("charge", "rejected", "rejected", "")] == shop.calls()
        assert PaymentState.DECLINED is payment.state
        assert "Your card has expired." == payment.reason
        assert () == work.troubles
        assert [] == unresolved(shop)

    def test_a_charge_that_was_refused_otherwise(self, shop):
        """Words of anybody but the payer's bank are not for the payer."""
        shop.card_side.faults.append(AuthFailedError("Our key is wrong."))
        shop.paid()
        shop.desk.work()
        (payment,) = shop.order.payments

        assert PaymentState.DECLINED is payment.state
        assert "key" not in payment.reason

    def test_a_refund_fails_on_the_order(self, shop):
        """The order knows that the money did not go back, and a person is shown it."""
        shop.card_side.excess = Money.of("5", "USD")
        shop.card_side.faults.extend(["", "rejected"])
        shop.paid()
        shop.desk.work()
        (refund,) = shop.order.refunds

        assert RefundState.FAILED is refund.state
        assert ("refund", "rejected", "rejected", "rejected") in shop.calls()
        assert ["rejected"] == [parked for _, parked in unresolved(shop)]

    def test_a_refund_is_sent_back_once(self, shop):
        """A refund whose answer was lost is sent again under its key."""
        shop.card_side.excess = Money.of("5", "USD")
        shop.card_side.faults.extend(["", "after"])
        shop.card_side.silent = True
        shop.paid()
        shop.desk.work()
        shop.later(minutes=2)
        (refund,) = shop.order.refunds

        assert RefundState.INITIATED is refund.state
        assert {f"charge {refund.payment_id}": 1, f"refund {refund.id}": 1} == (
            shop.card_side.effects
        )

    def test_a_booking_needs_a_person(self, shop):
        """The buyer has paid: somebody has to decide what now."""
        shop.agency.faults.append("rejected")
        shop.paid()
        shop.desk.work()
        shop.later(days=1)

        assert ("rejected", "rejected", "rejected") == shop.booking()
        assert [(BOOK, "rejected")] == unresolved(shop)
        assert 1 == len(shop.agency.asked)

    def test_what_was_never_booked_is_not_cancelled(self, shop):
        """The agency never had it; there is nothing to cancel there."""
        shop.agency.faults.append("rejected")
        shop.paid()
        shop.desk.work()
        cancel(shop)
        shop.desk.work()

        assert ("cancel", "rejected", "", "") in shop.calls()
        assert 1 == len(shop.agency.asked)

    def test_wrong_credentials_are_tried_again(self, shop):
        """Nothing happened, and the same call may be made when they are right."""
        shop.agency.faults.append(AuthFailedError("No."))
        shop.paid()
        shop.desk.work()
        before = shop.booking()
        shop.later(seconds=5)

        assert ("reserved", "rejected", "") == before
        assert ("succeeded", "applied", "") == shop.booking()

    def test_a_rejected_repetition_is_believed_where_keys_are(self, shop):
        """A far side that knows keys says what it said the first time."""
        shop.agency.faults.extend(["before", "rejected"])
        shop.paid()
        shop.desk.work()
        shop.later(minutes=1)

        assert ("rejected", "rejected", "rejected") == shop.booking()

    def test_wrong_credentials_of_a_repetition_prove_nothing(self, shop):
        """The far side did not look whether it has the call."""
        shop.agency.faults.extend(["after", AuthFailedError("No.")])
        shop.paid()
        shop.desk.work()
        shop.later(minutes=1)

        assert ("unknown", "unknown", "") == shop.booking()


def cancel(shop):
    """Cancel the service, as the buyer and the operator."""
    shop.desk.request_cancellation(*shop.on, actor=BUYER, cause="No need.")
    shop.desk.answer_cancellation(
        *shop.on, actor=OPERATOR, granted=True, answer="Granted."
    )


class TestUnknown:
    """Nobody knows."""

    @pytest.mark.parametrize("fault", ["before", "after", ValueError("secret")])
    def test_is_sent_again_inside_the_window(self, shop, fault):
        """A far side that knows the key does it once, however often it is sent."""
        shop.agency.faults.append(fault)
        shop.paid()
        shop.desk.work()
        before = shop.booking()
        shop.later(hours=23)

        assert ("unknown", "unknown", "") == before
        assert {"book srv_1": 1} == shop.agency.effects
        assert "FAR-1" == shop.reference()

    def test_is_never_sent_after_the_window(self, shop):
        """A key that is not known any more tells nothing apart."""
        shop.agency.faults.append("after")
        shop.paid()
        shop.desk.work()
        shop.later(hours=24)
        shop.later(days=9)

        assert ("unknown", "unknown", "window-passed") == shop.booking()
        assert 1 == len(shop.agency.asked)
        assert [(BOOK, "window-passed")] == unresolved(shop)

    @pytest.mark.parametrize("fault", ["before", "after"])
    def test_is_looked_up(self, tmp_path, fault):
        """Where the far side can be asked, it is, and it is done once."""
        shop = Shop(tmp_path, agency=ASKED)
        shop.agency.faults.append(fault)
        shop.paid()
        shop.desk.work()
        shop.later(seconds=61)

        assert {"book srv_1": 1} == shop.agency.effects
        assert ("find", BOOK) in shop.agency.asked
        assert ("succeeded", "applied", "") == shop.booking()
        assert "FAR-1" == shop.reference()

    def test_an_absence_may_be_too_early(self, tmp_path):
        """Without keys it is believed only when nothing can be on its way any more."""
        shop = Shop(tmp_path, agency=ASKED)
        shop.agency.faults.append("before")
        shop.paid()
        shop.desk.work()
        shop.later(seconds=59)
        early = [meaning for meaning, _ in shop.agency.asked]
        shop.later(seconds=1)

        assert ["book srv_1", "find"] == early
        assert {"book srv_1": 1} == shop.agency.effects

    def test_an_absence_that_is_no_proof(self, tmp_path):
        """It waits for a person rather than doing it twice."""
        shop = Shop(tmp_path, agency=can(look_up="authoritative"))
        shop.agency.faults.append("after")
        shop.agency.on_find = lambda _: Absent()
        shop.paid()
        shop.desk.work()
        shop.later(hours=1)

        assert ("unknown", "unknown", "no-look-up") == shop.booking()
        assert {"book srv_1": 1} == shop.agency.effects

    @pytest.mark.parametrize("fault", ["before", "after"])
    def test_waits_for_a_person_where_nothing_else_is_safe(self, tmp_path, fault):
        """No look-up and no key: it is never sent again by itself."""
        shop = Shop(tmp_path, agency=NEITHER)
        shop.agency.faults.append(fault)
        shop.paid()
        shop.desk.work()
        shop.later(days=30)

        assert ("unknown", "unknown", "no-look-up") == shop.booking()
        assert 1 == len(shop.agency.asked)

    def test_a_look_up_that_fails_is_repeated(self, tmp_path):
        """Asking costs nothing: it is asked again, after a pause."""
        shop = Shop(tmp_path, agency=ASKED)
        shop.agency.faults.append("after")
        shop.agency.on_find = _raises(OutcomeUnknownError("Lost."))
        shop.paid()
        shop.desk.work()
        shop.later(minutes=2)
        shop.desk.work()
        asked = [meaning for meaning, _ in shop.agency.asked]
        shop.agency.on_find = None
        shop.later(minutes=2)

        assert ["book srv_1", "find"] == asked
        assert ("succeeded", "applied", "") == shop.booking()
        assert {"book srv_1": 1} == shop.agency.effects

    @pytest.mark.parametrize("answer", [None, "there", (), Found(news=("SBX-1",))])
    def test_garbage_is_no_answer_to_a_look_up(self, tmp_path, answer):
        """Whatever is answered that is none, the call stays unknown."""
        shop = Shop(tmp_path, agency=ASKED)
        shop.agency.faults.append("after")
        shop.agency.on_find = lambda _: answer
        shop.paid()
        shop.desk.work()
        troubles = shop.later(minutes=2).troubles

        assert [BOOK] == [trouble.subject for trouble in troubles]
        assert ("unknown", "unknown", "") == shop.booking()

    def test_a_look_up_that_is_not_there_after_all(self, tmp_path):
        """The key is used instead, inside its window."""
        keyed_and_asked = can(idempotency="native", look_up="authoritative")
        shop = Shop(tmp_path, agency=keyed_and_asked)
        shop.agency.faults.append("after")
        shop.agency.on_find = _raises(UnsupportedError("No."))
        shop.paid()
        shop.desk.work()
        shop.later(minutes=2)

        assert ("succeeded", "applied", "") == shop.booking()
        assert {"book srv_1": 1} == shop.agency.effects

    def test_found_without_its_number(self, tmp_path):
        """It happened; a person has to ask for the number."""
        shop = Shop(tmp_path, agency=ASKED)
        shop.agency.faults.append("after")
        shop.agency.on_find = lambda _: Found()
        shop.paid()
        shop.desk.work()
        shop.later(minutes=2)

        assert ("succeeded", "applied", "news-missing") == shop.booking()

    def test_a_charge_is_settled_by_its_money(self, tmp_path):
        """What the processor reports settles a call that nobody could ask about."""
        shop = Shop(tmp_path, card=NEITHER)
        shop.card_side.faults.append("after")
        shop.card_side.silent = True
        shop.paid()
        shop.desk.work()
        shop.later(minutes=2)
        parked = shop.calls()[0]
        shop.card_side.silent = False
        shop.later(minutes=2)
        shop.later(minutes=2)

        assert ("charge", "unknown", "unknown", "no-look-up") == parked
        assert ("charge", "succeeded", "unknown", "") == shop.calls()[0]
        assert {f"charge {shop.order.payments[0].id}": 1} == shop.card_side.effects
        assert PaymentState.SETTLED is shop.order.payments[0].state

    def test_what_follows_waits(self, tmp_path):
        """Nobody moves or cancels what may not be booked."""
        shop = Shop(tmp_path, agency=NEITHER)
        shop.agency.faults.append("after")
        shop.paid()
        shop.desk.work()
        shop.desk.propose_appointment(
            *shop.on, actor=SUPPLIER, appointment=appointment("02-05")
        )
        shop.later(hours=1)

        assert ("move", "reserved", "", "") in shop.calls()
        assert 1 == len(shop.agency.asked)

    def test_a_declared_wait_is_kept(self, shop):
        """An unknown outcome with a time to come back is not asked about before."""
        error = PluginCallError(
            "?", certainty=Certainty.UNKNOWN, after=dt.timedelta(hours=1)
        )
        shop.agency.faults.append(error)
        shop.paid()
        shop.desk.work()
        shop.later(minutes=59)
        early = len(shop.agency.asked)
        shop.later(minutes=1)

        assert (1, 2) == (early, len(shop.agency.asked))
        assert Retry.NEVER is error.retry


def _raises(error):
    def find(_):
        raise error

    return find


class TestPending:
    """The far side took it and tells later."""

    def test_is_asked_for_and_never_sent_again(self, tmp_path):
        """It is looked up until its outcome is there."""
        shop = Shop(tmp_path, agency=ASKED)
        shop.agency.faults.append("taken")
        answers = [Pending(reference="P-2"), Pending()]
        shop.agency.on_find = lambda _: answers.pop(0)
        shop.paid()
        shop.desk.work()
        shop.later(minutes=1)
        shop.later(minutes=1)
        taken = shop.booking()
        shop.agency.on_find = None
        shop.later(hours=1)

        assert "pending" == taken[0]
        assert ("succeeded", "applied", "") == shop.booking()
        assert {"book srv_1": 1} == shop.agency.effects

    def test_waits_for_news_where_nobody_can_be_asked(self, shop):
        """It is not sent again, and after a day it is shown."""
        shop.agency.faults.append("taken")
        shop.paid()
        shop.desk.work()
        before = unresolved(shop)
        shop.later(days=1)

        assert [] == before
        assert "pending" == shop.booking()[0]
        assert [(BOOK, "")] == unresolved(shop)
        assert 1 == len(shop.agency.asked)

    def test_taken_and_lost(self, tmp_path):
        """A far side that does not have what it took needs a person."""
        shop = Shop(tmp_path, agency=ASKED)
        shop.agency.faults.append("taken")
        shop.agency.on_find = lambda _: Absent()
        shop.paid()
        shop.desk.work()
        shop.later(hours=1)

        assert "lost" == shop.booking()[2]
        assert 1 == shop.agency.effects["book srv_1"]


class TestPlainObjects:
    """Objects on a panel that declare nothing."""

    @pytest.mark.parametrize("fault", ["before", "after", ValueError("secret")])
    def test_one_id_is_one_call(self, tmp_path, fault):
        """The same operation id is sent at once and for ever: their contract."""
        shop = Shop(tmp_path, agency=None, card=None)
        shop.agency.faults.extend([fault, fault])
        shop.paid()
        shop.desk.work()
        shop.desk.work()
        shop.later(days=400)

        assert {"book srv_1": 1} == shop.agency.effects
        assert 1 == len({name for _, name in shop.agency.asked})
        assert "FAR-1" == shop.reference()

    def test_one_that_is_gone(self, tmp_path):
        """A call for a plugin that is not attached stays as it is."""
        shop = Shop(tmp_path)
        shop.paid()
        attached, shop.panel = shop.panel, Panel.of(notifiers=[shop.world.notifier])
        shop.desk = shop.again()
        codes = {trouble.code for trouble in shop.desk.work().troubles}
        before = shop.calls()
        shop.panel = attached
        shop.desk = shop.again()
        shop.desk.work()

        assert {"unknown-plugin"} == codes
        assert [("charge", "reserved", "", "")] == before
        assert "FAR-1" == shop.reference()


class Stops:
    """Ends the process before or after the n-th write of a desk."""

    def __init__(self, desk, number, *, after):
        self.left = number
        self.after = after
        self.whole = desk.store.transaction
        desk.store.transaction = self.transaction

    @contextlib.contextmanager
    def transaction(self):
        """Write, or end."""
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Crash
        with self.whole() as tx:
            yield tx
        if self.left == 0:
            raise Crash


#: So many writes does a round of work make at most: one more ends nothing.
_WRITES = 40


class TestCrash:
    """The process ends between any two writes or calls."""

    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("kind", ["asked", "keyed"])
    def test_between_any_two_writes(self, tmp_path, kind, after):
        """Opened again, the desk goes on, and everything is done once."""
        ended = 0
        for number in range(1, _WRITES):
            folder = tmp_path / f"{number}"
            folder.mkdir()
            shop = Shop(folder, agency=KINDS[kind], card=KINDS[kind])
            shop.paid()
            Stops(shop.desk, number, after=after)
            try:
                shop.desk.work()
            except Crash:
                ended += 1
            shop.desk.close()
            shop.desk = shop.again()
            shop.later(seconds=61)
            shop.later(seconds=61)
            states = {call[1] for call in shop.calls()}

            assert ({"charge pay_1": 1}, {"book srv_1": 1}, {"succeeded"}, "FAR-1") == (
                shop.card_side.effects,
                shop.agency.effects,
                states,
                shop.reference(),
            ), number
            assert [] == verify(shop.desk.store)
            shop.desk.close()
            if ended < number:
                break

        assert 5 < ended < _WRITES - 1

    @pytest.mark.parametrize("fault", [Crash, "crash-after"])
    @pytest.mark.parametrize("kind", ["asked", "keyed", "neither"])
    def test_while_it_is_sent(self, tmp_path, kind, fault):
        """It stays submitting, is not touched for a minute, then found out about."""
        shop = Shop(tmp_path, agency=KINDS[kind])
        shop.agency.faults.append(fault)
        shop.paid()
        with pytest.raises(Crash):
            shop.desk.work()
        before = shop.booking()
        shop.desk.close()
        shop.desk = shop.again()
        shop.later(seconds=59)
        asked = len(shop.agency.asked)
        shop.later(seconds=1)
        at_most = shop.agency.effects["book srv_1"]

        assert "submitting" == before[0]
        assert 1 == asked
        assert at_most <= 1
        if kind == "neither":
            assert "no-look-up" == shop.booking()[2]
        else:
            assert "FAR-1" == shop.reference()

    def test_an_interrupt_is_not_swallowed(self, shop, monkeypatch):
        """Ctrl-C ends the work, and the call is found again."""
        monkeypatch.setattr(Far, "call", _interrupts)
        shop.paid()
        with pytest.raises(KeyboardInterrupt):
            shop.desk.work()

        assert "submitting" == shop.calls()[0][1]


def _interrupts(*_):
    raise KeyboardInterrupt


class TestRaces:
    """Two desks on one file."""

    def test_who_is_slower_leaves_it(self, shop):
        """A call that another desk has begun is not sent from an old list."""
        shop.paid()
        other = shop.again()
        with shop.desk.store.snapshot() as tx:
            (old,) = tx.due_effects()
        other.work()
        shop.desk._carry_out(old, [])  # noqa: SLF001 - what a second worker does

        assert {"charge pay_1": 1} == shop.card_side.effects
        assert EffectState.SUCCEEDED.value == shop.calls()[0][1]
