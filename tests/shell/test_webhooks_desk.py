"""Messages at the desk: early, late, twice, out of order, and untrue."""

from __future__ import annotations

import itertools
import json
import shutil

import attrs
import pytest
from tests.shell.counter import (
    AGENCY,
    BUYER,
    INSPECTOR,
    OPERATOR,
    ORDER,
    SUPPLIER,
    Counter,
    appointment,
    at,
    found,
)
from tests.shell.hearing import (
    OTHER,
    SECRET,
    SpeakingAgency,
    SpeakingMethod,
    deliver,
    message,
)

from pmkit import cli
from pmkit.core.environment import Environment
from pmkit.core.money import Money
from pmkit.core.payment import Beneficiary, HeldReason, PaymentState, RefundState
from pmkit.core.ports import (
    AppointmentAccepted,
    ArrivedOnSite,
    CheckDone,
    InspectorNamed,
    PaymentNews,
    PaymentObservation,
    RefundObservation,
    ReportReady,
)
from pmkit.core.report import Verdict
from pmkit.core.service import ServiceStage
from pmkit.core.visit import VisitState
from pmkit.effects.webhooks import StandardWebhooks
from pmkit.shell.store import verify
from pmkit.shell.store.standing import LeftKind
from pmkit.shell.webhooks import WebhookEndpoint

SIGNER = StandardWebhooks(secrets=SECRET)
PAY = "acme-pay"
AGENT = "sandbox-agency"


class Office(Counter):
    """A desk whose agency and payment method speak by messages only."""

    def __init__(self, folder):
        super().__init__(folder)
        self.agency = SpeakingAgency(self.world.agency)
        self.method = SpeakingMethod()
        self.panel = attrs.evolve(
            self.world.panel,
            agencies={AGENT: self.agency},
            methods={**self.world.panel.methods, PAY: self.method},
        )
        self.reopened()

    def reopened(self, path=None):
        """Look at another file, with the same companies."""
        self.desk.close()
        self.path = path or self.path
        self.desk = self.again()
        self.door = WebhookEndpoint(self.panel, self.desk.store, clock=self.world.clock)

    def says(self, instance, name, *news, body=None, signer=SIGNER):
        """Let a company send a message; give the status of the answer."""
        speaking = self.method if instance == PAY else self.agency
        speaking.news |= {each.id: each for each in news}
        content = message(*(each.id for each in news)) if body is None else body
        now = self.world.now()
        return deliver(self.door, instance, signer, content, name=name, at=now)

    def waiting(self):
        """Give the messages that wait: (id, what was wrong the last time)."""
        with self.desk.store.snapshot() as tx:
            return [(row.event_id, row.error) for row in tx.inbox_waiting()]

    def kept(self):
        """Give the messages: (id, whether it is over, what was wrong)."""
        with self.desk.store.snapshot() as tx:
            inbox = tx.tables.inbox
            rows = tx.connection.execute(
                inbox.select().where(inbox.c.account == "webhook")
            )
            return [(r.event_id, r.applied_at is not None, r.error) for r in rows]

    def paying(self):
        """Start the initial payment by the method that speaks; give its name."""
        self.open()
        self.add()
        self.desk.place_order(ORDER, actor=SUPPLIER)
        self.desk.pay(ORDER, actor=BUYER, method=PAY)
        self.desk.work()
        return self.order.payments[0].id

    @property
    def payment(self):
        """The payment."""
        return self.order.payments[0]


@pytest.fixture
def office(tmp_path):
    """Give a desk on a file of its own."""
    return Office(tmp_path)


def paid(payment_id, news, *, name=None, amount=None, **more):
    """Make news of the payment."""
    given = {
        "id": name or f"n-{news.value}",
        "order_id": ORDER,
        "payment_id": payment_id,
        "news": news,
        "at": at("01-20T09:00"),
        "amount": amount,
        **more,
    }
    return PaymentObservation(**given)


def total(office):
    """Give the amount that is due."""
    return office.payment.amount


