"""The host loads what is named, keeps why the rest is not there, and goes on."""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
import subprocess
import sys

import attrs
import pytest

from pmkit.core.errors import InputError, PluginError, UnknownPluginError
from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks.capabilities import FULL, Capabilities, Capability
from pmkit.hooks.failures import Stage
from pmkit.hooks.host import PluginHost
from pmkit.hooks.instances import Instance
from pmkit.hooks.manifest import PluginKind, PluginManifest
from pmkit.hooks.needed import NEEDED
from pmkit.hooks.operations import OPERATIONS
from pmkit.hooks.secrets import Secret
from pmkit.sandbox import MemoryNotifier, World

from .conftest import GOOD, MANIFEST

KEY = {"key": Secret("k-1")}


def manifest(**changed):
    """Give a manifest whose factory is in this module's stead."""
    fields = {
        "id": "acme",
        "kind": PluginKind.NOTIFIER,
        "title": "Acme",
        "factory": "x_acme_impl:Mail",
        "capabilities": Capabilities(operations={"send": FULL}),
    }
    return PluginManifest(**fields | changed)


def host(site, **how):
    """Give a host that looks only into the folder of the test."""
    return PluginHost(path=site.path, **how)


def only(found):
    """Give the only failure."""
    (failure,) = found.failures
    return failure


class TestModes:
    """What loads, and what does not."""

    def test_nothing_loads_that_is_not_named(self, site):
        """Without names nothing is imported, however much is installed."""
        stem = site.plugin("acme")

        found = host(site)

        assert {} == found.manifests
        assert ["acme"] == [each.name for each in found.installed]
        assert f"{stem}_light" not in sys.modules

    def test_what_is_named_loads(self, site):
        """Of two installed plugins the named one is read, and not its code."""
        stem = site.plugin("acme")
        other = site.plugin("other")

        found = host(site, load=["acme"])

        assert ["acme"] == list(found.manifests)
        assert "acme-dist 1.2" == found.source("acme").source
        assert f"{stem}_impl" not in sys.modules
        assert f"{other}_light" not in sys.modules

    def test_all_loads_all(self, site):
        """By the word all, everything that is installed is read."""
        site.plugin("acme")
        site.plugin("other")

        assert ["acme", "other"] == list(host(site, load="all").manifests)

    def test_attaching_is_naming(self, site):
        """A plugin that is attached was named by the application."""
        site.plugin("acme")

        assert "acme" == host(site).attach("acme", settings=KEY).name

    def test_blocked_ones_are_not_imported(self, site):
        """The block list beats every name, before anything is imported."""
        stem = site.plugin("acme", manifest="raise SystemExit(3)")

        failure = only(host(site, load="all", block=["acme"]))

        assert (Stage.BLOCKED, "it is on the block list") == (
            failure.stage,
            failure.reason,
        )
        assert f"{stem}_light" not in sys.modules

    def test_an_allow_list_leaves_only_its_own(self, site):
        """What is not on the allow list cannot even be attached."""
        site.plugin("acme")
        site.plugin("other")
        found = host(site, load="all", allow=["acme"])

        assert ["acme"] == list(found.manifests)
        with pytest.raises(PluginError, match="other stopped at blocked"):
            found.attach("other", settings=KEY)

    @pytest.mark.parametrize("field", ["load", "block", "allow"])
    def test_one_text_is_no_list(self, site, field):
        """Four letters would be taken for four plugins."""
        with pytest.raises(InputError, match="no list of ids") as caught:
            host(site, **{field: "acme"})

        assert field == caught.value.field

    def test_what_is_absent_is_told_with_what_is_near(self, site):
        """A misspelt id is answered with the one that was perhaps meant."""
        site.plugin("acme-agency")
        found = host(site, load=["acme-agancy"])

        assert "it is not installed; 'acme-agency' is" == only(found).reason
        with pytest.raises(UnknownPluginError, match="acme-agancy stopped at scan"):
            found.attach("acme-agancy")

    def test_the_path_is_looked_at_once(self, site):
        """A later installation is seen by asking for it, and not by chance."""
        found = host(site, load="all")
        site.plugin("acme")

        assert () == found.installed
        found.rescan()
        assert ["acme"] == list(found.manifests)

    def test_a_scan_again_forgets_old_failures(self, site):
        """What was repaired is no failure any more."""
        found = host(site, load=["acme"])
        site.plugin("acme")
        found.rescan()

        assert () == found.failures

    def test_two_hosts_share_nothing(self, site):
        """What one host attached is unknown to another."""
        site.plugin("acme")
        one, two = host(site), host(site)
        one.attach("acme", settings=KEY)

        assert ["acme"] == list(one.attached)
        assert {} == two.attached

    def test_nothing_loads_when_it_is_imported(self, site):
        """Importing the host runs no plugin."""
        site.plugin("acme", manifest="raise SystemExit(3)")
        start = f"import sys; sys.path[:0] = {site.path!r}; "

        done = subprocess.run(
            [sys.executable, "-c", start + "import pmkit, pmkit.hooks.host"],
            check=False,
        )

        assert 0 == done.returncode


