"""The plugins of the companies over real sockets: each thing once, and certain."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt

import attrs
import httpx
import pytest

from pmkit.core.certainty import Certainty
from pmkit.core.effects import EffectKind
from pmkit.core.lookups import Absent, FindRequest, Found, ObservationsRequest
from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Role
from pmkit.core.payment import RefundState
from pmkit.core.plugin_errors import (
    AddressRefusedError,
    AuthFailedError,
    OutcomeUnknownError,
    OutOfCoverageError,
    PaymentDeclinedError,
    ProtocolViolationError,
    ProviderConflictError,
    ProviderNotFoundError,
    RequestInvalidError,
    SettingsError,
    WebhookRejected,
)
from pmkit.core.ports import CancelRequest, MoveRequest, Notice
from pmkit.core.visit import Appointment
from pmkit.effects.webhooks import Delivery
from pmkit.hooks.host import PluginHost
from pmkit.hooks.secrets import Secret
from pmkit.sandbox.far.server import serving
from pmkit.sandbox.far.transport import InProcess
from pmkit.sandbox.plugins import manifests

SECRET = "whsec_" + base64.b64encode(b"0123456789" * 3).decode()
SENT = dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC)
NOTICE = Notice(
    id="n-1",
    order_id="o-1",
    to=Role.BUYER,
    party="Muster GmbH",
    at=SENT,
    subject="唛头不符",
    text="The shipping mark is another one.",
)


def attach(world, url, plugin, *, key="key-1", transport=None, place=""):
    """Attach one plugin as an application does."""
    host = PluginHost(strict=True)
    host.register(getattr(manifests, plugin))
    return host.attach(
        getattr(manifests, plugin).id,
        settings={
            "api_key": Secret(key),
            "base_url": url,
            "webhook_secret": Secret(SECRET),
        },
        exceptions=(place,) if place else (),
        transport=transport,
        clock=world.now,
    )


def finding(operation_id="op-1", kind=EffectKind.BOOK, subject="s-1"):
    """Ask what became of a call."""
    return FindRequest(
        operation_id=operation_id,
        kind=kind,
        order_id="o-1",
        subject=subject,
        sent_at=SENT,
    )


class LosesReplies(httpx.BaseTransport):
    """A network that loses the replies to what changes something."""

    def __init__(self, app, *, lost=1):
        self._far = InProcess(app)
        self._lost = lost

    def handle_request(self, request):
        response = self._far.handle_request(request)
        if self._lost and "idempotency-key" in request.headers:
            self._lost -= 1
            msg = "lost"
            raise httpx.ReadTimeout(msg, request=request)
        return response


class Says(httpx.BaseTransport):
    """A far side that answers everything alike."""

    def __init__(self, status, body):
        self._status, self._body = status, body

    def handle_request(self, request):
        del request
        return httpx.Response(self._status, content=self._body)


@pytest.fixture(name="served")
def _served(app, socket_enabled):
    """Serve the application on loopback."""
    del socket_enabled
    with serving(app) as server:
        yield server


@pytest.fixture(name="over")
def _over(world, served):
    """Give a function that attaches a plugin over a real socket."""
    attached = []

    def make(plugin, **how):
        place = served.url.removeprefix("http://")
        found = attach(world, served.url, plugin, **{"place": place, **how})
        attached.append(found)
        return found

    yield make
    for each in attached:
        each.close()


@pytest.fixture(name="by")
def _by(world):
    """Give a function that attaches a plugin to another transport."""

    def make(plugin, transport):
        return attach(
            world, "https://sandbox.pmkit.invalid", plugin, transport=transport
        )

    return make


class TestAgencyOverLoopback:
    """The agency on a real socket."""

    def test_the_road_of_a_visit(self, over, booking, world):
        """Booked, moved, checked, reported with its photos, and cancelled."""
        agency = over("AGENCY")
        reply = agency.book(booking())
        appointment = Appointment(
            starts_at=dt.datetime(2026, 2, 5, 1, tzinfo=dt.UTC),
            ends_at=dt.datetime(2026, 2, 5, 9, tzinfo=dt.UTC),
            place="Yinzhou, Ningbo",
        )
        move = MoveRequest(
            operation_id="op-2",
            service_id="s-1",
            reference=reply.reference,
            visit=1,
            appointment=appointment,
        )
        agency.move(move)
        world.agency.accept_appointment("s-1", 1)
        world.agency.finish_check("s-1", 1)
        world.agency.deliver_report("s-1", 1)
        heard = agency.observations("s-1")
        agency.cancel(
            CancelRequest(
                operation_id="op-3",
                service_id="s-1",
                reference=reply.reference,
                cause="Not needed any more.",
            )
        )

        assert "SBX-0001" == reply.reference
        assert world.agency.observations("s-1") == heard
        assert [move] == world.agency.tasks[0].moves
        assert "Not needed any more." == world.agency.tasks[0].cancelled

    def test_a_quote(self, over, quoting, world):
        """The price is that of the company, line by line."""
        assert world.agency.quote(quoting()) == over("AGENCY").quote(quoting())

    def test_sync_and_async_are_alike(self, over, booking, quoting, world):
        """An event loop gets the same answers, and the same errors."""
        agency = over("AGENCY")

        async def everything():
            async with over("AGENCY") as waited:
                with pytest.raises(OutOfCoverageError) as caught:
                    await waited.acall("quote", quoting("XYZ"))
                return (
                    await waited.acall("quote", quoting()),
                    await waited.acall("book", booking()),
                    await waited.acall("find", finding()),
                    caught.value,
                )

        price, reply, found, error = asyncio.run(everything())
        with pytest.raises(OutOfCoverageError) as caught:
            agency.quote(quoting("XYZ"))

        assert agency.quote(quoting()) == price
        assert agency.book(booking()) == reply
        assert agency.find(finding()) == found
        assert str(caught.value) == str(error)
        assert {"book s-1": 1} == dict(world.agency.ledger.effects)

    def test_a_place_that_is_no_exception(self, over, booking, world):
        """Without the exact exception nothing of this machine is called."""
        with pytest.raises(AddressRefusedError) as caught:
            over("AGENCY", place="127.0.0.1:9").book(booking())

        assert Certainty.NOT_SENT is caught.value.certainty
        assert [] == world.agency.tasks

    def test_a_wrong_key(self, over, booking, world):
        """The far side takes nothing from a stranger."""
        with pytest.raises(AuthFailedError) as caught:
            over("AGENCY", key="key-2").book(booking())

        assert Certainty.REJECTED is caught.value.certainty
        assert "key-2" not in f"{caught.value!r} {caught.value}"
        assert [] == world.agency.tasks


class TestMoneyOverLoopback:
    """The payment companies on a real socket."""

    def test_a_card_pays_and_pays_back(self, over, charging, refunding, world):
        """Money comes and goes once, with the news of the company."""
        card = over("CARD")
        charged = card.charge(charging())
        refunded = card.refund(refunding())
        world.card.settle_refund("r-1")

        assert ["submitted", "received"] == [news.news.value for news in charged]
        assert [RefundState.INITIATED] == [news.state for news in refunded]
        assert world.card.observations("p-1") == card.observations("p-1")
        assert {"capture p-1": 1, "refund r-1": 1} == dict(world.card.ledger.effects)

    def test_a_declined_card_is_news(self, over, charging):
        """The payer is told why in the company's words."""
        (news,) = over("CARD").charge(charging(instrument="tok-declines"))

        assert "The card was declined: insufficient funds." == news.reason

    def test_a_transfer_names_its_account(self, over, charging, asking, world):
        """The payer is shown the account, and when the money should be there."""
        transfer = over("TRANSFER")

        assert world.transfer.beneficiary(charging()) == transfer.beneficiary(
            charging()
        )
        assert world.transfer.availability(asking()) == transfer.availability(asking())
        assert None is over("CARD").beneficiary(charging())

    def test_pay_later_says_why_not(self, over, charging, asking, world):
        """It is there, cannot be used, and nothing happens by trying."""
        pay_later = over("PAY_LATER")
        with pytest.raises(PaymentDeclinedError) as caught:
            pay_later.charge(charging())

        assert world.pay_later.availability(asking()) == (
            pay_later.availability(asking())
        )
        assert Certainty.REJECTED is caught.value.certainty
        assert Absent() == pay_later.find(finding(kind=EffectKind.CHARGE))