class TestApplied:
    """A message does what the same news does when the desk asks for it."""

    def test_money(self, office):
        """A message of money books the service."""
        payment = office.paying()
        received = paid(payment, PaymentNews.RECEIVED, amount=total(office))

        assert office.says(PAY, "m-1", received) == 200
        assert office.waiting() == [("m-1", "")]
        work = office.desk.work()
        assert (1, ()) == (work.heard, work.troubles)
        assert PaymentState.SETTLED is office.payment.state
        assert ServiceStage.BOOKED is office.service.stage
        assert office.kept() == [("m-1", True, "")]

    def test_nothing_is_read_twice(self, office):
        """After it was applied a message is never looked at again."""
        payment = office.paying()
        office.says(PAY, "m-1", paid(payment, PaymentNews.SUBMITTED))
        office.desk.work()
        office.method.news.clear()

        assert office.desk.work().idle

    def test_the_same_news_in_two_messages(self, office):
        """News counts by its own id, whichever message brings it."""
        payment = office.paying()
        received = paid(payment, PaymentNews.RECEIVED, amount=total(office))
        office.says(PAY, "m-1", received)
        office.says(PAY, "m-2", received)
        work = office.desk.work()

        assert (1, ()) == (work.heard, work.troubles)
        assert len(office.payment.receipts) == 1

    def test_several_news_in_one_message(self, office):
        """All of it is heard, also behind a piece that is refused."""
        payment = office.paying()
        foreign = paid("pay-9", PaymentNews.SUBMITTED, name="n-9")
        received = paid(payment, PaymentNews.RECEIVED, amount=total(office))
        office.says(PAY, "m-1", foreign, received)
        work = office.desk.work()

        assert work.heard == 1
        assert [trouble.code for trouble in work.troubles] == ["not-found"]
        assert office.waiting() == [("m-1", "not-found")]

    def test_after_a_crash(self, office):
        """What was acknowledged is applied by the next desk on the file."""
        payment = office.paying()
        office.says(PAY, "m-1", paid(payment, PaymentNews.SUBMITTED))
        office.reopened()
        office.desk.work()

        assert PaymentState.SUBMITTED is office.payment.state


