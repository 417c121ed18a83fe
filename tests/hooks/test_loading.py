"""Plugins load from installed packages; each failure names who and why."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from pmkit.core.errors import InputError, PluginError
from pmkit.hooks.loading import GROUP, load_plugins
from pmkit.hooks.specs import hookimpl
from pmkit.sandbox import MemoryNotifier, World

GOOD = """
from pmkit.hooks.specs import hookimpl
from pmkit.sandbox import MemoryNotifier


@hookimpl
def pmkit_notifiers():
    return [MemoryNotifier(name={name!r})]
"""


class Offers:
    """A plugin that offers the notifiers it is given."""

    def __init__(self, *names):
        self.names = names

    @hookimpl
    def pmkit_notifiers(self):
        """Offer them."""
        return [MemoryNotifier(name=name) for name in self.names]


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Give a function that installs a package with one entry point."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(name, code, *, version="1.2"):
        module = f"{name}_plugin"
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(code))
        info = tmp_path / f"pmkit_notifier_{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: pmkit-notifier-{name}\nVersion: {version}\n"
        )
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}\n")

    yield put
    for module in set(sys.modules) - before:
        if module.endswith("_plugin"):
            del sys.modules[module]


def refusal(*extra, **options):
    """Load what must not load, and give the message."""
    with pytest.raises(PluginError) as caught:
        load_plugins(*extra, **options)
    return str(caught.value)


class TestInstalled:
    """Packages found by their entry points."""

    def test_installing_is_all_it_takes(self, install):
        """An installed package is on the panel."""
        install("acme", GOOD.format(name="acme"))

        assert "acme" in load_plugins().notifiers

    def test_can_be_left_out(self, install):
        """Without entry points, nothing installed is loaded."""
        install("acme", "raise SystemExit(3)")

        assert {} == dict(load_plugins(entry_points=False).notifiers)

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("raise SystemExit(3)", "failed to import: SystemExit: 3"),
            ("import nowhere_to_be_found", "failed to import: ModuleNotFoundError"),
            ("def broken(:", "failed to import: SyntaxError"),
            ("raise RuntimeError", "failed to import: RuntimeError."),
            ("x = 1", "has no hook"),
        ],
        ids=["exit", "missing", "syntax", "raises", "empty"],
    )
    def test_a_failure_names_distribution_and_entry_point(self, install, code, reason):
        """A plugin that does not load stops the start-up, by name and with reason."""
        install("acme", code)

        said = refusal()

        assert said.startswith(
            "Plugin acme = acme_plugin of pmkit-notifier-acme 1.2 " + reason
        )

    def test_an_interrupt_is_never_swallowed(self, install):
        """Control-C during an import stops the program, not the plugin."""
        install("acme", "raise KeyboardInterrupt")

        with pytest.raises(KeyboardInterrupt):
            load_plugins()

    def test_a_broken_one_can_be_skipped(self, install):
        """The others load while a broken one is left out by name."""
        install("broken", "raise SystemExit(3)")
        install("acme", GOOD.format(name="acme"))

        assert ["acme"] == list(load_plugins(skip={"broken"}).notifiers)

    def test_skipping_what_is_not_there_is_a_mistake(self, install):
        """A misspelt name to skip is refused, with the names there are."""
        install("acme", GOOD.format(name="acme"))

        with pytest.raises(InputError, match=r"called 'amce'\. Installed: acme"):
            load_plugins(skip={"amce"})

    def test_two_packages_with_one_offer_are_both_named(self, install):
        """A clash names both packages."""
        install("one", GOOD.format(name="same"))
        install("two", GOOD.format(name="same"))

        said = refusal()

        assert "Two offers of the notifier 'same'" in said
        assert "pmkit-notifier-one 1.2" in said
        assert "pmkit-notifier-two 1.2" in said

    def test_a_module_is_not_loaded_twice(self, install):
        """Passing what is installed as well is refused rather than counted twice."""
        install("acme", GOOD.format(name="acme"))
        import acme_plugin

        assert "is loaded twice" in refusal(acme_plugin)

    def test_nothing_loads_when_pmkit_is_imported(self, install, tmp_path):
        """Importing the loader runs no plugin."""
        install("acme", "raise SystemExit(3)")
        start = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "

        done = subprocess.run(
            [sys.executable, "-c", start + "import pmkit, pmkit.hooks.loading"],
            check=False,
        )

        assert 0 == done.returncode


class TestGiven:
    """Objects that the application passes."""

    def test_several_instances_of_one_plugin_are_normal(self):
        """Two accounts at one company are two objects of one class."""
        panel = load_plugins(Offers("b"), Offers("a"), entry_points=False)

        assert ["a", "b"] == list(panel.notifiers)

    def test_one_plugin_may_use_all_sockets(self):
        """A world attaches its agency, methods and notifier."""
        panel = load_plugins(World(), entry_points=False)

        assert ["sandbox-agency"] == list(panel.agencies)
        assert ["sandbox-card", "sandbox-pay-later", "sandbox-transfer"] == list(
            panel.methods
        )
        assert ["sandbox-memory"] == list(panel.notifiers)

    def test_each_call_gives_a_panel_of_its_own(self):
        """There is no panel that all share."""
        plugin = Offers("a")

        first = load_plugins(plugin, entry_points=False)
        second = load_plugins(plugin, entry_points=False)

        assert first.notifiers["a"] is not second.notifiers["a"]

    def test_a_clash_names_both(self):
        """Two objects that offer one name are told apart by their place."""
        said = refusal(Offers("a"), Offers("a"), entry_points=False)

        assert "Plugin Offers, argument 1," in said
        assert "Plugin Offers, argument 2," in said

    def test_a_misspelt_hook_is_found(self):
        """A function that no hook is called like is not passed over."""

        class Misspelt(Offers):
            @hookimpl
            def pmkit_notifyers(self):
                """Offer nothing."""
                return []

        said = refusal(Misspelt("a"), entry_points=False)

        assert "unknown hook 'pmkit_notifyers'" in said
        assert "pmkit_agencies, pmkit_payment_methods, pmkit_notifiers" in said

    def test_a_hook_with_an_argument_is_found(self):
        """No hook has arguments."""

        class Asking:
            @hookimpl
            def pmkit_notifiers(self, host):
                """Ask for something."""

        assert "Argument(s) {'host'}" in refusal(Asking(), entry_points=False)

    def test_a_default_argument_is_found(self):
        """An argument with a default would register and never be passed."""

        class Hoping:
            @hookimpl
            def pmkit_notifiers(self, host=None):
                """Hope for something."""

        said = refusal(Hoping(), entry_points=False)

        assert "pmkit_notifiers as default" not in said
        assert "pmkit_notifiers with default arguments (host)" in said

    def test_an_async_hook_is_found(self):
        """A coroutine in place of an offer is found before anybody waits for it."""

        class Later:
            @hookimpl
            async def pmkit_notifiers(self):
                """Offer later."""

        said = refusal(Later(), entry_points=False)

        assert "has pmkit_notifiers as async def" in said

    def test_a_wrapper_is_found(self):
        """A hook offers; it does not change the offers of others."""

        class Around:
            @hookimpl(wrapper=True)
            def pmkit_notifiers(self):
                """Take the others away."""
                yield
                return []

        assert "as a wrapper" in refusal(Around(), entry_points=False)

    def test_a_forgotten_mark_is_found(self):
        """A function with the name of a hook and without its mark is a mistake."""

        class Unmarked(Offers):
            def pmkit_agencies(self):
                """Offer what nobody asks for."""

        said = refusal(Unmarked("a"), entry_points=False)

        assert "has pmkit_agencies without @hookimpl" in said

    @pytest.mark.parametrize(
        ("gives", "reason"),
        [
            (ValueError("no key"), "failed in pmkit_notifiers: ValueError: no key"),
            (SystemExit(3), "failed in pmkit_notifiers: SystemExit: 3"),
            (None, "failed in pmkit_notifiers: TypeError"),
            ([None], "offers no Notifier"),
            ([object], "gives the class object"),
        ],
    )
    def test_an_offer_that_fails_is_named(self, gives, reason):
        """What a hook raises or returns instead of offers is told with its plugin."""

        class Failing:
            @hookimpl
            def pmkit_notifiers(self):
                """Fail."""
                if isinstance(gives, BaseException):
                    raise gives
                return gives

        said = refusal(Failing(), entry_points=False)

        assert "Plugin Failing, argument 1," in said
        assert reason in said