class TestCertainty:
    """What is known after a call that did not simply succeed."""

    def test_a_lost_reply_is_found(self, by, app, booking, world):
        """The look-up says what the lost reply said, and nothing is done twice."""
        agency = by("AGENCY", LosesReplies(app))
        with pytest.raises(OutcomeUnknownError) as caught:
            agency.book(booking())
        found = agency.find(finding())
        again = agency.book(booking())

        assert Certainty.UNKNOWN is caught.value.certainty
        assert Found(news=(again,)) == found
        assert {"book s-1": 1} == dict(world.agency.ledger.effects)

    def test_a_lost_charge_is_found_with_its_money(self, by, app, charging, world):
        """A charge whose reply was lost is looked up, never made again."""
        card = by("CARD", LosesReplies(app))
        with pytest.raises(OutcomeUnknownError):
            card.charge(charging())
        found = card.find(finding(kind=EffectKind.CHARGE, subject="p-1"))

        assert Money.of("292.56", "USD") == found.news[1].amount
        assert {"capture p-1": 1} == dict(world.card.ledger.effects)

    def test_a_lost_refund_is_found(self, by, app, charging, refunding, world):
        """A refund whose reply was lost went back once."""
        world.card.charge(charging())
        card = by("CARD", LosesReplies(app))
        with pytest.raises(OutcomeUnknownError):
            card.refund(refunding())
        found = card.find(finding("op-9", EffectKind.REFUND, "r-1"))

        assert "r-1" == found.news[0].refund_id
        assert 1 == world.card.ledger.effects["refund r-1"]

    def test_what_never_arrived_is_absent(self, by, app):
        """The far side says that it has no such call."""
        assert Absent() == by("AGENCY", InProcess(app)).find(finding())

    def test_one_operation_with_other_terms(self, by, app, booking, world):
        """The same key with another body is a conflict, and changes nothing."""
        agency = by("AGENCY", InProcess(app))
        agency.book(booking())
        with pytest.raises(ProviderConflictError) as caught:
            agency.book(booking(lines=(OrderLine(product="Cup", quantity=1),)))

        assert "key-reused" == caught.value.provider_code
        assert {"book s-1": 1} == dict(world.agency.ledger.effects)

    def test_a_task_that_is_not_there(self, by, app):
        """Nothing can be cancelled that was not booked."""
        request = CancelRequest(
            operation_id="op-3", service_id="s-1", reference="SBX-0009", cause=""
        )
        with pytest.raises(ProviderNotFoundError) as caught:
            by("AGENCY", InProcess(app)).cancel(request)

        assert Certainty.REJECTED is caught.value.certainty

    def test_a_field_that_is_wrong(self, by, app, booking):
        """A refusal names the field that the far side does not take."""
        with pytest.raises(RequestInvalidError) as caught:
            by("AGENCY", InProcess(app)).book(booking(kind=None))

        assert ("kind",) == caught.value.fields
        assert Certainty.REJECTED is caught.value.certainty

    @pytest.mark.parametrize(
        "body",
        [b"", b"[]", b"null", b"<html>", b'{"reference": 5}', b'{"reference": ""}'],
    )
    def test_an_answer_that_cannot_be_read(self, by, booking, body):
        """A success that says nothing that can be read leaves the outcome unknown."""
        with pytest.raises(ProtocolViolationError) as caught:
            by("AGENCY", Says(201, body)).book(booking())

        assert Certainty.UNKNOWN is caught.value.certainty

    def test_a_done_that_does_not_say_so(self, by):
        """A page of somebody else is no confirmation."""
        request = CancelRequest(
            operation_id="op-3", service_id="s-1", reference="SBX-0001", cause=""
        )
        for body in (b"{}", b'{"done": null}', b'{"done": 1}'):
            with pytest.raises(ProtocolViolationError):
                by("AGENCY", Says(200, body)).cancel(request)

    def test_an_agency_with_news_of_money(self, by):
        """News of a kind that the company cannot have are not taken."""
        news = (
            b'{"observations": [{"type": "payment", "id": "n", "order_id": "o",'
            b' "payment_id": "s-1", "news": "received", "at": "2026-01-20T01:00:00Z"}]}'
        )
        with pytest.raises(ProtocolViolationError):
            by("AGENCY", Says(200, news)).observations("s-1")

    def test_a_swapped_photo(self, by, app, booking, world, monkeypatch):
        """Bytes that are not those of their hash are not handed on."""
        world.agency.book(booking())
        report = world.agency.deliver_report("s-1", 1)
        other = attrs.evolve(report, files=(b"another", *report.files[1:]))
        monkeypatch.setattr(world.agency.tasks[0], "observations", [other])
        with pytest.raises(ProtocolViolationError):
            by("AGENCY", InProcess(app)).observations("s-1")

    def test_photos_are_fetched_once(self, by, app, booking, world):
        """Listening again does not download again what is known by its hash."""
        world.agency.book(booking())
        world.agency.deliver_report("s-1", 1)
        agency = by("AGENCY", InProcess(app))
        first = agency.call("observations", ObservationsRequest(subject="s-1"))
        asked = len(agency.last_record.exchanges)
        again = agency.call("observations", ObservationsRequest(subject="s-1"))

        assert first == again
        assert (3, 1) == (asked, len(agency.last_record.exchanges))