class TestAuthenticIsNotTrue:
    """A message is compared with our own record; each lie is validly signed."""

    @pytest.mark.parametrize(
        ("lie", "reason"),
        [
            ({"amount": Money.of("1", "EUR")}, HeldReason.WRONG_CURRENCY),
            ({"order_id": "TA-9"}, HeldReason.WRONG_ORDER),
        ],
        ids=["currency", "order"],
    )
    def test_money_that_does_not_belong_here(self, office, lie, reason):
        """Money of another currency, or for another order, pays nothing."""
        payment = office.paying()
        said = {"amount": total(office), **lie}
        office.says(PAY, "m-1", paid(payment, PaymentNews.RECEIVED, **said))
        office.desk.work()

        assert office.payment.counted.is_zero
        assert [reason] == [r.held_reason for r in office.payment.receipts]
        assert ServiceStage.BOOKED is not office.service.stage

    def test_money_on_another_account(self, office):
        """Money that came to another account than the one shown pays nothing."""
        shown = Beneficiary(name="Shop", account="DE 1", bank="B", reference="R")
        office.method.beneficiary = lambda _: shown
        payment = office.paying()
        said = {"amount": total(office), "payee": "DE 2"}
        office.says(PAY, "m-1", paid(payment, PaymentNews.RECEIVED, **said))
        office.desk.work()

        assert [HeldReason.WRONG_PAYEE] == [
            r.held_reason for r in office.payment.receipts
        ]
        assert ServiceStage.BOOKED is not office.service.stage

    @pytest.mark.parametrize("news", [PaymentNews.RECEIVED, PaymentNews.DECLINED])
    @pytest.mark.parametrize("ours", ["live", "sandbox"])
    def test_money_of_another_mode(self, office, ours, news):
        """Test money does nothing to a live order, and real money nothing to a test."""
        office.method.environment = Environment(ours)
        other = Environment.LIVE if ours == "sandbox" else Environment.SANDBOX
        payment = office.paying()
        before = office.payment
        said = {"amount": total(office), "environment": other}
        office.says(PAY, "m-1", paid(payment, news, **said))
        work = office.desk.work()

        assert ["plugin"] == [trouble.code for trouble in work.troubles]
        assert office.kept() == [("m-1", True, "plugin")]
        assert before == office.payment
        assert ["acme-pay/m-1"] == [
            left.name
            for left in office.desk.dead(actor=OPERATOR)
            if left.kind is LeftKind.MESSAGE
        ]

    @pytest.mark.parametrize("ours", [None, "live"])
    def test_money_of_the_same_mode(self, office, ours):
        """Real money pays a live order, and one whose method does not say its mode."""
        office.method.environment = ours and Environment(ours)
        payment = office.paying()
        said = {"amount": total(office), "environment": Environment.LIVE}
        office.says(PAY, "m-1", paid(payment, PaymentNews.RECEIVED, **said))
        office.desk.work()

        assert ServiceStage.BOOKED is office.service.stage

    def test_a_refund_of_another_mode(self, office):
        """A refund of test money ends no refund of a live order."""
        office.method.environment = Environment.LIVE
        payment = office.paying()
        euros = paid(payment, PaymentNews.RECEIVED, amount=Money.of("1", "EUR"))
        office.says(PAY, "m-1", euros)
        office.desk.work()
        done = RefundObservation(
            id="r-1",
            order_id=ORDER,
            refund_id=office.order.refunds[0].id,
            state=RefundState.DONE,
            at=at("01-20T09:00"),
            environment=Environment.SANDBOX,
        )
        office.says(PAY, "m-2", done)
        work = office.desk.work()

        assert ["plugin"] == [trouble.code for trouble in work.troubles]
        assert RefundState.DONE is not office.order.refunds[0].state

    def test_an_answer_of_another_mode(self, office):
        """What a charge answers of test money does not pay a live order either."""
        office.method.environment = Environment.LIVE
        office.method.charge = lambda request: [
            paid(
                request.payment_id,
                PaymentNews.RECEIVED,
                amount=request.amount,
                environment=Environment.SANDBOX,
            )
        ]
        office.paying()

        assert office.payment.receipts == ()
        assert ServiceStage.BOOKED is not office.service.stage

    def test_too_little(self, office):
        """A cent less than is due books nothing."""
        payment = office.paying()
        less = total(office) - Money.of("0.01", "USD")
        office.says(PAY, "m-1", paid(payment, PaymentNews.RECEIVED, amount=less))
        office.desk.work()

        assert PaymentState.PART_RECEIVED is office.payment.state
        assert ServiceStage.BOOKED is not office.service.stage

    @pytest.mark.parametrize(
        "amount", [None, Money.of("0", "USD"), Money.of("-5", "USD")]
    )
    def test_no_amount(self, office, amount):
        """Money without an amount above zero is refused at once, and shown."""
        payment = office.paying()
        office.says(PAY, "m-1", paid(payment, PaymentNews.RECEIVED, amount=amount))
        work = office.desk.work()

        assert ["bad-input"] == [trouble.code for trouble in work.troubles]
        assert office.kept() == [("m-1", True, "bad-input")]
        assert office.payment.receipts == ()

    def test_another_methods_payment(self, office):
        """One method does not speak of another one's money."""
        office.open()
        office.add()
        office.desk.place_order(ORDER, actor=SUPPLIER)
        office.desk.pay(ORDER, actor=BUYER, method="sandbox-transfer")
        office.desk.work()
        payment = office.payment.id
        office.says(
            PAY, "m-1", paid(payment, PaymentNews.RECEIVED, amount=total(office))
        )
        work = office.desk.work()

        assert ["not-found"] == [trouble.code for trouble in work.troubles]
        assert office.payment.receipts == ()

    def test_another_agencys_visit(self, office, tmp_path):
        """One agency does not speak of another one's visits."""
        office.booked()
        office.scheduled()
        rival = SpeakingAgency(office.world.agency, name="rival", secret=OTHER)
        news = ArrivedOnSite(
            id="a-1", service_id=office.service.id, visit=1, at=at("02-05T09:00")
        )
        rival.news["a-1"] = news
        office.panel = attrs.evolve(
            office.panel, agencies={AGENT: office.agency, "rival": rival}
        )
        office.reopened()
        office.world.set(at("02-05T10:00"))
        signer = StandardWebhooks(secrets=OTHER)

        assert office.says("rival", "m-1", body=message("a-1"), signer=signer) == 200
        assert ["not-found"] == [x.code for x in office.desk.work().troubles]
        assert VisitState.ASSIGNED is office.service.visits[0].state

    def test_an_agency_does_not_speak_of_money(self, office):
        """News of the wrong kind is a fault of the plugin; the message stays."""
        payment = office.paying()
        lie = paid(payment, PaymentNews.RECEIVED, amount=total(office))
        office.says(AGENT, "m-1", lie)

        assert ["plugin-fault"] == [x.code for x in office.desk.work().troubles]
        assert office.waiting() == [("m-1", "plugin-fault")]
        assert office.payment.receipts == ()

    def test_a_refund_of_nobody(self, office):
        """News of a refund that we did not ask for changes nothing."""
        office.paying()
        news = RefundObservation(
            id="r-1",
            order_id=ORDER,
            refund_id="refund-9",
            state=RefundState.DONE,
            at=at("01-20T09:00"),
        )
        office.says(PAY, "m-1", news)

        assert ["not-found"] == [x.code for x in office.desk.work().troubles]


