"""Listeners hear every call, and secret sources are asked until one answers."""

from __future__ import annotations

import datetime as dt

import pytest

from pmkit.core.certainty import Certainty
from pmkit.core.parties import Role
from pmkit.core.plugin_errors import SettingsError
from pmkit.core.ports import Notice
from pmkit.effects.context import CallRecord
from pmkit.hooks.asking import Hooks
from pmkit.hooks.host import PluginHost
from pmkit.hooks.recent import RecentCalls
from pmkit.hooks.secrets import Secret
from pmkit.hooks.specs import hookimpl

CANARY = "sk-canary-31c0"
NOTICE = Notice(
    id="n-1",
    order_id="TA-1",
    to=Role.BUYER,
    party="Nordwind GmbH",
    at=dt.datetime(2026, 1, 20, 1, tzinfo=dt.UTC),
    subject="Booked",
    text="Your order is booked.",
)
RECORD = CallRecord(
    instance="acme-cn",
    operation="book",
    operation_id="op-1",
    certainty=Certainty.APPLIED,
)


class Failing:
    """A listener and source that raises what it is given."""

    def __init__(self, error):
        self.error = error

    @hookimpl
    def pmkit_on_call(self, record):
        """Raise."""
        raise self.error

    @hookimpl
    def pmkit_secret_source(self, reference):
        """Raise."""
        raise self.error


class Vault:
    """A source that knows what it is given."""

    def __init__(self, **known):
        self.known = known

    @hookimpl
    def pmkit_secret_source(self, reference):
        """Look it up."""
        return self.known.get(reference)


class TestListening:
    """After each call."""

    @pytest.mark.parametrize("error", [ValueError(CANARY), SystemExit(CANARY)])
    def test_one_that_raises_does_not_keep_the_others_from_hearing(self, error):
        """Every listener hears, and what one raises is kept without its words."""
        before, after = RecentCalls(), RecentCalls()
        hooks = Hooks([before, Failing(error), after])

        hooks.on_call(RECORD)

        assert ((RECORD,), (RECORD,)) == (before.records, after.records)
        (trouble,) = hooks.troubles
        assert "Plugin Failing, argument 2," == trouble.source
        assert type(error).__name__ == trouble.error
        assert CANARY not in repr(trouble)

    def test_an_interrupt_is_never_swallowed(self):
        """Control-C in a listener stops the program."""
        with pytest.raises(KeyboardInterrupt):
            Hooks([Failing(KeyboardInterrupt())]).on_call(RECORD)

    def test_a_listener_may_take_less(self):
        """A hook that wants no argument gets none."""
        heard = []

        class Counting:
            @hookimpl
            def pmkit_on_call(self):
                """Count."""
                heard.append(1)

        Hooks([Counting()]).on_call(RECORD)

        assert [1] == heard

    def test_only_the_last_are_kept(self):
        """A process that runs for years does not fill its memory."""
        calls = RecentCalls(keep=2)
        hooks = Hooks([calls, Failing(ValueError())])
        for _ in range(300):
            hooks.on_call(RECORD)

        assert 2 == len(calls.records)
        assert 100 == len(hooks.troubles)

    def test_a_host_tells_its_listeners(self, site):
        """What an instance was asked is heard, with its name and outcome."""
        site.plugin("acme", settings=False)
        calls = RecentCalls()
        host = PluginHost(path=site.path, hooks=[Failing(ValueError()), calls])
        one = host.attach("acme", name="acme-cn")

        one.call("send", NOTICE)

        (record,) = calls.records
        assert ("acme-cn", "send") == (record.instance, record.operation)
        assert ["pmkit_on_call"] == [each.hook for each in host.troubles]


class TestSecrets:
    """References of settings."""

    def test_the_last_registered_is_asked_first(self):
        """The first answer counts, and None is no answer."""
        hooks = Hooks([Vault(a="one", b="only"), Vault(a="two")])

        assert "two" == hooks.secret("a").reveal()
        assert "only" == hooks.secret("b").reveal()
        assert None is hooks.secret("c")

    @pytest.mark.parametrize(
        "known", [3, "", b"x", False], ids=["number", "empty", "bytes", "false"]
    )
    def test_an_answer_is_a_secret(self, known):
        """What is no text is no secret, and is not passed over either."""
        with pytest.raises(SettingsError, match="Plugin Vault, argument 1, raised"):
            Hooks([Vault(a=known)]).secret("a")

    def test_a_source_that_fails_is_named_without_its_words(self):
        """A source may raise with the secret in its words."""
        hooks = Hooks([Vault(a="one"), Failing(ValueError(CANARY))])

        with pytest.raises(SettingsError) as caught:
            hooks.secret("a")

        assert CANARY not in f"{caught.value!r}"
        assert None is caught.value.__cause__

    def test_a_host_asks_its_hooks(self, site):
        """A reference in the settings is answered by a hook object."""
        site.plugin("acme")
        host = PluginHost(path=site.path, hooks=[Vault(acme=Secret(CANARY))])

        one = host.attach("acme", settings={"key": "hook:acme"})

        assert CANARY == one.implementation.settings.key.reveal()

    def test_an_argument_of_the_host_beats_them(self, site):
        """What the application gives by name is meant."""
        site.plugin("acme")
        host = PluginHost(
            path=site.path, hooks=[Vault(acme="hook")], secret_source=lambda _: "own"
        )

        one = host.attach("acme", settings={"key": "hook:acme"})

        assert "own" == one.implementation.settings.key.reveal()