class TestClash:
    """Two distributions, one id."""

    @pytest.fixture
    def two(self, site):
        """Install one id from two distributions."""
        site.plugin("acme", dist="first")
        site.plugin("acme", dist="second")
        return site

    def test_names_both(self, two):
        """Neither loads, and the failure names both with their files."""
        failure = only(host(two, load="all"))

        assert Stage.REGISTER is failure.stage
        assert "first 1.2 (" in failure.reason
        assert "second 1.2 (" in failure.reason
        assert {} == host(two, load="all").manifests

    def test_a_winner_can_be_pinned(self, two):
        """The pinned distribution wins, and the other is told."""
        found = host(two, load="all", winners={"acme": "Second"})

        assert "second 1.2" == found.source("acme").source
        assert "its id belongs to second 1.2" == only(found).reason
        assert "first" == only(found).distribution

    def test_a_winner_that_is_absent_wins_nothing(self, two):
        """A pin on a distribution that is not there is a failure, not a guess."""
        failure = only(host(two, load="all", winners={"acme": "third"}))

        assert failure.reason.startswith("'third' is to win, and it is announced by")

    @pytest.mark.parametrize(
        ("winners", "winner"), [({}, "pmkit-sdk"), ({"acme": "other"}, "other")]
    )
    def test_our_own_is_replaced_only_on_purpose(self, site, winners, winner):
        """A plugin of pmkit itself stays, unless the application pins another."""
        site.plugin("acme", dist="a-thief")
        site.plugin("acme", dist="pmkit-sdk")
        if winners:
            site.plugin("acme", dist="other")
            (site.folder / "a_thief-1.2.dist-info" / "entry_points.txt").unlink()

        found = host(site, load="all", winners=winners)

        assert winner == found.source("acme").distribution
        assert Stage.REGISTER is only(found).stage

    def test_twice_in_one_distribution_is_a_clash_too(self, site):
        """One file that announces an id twice means neither."""
        site.dist("twice", "[pmkit.plugins.v1]\nacme = a:B\nacme = c:D\n")

        assert "several have this id" in only(host(site, load="all")).reason

    def test_a_given_manifest_does_not_replace_an_installed_one(self, site):
        """The application, too, has to say which is meant."""
        site.plugin("acme")
        found = host(site, load="all")

        with pytest.raises(PluginError, match=r"acme-dist 1\.2 .* and my code"):
            found.register(manifest(), source="my code")

    def test_a_given_manifest_can_be_pinned(self, site):
        """What the application pins to its own source is replaced."""
        site.plugin("acme")
        found = host(site, load="all", winners={"acme": "my code"})
        found.register(manifest(), source="my code")

        assert "Acme" == found.manifests["acme"].title
        with pytest.raises(PluginError, match="several have this id"):
            found.register(manifest(), source="my code")