class TestParked:
    """What is too early waits for 72 hours; what can never be right does not."""

    def test_what_waits_is_not_overdue(self, office):
        """What is put off is no backlog; once it may be tried it is one from then."""
        office.says(PAY, "m-1", paid("payment-9", PaymentNews.SUBMITTED))
        fresh = office.desk.metrics()
        office.desk.work()
        waits = office.desk.metrics()
        office.world.advance(hours=2)
        later = office.desk.metrics()

        assert fresh.at == fresh.oldest_due
        assert (1, None) == (waits.messages_waiting, waits.oldest_due)
        assert fresh.at < later.oldest_due < later.at

    def test_before_what_it_is_about(self, office):
        """Money is told of before the payment is in the database: it is found later."""
        news = paid("payment-2", PaymentNews.SUBMITTED)
        office.says(PAY, "m-1", news)
        first = office.desk.work()
        payment = office.paying()
        office.method.news[news.id] = attrs.evolve(news, payment_id=payment)
        second = office.desk.work()

        assert ["not-found"] == [trouble.code for trouble in first.troubles]
        assert () == second.troubles
        assert office.waiting() == []
        assert PaymentState.SUBMITTED is office.payment.state

    @pytest.mark.parametrize(("hours", "over"), [(71, False), (72, False), (73, True)])
    def test_for_three_days(self, office, hours, over):
        """After 72 hours it is kept with its reason, and not tried again."""
        office.says(PAY, "m-1", paid("payment-9", PaymentNews.SUBMITTED))
        office.world.advance(hours=hours)
        work = office.desk.work()

        assert ["m-1"] == [trouble.subject for trouble in work.troubles]
        assert office.kept() == [("m-1", over, "not-found")]
        assert over == (office.desk.work().troubles == ())

    def test_a_body_that_cannot_be_read(self, office):
        """Authentic nonsense is over at once, and shown without its words."""
        office.says(PAY, "m-1", body=b'{"news": [], "news": ["canary"]}')
        work = office.desk.work()

        assert ["webhook-rejected"] == [trouble.code for trouble in work.troubles]
        assert "canary" not in str(work)
        assert office.kept() == [("m-1", True, "webhook-rejected")]
        assert office.desk.work().troubles == ()

    def test_a_plugin_that_fails(self, office):
        """A fault may be mended: the message waits, and its words are not shown."""
        payment = office.paying()
        news = paid(payment, PaymentNews.SUBMITTED)
        office.says(PAY, "m-1", news)
        office.method.news.clear()
        first = office.desk.work()
        office.method.news[news.id] = news
        second = office.desk.work()

        assert ["plugin-fault"] == [trouble.code for trouble in first.troubles]
        assert (1, ()) == (second.heard, second.troubles)

    def test_an_instance_that_was_detached(self, office):
        """A message of an instance that is not there waits until it is."""
        payment = office.paying()
        office.says(PAY, "m-1", paid(payment, PaymentNews.SUBMITTED))
        panel = office.desk.panel
        office.desk.panel = attrs.evolve(panel, methods=office.world.panel.methods)
        gone = [trouble.code for trouble in office.desk.work().troubles]
        office.desk.panel = panel
        back = office.desk.work()

        assert "unknown-plugin" in gone
        assert (1, ()) == (back.heard, back.troubles)

    def test_an_edited_row(self, office):
        """A body that is not what was verified any more is not read."""
        payment = office.paying()
        office.says(PAY, "m-1", paid(payment, PaymentNews.SUBMITTED))
        with office.desk.store.transaction() as tx:
            tx.connection.execute(tx.tables.inbox.update().values(body=b'{"news":[]}'))

        assert ["corrupt-store"] == [x.code for x in office.desk.work().troubles]