class TestWebhooks:
    """What the companies send, their plugins take, and nobody else's."""

    @pytest.fixture(name="message")
    def _message(self, caller, world, booking):
        """Have the agency sign a message of an arrival."""
        world.agency.book(booking())
        world.agency.arrive("s-1", 1)
        caller.post(
            "/control/webhooks",
            json={
                "company": "agency",
                "url": "http://127.0.0.1:9/hooks",
                "secret": SECRET,
            },
        )
        (message,) = caller.get("/control/webhooks/messages").json()["messages"]
        return message

    def delivery(self, message, **changes):
        """Receive a message."""
        given = {
            "body": message["body"].encode(),
            "headers": message["headers"],
            "received_at": SENT,
        }
        return Delivery(**{**given, **changes})

    def test_are_verified_and_read(self, by, app, world, message):
        """A signed arrival is the arrival."""
        agency = by("AGENCY", InProcess(app)).implementation
        verified = agency.verify(self.delivery(message), None)

        assert list(world.agency.observations("s-1")) == agency.parse(verified, None)
        assert message["id"] == verified.event_id

    def test_of_a_forger_are_not_read(self, by, app, message):
        """A changed body, another stamp or an old message proves nothing."""
        agency = by("AGENCY", InProcess(app)).implementation
        later = SENT + dt.timedelta(seconds=301)
        for changes in (
            {"body": message["body"].replace('"visit":1', '"visit":2').encode()},
            {"headers": {**message["headers"], "webhook-timestamp": "1"}},
            {"received_at": later},
        ):
            with pytest.raises(WebhookRejected):
                agency.verify(self.delivery(message, **changes), None)

    def test_of_the_agency_are_none_of_the_card(self, by, app, message):
        """Authentic is not enough: the company must be the one that is heard."""
        card = by("CARD", InProcess(app)).implementation
        verified = card.verify(self.delivery(message), None)

        with pytest.raises(WebhookRejected):
            card.parse(verified, None)

    def test_of_the_card_are_none_of_the_bank(self, by, app, caller, world, charging):
        """News of money by one company are not taken for those of another."""
        world.card.charge(charging(instrument="tok-declines"))
        said = {"company": "card", "url": "http://127.0.0.1:9/", "secret": SECRET}
        caller.post("/control/webhooks", json=said)
        (message,) = caller.get("/control/webhooks/messages").json()["messages"]
        card, bank = (
            by(plugin, InProcess(app)).implementation for plugin in ("CARD", "TRANSFER")
        )
        verified = bank.verify(self.delivery(message), None)

        assert ["declined"] == [x.news.value for x in card.parse(verified, None)]
        with pytest.raises(WebhookRejected):
            bank.parse(verified, None)

    def test_a_report_is_left_to_be_read(self, by, app, caller, world, message):
        """A report comes without its files, so it is read with the observations."""
        world.agency.deliver_report("s-1", 1)
        agency = by("AGENCY", InProcess(app)).implementation
        messages = caller.get("/control/webhooks/messages").json()["messages"]
        verified = agency.verify(self.delivery(messages[1]), None)

        assert message["id"] == messages[0]["id"]
        assert [] == agency.parse(verified, None)

    def test_need_a_secret(self, world, app, message):
        """Without a secret nothing can be proven, and the setting is named."""
        host = PluginHost()
        host.register(manifests.AGENCY)
        found = host.attach("sandbox-agency", settings={"api_key": Secret("k")})
        with pytest.raises(SettingsError) as caught:
            found.implementation.verify(self.delivery(message), None)

        assert "webhook_secret" == caught.value.field
        found.close()


class TestMessages:
    """The messenger."""

    def test_a_notice_arrives_once(self, over, world):
        """A notice that is sent twice under its id is in the box once."""
        messages = over("MESSAGES")
        messages.send(NOTICE)
        messages.send(NOTICE)

        assert [NOTICE] == world.notifier.notices


class TestSettings:
    """What an instance has to know."""

    @pytest.mark.parametrize(
        "url", ["ftp://a", "http://u:p@a", "http://a/b", "a", "http://", "", 5]
    )
    def test_an_address_that_is_none(self, url):
        """Only the address of a server is taken, and nothing given is in the error."""
        host = PluginHost()
        host.register(manifests.AGENCY)
        with pytest.raises(SettingsError) as caught:
            host.attach(
                "sandbox-agency",
                settings={"api_key": Secret("key-1"), "base_url": url},
            )

        assert "key-1" not in str(caught.value)


def test_manifests_are_those_that_are_announced():
    """The ids of pmkit's entry points are the manifests."""
    host = PluginHost(load=tuple(manifest.id for manifest in manifests.ALL))

    assert sorted(manifest.id for manifest in manifests.ALL) == list(host.manifests)
    assert () == host.failures