class TestStages:
    """Each failure has its stage, its distribution and its file."""

    @pytest.mark.parametrize(
        ("code", "stage", "reason"),
        [
            ("raise SystemExit(3)", "import", "SystemExit: 3"),
            ("import x_nowhere", "import", "ModuleNotFoundError: No module named"),
            ("def broken(:", "import", "SyntaxError"),
            ("raise RuntimeError", "import", "RuntimeError"),
            ("OTHER = 1", "import", "AttributeError"),
            ("MANIFEST = 1", "manifest", "an object of int, and not a PluginManifest"),
            (
                "from pmkit.hooks.manifest import PluginManifest as MANIFEST",
                "manifest",
                "the class PluginManifest, and not a PluginManifest",
            ),
            (MANIFEST.replace("{id!r}", "'other'"), "manifest", "has the id 'other'"),
            (MANIFEST.replace("{id!r}", "'No Id'"), "manifest", "is no id of a plugin"),
            (
                MANIFEST.replace('"send"', '"sned"'),
                "manifest",
                "declares 'sned', and a notifier has: send; its manifest",
            ),
            (
                MANIFEST.replace('{{"send": FULL}}', "{{}}"),
                "manifest",
                "does not declare 'send', which a notifier must have",
            ),
            (
                MANIFEST.replace("title=", "requires_api='>=7,<8', title="),
                "api",
                "it wants the contract in >=7,<8, this pmkit has 1.0",
            ),
            (
                MANIFEST + "object.__setattr__(MANIFEST, 'title', 3)\n",
                "manifest",
                "title: 3 is no line of text",
            ),
            (
                MANIFEST + "object.__setattr__(MANIFEST, 'capabilities', None)\n",
                "manifest",
                "capabilities: None are no Capabilities",
            ),
            (
                MANIFEST + "object.__setattr__(MANIFEST, 'factory', 'os.system')\n",
                "manifest",
                "'os.system' names no class",
            ),
            (
                MANIFEST + "class Odd(PluginManifest): pass\n"
                "MANIFEST = Odd(**{{f.name: getattr(MANIFEST, f.name) for f in "
                "__import__('attrs').fields(PluginManifest)}})\n",
                "manifest",
                "an object of Odd, and not a PluginManifest",
            ),
        ],
        ids=lambda value: value if len(value) < 9 else "-",
    )
    def test_before_the_implementation(self, site, code, stage, reason):
        """What is wrong with a manifest stops that plugin, and no other."""
        stem = site.plugin("acme", manifest=code)
        site.plugin("good")
        reason = reason.removesuffix("; its manifest")

        found = host(site, load="all")

        assert ["good"] == list(found.manifests)
        assert stage == only(found).stage.value
        assert reason in only(found).reason
        assert ("acme-dist", "1.2") == (only(found).distribution, only(found).version)
        assert only(found).file.endswith("entry_points.txt") or (
            f"{stem}_light.py:" in only(found).file
        )

    @pytest.mark.parametrize(
        ("group", "stage", "reason"),
        [
            ("pmkit.plugins.v2", "api", "version 2 of the contract, this pmkit vers"),
            ("pmkit.plugins.v0", "api", "install a newer version of the plugin"),
            ("pmkit.plugin.v1", "scan", "in the group 'pmkit.plugin.v1', which is not"),
        ],
    )
    def test_another_group_is_refused_without_an_import(
        self, site, group, stage, reason
    ):
        """What speaks another major version is never imported."""
        site.module("x_acme_light", "raise SystemExit(3)")
        site.dist("acme-dist", f"[{group}]\nacme = x_acme_light:MANIFEST\n")

        failure = only(host(site, load=["acme"]))

        assert stage == failure.stage.value
        assert reason in failure.reason
        assert "acme-dist" == failure.distribution
        assert "x_acme_light" not in sys.modules

    def test_both_groups_are_fine(self, site):
        """A plugin that speaks two majors is read in the one of this pmkit."""
        site.plugin("acme")
        file = site.folder / "acme_dist-1.2.dist-info" / "entry_points.txt"
        file.write_text(file.read_text() + "[pmkit.plugins.v2]\nacme = x_two:M\n")

        assert ["acme"] == list(host(site, load="all").manifests)

    def test_an_unreadable_list_is_a_failure_of_its_own(self, site):
        """A broken file of entry points is told beside the plugin that is missed."""
        site.dist("broken", "").write_bytes(b"[pmkit.plugins.v1]\n\xff")

        found = host(site, load=["acme"])

        assert ["acme", "broken"] == [each.id for each in found.failures]
        assert "its list of entry points is not UTF-8" == found.failures[1].reason

    @pytest.mark.parametrize(
        "error", [KeyboardInterrupt, GeneratorExit, asyncio.CancelledError]
    )
    @pytest.mark.parametrize("at", ["manifest", "code", "making"])
    def test_an_interrupt_is_never_swallowed(self, site, error, at):
        """Control-C stops the program, wherever the plugin was."""
        raising = f"import asyncio\nraise {error.__module__}.{error.__name__}\n"
        raising = raising.replace("builtins.", "").replace("asyncio.exc", "asyncio.exc")
        making = GOOD.replace(
            "self.settings = settings", f"raise {error.__name__}"
        ).replace("import attrs\n", "import attrs\nfrom asyncio import *\n")
        parts = {
            "manifest": {"manifest": raising},
            "code": {"code": raising},
            "making": {"code": making},
        }
        site.plugin("acme", **parts[at])

        with pytest.raises(error):
            host(site, load="all").attach("acme", settings=KEY)

    def test_strict_raises_at_once(self, site, monkeypatch):
        """A strict host does not start without what it was told to load."""
        site.plugin("acme", manifest="raise SystemExit(3)")

        with pytest.raises(PluginError, match=r"acme-dist 1\.2 .* SystemExit: 3"):
            host(site, load="all", strict=True)
        monkeypatch.setenv("PMKIT_PLUGINS_STRICT", "1")
        with pytest.raises(PluginError, match="stopped at import"):
            host(site, load=["acme"])
        assert 1 == len(host(site, load=["acme"], strict=False).failures)

    def test_strict_does_not_mind_the_block_list(self, site):
        """What the application itself rules out is no reason to stop."""
        site.plugin("acme", manifest="raise SystemExit(3)")

        assert {} == host(site, load="all", block=["acme"], strict=True).manifests