# ----------------------------------------------------------- all orders of arrival


def money(payment, amount):
    """Give the news of a payment that needs a step and comes in one piece."""
    return (
        paid(payment, PaymentNews.ACTION_REQUIRED),
        paid(payment, PaymentNews.SUBMITTED),
        paid(payment, PaymentNews.PROCESSING),
        paid(payment, PaymentNews.RECEIVED, amount=amount),
    )


def visit(service, kind):
    """Give the news of a visit, from arrival to report."""
    on = {"service_id": service, "visit": 1}
    return (
        InspectorNamed(id="v-1", at=at("02-04T12:00"), inspector=INSPECTOR.name, **on),
        ArrivedOnSite(id="v-2", at=at("02-05T09:05"), by=INSPECTOR.name, **on),
        CheckDone(
            id="v-3", at=at("02-05T17:00"), by=INSPECTOR.name, **on, **found(kind)
        ),
        ReportReady(id="v-4", at=at("02-05T19:00"), verdict=Verdict.PASS, **on),
    )


@pytest.fixture(scope="module")
def paying(tmp_path_factory):
    """Give an office with a payment that was started."""
    office = Office(tmp_path_factory.mktemp("paying"))
    office.paying()
    office.flow = money(office.payment.id, total(office))
    office.base = office.path
    yield office
    office.desk.close()


@pytest.fixture(scope="module")
def visiting(tmp_path_factory):
    """Give an office with an appointment, on the evening after the visit."""
    office = Office(tmp_path_factory.mktemp("visiting"))
    office.booked()
    office.desk.propose_appointment(
        *office.on, actor=SUPPLIER, appointment=appointment("02-05")
    )
    office.desk.confirm_appointment(*office.on, actor=AGENCY)
    office.flow = visit(office.service.id, office.service.kind)
    office.world.set(at("02-05T20:00"))
    office.base = office.path
    yield office
    office.desk.close()


@pytest.fixture(scope="module")
def proposing(tmp_path_factory):
    """Give an office with a proposed appointment, on the evening after the visit."""
    office = Office(tmp_path_factory.mktemp("proposing"))
    office.booked()
    office.desk.propose_appointment(
        *office.on, actor=SUPPLIER, appointment=appointment("02-05")
    )
    on = {"service_id": office.service.id, "visit": 1}
    accepted = AppointmentAccepted(id="v-0", at=at("02-05T08:59"), **on)
    office.flow = (*visit(office.service.id, office.service.kind), accepted)
    office.world.set(at("02-05T20:00"))
    office.base = office.path
    yield office
    office.desk.close()


