"""A panel holds what was attached to it, and nothing that does not fit."""

from __future__ import annotations

import attrs
import pytest

from pmkit.core.errors import PluginError, UnknownPluginError
from pmkit.core.ports import Agency, Notifier, PaymentMethod
from pmkit.hooks.offers import check
from pmkit.hooks.panel import Panel
from pmkit.sandbox import MemoryNotifier, PayLater, SandboxAgency, World


class Telegraph:
    """A notifier, to be broken by the tests."""

    name = "telegraph"

    def send(self, notice):
        """Send nothing."""


class Acme:
    """An agency, to be broken by the tests."""

    name = "acme"
    title = "Acme"

    def quote(self, request):
        """Answer nothing."""

    def book(self, request):
        """Answer nothing."""

    def move(self, request):
        """Answer nothing."""

    def cancel(self, request):
        """Answer nothing."""

    def observations(self, service_id):
        """Report nothing."""
        yield from ()


async def a_coroutine(request):
    """Answer later."""


async def several_coroutines(request):
    """Answer later, and often."""
    yield request


def a_generator(request):
    """Answer only when somebody asks again."""
    yield request


def without_arguments():
    """Take nothing."""


def with_another_name(order):
    """Take it by another name."""


def only_by_name(*, request):
    """Take it by its name alone."""


def with_one_more(request, account):
    """Take one thing more than is given."""


def with_a_default(request, account="main"):
    """Take one thing more, if it is given."""


class TestPanel:
    """Attaching objects directly."""

    def test_finds_each_by_name(self):
        """What was attached is found again by its name."""
        world = World()
        panel = Panel.of(
            agencies=[world.agency], methods=[world.card], notifiers=[world.notifier]
        )

        assert panel.agency("sandbox-agency") is world.agency
        assert panel.method("sandbox-card") is world.card
        assert panel.notifier("sandbox-memory") is world.notifier

    def test_is_sorted_by_name(self):
        """The order of attaching does not matter."""
        names = ["c", "a", "b"]
        panel = Panel.of(notifiers=[MemoryNotifier(name=name) for name in names])

        assert ["a", "b", "c"] == list(panel.notifiers)

    def test_cannot_be_changed(self):
        """Nothing is attached to or taken off a panel later."""
        panel = Panel.of(notifiers=[MemoryNotifier()])

        with pytest.raises(TypeError):
            panel.notifiers["other"] = MemoryNotifier()
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            panel.notifiers = {}

    def test_does_not_see_later_changes_of_what_it_was_made_from(self):
        """A panel keeps its own table."""
        mine = {"memory": MemoryNotifier()}
        panel = Panel(notifiers=mine)
        mine.clear()

        assert ["memory"] == list(panel.notifiers)

    def test_lists_what_is_attached(self):
        """An unknown name is answered with the names that are known."""
        panel = World().panel

        with pytest.raises(UnknownPluginError) as caught:
            panel.method("wire")

        assert (
            "method: There is no payment method 'wire'. Attached: "
            "sandbox-card, sandbox-pay-later, sandbox-transfer." == str(caught.value)
        )

    @pytest.mark.parametrize(
        ("find", "field"),
        [("agency", "provider"), ("method", "method"), ("notifier", "notifier")],
    )
    def test_says_that_nothing_is_attached(self, find, field):
        """An empty panel says so, and names the field."""
        with pytest.raises(UnknownPluginError, match="None is attached") as caught:
            getattr(Panel(), find)("acme")

        assert field == caught.value.field

    def test_a_name_that_cannot_be_one_is_unknown(self):
        """Something that is no text at all is an unknown name, not a crash."""
        with pytest.raises(UnknownPluginError):
            Panel().agency(["acme"])

    def test_refuses_two_of_one_name(self):
        """Two methods of one name cannot both be meant."""
        with pytest.raises(PluginError, match="payment method 'sandbox-pay-later'"):
            Panel.of(methods=[PayLater(), PayLater()])

    def test_lets_an_agency_and_a_method_share_a_name(self):
        """Names are unique among offers of one kind only."""
        panel = Panel.of(
            agencies=[SandboxAgency(clock=World().now, name="acme")],
            methods=[PayLater(name="acme")],
        )

        assert "Pay Later" == panel.method("acme").title


class TestCheck:
    """What an offer must be."""

    def test_gives_the_name(self):
        """An offer that fits is known by its name."""
        assert "acme" == check(Acme(), Agency, source="Plugin")

    @pytest.mark.parametrize(
        "name", ["", " ", "Acme", "acme inc", "acme--x", "-acme", "a" * 64, None, 7]
    )
    def test_refuses_a_name_that_is_none(self, name):
        """A name is lower-case letters, digits and single hyphens."""
        offer = Telegraph()
        offer.name = name

        with pytest.raises(PluginError, match="the name"):
            check(offer, Notifier, source="Plugin")

    def test_refuses_a_missing_title(self):
        """What people choose from has a title."""

        class Untitled(PayLater):
            @property
            def title(self):
                """Fail."""
                return 1 / 0

        with pytest.raises(PluginError, match=r"Untitled has no title \(ZeroDivision"):
            check(Untitled(), PaymentMethod, source="Plugin")

    @pytest.mark.parametrize(
        ("method", "reason"),
        [
            (None, "Acme.book is missing or is no method"),
            (a_coroutine, "Acme.book is async"),
            (several_coroutines, "Acme.book is async"),
            (a_generator, "Acme.book is a generator"),
            (without_arguments, r"Acme.book\(\) does not take \(request\)"),
            (with_another_name, r"Acme.book\(order\) does not take \(request\)"),
            (only_by_name, r"Acme.book\(\*, request\) does not take \(request\)"),
            (with_one_more, r"\(request, account\) does not take \(request\)"),
        ],
    )
    def test_refuses_a_method(self, method, reason):
        """A method that could not be called as the Protocol says is found at once."""
        offer = Acme()
        offer.book = method

        with pytest.raises(
            PluginError, match=rf"^Plugin x offers no Agency: .*{reason}"
        ):
            check(offer, Agency, source="Plugin x")

    def test_lets_a_method_take_more_if_it_need_not(self):
        """A further argument with a default does no harm."""
        offer = Acme()
        offer.book = with_a_default

        assert "acme" == check(offer, Agency, source="Plugin")

    def test_refuses_a_method_that_hides_its_arguments(self):
        """What cannot be compared is not taken on trust."""

        class Opaque:
            __signature__ = "any"

            def __call__(self, request):
                """Answer nothing."""

        offer = Acme()
        offer.book = Opaque()

        with pytest.raises(PluginError, match="does not tell its arguments"):
            check(offer, Agency, source="Plugin")

    def test_refuses_a_class(self):
        """A class in place of an object is told apart by its own message."""
        with pytest.raises(PluginError, match="gives the class Acme, not an object"):
            check(Acme, Agency, source="Plugin")

    @pytest.mark.parametrize("member", ["quote", "move", "cancel", "observations"])
    def test_refuses_a_missing_method(self, member):
        """Each method of the Protocol is asked for."""
        offer = Acme()
        setattr(offer, member, None)

        with pytest.raises(PluginError, match=f"Acme.{member} is missing"):
            check(offer, Agency, source="Plugin")