class TestForm:
    """An implementation is compared with its manifest when it is attached."""

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("def send", "async def send", "Mail.send is async def"),
            ("def send", "def sned", "Mail has no send, and needs one; it has sned"),
            ("request, context", "message, context", "takes (message, context), and"),
            ("request, context", "request", "takes (request), and is called with"),
            ("request, context", "request, context, x", "(request, context, x), and"),
            ("request, context", "request, *, context", "(request, *, context), and"),
            ("request, context", "request, context=None", "a default is never used"),
            ("request, context", "*request", "takes (*request), and is called"),
            ("self.sent = []", "self.send = 3", "Mail.send is no method"),
            ("class Mail", "class Male", "AttributeError"),
            ("self.sent = []", "raise ValueError('k-1')", "making it raised ValueErr"),
            ("self.sent = []", "raise SystemExit(5)", "making it raised SystemExit"),
            (
                "    def send",
                "    def verify(self, delivery, context): ...\n    def send",
                "Mail has verify, and the manifest does not declare it",
            ),
        ],
    )
    def test_what_does_not_fit_is_named(self, site, old, new, reason):
        """Each fault stops at build, with distribution and file, and no secret."""
        assert old in GOOD
        stem = site.plugin("acme", code=GOOD.replace(old, new))
        found = host(site)

        with pytest.raises(PluginError) as caught:
            found.attach("acme", name="acme-cn", settings=KEY)

        assert reason in only(found).reason
        assert Stage.BUILD is only(found).stage
        assert "acme-cn" == only(found).instance
        assert "acme-dist" == only(found).distribution
        assert f"{stem}_impl.py" in only(found).file or "Attr" in reason
        assert "Report it: https://tracker.example" in str(caught.value)
        assert "k-1" not in f"{caught.value!r} {caught.value}"
        assert {} == found.attached

    def test_leaving_the_process_is_a_failure_too(self, site):
        """An implementation that exits while it is imported stops alone."""
        site.plugin("acme", code="raise SystemExit(4)", settings=False)
        found = host(site)

        with pytest.raises(PluginError, match="stopped at build: SystemExit: 4"):
            found.attach("acme")
        assert only(found).file.endswith("x_acme_impl.py:1")

    def test_webhooks_need_both_halves(self, site):
        """Who declares webhooks verifies and reads them."""
        code = GOOD + "    def verify(self, delivery, context): ...\n"
        told = MANIFEST.replace('{{"send": FULL}}', '{{"send": FULL}}, webhooks=FULL')
        site.plugin("acme", code=code, manifest=told)

        with pytest.raises(PluginError, match="Mail has no parse, and needs one"):
            host(site).attach("acme", settings=KEY)

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("@attrs.frozen(kw_only=True)", "@attrs.define", "is not frozen"),
            ("@attrs.frozen(kw_only=True)", "", "and not an attrs class"),
            ("import attrs\n", "raise SystemExit(6)\n", "SystemExit: 6"),
        ],
    )
    def test_a_settings_class_has_a_form_too(self, site, old, new, reason):
        """A settings class that can change, or is none, stops at settings."""
        site.plugin("acme", code=GOOD.replace(old, new))
        found = host(site)

        with pytest.raises(PluginError):
            found.attach("acme", settings=KEY)

        assert Stage.SETTINGS is only(found).stage
        assert reason in only(found).reason