def arrived(office, folder, order, *, step, times=1):
    """Let the messages arrive in an order; give what stands there at the end."""
    copy = folder / "copy.db"
    office.desk.close()
    shutil.copy(office.base, copy)
    office.reopened(copy)
    instance = PAY if office.flow[0].id.startswith("n-") else AGENT
    answers = set()
    for place, number in enumerate(order):
        news = office.flow[number]
        for _ in range(times):
            answers.add(office.says(instance, f"m-{place}", news))
        if step:
            office.desk.work()
    office.desk.work()

    assert answers == {200}
    return office.order, office.kept()


def of_money(order):
    """Tell what the payment and the service have come to."""
    payment = order.payments[0]
    return (
        payment.state,
        payment.counted,
        [(r.id, r.counted, r.held) for r in payment.receipts],
        order.refunds,
        [service.stage for service in order.services],
    )


def of_visit(order):
    """Tell what the visit has come to."""
    seen = order.services[-1].visits[0]
    return (
        seen.state,
        seen.ended_at,
        seen.progress,
        seen.report.latest.verdict if seen.report else None,
        order.services[-1].stage,
    )


#: The last of five messages at each place among the others, in and against their order.
ACCEPTED_LATE = [
    (*others[:place], 4, *others[place:])
    for others in ((0, 1, 2, 3), (3, 2, 1, 0))
    for place in range(5)
]
PERMUTATIONS = list(itertools.permutations(range(4)))


class TestAnyOrder:
    """All 24 orders of four messages, applied one by one and all at once."""

    @pytest.mark.parametrize("step", [True, False], ids=["one-by-one", "at-once"])
    def test_money(self, paying, tmp_path, step):
        """However the news of a payment comes, it is paid once and booked once."""
        wanted = of_money(arrived(paying, tmp_path, range(4), step=step)[0])
        ends = [
            of_money(arrived(paying, tmp_path, order, step=step)[0])
            for order in PERMUTATIONS
        ]

        assert PaymentState.SETTLED is wanted[0]
        assert ends == [wanted] * 24

    def test_a_visit_that_comes_at_once(self, visiting, tmp_path):
        """What came together is heard in the order in which it happened."""
        ends = [arrived(visiting, tmp_path, x, step=False) for x in PERMUTATIONS]
        wanted = of_visit(ends[0][0])

        assert (VisitState.COMPLETED, Verdict.PASS) == (wanted[0], wanted[3])
        assert [of_visit(order) for order, _ in ends] == [wanted] * 24
        assert {INSPECTOR.name} == {o.services[-1].visits[0].inspector for o, _ in ends}
        assert {True} == {over for _, kept in ends for _, over, _ in kept}

    def test_a_visit_that_comes_one_by_one(self, visiting, tmp_path):
        """What is early waits for what is before it."""
        ends = [arrived(visiting, tmp_path, x, step=True) for x in PERMUTATIONS]
        wanted = of_visit(ends[0][0])

        assert [of_visit(order) for order, _ in ends] == [wanted] * 24

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 2, 0), (2, 3, 0, 1)])
    def test_everything_twice(self, paying, visiting, tmp_path, order):
        """A sender that repeats itself changes nothing."""
        for office, told in ((paying, of_money), (visiting, of_visit)):
            once = arrived(office, tmp_path, order, step=False)[0]
            twice = arrived(office, tmp_path, order, step=False, times=2)[0]

            assert told(once) == told(twice)

    def test_late_news_of_what_is_paid(self, paying, tmp_path):
        """A decline that comes after the money is old news."""
        arrived(paying, tmp_path, (3,), step=True)
        news = paid(paying.payment.id, PaymentNews.DECLINED, reason="Too late.")
        paying.says(PAY, "m-9", news)
        work = paying.desk.work()

        assert "m-9" not in {trouble.subject for trouble in work.troubles}
        assert PaymentState.SETTLED is paying.payment.state


