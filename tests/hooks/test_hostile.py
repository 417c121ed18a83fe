"""Whatever a plugin does while it is loaded, it fails alone and under its name."""

from __future__ import annotations

import asyncio
import time

import pytest

from pmkit.core.errors import InputError, PluginError
from pmkit.core.plugin_errors import SettingsError
from pmkit.effects.limits import Limits
from pmkit.hooks.failures import Stage, said
from pmkit.hooks.host import PluginHost
from pmkit.hooks.instances import Instance
from pmkit.hooks.loading import load_plugins
from pmkit.hooks.manifest import PluginKind, PluginManifest
from pmkit.hooks.secrets import Secret
from pmkit.hooks.specs import hookimpl

from .conftest import GOOD, MANIFEST

KEY = {"key": Secret("k-1")}
#: What no plugin may bring down the host with.
RAISED = ["SystemExit(9)", "Foul()", "RecursionError()", "MemoryError()"]
FOUL = "class Foul(BaseException):\n    pass\n\n\n"


class FoulError(BaseException):
    """An error that no ``except Exception`` catches."""


def host(site, **how):
    """Give a host that looks only into the folder of the test."""
    return PluginHost(path=site.path, **how)


def only(found):
    """Give the only failure."""
    (failure,) = found.failures
    return failure


def refused(found, **how):
    """Attach what cannot be attached; give the words of the error."""
    with pytest.raises(PluginError) as caught:
        found.attach("acme", name="acme-cn", settings=KEY, **how)

    return str(caught.value)


class TestRaising:
    """Errors that are no `Exception` stop one plugin and nothing else."""

    @pytest.mark.parametrize("raised", RAISED)
    def test_at_import(self, site, raised):
        """A manifest module that raises anything stops alone."""
        site.plugin("acme", manifest=f"{FOUL}raise {raised}")
        site.plugin("good")

        found = host(site, load="all")

        assert ["good"] == list(found.manifests)
        assert Stage.IMPORT is only(found).stage
        assert "acme-dist" == only(found).distribution

    @pytest.mark.parametrize("raised", RAISED)
    @pytest.mark.parametrize(
        "where",
        [
            "class Made(Mail):\n    def __init__(self, settings):\n        raise {}\n",
            "class Made(Mail):\n    @property\n    def send(self):\n        raise {}\n",
            "class Made:\n    def __getattr__(self, name):\n        raise {}\n",
        ],
        ids=["init", "property", "getattr"],
    )
    def test_when_it_is_made(self, site, where, raised):
        """A constructor or property that raises anything stops at build."""
        code = GOOD.replace("class Mail", f"{FOUL}class Mail") + where.format(raised)
        code += "\n\ndef make(settings):\n    return Made(settings)\n"
        manifest = MANIFEST.replace("{factory!r}", "'x_acme_impl:make'")
        site.plugin("acme", code=code, manifest=manifest)
        found = host(site)

        words = refused(found)

        assert Stage.BUILD is only(found).stage
        assert "acme-cn" in words
        assert "acme-dist 1.2" in words

    @pytest.mark.parametrize("raised", RAISED)
    def test_in_the_settings(self, site, raised):
        """A settings class that raises anything stops at settings."""
        code = FOUL + GOOD.replace(
            '    office: str = "Shanghai"',
            "    office: str = 'Shanghai'\n\n"
            f"    def __attrs_post_init__(self):\n        raise {raised}",
        )
        site.plugin("acme", code=code)
        found = host(site)

        with pytest.raises(PluginError) as caught:
            found.attach("acme", name="acme-cn", settings={"key": "hook:k"})

        assert Stage.SETTINGS is only(found).stage
        assert "acme-cn" in str(caught.value)

    @pytest.mark.parametrize(
        "raised", [KeyboardInterrupt, GeneratorExit, asyncio.CancelledError]
    )
    def test_what_is_for_the_application(self, site, raised):
        """An interrupt or a cancellation is not taken for a fault of the plugin."""
        site.plugin(
            "acme",
            manifest=f"import asyncio\nraise {raised.__name__}".replace(
                "Cancelled", "asyncio.Cancelled"
            ),
        )

        with pytest.raises(raised):
            host(site, load="all")


class TestObjects:
    """Objects of the application with hooks, and with surprises."""

    @pytest.mark.parametrize("error", [SystemExit(9), FoulError(), RecursionError()])
    def test_a_list_of_attributes_that_raises(self, error):
        """What the search for hooks stumbles over is named with its object."""

        class Odd:
            def __dir__(self):
                raise error

            @hookimpl
            def pmkit_notifiers(self):
                """Offer nothing."""
                return []

        with pytest.raises(PluginError, match="Plugin Odd, argument 1, of"):
            load_plugins(Odd())

    def test_a_property_that_raises(self):
        """The search for hooks runs no property."""

        class Odd:
            @property
            def other(self):
                raise FoulError

            @hookimpl
            def pmkit_notifiers(self):
                """Offer nothing."""
                return []

        assert {} == dict(load_plugins(Odd()).notifiers)

    @pytest.mark.parametrize("error", [SystemExit(9), FoulError(), ValueError("k")])
    @pytest.mark.parametrize("member", ["name", "send"])
    def test_an_offer_that_raises(self, error, member):
        """An offer whose member raises is refused with the member."""

        class Post:
            name = title = "post"

            def send(self, notice):
                """Send nothing."""

        def fail(_):
            raise error

        setattr(Post, member, property(fail))

        class Odd:
            @hookimpl
            def pmkit_notifiers(self):
                """Offer one."""
                return [Post()]

        with pytest.raises(PluginError, match=f"Post.*{member}|{member}.*Post"):
            load_plugins(Odd())

    @pytest.mark.parametrize("error", [SystemExit(9), FoulError()])
    def test_a_manifest_that_raises(self, site, error):
        """What the application registers is looked at with care."""

        class Odd:
            @property
            def id(self):
                raise error

        with pytest.raises(PluginError, match="and not a PluginManifest"):
            host(site).register(Odd())