class TestInstances:
    """Plugin times account times environment."""

    def test_several_instances_of_one_plugin(self, site):
        """Two accounts are two objects with settings of their own."""
        site.plugin("acme")
        found = host(site)
        one = found.attach("acme", name="acme-cn", settings=KEY)
        two = found.attach(
            "acme", name="acme-vn", settings=KEY | {"office": "Hanoi"}, hosts=["a.vn"]
        )

        assert "Shanghai" == one.implementation.settings.office
        assert "Hanoi" == two.implementation.settings.office
        assert ["acme-cn", "acme-vn"] == list(found.attached)
        assert ["acme-cn", "acme-vn"] == list(found.panel().notifiers)
        assert {"key": "********", "office": "********"} == (
            found.shown_settings("acme-vn")
        )
        with pytest.raises(UnknownPluginError, match="There are: acme-cn, acme-vn"):
            found.shown_settings("acme")

    def test_a_name_is_taken_once(self, site):
        """Two instances of one name could not be told apart."""
        site.plugin("acme")
        found = host(site)
        found.attach("acme", settings=KEY)

        with pytest.raises(InputError, match="is an instance 'acme' already"):
            found.attach("acme", settings=KEY)

    @pytest.mark.parametrize("name", ["Acme", "a--b", "-a", "a b", "a" * 64, "a.b"])
    def test_a_name_is_plain(self, site, name):
        """A name stands in orders and links for ever."""
        site.plugin("acme")

        with pytest.raises(InputError, match="no name of an instance"):
            host(site).attach("acme", name=name, settings=KEY)

    def test_live_has_no_exceptions(self, site):
        """What moves real money never calls a private address."""
        site.plugin("acme")
        how = {"settings": KEY, "exceptions": ["127.0.0.1:8080"]}

        with pytest.raises(SettingsError) as caught:
            host(site).attach("acme", environment="live", **how)

        assert "acme" == caught.value.instance
        assert "sandbox" == host(site).attach("acme", **how).environment.value

    @pytest.mark.parametrize("host_name", ["https://a.example", "a b", "", 3, "a/b"])
    def test_a_host_is_a_name(self, site, host_name):
        """A host that could never match is found before the first call."""
        site.plugin("acme")

        with pytest.raises(SettingsError, match="without https") as caught:
            host(site).attach("acme", settings=KEY, hosts=[host_name])

        assert ("hosts", "acme") == (caught.value.field, caught.value.instance)

    def test_an_environment_is_one_of_two(self, site):
        """A misspelt environment is never taken for a sandbox."""
        site.plugin("acme")

        with pytest.raises(SettingsError, match="Use one of sandbox, live"):
            host(site).attach("acme", environment="Live", settings=KEY)

    def test_settings_without_a_class_are_refused(self, site):
        """What nobody would read is a mistake."""
        site.plugin("acme", settings=False)

        assert None is host(site).attach("acme").implementation.settings
        with pytest.raises(SettingsError, match="acme has no settings"):
            host(site).attach("acme", settings=KEY)

    def test_the_words_of_a_plugin_are_kept_if_they_are_clean(self, site):
        """A plugin may refuse its settings; a secret in its words takes them away."""
        code = GOOD.replace(
            "import attrs\n",
            "import attrs\nfrom pmkit.core.plugin_errors import SettingsError\n",
        )
        said = "raise SettingsError(f'No office {1}.', field='office')"
        site.plugin("clean", code=code.replace("self.sent = []", said))
        leak = said.replace("{1}", "{settings.key.reveal()}")
        site.plugin("leaky", code=code.replace("self.sent = []", leak))

        with pytest.raises(
            SettingsError, match="clean: office: Plugin clean: No office"
        ) as clean:
            host(site).attach("clean", settings=KEY)
        with pytest.raises(
            SettingsError, match="Plugin leaky: It finds its settings wrong"
        ) as leaky:
            host(site).attach("leaky", settings=KEY)

        assert "clean" == clean.value.instance
        assert "k-1" not in f"{leaky.value!r} {leaky.value}"
        assert None is leaky.value.__cause__

    def test_many_are_attached_one_by_one(self, site):
        """Instances that fail are kept with their reasons, and the others go on."""
        site.plugin("acme")
        site.plugin("broken", manifest="raise SystemExit(3)")
        wanted = [
            Instance(name="one", plugin="broken"),
            Instance(name="two", plugin="absent"),
            Instance(name="three", plugin="acme", settings={"key": "plain"}),
            Instance(name="four", plugin="acme", settings=KEY),
        ]
        found = host(site)

        attached = found.attach_all(wanted)

        assert ["four"] == [each.name for each in attached]
        assert {"one": "import", "two": "scan", "three": "settings"} == {
            each.instance: each.stage.value for each in found.failures if each.instance
        }
        with pytest.raises(PluginError):
            host(site, strict=True).attach_all(wanted)

    def test_a_repaired_instance_is_no_failure(self, site):
        """What went well at last is not kept as a failure."""
        site.plugin("acme")
        found = host(site)
        with pytest.raises(SettingsError):
            found.attach("acme")
        found.attach("acme", settings=KEY)

        assert () == found.failures

    def test_a_given_manifest_is_attached_like_any_other(self, site):
        """What the application registers needs no installation."""
        site.module("x_acme_impl", GOOD)
        found = host(site)
        found.register(manifest(), source="my code")

        assert "acme" == found.attach("acme").name
        assert ["acme"] == list(found.manifests)

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            (None, "an object of NoneType, and not a PluginManifest"),
            (manifest(capabilities=Capabilities()), "does not declare 'send'"),
            (manifest(requires_api=">=2,<3"), "wants the contract in >=2,<3"),
        ],
    )
    def test_a_given_manifest_is_checked(self, site, given, reason):
        """A manifest of the application is checked like an installed one."""
        with pytest.raises(PluginError, match=reason):
            host(site).register(given)

    def test_a_given_manifest_can_be_blocked(self, site):
        """The block list counts for everybody."""
        with pytest.raises(PluginError, match="on the block list"):
            host(site, block=["acme"]).register(manifest())