class TestHeardLate:
    """Messages that come long after what they tell of."""

    def test_an_arrival_that_is_heard_after_the_end(self, tmp_path):
        """An arrival counts from its own instant, however late it was heard."""
        office = Office(tmp_path)
        office.booked()
        office.scheduled()
        office.world.set(at("02-06T10:00"))
        on = {"service_id": office.service.id, "visit": 1, "by": INSPECTOR.name}
        office.says(AGENT, "m-1", ArrivedOnSite(id="v-2", at=at("02-05T09:05"), **on))
        office.desk.work()
        done = CheckDone(id="v-3", at=at("02-05T17:00"), **on, **found("PM"))
        office.says(AGENT, "m-2", done)
        work = office.desk.work()
        seen = office.service.visits[0]

        assert () == work.troubles
        assert VisitState.COMPLETED is seen.state
        assert (at("02-05T09:05"), at("02-05T17:00")) == (
            seen.arrived_at,
            seen.ended_at,
        )

    @pytest.mark.parametrize("step", [True, False], ids=["one-by-one", "at-once"])
    def test_a_confirmation_that_is_heard_after_the_visit(
        self, proposing, tmp_path, step
    ):
        """Sent in time it is in time, wherever it comes among the others."""
        ends = [arrived(proposing, tmp_path, x, step=step) for x in ACCEPTED_LATE]
        wanted = of_visit(ends[0][0])

        assert (VisitState.COMPLETED, Verdict.PASS) == (wanted[0], wanted[3])
        assert [of_visit(order) for order, _ in ends] == [wanted] * 10
        assert {True} == {over for _, kept in ends for _, over, _ in kept}

    def confirmed_late(self, office, sent):
        """Hear a confirmation the day after the visit; give the visit's state."""
        on = {"service_id": office.service.id, "visit": 1}
        office.says(AGENT, "m-1", AppointmentAccepted(id="v-0", at=at(sent), **on))
        office.desk.work()
        return office.service.visits[0].state

    @pytest.mark.parametrize(
        ("sent", "state"),
        [
            ("02-05T08:59", VisitState.CONFIRMED),
            ("02-05T09:00", VisitState.PROPOSED),
            ("02-02T10:59", VisitState.PROPOSED),
        ],
        ids=["in-time", "begun", "of-the-proposal-before"],
    )
    def test_when_it_was_sent_decides(self, tmp_path, sent, state):
        """It holds for the proposal that stood when it was sent, before its time."""
        office = Office(tmp_path)
        office.booked()
        for hour, day in (("10", "02-06"), ("11", "02-05")):
            office.world.set(at(f"02-02T{hour}:00"))
            office.desk.propose_appointment(
                *office.on, actor=SUPPLIER, appointment=appointment(day)
            )
        office.world.set(at("02-06T20:00"))

        assert state is self.confirmed_late(office, sent)
        assert [] == verify(office.desk.store)

    def test_a_moved_visit_is_proposed_anew(self, tmp_path):
        """What was sent before the visit was moved does not confirm its new time."""
        office = Office(tmp_path)
        office.booked()
        office.scheduled("02-05")
        office.world.set(at("02-03T10:00"))
        office.desk.move_visit(
            *office.on,
            actor=SUPPLIER,
            appointment=appointment("02-06"),
            reason="Not ready.",
        )
        office.world.set(at("02-07T20:00"))

        assert VisitState.PROPOSED is self.confirmed_late(office, "02-03T09:59")


def twin_of(office, order_id):
    """Let another order have called the method about a payment of the same name."""
    with office.desk.store.transaction() as tx:
        effects = tx.tables.effects
        row = tx.connection.execute(effects.select()).mappings().one()
        operation = f"{order_id}/1/charge"
        twin = {**row, "operation_id": operation, "order_id": order_id}
        del twin["number"]
        tx.connection.execute(effects.insert(), twin)


