"""A configured plugin: what it is told, what it may answer, what is written down."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import functools

import attrs
import httpx
import pytest
from tests.effects.agencies import (
    BOOKING,
    CANARY,
    FIND,
    HOST,
    MANIFEST,
    NOW,
    answering,
    asking,
    attach,
    doing,
    outcome,
    told,
    written,
)

from pmkit.core.certainty import Certainty
from pmkit.core.effects import EffectKind
from pmkit.core.environment import Environment
from pmkit.core.lookups import (
    Absent,
    FindRequest,
    Found,
    ObservationsRequest,
    Pending,
    VisitDaysRequest,
)
from pmkit.core.money import Money
from pmkit.core.parties import Role
from pmkit.core.payment import Purpose, RefundState
from pmkit.core.plugin_errors import (
    AddressRefusedError,
    OutcomeUnknownError,
    PaymentDeclinedError,
    PluginFaultError,
    ProtocolViolationError,
    ProviderUnavailableError,
    RequestInvalidError,
    SettingsError,
    SlotUnavailableError,
    UnsupportedError,
)
from pmkit.core.ports import (
    AppointmentAccepted,
    Availability,
    BookingReply,
    CancelRequest,
    ChargeRequest,
    Notice,
    PaymentNews,
    PaymentObservation,
    PaymentQuery,
    RefundObservation,
    RefundOrder,
)
from pmkit.effects.attached import (
    AttachedAgency,
    AttachedMethod,
    AttachedNotifier,
    attached,
)
from pmkit.effects.statuses import expect, reads
from pmkit.hooks.capabilities import FULL, Capabilities, Capability, Support
from pmkit.hooks.manifest import PluginKind, PluginManifest

BOOKED = BookingReply(reference="R-1")
DRIVERS = pytest.mark.parametrize("driver", ["call", "acall"])
OTHERS = AppointmentAccepted(id="a", service_id="another", visit=1, at=NOW)
OURS = AppointmentAccepted(id="a", service_id="pm-1", visit=1, at=NOW)
WATCHED = ObservationsRequest(subject="pm-1")
DAYS = VisitDaysRequest(
    kind="FRI", lines=(), first=dt.date(2026, 2, 1), last=dt.date(2026, 2, 3)
)


def manifest_of(kind, **operations):
    """Make the manifest of another kind of plugin."""
    return PluginManifest(
        id="acme",
        kind=kind,
        title="Acme",
        factory="acme:Acme",
        capabilities=Capabilities(operations=operations),
    )


def get(path=""):
    """Make a request that reads."""
    return httpx.Request("GET", f"{HOST}/{path}")


def post(path=""):
    """Make a request that changes something."""
    return httpx.Request("POST", f"{HOST}/{path}")


class TestContext:
    """What a plugin is told beside the request."""

    def seen(self, operation="book", request=BOOKING, *, manifest=MANIFEST, **how):
        """Call, and give the context that the plugin saw."""
        contexts = []

        def method(_request, context):
            contexts.append(context)
            return {"book": BOOKED, "find": Absent()}[operation]

        plugin = doing(**{operation: method})
        attached(plugin, manifest, clock=lambda: NOW, **how).call(operation, request)
        return contexts[0]

    def test_all(self):
        """The id, the key, the instance, its environment, the time and the seconds."""
        context = self.seen(name="acme-cn", environment="live")

        assert context.operation_id == "op-1"
        assert context.key == "op-1"
        assert context.instance == "acme-cn"
        assert context.environment is Environment.LIVE
        assert context.now == NOW
        assert context.seconds == 30.0

    def test_key_of_a_look_up(self):
        """A look-up is told the key under which the lost call was sent."""
        book = Capability(
            support=Support.FULL, key_length=20, key_alphabet="0123456789"
        )
        manifest = manifest_of(PluginKind.AGENCY, book=book, find=FULL)
        sent = self.seen(manifest=manifest, request=BOOKING)
        looked_up = self.seen("find", FIND, manifest=manifest)

        assert sent.key == looked_up.key
        assert sent.key.isdigit()

    def test_key_of_a_nameless_call(self):
        """A call without a name has no key."""
        agency = attach(doing(quote=lambda _request, context: context.key))
        outcome(agency, "quote", object())

        assert agency.last_record.operation_id == ""


class TestUnsupported:
    """What a plugin does not offer is not asked of it."""

    @pytest.mark.parametrize("operation", ["observations", "charge", "nonsense", "_x"])
    def test_refused(self, operation):
        """No request leaves for what is not there, not declared or of another kind."""
        manifest = manifest_of(PluginKind.AGENCY, book=FULL, charge=FULL)
        agency = attached(doing(book=None, charge=print, _x=print), manifest)
        with pytest.raises(UnsupportedError) as caught:
            agency.call(operation, WATCHED)

        assert caught.value.certainty is Certainty.NOT_SENT
        assert caught.value.operation == operation

    def test_declared_but_absent(self):
        """A capability without a method is refused when it is called."""
        with pytest.raises(UnsupportedError):
            attach(doing()).book(BOOKING)

    def test_optional_beneficiary(self):
        """A way to pay without an account of its own names none."""
        method = attached(doing(), manifest_of(PluginKind.PAYMENT, charge=FULL))

        assert method.beneficiary(None) is None

    def test_only_for_loops(self):
        """A transport for event loops cannot serve a thread."""

        class ForLoops(httpx.AsyncBaseTransport):
            """Never used."""

        agency = attach(doing(book=asking(f"{HOST}/b")), async_transport=ForLoops())

        assert type(outcome(agency)) is SettingsError


@DRIVERS
class TestAnswers:
    """Answers of the right type, about what was asked."""

    @pytest.mark.parametrize(
        ("operation", "request_", "answer"),
        [
            ("book", BOOKING, BOOKED),
            ("book", BOOKING, Pending(reference="R-1")),
            ("cancel", object(), None),
            ("observations", WATCHED, [OURS]),
            ("observations", WATCHED, (OURS, OURS)),
            ("observations", WATCHED, []),
            ("observations", WATCHED, iter([OURS])),
            ("visit_days", DAYS, {dt.date(2026, 2, 1)}),
            ("find", FIND, Found(news=(BOOKED,))),
            ("find", FIND, Found()),
            ("find", FIND, Absent()),
            ("find", FIND, Pending()),
        ],
    )
    def test_right(self, operation, request_, answer, driver):
        """What the contract asks for is taken, lists as tuples."""
        agency = attach(doing(**{operation: lambda _request, _context: answer}))
        got = outcome(agency, operation, request_, driver=driver)

        assert type(got) is type(answer) or isinstance(got, tuple)
        assert agency.last_record.certainty is Certainty.APPLIED

    @pytest.mark.parametrize(
        ("operation", "request_", "answer"),
        [
            ("book", BOOKING, None),
            ("book", BOOKING, "R-1"),
            ("book", BOOKING, {"reference": "R-1"}),
            ("book", BOOKING, [BOOKED]),
            ("book", BOOKING, True),
            ("cancel", object(), True),
            ("observations", WATCHED, None),
            ("observations", WATCHED, OURS),
            ("observations", WATCHED, "text"),
            ("observations", WATCHED, b"bytes"),
            ("observations", WATCHED, [OURS, None]),
            ("observations", WATCHED, {"a": OURS}),
            ("observations", WATCHED, [OURS] * 10_001),
            ("visit_days", DAYS, [dt.datetime(2026, 2, 1, tzinfo=dt.UTC)]),
            ("find", FIND, None),
            ("quote", object(), 300.0),
        ],
    )
    def test_wrong(self, operation, request_, answer, driver):
        """What the contract does not ask for is a fault of the plugin."""
        agency = attach(doing(**{operation: lambda _request, _context: answer}))
        error = outcome(agency, operation, request_, driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.UNKNOWN

    @pytest.mark.parametrize(
        ("operation", "request_", "answer"),
        [
            ("observations", WATCHED, [OURS, OTHERS]),
            ("visit_days", DAYS, [dt.date(2026, 2, 4)]),
            ("visit_days", DAYS, [dt.date(2026, 1, 31)]),
            (
                "find",
                attrs.evolve(FIND, kind=EffectKind.CANCEL),
                Found(news=(BOOKED,)),
            ),
        ],
    )
    def test_about_something_else(self, operation, request_, answer, driver):
        """An answer about another service is refused."""
        agency = attach(doing(**{operation: lambda _request, _context: answer}))
        error = outcome(agency, operation, request_, driver=driver)

        assert type(error) is ProtocolViolationError
        assert error.certainty is Certainty.REJECTED


PAID = PaymentObservation(
    id="n-1",
    order_id="TA-1",
    payment_id="pay-1",
    news=PaymentNews.RECEIVED,
    at=NOW,
    amount=Money.of("300.00", "USD"),
)
SENT_BACK = RefundObservation(
    id="n-2", order_id="TA-1", refund_id="ref-1", state=RefundState.INITIATED, at=NOW
)
CHARGE = ChargeRequest(
    operation_id="op-2",
    order_id="TA-1",
    payment_id="pay-1",
    amount=Money.of("300.00", "USD"),
)
REFUND = RefundOrder(
    operation_id="op-3",
    order_id="TA-1",
    refund_id="ref-1",
    payment_id="pay-1",
    amount=Money.of("300.00", "USD"),
)
PAYMENT = manifest_of(
    PluginKind.PAYMENT,
    **dict.fromkeys(
        ("availability", "beneficiary", "charge", "refund", "observations", "find"),
        FULL,
    ),
)


class TestPayments:
    """A way to pay answers for the payment that was asked about."""

    @pytest.mark.parametrize(
        ("operation", "request_", "answer", "right"),
        [
            ("charge", CHARGE, [PAID], True),
            ("charge", CHARGE, [attrs.evolve(PAID, payment_id="pay-2")], False),
            ("charge", CHARGE, [attrs.evolve(PAID, order_id="TA-2")], False),
            ("refund", REFUND, [SENT_BACK], True),
            ("refund", REFUND, [attrs.evolve(SENT_BACK, refund_id="ref-2")], False),
            ("refund", REFUND, [attrs.evolve(SENT_BACK, order_id="TA-2")], False),
            ("observations", ObservationsRequest(subject="pay-1"), [PAID], True),
            ("observations", ObservationsRequest(subject="pay-1"), [SENT_BACK], True),
            ("observations", ObservationsRequest(subject="pay-2"), [PAID], False),
        ],
    )
    def test_subject(self, operation, request_, answer, right):
        """News of another payment, refund or order are refused."""
        method = attached(
            doing(**{operation: lambda _request, _context: answer}), PAYMENT
        )
        got = outcome(method, operation, request_)

        assert right is (got == tuple(answer))
        assert right is not isinstance(got, ProtocolViolationError)

    @pytest.mark.parametrize(
        ("kind", "news", "right"),
        [
            (EffectKind.CHARGE, PAID, True),
            (EffectKind.CHARGE, attrs.evolve(PAID, payment_id="pay-2"), False),
            (EffectKind.CHARGE, attrs.evolve(PAID, order_id="TA-2"), False),
            (EffectKind.CHARGE, BOOKED, False),
        ],
    )
    def test_found(self, kind, news, right):
        """What a look-up finds is about the call that was looked up."""
        request = FindRequest(
            operation_id="op-2",
            kind=kind,
            order_id="TA-1",
            subject="pay-1",
            sent_at=NOW,
        )
        answer = Found(news=(news,))
        method = attached(doing(find=lambda _request, _context: answer), PAYMENT)
        got = outcome(method, "find", request)

        assert right is (got == answer)


class TestKinds:
    """Each kind of plugin fits what the desk calls."""

    def test_agency(self):
        """An agency is called by the names of its Protocol."""
        cancel = CancelRequest(
            operation_id="op-4", service_id="pm-1", reference="R-1", cause="late"
        )
        agency = attach(
            doing(
                book=lambda _request, _context: BOOKED,
                cancel=lambda _request, _context: None,
                move=lambda _request, _context: None,
                observations=lambda _request, _context: [OURS],
                visit_days=lambda _request, _context: [],
                find=lambda _request, _context: Absent(),
            ),
            name="acme-cn",
        )

        assert isinstance(agency, AttachedAgency)
        assert (agency.name, agency.title) == ("acme-cn", "Acme Inspections")
        assert agency.book(BOOKING) == BOOKED
        assert agency.cancel(cancel) is None
        assert agency.move(object()) is None
        assert agency.observations("pm-1") == (OURS,)
        assert agency.visit_days(DAYS) == ()
        assert agency.find(FIND) == Absent()

    def test_method(self):
        """A way to pay is called by the names of its Protocol."""
        free = Availability(available=True)
        query = PaymentQuery(
            order_id="TA-1",
            purpose=Purpose.SERVICE,
            amount=Money.of("300.00", "USD"),
            payer=Role.BUYER,
            now=NOW,
        )
        method = attached(
            doing(
                availability=lambda _request, _context: free,
                beneficiary=lambda _request, _context: None,
                charge=lambda _request, _context: [PAID],
                refund=lambda _request, _context: [SENT_BACK],
                observations=lambda _request, _context: [],
                find=lambda _request, _context: Absent(),
            ),
            PAYMENT,
        )

        assert isinstance(method, AttachedMethod)
        assert method.availability(query) == free
        assert method.beneficiary(CHARGE) is None
        assert method.charge(CHARGE) == (PAID,)
        assert method.refund(REFUND) == (SENT_BACK,)
        assert method.observations("pay-1") == ()
        assert method.find(FIND) == Absent()

    def test_notifier(self):
        """A notifier sends each notice under the name of the notice."""
        sent = []
        manifest = manifest_of(PluginKind.NOTIFIER, send=FULL)
        notifier = attached(
            doing(send=lambda _notice, context: sent.append(context.key)), manifest
        )
        notifier.send(
            Notice(
                id="n-7",
                order_id="TA-1",
                to=Role.BUYER,
                party="Müller",
                at=NOW,
                subject="Report",
                text="It is there.",
            )
        )

        assert isinstance(notifier, AttachedNotifier)
        assert sent == ["n-7"]


@DRIVERS
class TestSeveralRequests:
    """What is certain when a call made more than one request."""

    def after(self, *responses, requests, driver):
        """Book with several requests, and give the error."""

        def book(_request, _context):
            for made in requests:
                yield made()
            return BOOKED

        agency = attach(doing(book=book), transport=answering(*responses))
        return outcome(agency, driver=driver)

    def test_nothing_sent_after_an_effect(self, driver):
        """A third request that never left does not undo the first one."""
        lost = httpx.ConnectError("")
        error = self.after(200, 200, lost, requests=[post, get, post], driver=driver)

        assert type(error) is OutcomeUnknownError
        assert error.certainty is Certainty.UNKNOWN

    def test_rejected_after_an_effect(self, driver):
        """A second change that is refused does not undo the first one."""
        error = self.after(200, 422, requests=[post, post], driver=driver)

        assert type(error) is OutcomeUnknownError

    def test_rejected_after_reading(self, driver):
        """A change that is refused after requests that only read is refused."""
        error = self.after(200, 422, requests=[get, post], driver=driver)

        assert type(error) is RequestInvalidError
        assert error.certainty is Certainty.REJECTED

    def test_rejected_after_a_token(self, driver):
        """A request for a token changes nothing, where the plugin says so."""
        token = lambda: reads(post("token"))  # noqa: E731 - as short as it is clear
        error = self.after(200, 422, requests=[token, post], driver=driver)

        assert error.certainty is Certainty.REJECTED

    def test_reading_fails_after_an_effect(self, driver):
        """A look after a change that fails leaves the change unknown."""
        error = self.after(200, 404, requests=[post, get], driver=driver)

        assert error.certainty is Certainty.UNKNOWN

    @pytest.mark.parametrize("status", [408, 409, 500, 503])
    def test_after_an_answer_that_does_not_tell(self, status, driver):
        """A change after one that may have happened cannot make all of it a no."""
        made = lambda: expect(post(), status)  # noqa: E731 - as short as it is clear
        error = self.after(status, 422, requests=[made, post], driver=driver)

        assert error.certainty is Certainty.UNKNOWN

    def test_refused_twice(self, driver):
        """A change that was refused, and refused again, is refused."""
        made = lambda: expect(post(), 422)  # noqa: E731 - as short as it is clear
        error = self.after(422, 422, requests=[made, post], driver=driver)

        assert error.certainty is Certainty.REJECTED


def raising(error):
    """Book with one request whose 409 the plugin sees, and raise."""

    def book(_request, _context):
        yield expect(post(), 409)
        raise error

    return book


class SecretiveError(Exception):
    """An exception whose words are secret, or fail."""

    def __init__(self, *, fails=False):
        super().__init__(CANARY)
        self.fails = fails

    def __str__(self):
        """Fail, or tell a secret."""
        if self.fails:
            raise RuntimeError(CANARY)
        return CANARY

    __repr__ = __str__


class SubclassedError(SlotUnavailableError):
    """An error of the plugin that tells a secret."""

    def __str__(self):
        """Tell a secret."""
        return CANARY


def catching(finish):
    """Book with one request, catch whatever is thrown, and finish otherwise."""

    def book(_request, _context):
        try:
            yield post()
        except BaseException:  # noqa: BLE001 - that is what it does wrong
            return finish()

    return book


def declining():
    """Say that the payer's bank says no."""
    msg = "Declined."
    raise PaymentDeclinedError(msg)


