"""Objects with hooks register one by one; each mistake names who, where and why."""

from __future__ import annotations

import pytest

from pmkit.core.errors import PluginError
from pmkit.hooks import specs
from pmkit.hooks.loading import HOOKS, load_plugins, whose
from pmkit.hooks.specs import hookimpl
from pmkit.sandbox import MemoryNotifier, World


class Offers:
    """A plugin that offers the notifiers it is given."""

    def __init__(self, *names):
        self.names = names

    @hookimpl
    def pmkit_notifiers(self):
        """Offer them."""
        return [MemoryNotifier(name=name) for name in self.names]


def refusal(*extra):
    """Load what must not load, and give the message."""
    with pytest.raises(PluginError) as caught:
        load_plugins(*extra)
    return str(caught.value)


class TestGiven:
    """Objects that the application passes."""

    def test_several_instances_of_one_plugin_are_normal(self):
        """Two accounts at one company are two objects of one class."""
        panel = load_plugins(Offers("b"), Offers("a"))

        assert ["a", "b"] == list(panel.notifiers)

    def test_one_plugin_may_use_all_sockets(self):
        """A world attaches its agency, methods and notifier."""
        panel = load_plugins(World())

        assert ["sandbox-agency"] == list(panel.agencies)
        assert ["sandbox-card", "sandbox-pay-later", "sandbox-transfer"] == list(
            panel.methods
        )
        assert ["sandbox-memory"] == list(panel.notifiers)

    def test_each_call_gives_a_panel_of_its_own(self):
        """There is no panel that all share."""
        plugin = Offers("a")

        first, second = load_plugins(plugin), load_plugins(plugin)

        assert first.notifiers["a"] is not second.notifiers["a"]

    def test_a_clash_names_both(self):
        """Two objects that offer one name are told apart by their place."""
        said = refusal(Offers("a"), Offers("a"))

        assert "Plugin Offers, argument 1," in said
        assert "Plugin Offers, argument 2," in said

    def test_one_object_is_not_given_twice(self):
        """The same object twice is a mistake, and not two plugins."""
        plugin = Offers("a")

        assert "is given twice" in refusal(plugin, plugin)

    def test_installed_packages_are_not_looked_at(self, site):
        """What is installed is for the host, and never for this."""
        site.plugin("acme", manifest="raise SystemExit(3)")

        assert {} == dict(load_plugins().notifiers)


class TestForm:
    """Every wrong hook is found when it is registered."""

    def check(self, plugin, reason):
        """Tell whose it is, the file with its line, and the stage."""
        said = refusal(plugin)

        assert reason in said
        assert f"Plugin {type(plugin).__name__}, argument 1, of the app" in said
        assert "test_loading.py" in said
        assert " stopped at register: " in said

    def test_a_misspelt_hook_is_found(self):
        """A function that no hook is called like is not passed over."""

        class Misspelt(Offers):
            @hookimpl
            def pmkit_notifyers(self):
                """Offer nothing."""

        self.check(Misspelt("a"), "unknown hook 'pmkit_notifyers'")
        assert ", ".join(HOOKS) in refusal(Misspelt("a"))

    def test_a_hook_with_another_argument_is_found(self):
        """A hook has the arguments of its page, or fewer."""

        class Asking:
            @hookimpl
            def pmkit_on_call(self, record, host):
                """Ask for something."""

        self.check(Asking(), "Argument(s) {'host'}")

    def test_a_default_argument_is_found(self):
        """An argument with a default would register and never be passed."""

        class Hoping:
            @hookimpl
            def pmkit_on_call(self, record=None):
                """Hope for something."""

        self.check(Hoping(), "pmkit_on_call with default arguments (record)")

    def test_an_async_hook_is_found(self):
        """A coroutine in place of an answer is found before anybody waits for it."""

        class Later:
            @hookimpl
            async def pmkit_notifiers(self):
                """Offer later."""

        self.check(Later(), "has pmkit_notifiers as async def")

    def test_an_async_generator_is_found(self):
        """So is one that would give its offers later, one by one."""

        class Later:
            @hookimpl
            async def pmkit_notifiers(self):
                """Offer later."""
                yield MemoryNotifier()

        self.check(Later(), "has pmkit_notifiers as async def")

    def test_a_wrapper_is_found(self):
        """A hook answers; it does not change the answers of others."""

        class Around:
            @hookimpl(wrapper=True)
            def pmkit_notifiers(self):
                """Take the others away."""
                yield
                return []

        self.check(Around(), "as a wrapper")

    def test_an_old_wrapper_is_found(self):
        """The older kind of wrapper is refused as well."""

        class Around:
            @hookimpl(hookwrapper=True)
            def pmkit_notifiers(self):
                """Take the others away."""
                yield

        self.check(Around(), "as a wrapper")

    def test_a_forgotten_mark_is_found(self):
        """A function with the name of a hook and without its mark is a mistake."""

        class Unmarked(Offers):
            def pmkit_secret_source(self, reference):
                """Answer what nobody asks."""

        self.check(Unmarked("a"), "has pmkit_secret_source without @hookimpl")

    def test_an_object_without_hooks_is_found(self):
        """What offers nothing was passed by mistake."""

        class Nothing:
            pass

        self.check(Nothing(), "has no hook; it needs one of pmkit_agencies")

    @pytest.mark.parametrize(
        ("gives", "reason"),
        [
            (ValueError("no key"), "failed in pmkit_notifiers: ValueError: no key"),
            (SystemExit(3), "failed in pmkit_notifiers: SystemExit: 3"),
            (None, "failed in pmkit_notifiers: TypeError"),
        ],
    )
    def test_an_offer_that_fails_is_named(self, gives, reason):
        """What a hook raises instead of offering is told with its plugin."""

        class Failing:
            @hookimpl
            def pmkit_notifiers(self):
                """Fail."""
                if isinstance(gives, BaseException):
                    raise gives
                return gives

        self.check(Failing(), reason)

    @pytest.mark.parametrize(
        ("gives", "reason"),
        [([None], "offers no Notifier"), ([object], "gives the class object")],
    )
    def test_an_offer_that_does_not_fit_is_named(self, gives, reason):
        """What a hook offers is compared with its Protocol."""

        class Failing:
            @hookimpl
            def pmkit_notifiers(self):
                """Offer something else."""
                return gives

        assert reason in refusal(Failing())

    def test_an_interrupt_is_never_swallowed(self):
        """Control-C during an offer stops the program, not the plugin."""

        class Interrupted:
            @hookimpl
            def pmkit_notifiers(self):
                """Be interrupted."""
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            load_plugins(Interrupted())


class TestPage:
    """The page of the hooks."""

    def test_has_six_hooks_at_most(self):
        """A page that is read is short."""
        assert 6 >= len(HOOKS)

    @pytest.mark.parametrize("name", HOOKS)
    def test_tells_of_each(self, name):
        """Each hook is in the table, with contract and example."""
        said = getattr(specs, name).__doc__

        assert f"`{name}`" in specs.__doc__
        assert "Called:" in said
        assert "Example:" in said

    def test_code_of_a_distribution_is_told_as_such(self):
        """Where a hook is installed code, its distribution is named."""
        assert whose(pytest).startswith("pytest ")
        assert "the application" == whose(Offers)