class TestTwoOrdersWithOneName:
    """Names that an application gives itself may meet."""

    def test_the_order_that_is_named(self, office):
        """The news is for the order that it names, if that made the call."""
        payment = office.paying()
        twin_of(office, "TA-2")
        office.says(PAY, "m-1", paid(payment, PaymentNews.SUBMITTED))
        office.desk.work()

        assert PaymentState.SUBMITTED is office.payment.state

    def test_neither_is_named(self, office):
        """Where nobody can tell which of both is meant, nothing is folded."""
        payment = office.paying()
        twin_of(office, "TA-2")
        news = paid(payment, PaymentNews.SUBMITTED, order_id="TA-9")
        office.says(PAY, "m-1", news)
        office.desk.work()

        assert office.waiting() == [("m-1", "not-found")]


class TestRefused:
    """Messages that will not be tried again stay to be seen."""

    def refused(self, office):
        """Have a message of money refused that the far side's plugin read wrongly."""
        payment = office.paying()
        due = total(office)
        wrong = paid(payment, PaymentNews.RECEIVED, name="n-1")
        office.says(PAY, "msg-1", attrs.evolve(wrong, amount=None))
        office.desk.work()
        office.method.news["n-1"] = attrs.evolve(wrong, amount=due)
        return payment

    def test_it_is_shown_with_its_reason(self, office):
        """It stands among what was given up, and is counted by itself."""
        self.refused(office)
        (dead,) = office.desk.dead(actor=OPERATOR)
        metrics = office.desk.metrics()

        assert LeftKind.MESSAGE is dead.kind
        assert (f"{PAY}/msg-1", PAY, "bad-input") == (dead.name, dead.who, dead.error)
        assert (1, 0) == (metrics.messages_refused, metrics.dead_letters)

    def test_it_is_heard_again(self, office):
        """When its cause is gone it counts once, and is shown no more."""
        self.refused(office)
        office.desk.retry([f"{PAY}/msg-1"], actor=OPERATOR)
        office.desk.work()

        assert () == office.desk.dead(actor=OPERATOR)
        assert ServiceStage.BOOKED is office.service.stage
        assert [("msg-1", True, "")] == office.kept()
        assert 0 == office.desk.metrics().messages_refused

    def test_it_is_refused_again(self, office):
        """Where the cause is still there it is shown again."""
        payment = self.refused(office)
        wrong = paid(payment, PaymentNews.RECEIVED, name="n-1")
        office.method.news["n-1"] = wrong
        office.desk.retry(actor=OPERATOR)
        assert [("msg-1", "")] == office.waiting()
        office.desk.work()

        assert ["bad-input"] == [x.error for x in office.desk.dead(actor=OPERATOR)]

    def test_what_waits_is_not_given_up(self, office):
        """A message that may still turn out well is not among it."""
        office.paying()
        office.says(PAY, "msg-1", paid("pay-of-nobody", PaymentNews.RECEIVED))
        office.desk.work()
        office.world.advance(hours=1)
        (stuck,) = office.desk.stuck(actor=OPERATOR)

        assert () == office.desk.dead(actor=OPERATOR)
        assert f"{PAY}/msg-1" == stuck.name

    def test_on_the_command_line(self, office, capsys, monkeypatch):
        """Who operates the market sees it, and has it heard again."""
        self.refused(office)
        now = office.world.now()
        monkeypatch.setattr("pmkit.shell.clock.SystemClock.now", lambda _: now)

        def said(*words):
            with pytest.raises(SystemExit):
                cli.main(["ops", *words, "--db", str(office.path), "--json"])
            return json.loads(capsys.readouterr().out)

        (dead,) = said("dead")["dead"]

        assert ("message", "bad-input") == (dead["kind"], dead["error"])
        assert 1 == said("status")["messages_refused"]
        assert [dead["name"]] == said("retry", dead["name"], "--by", "Kim")["retried"]
        assert [] == said("dead")["dead"]