def unavailable():
    """Say that nothing was sent."""
    msg = "Not there."
    raise ProviderUnavailableError(msg)


def endless(_request, _context):
    """Ask for ever."""
    while True:
        with contextlib.suppress(Exception):
            yield post()


def deaf(_request, _context):
    """Ignore that the call is over."""
    try:
        yield post()
    finally:
        yield post("again")


def spoilt_decimals(_request, _context):
    """Change how numbers are rounded."""
    decimal.getcontext().prec = 2
    yield get()
    return BOOKED


def called(inner, request, context):
    """Call another function: not a generator function itself."""
    return inner(request, context)


@DRIVERS
class TestEvilPlugins:
    """Whatever a plugin does, the call ends with one of our errors."""

    @pytest.mark.parametrize(
        "raised",
        [
            ValueError(CANARY),
            KeyError(CANARY),
            RecursionError(),
            MemoryError(),
            SystemExit(3),
            StopIteration("x"),
            StopAsyncIteration(),
            SecretiveError(),
            SecretiveError(fails=True),
            BaseExceptionGroup(CANARY, [ValueError()]),
            AssertionError(CANARY),
            httpx.ReadTimeout(CANARY),
        ],
        ids=lambda raised: type(raised).__name__,
    )
    def test_foreign(self, raised, driver):
        """A foreign exception is a fault of the plugin, and nothing of it is told."""
        agency = attach(doing(book=raising(raised)), transport=answering(409))
        error = outcome(agency, driver=driver)
        seen = f"{error} {error!r} {vars(error)} {agency.last_record} {agency!r}"

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.UNKNOWN
        assert CANARY not in seen
        assert error.__cause__ is None
        assert error.__context__ is None

    @pytest.mark.parametrize("raised", [KeyboardInterrupt, GeneratorExit])
    def test_never_swallowed(self, raised, driver):
        """What stops a program is not swallowed, and the call is unknown."""
        agency = attach(doing(book=raising(raised())), transport=answering(409))
        with pytest.raises(raised):
            outcome(agency, driver=driver)

        assert agency.last_record.certainty is Certainty.UNKNOWN
        assert agency.health.busy == 0

    def test_before_any_request(self, driver):
        """A plugin that breaks before its first request sent nothing."""

        def book(_request, _context):
            raise ValueError(CANARY)
            yield

        error = outcome(attach(doing(book=book)), driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.NOT_SENT

    def test_wrong_arguments(self, driver):
        """An operation that cannot be called as all are is a fault."""

        def book(_request):
            yield

        error = outcome(attach(doing(book=book)), driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.NOT_SENT

    def test_own_class(self, driver):
        """An error of a class of the plugin becomes ours, without its words."""
        raised = SubclassedError("Nobody\x1b[31m is\nfree.", provider_code="x" * 1000)
        raised.retry = "always"
        raised.secret = CANARY
        agency = attach(doing(book=raising(raised)), transport=answering(409))
        error = outcome(agency, driver=driver)

        assert type(error) is SlotUnavailableError
        assert error.certainty is Certainty.REJECTED
        assert error.message == "Nobody [31m is free."
        assert len(error.provider_code) == 300
        assert CANARY not in f"{error} {vars(error)}"

    @pytest.mark.parametrize("finish", [declining, unavailable, lambda: BOOKED])
    def test_lies_after_a_lost_answer(self, finish, driver):
        """A lost answer cannot be made a no, a never sent or a yes."""
        agency = attach(
            doing(book=catching(finish)), transport=answering(httpx.ReadTimeout(""))
        )
        error = outcome(agency, driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.UNKNOWN

    def test_lies_after_a_server_error(self, driver):
        """A 500 that a plugin saw cannot be called unsent."""

        def book(_request, _context):
            yield expect(post(), 500)
            unavailable()

        agency = attach(doing(book=book), transport=answering(500))
        error = outcome(agency, driver=driver)

        assert error.certainty is Certainty.UNKNOWN

    def test_absent_without_asking(self, driver):
        """A look-up that got no answer cannot say that nothing is there."""

        def find(_request, _context):
            with contextlib.suppress(Exception):
                yield get()
            return Absent()

        agency = attach(doing(find=find), transport=answering(httpx.ReadTimeout("")))
        error = outcome(agency, "find", FIND, driver=driver)

        assert type(error) is PluginFaultError

    def test_endless(self, driver):
        """A plugin that asks for ever is stopped at its bound."""
        agency = attach(
            doing(book=endless),
            transport=answering(*[200] * 20),
            limits={"requests": 5},
        )
        error = outcome(agency, driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.UNKNOWN
        assert len(agency.last_record.exchanges) == 5

    def test_endless_refusals(self, driver):
        """A plugin that goes on after each refusal is stopped at the same bound."""

        def book(_request, _context):
            while True:
                with contextlib.suppress(AddressRefusedError):
                    yield httpx.Request("POST", "https://evil.example/")

        error = outcome(attach(doing(book=book)), driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.NOT_SENT

    def test_deaf(self, driver):
        """A generator that goes on when it is closed changes nothing."""
        agency = attach(doing(book=deaf), transport=answering(500, 200))
        error = outcome(agency, driver=driver)

        assert error.certainty is Certainty.UNKNOWN
        assert agency.health.busy == 0

    @pytest.mark.parametrize("yielded", [None, "https://x", 3, OURS, object])
    def test_no_request(self, yielded, driver):
        """What is yielded has to be a request."""

        def book(_request, _context):
            yield yielded

        error = outcome(attach(doing(book=book)), driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.NOT_SENT

    def test_broken_body(self, driver):
        """A body that breaks while it is read does not leave."""

        def pieces():
            yield b"a"
            raise ValueError(CANARY)

        agency = attach(doing(book=asking(f"{HOST}/b", content=pieces())))
        error = outcome(agency, driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.NOT_SENT

    def test_endless_answer(self, driver):
        """A list that never ends is cut at its bound."""

        def forever():
            while True:
                yield OURS

        def observations(_request, _context):
            yield get()
            return forever()

        agency = attach(doing(observations=observations), transport=answering(200))
        error = outcome(agency, "observations", WATCHED, driver=driver)

        assert type(error) is PluginFaultError

    def test_list_that_breaks(self, driver):
        """A list that breaks while it is read is a fault of the plugin."""

        def one():
            yield OURS
            raise ValueError(CANARY)

        def observations(_request, _context):
            yield get()
            return one()

        agency = attach(doing(observations=observations), transport=answering(200))
        error = outcome(agency, "observations", WATCHED, driver=driver)

        assert type(error) is PluginFaultError
        assert CANARY not in str(error)

    def test_decimals(self, driver):
        """A plugin that changes how numbers are rounded changes it for itself."""
        agency = attach(doing(book=spoilt_decimals), transport=answering(200))
        before = decimal.getcontext().prec
        outcome(agency, driver=driver)

        assert before == decimal.getcontext().prec

    def test_hidden_generator(self, driver):
        """A generator that a plain function returns is driven all the same."""
        inner = asking(f"{HOST}/b")
        plugin = doing(book=functools.partial(called, inner))
        agency = attach(plugin, transport=answering(200))

        assert outcome(agency, driver=driver) == BOOKED
        assert agency.health.busy == 0


class TestRecords:
    """What is written down of a call."""

    def test_nothing_secret(self):
        """No query, no header, no body, no word of an exception stands in a record."""
        book = asking(
            f"{HOST}/b?key={CANARY}",
            headers={"Authorization": CANARY},
            json={"key": CANARY},
        )
        heard = []
        agency = attach(
            doing(book=book),
            transport=answering(httpx.Response(500, text=CANARY)),
            on_call=heard.append,
        )
        outcome(agency)

        assert heard == [agency.last_record]
        assert CANARY not in repr(heard)
        assert written(heard[0]) == (
            "op-1",
            Certainty.UNKNOWN,
            "plugin-unknown",
            [("POST", "/b", 500, len(CANARY), "")],
        )

    def test_who_listens_cannot_break_it(self):
        """A listener that fails does not turn a success into an error."""

        def listen(_record):
            raise ValueError

        agency = attach(
            doing(book=asking(f"{HOST}/b")), transport=answering(200), on_call=listen
        )

        assert agency.book(BOOKING) == BOOKED

    def test_blocking_transport_in_a_loop(self):
        """A transport that can only block serves an event loop too, equally."""

        class Blocking(httpx.BaseTransport):
            """Answer in this process."""

            def handle_request(self, request):
                """Answer."""
                return httpx.Response(422, json={})

        agency = attach(doing(book=asking(f"{HOST}/b")), transport=Blocking())
        one, other = outcome(agency), outcome(agency, driver="acall")

        assert told(one) == told(other)
        assert type(one) is RequestInvalidError