def test_an_error_that_does_not_print():
    """An error whose words raise is named by its class."""

    class MuteError(Exception):
        def __str__(self):
            raise FoulError

    assert "MuteError" == said(MuteError())


def test_a_factory_that_hangs(site):
    """A plugin that never gets ready stops at build, and the next one is made."""
    code = GOOD.replace("self.sent = []", "__import__('time').sleep(30)")
    site.plugin("acme", code=code)
    site.plugin("good")
    found = host(site)
    start = time.monotonic()

    words = refused(found, limits=Limits(seconds=0.2))
    good = found.attach("good", settings=KEY)

    assert time.monotonic() - start < 10
    assert "not ready after 0.2 seconds" in words
    assert Stage.BUILD is only(found).stage
    assert "good" == good.name


@pytest.mark.parametrize("name", ["Bad Name", "good", ""])
def test_a_name_that_is_wrong_stops_one_instance(site, name):
    """Instances after one with a wrong or taken name are attached."""
    site.plugin("good")
    found = host(site)
    found.attach("good", settings=KEY)

    made = found.attach_all(
        [
            Instance(name=name, plugin="good", settings=KEY),
            Instance(name="next", plugin="good", settings=KEY),
        ]
    )

    assert ["next"] == [each.name for each in made]
    assert name in {each.instance for each in found.failures}


class TestTexts:
    """What a manifest says of itself is printed in terminals and pages."""

    @pytest.mark.parametrize("field", ["title", "homepage", "tracker", "conformance"])
    @pytest.mark.parametrize(
        "text", ["a\nb", "\x1b[2Jboo", "a\u202eb", "x" * 301, 7, None]
    )
    def test_one_line(self, field, text):
        """Such a text is one line of printable characters."""
        fields = {"id": "acme", "kind": PluginKind.NOTIFIER, "title": "Acme"}

        with pytest.raises(InputError) as caught:
            PluginManifest(**fields | {"factory": "a:B", field: text})

        assert field == caught.value.field

    def test_a_title_is_there(self):
        """A plugin without a title could not be chosen by people."""
        with pytest.raises(ValueError, match="title"):
            PluginManifest(id="a", kind=PluginKind.AGENCY, title=" ", factory="a:B")

    @pytest.mark.parametrize("hosts", ["localhost", 7, None])
    def test_hosts_are_a_list(self, hosts):
        """The letters of a host are no hosts."""
        with pytest.raises(ValueError, match="hosts"):
            PluginManifest(
                id="a", kind=PluginKind.AGENCY, title="A", factory="a:B", hosts=hosts
            )

    def test_escapes_of_an_entry_point(self, site):
        """What a package calls its plugin does not steer a terminal."""
        site.dist("acme", "[pmkit.plugins.v1]\n\x1b[2Jx = os:name\n")

        found = host(site, load="all")

        assert "\x1b" not in f"{only(found)}"
        assert f"{only(found)}".isprintable()


def test_a_bad_setting_is_named_by_a_validator(site, monkeypatch):
    """The field that a validator of the plugin finds wrong is told, its value not."""
    monkeypatch.setenv("ACME_KEY", "k-1")
    code = GOOD.replace(
        '    office: str = "Shanghai"',
        "    office: str = attrs.field(default='x')\n\n    @office.validator\n"
        "    def _check(self, attribute, value):\n"
        "        from pmkit.core.errors import InputError\n"
        "        raise InputError(value, field='office', remedy=value)\n",
    )
    site.plugin("acme", code=code)
    settings = {"key": "env:ACME_KEY", "office": "canary"}

    with pytest.raises(SettingsError) as caught:
        host(site).attach("acme", name="acme-cn", settings=settings)

    assert ("acme-cn", "office") == (caught.value.instance, caught.value.field)
    assert "plugin acme" in str(caught.value)
    assert "canary" not in f"{caught.value} {caught.value!r}"


def test_manifest_may_not_be_heavy(site):
    """A manifest that is fine loads, whatever it prints."""
    site.plugin("acme", manifest="print('hello')\n" + MANIFEST)

    assert ["acme"] == list(host(site, load="all").manifests)


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"hosts": "localhost"}, "hosts"),
        ({"hosts": None}, "hosts"),
        ({"hosts": [[]]}, "hosts"),
        ({"exceptions": "127.0.0.1:80"}, "exceptions"),
        ({"exceptions": None}, "exceptions"),
        ({"limits": 30}, "limits"),
        ({"settings": {1: "x"}}, None),
        ({"settings": ["key"]}, None),
        ({"settings": "key=1"}, None),
    ],
    ids=repr,
)
def test_what_is_given_for_an_instance(site, how, field):
    """Each wrong argument is a typed error that names the instance and the field."""
    site.plugin("acme")

    with pytest.raises(SettingsError) as caught:
        host(site).attach("acme", **{"name": "acme-cn", "settings": KEY} | how)

    assert ("acme-cn", field) == (caught.value.instance, caught.value.field)
    assert "lugin acme" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("name", [7, ["a"], "A", "a" * 64])
def test_a_name_is_a_text(site, name):
    """A name that is none is told before anything is made."""
    with pytest.raises(InputError, match="no name of an instance"):
        host(site).attach("acme", name=name)