class TestPanel:
    """Instances and offered objects on one panel."""

    def test_holds_both(self, site):
        """What hook objects offer stands beside the instances."""
        site.plugin("acme")
        found = host(site, hooks=[World()])
        found.attach("acme", settings=KEY)

        panel = found.panel()

        assert "acme" in panel.notifiers
        assert "sandbox-memory" in panel.notifiers
        assert panel.agency("sandbox-agency").title

    def test_names_both_of_a_clash(self, site):
        """An instance cannot take the name of an offered object."""
        site.plugin("acme")
        found = host(site, hooks=[World(notifier=MemoryNotifier(name="acme"))])
        found.attach("acme", settings=KEY)

        with pytest.raises(PluginError, match="Two offers of the notifier 'acme'"):
            found.panel()


def test_a_failure_is_one_line():
    """A failure of a plugin's author may hold line ends; the report does not."""
    failure = attrs.evolve(
        PluginHost(load=["nothing-of-this-name"]).failures[0], file="a.py:3"
    )

    assert 1 == len(str(failure).splitlines())
    assert "(a.py:3)" in str(failure)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"operations": {"send": "full"}}, "operations"),
        ({"operations": ["send"]}, "operations"),
        ({"webhooks": "full"}, "webhooks"),
        ({"currencies": "USD"}, "currencies"),
        ({"countries": ("CN", 7)}, "countries"),
        ({"calls_per_minute": 0}, "calls_per_minute"),
        ({"calls_per_minute": True}, "calls_per_minute"),
    ],
)
def test_capabilities_are_records(wrong, field):
    """A capability of another type would pass for usable."""
    with pytest.raises(InputError) as caught:
        Capabilities(**wrong)

    assert field == caught.value.field
    assert Capability().support.usable is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"support": "full"}, "support"),
        ({"support": True}, "support"),
        ({"note": None}, "note"),
        ({"idempotency": "native"}, "idempotency"),
        ({"window": 60}, "window"),
        ({"window": dt.timedelta(0)}, "window"),
        ({"look_up": None}, "look_up"),
    ],
)
def test_a_capability_is_of_its_types(wrong, field):
    """A word in place of a choice is refused before anything is routed by it."""
    with pytest.raises(InputError) as caught:
        Capability(**wrong)

    assert field == caught.value.field


