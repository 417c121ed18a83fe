"""Only what was verified can be parsed."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from pmkit.core.environment import Environment
from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import PluginFaultError, SettingsError, WebhookRejected
from pmkit.core.ports import ArrivedOnSite, PaymentNews, PaymentObservation
from pmkit.effects.webhooks import (
    Delivery,
    PlainHmac,
    Proof,
    VerifiedWebhook,
    Verifier,
)
from pmkit.effects.webhooks.listening import listener
from pmkit.effects.webhooks.verified import stored
from pmkit.hooks.capabilities import FULL, Capabilities, Capability, Support
from pmkit.hooks.manifest import PluginKind

AT = dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC)
DELIVERY = Delivery(body=b"{}", headers={"x-who": "acme"}, received_at=AT)
ARRIVED = ArrivedOnSite(id="a-1", service_id="s-1", visit=1, at=AT)
PAID = PaymentObservation(
    id="p-1", order_id="o-1", payment_id="p", news=PaymentNews.SUBMITTED, at=AT
)


class Trusting(Verifier):
    """A scheme of somebody else: whoever says who it is."""

    scheme = "trusting"

    def __init__(self, name="evt-1", sent_at=None):
        self.proof = Proof(event_id=name, sent_at=sent_at)

    def prove(self, delivery):
        """Take what names itself."""
        if delivery.headers.one("x-who") != "acme":
            msg = "Not Acme."
            raise WebhookRejected(msg)
        return self.proof


class Plugin:
    """A plugin whose answers a test sets."""

    def __init__(self, said=(ARRIVED,), verifier=None):
        self.said = said
        self.verifier = verifier or Trusting()
        self.contexts = []

    def verify(self, delivery, context):
        """Verify, as a plugin does."""
        self.contexts.append(context)
        return self.verifier.verify(delivery)

    def parse(self, verified, context):
        """Say what the test wants."""
        self.contexts.append(context)
        return self.said() if callable(self.said) else self.said


def agency(plugin, **more):
    """Attach a plugin as an agency that hears."""
    return listener("acme-cn", PluginKind.AGENCY, plugin, **more)


def raising(error):
    """Make a function that raises."""

    def fail(*_):
        raise error

    return fail


class TestVerifiedWebhook:
    """A type that nobody makes by hand."""

    def test_is_not_made_by_hand(self):
        """The constructor is for verifiers."""
        with pytest.raises(InputError, match="Only a verifier"):
            VerifiedWebhook(event_id="e", body=b"", sent_at=None, scheme="x")

    def test_is_not_changed_by_hand(self):
        """A copy with another body was not verified."""
        verified = Trusting().verify(DELIVERY)

        with pytest.raises(InputError, match="Only a verifier"):
            attrs.evolve(verified, body=b"[]")

    def test_is_given_back_by_the_store(self):
        """What was stored is what was verified, with the scheme that was used."""
        verified = Trusting(sent_at=AT).verify(DELIVERY)
        again = stored(event_id="evt-1", body=b"{}", sent_at=AT, scheme="trusting")

        assert verified == again
        assert again.json() == {}

    def test_shows_no_body(self):
        """A message is not printed by accident."""
        verified = stored(event_id="e", body=b"sk-1", sent_at=None, scheme="x")

        assert "sk-1" not in repr(verified)


class TestVerifier:
    """Schemes of others derive from one class."""

    def test_says_what_it_proves(self):
        """The base class makes the message from what was proven."""
        zone = dt.timezone(dt.timedelta(hours=8))
        verified = Trusting(sent_at=AT.astimezone(zone)).verify(DELIVERY)

        assert ("evt-1", AT, dt.UTC, "trusting") == (
            verified.event_id,
            verified.sent_at,
            verified.sent_at.tzinfo,
            verified.scheme,
        )

    @pytest.mark.parametrize("name", ["", "a b", "a\n", "é", "a" * 129, None, 5])
    def test_ids_are_checked_for_everybody(self, name):
        """No scheme can bring in an id that does not fit into a row or a log."""
        with pytest.raises(WebhookRejected):
            Trusting(name).verify(DELIVERY)

    def test_has_no_default(self):
        """Who does not say what is proven has no verifier."""
        with pytest.raises(TypeError, match="prove"):
            Verifier()


class TestListener:
    """A plugin is asked, and not believed."""

    def test_asks_with_a_context(self):
        """The plugin learns which instance is meant, where, and when."""
        plugin = Plugin()
        hears = attrs.evolve(agency(plugin), environment=Environment.LIVE)
        verified = hears.verify(DELIVERY)

        assert (ARRIVED,) == hears.parse(verified, AT)
        assert [("acme-cn", Environment.LIVE, AT)] * 2 == [
            (x.instance, x.environment, x.now) for x in plugin.contexts
        ]

    def test_only_what_was_verified_is_read(self):
        """The raw message never reaches parse."""
        plugin = Plugin()
        with pytest.raises(InputError, match="not verified"):
            agency(plugin).parse(DELIVERY, AT)

        assert plugin.contexts == []

    @pytest.mark.parametrize(
        "answer",
        [
            None,
            True,
            DELIVERY,
            b"{}",
            stored(event_id="e", body=b"[]", sent_at=None, scheme="x"),
        ],
        ids=range(5),
    )
    def test_verify_gives_the_same_message(self, answer):
        """Anything but a verified message of these bytes is the plugin's fault."""
        plugin = Plugin()
        plugin.verify = lambda *_: answer
        with pytest.raises(PluginFaultError) as raised:
            agency(plugin).verify(DELIVERY)

        assert (raised.value.instance, raised.value.operation) == ("acme-cn", "verify")

    @pytest.mark.parametrize(
        "said",
        [None, "news", b"news", {"a": 1}, 5, [PAID], [ARRIVED, None], [ARRIVED] * 101],
        ids=range(8),
    )
    def test_parse_gives_news_of_its_kind(self, said):
        """An agency does not speak of money, and nobody speaks without end."""
        hears = agency(Plugin(said))
        with pytest.raises(PluginFaultError):
            hears.parse(hears.verify(DELIVERY), AT)

    def test_parse_may_be_a_generator(self):
        """Whatever can be gone through is a list of news."""
        hears = agency(Plugin(lambda: (x for x in [ARRIVED])))

        assert (ARRIVED,) == hears.parse(hears.verify(DELIVERY), AT)

    def test_a_payment_method_speaks_of_money(self):
        """Its news is not that of an agency."""
        hears = listener("card", PluginKind.PAYMENT, Plugin([PAID]))
        verified = hears.verify(DELIVERY)

        assert (PAID,) == hears.parse(verified, AT)
        hears.implementation.said = [ARRIVED]
        with pytest.raises(PluginFaultError):
            hears.parse(verified, AT)

    @pytest.mark.parametrize(
        "error", [KeyError("sk-1"), SystemExit("sk-1"), RecursionError("sk-1")]
    )
    def test_foreign_errors_are_the_plugins_fault(self, error):
        """Only the class of what it raised is kept: its words can be a secret."""
        plugin = Plugin()
        plugin.verify = raising(error)
        with pytest.raises(PluginFaultError, match=type(error).__name__) as raised:
            agency(plugin).verify(DELIVERY)

        assert "sk-1" not in str(raised.value)
        assert raised.value.__suppress_context__

    def test_errors_of_the_contract_stay(self):
        """A plugin that says what is wrong is heard, with its name."""
        plugin = Plugin()
        plugin.verify = raising(SettingsError("No secret is set."))
        with pytest.raises(SettingsError, match="acme-cn verify: No secret"):
            agency(plugin).verify(DELIVERY)

    def test_a_class_of_the_plugin_is_left_behind(self):
        """What a plugin derives from our errors does not speak for itself."""

        class OwnError(WebhookRejected):
            """An error that tells a secret."""

            def __str__(self):
                """Tell it."""
                return "sk-1"

        plugin = Plugin()
        plugin.verify = raising(OwnError("Not signed."))
        with pytest.raises(WebhookRejected) as raised:
            agency(plugin).verify(DELIVERY)

        assert WebhookRejected is type(raised.value)
        assert str(raised.value) == "acme-cn verify: Not signed."

    def test_a_message_of_another_class_is_none(self):
        """What derives from a verified message could change after it was verified."""

        class OwnMessage(VerifiedWebhook):
            """A message that says what it likes."""

            body = DELIVERY.body

        plugin = Plugin()
        plugin.verify = lambda *_: object.__new__(OwnMessage)
        with pytest.raises(PluginFaultError, match="no verified message"):
            agency(plugin).verify(DELIVERY)

    def test_news_that_raise_when_looked_at(self):
        """An odd object among the news is the plugin's fault."""

        class Odd:
            """Raise when anybody asks what it is."""

            @property
            def __class__(self):
                """Raise."""
                raise SystemExit

        hears = agency(Plugin([Odd()]))
        with pytest.raises(PluginFaultError, match="SystemExit"):
            hears.parse(hears.verify(DELIVERY), AT)

    def test_interrupts_go_through(self):
        """Who stops the program is not a plugin's fault."""
        plugin = Plugin()
        plugin.verify = raising(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            agency(plugin).verify(DELIVERY)

    def test_who_does_not_hear(self):
        """Without both methods, or with a capability that says no, nobody listens."""
        mute = Capabilities(webhooks=Capability(support=Support.IMPOSSIBLE))
        told = Plugin()
        told.capabilities = mute
        loud = Plugin()
        loud.capabilities = Capabilities(webhooks=FULL)

        assert agency(told) is None
        assert agency(loud) is not None
        assert agency(object()) is None
        assert listener("n", PluginKind.NOTIFIER, Plugin()) is None


def test_verifiers_of_pmkit_are_verifiers():
    """A plugin may hold any of them in one attribute."""
    assert isinstance(PlainHmac(secrets="x" * 24, header="x"), Verifier)