@pytest.mark.parametrize(
    ("inner", "value"), [("support", "full"), ("window", -1), ("note", 7)]
)
def test_capabilities_are_looked_at_again(inner, value):
    """A capability that was changed behind its checks stops its plugin."""
    odd = Capability(support=FULL.support)
    object.__setattr__(odd, inner, value)

    with pytest.raises(InputError, match=inner):
        manifest(capabilities=Capabilities(operations={"send": odd}))


def test_the_light_table_is_the_table():
    """What is needed of a kind is said twice, and must be said alike."""
    assert {kind: list(specs) for kind, specs in OPERATIONS.items()} == {
        kind: list(names) for kind, names in NEEDED.items()
    }
    assert {
        (kind, name, spec.required)
        for kind, specs in OPERATIONS.items()
        for name, spec in specs.items()
    } == {
        (kind, name, required)
        for kind, names in NEEDED.items()
        for name, required in names.items()
    }


def test_reading_manifests_imports_no_core():
    """A start-up that only reads manifests does without orders, HTTP and pluggy."""
    code = (
        "import sys; from pmkit.hooks.host import PluginHost; "
        "PluginHost(load='all'); print(*sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    heavy = {"pluggy", "httpx", "cattrs", "pmkit.core.order", "pmkit.core.events"}
    assert set() == heavy & set(done.stdout.split())


def test_the_page_lists_every_operation():
    """The page of the sockets has a row for each operation, and no other."""
    page = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "sockets.md"
    lines = page.read_text().splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    told = {
        (row[1], row[2].strip("`"), row[5] == "yes", row[6] == "yes")
        for row in rows
        if len(row) == 8 and row[2].startswith("`")
    }

    assert {
        (kind.value, name, spec.required, spec.mutates)
        for kind, specs in OPERATIONS.items()
        for name, spec in specs.items()
    } == told
