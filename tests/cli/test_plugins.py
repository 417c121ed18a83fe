"""``pmkit plugins``: what is installed, and why something is not there."""

from __future__ import annotations

import json
import sys

import pytest
from tests.hooks.conftest import GOOD, MANIFEST, Site

from pmkit import cli


@pytest.fixture(name="site")
def _site(tmp_path, monkeypatch):
    """Give a folder of packages, and nothing else that is installed."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(
        "pmkit.hooks.scan.searched_path", lambda: [str(tmp_path)], raising=True
    )
    yield Site(folder=tmp_path)
    for module in set(sys.modules) - before:
        if module.startswith("x_"):
            del sys.modules[module]


@pytest.fixture(name="run")
def _run(capsys):
    """Give a function that runs a command, and gives exit code and output."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            cli.main(["plugins", *arguments])
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return run


class TestList:
    """``pmkit plugins list``."""

    def test_imports_no_implementation(self, site, run):
        """An implementation that exits is listed all the same."""
        site.plugin("acme", code="raise SystemExit(3)", settings=False)

        code, out, _ = run("list")

        assert 0 == code
        assert "acme  notifier  acme-dist 1.2  A notifier\n" == out

    def test_tells_what_does_not_load(self, site, run):
        """What does not load stands below, with its reason."""
        site.plugin("acme", manifest="raise SystemExit(3)")
        site.plugin("good")

        code, out, _ = run("list", "--json")

        found = json.loads(out)
        assert 0 == code
        assert ["good"] == [each["id"] for each in found["plugins"]]
        assert [("acme", "import", "SystemExit: 3", "acme-dist")] == [
            (each["id"], each["stage"], each["reason"], each["distribution"])
            for each in found["failures"]
        ]
        assert "stopped at import" in run("list")[1]

    def test_says_that_there_is_none(self, site, run):
        """An empty answer is an answer."""
        assert (0, "No plugin is installed.\n", "") == run("list")
        assert (0, "No plugin is installed.\n", "") == run("doctor")
        assert (0, "No plugin is installed.\n", "") == run("matrix")


class TestShow:
    """``pmkit plugins show``."""

    def test_shows_what_it_says(self, site, run):
        """Capabilities and settings are told without the implementation."""
        site.plugin("acme")

        code, out, _ = run("show", "acme", "--json")

        found = json.loads(out)
        assert 0 == code
        assert ("notifier", "A notifier") == (found["kind"], found["title"])
        assert "full" == found["capabilities"]["send"]["support"]
        assert "unknown" == found["capabilities"]["webhooks"]["support"]
        assert ["key"] == found["settings"]["required"]
        assert None is found["level"]
        assert "Setting key (required, secret)" in run("show", "acme")[1]

    def test_a_plugin_without_settings(self, site, run):
        """Nothing to set is null."""
        site.plugin("acme", settings=False)

        assert None is json.loads(run("show", "acme", "--json")[1])["settings"]

    def test_says_why_there_is_none(self, site, run):
        """One line on standard error, and exit code 2."""
        site.plugin("acme", manifest="raise SystemExit(3)")

        code, out, err = run("show", "acme")

        assert (2, "") == (code, out)
        assert 1 == err.count("\n")
        assert "Plugin acme of acme-dist 1.2" in err


class TestDoctor:
    """``pmkit plugins doctor``."""

    @pytest.mark.parametrize(
        ("parts", "code", "health"),
        [
            ({}, 1, "warn"),
            ({"code": GOOD.replace("def send", "async def send")}, 2, "fail"),
            ({"manifest": "raise SystemExit(3)"}, 2, "fail"),
        ],
    )
    def test_the_exit_code_says_how_bad_it_is(self, site, run, parts, code, health):
        """0 is fine, 1 is worth knowing, 2 does not work."""
        site.plugin("acme", **parts)

        left, out, _ = run("doctor", "acme")
        whole = json.loads(run("doctor", "--json")[1])

        assert code == left
        assert out.startswith(f"{health}  Plugin acme of acme-dist 1.2")
        assert 1 == out.count("\n")
        assert health == whole["health"]
        assert [("acme", health)] == [
            (each["name"], each["health"]) for each in whole["plugins"]
        ]

    def test_explains_absence(self, site, run):
        """What is not installed fails, with what is near."""
        site.plugin("acme")

        assert (
            2,
            "fail  Plugin amce stopped at scan: it is not installed; 'acme' is.\n",
            "",
        ) == run("doctor", "amce")

    def test_an_odd_group_is_explained(self, site, run):
        """An announcement for another pmkit is told, though it is not listed."""
        site.dist("acme-dist", "[pmkit.plugins.v9]\nacme = a:B\n")

        code, out, _ = run("doctor")

        assert 2 == code
        assert "speaks version 9 of the contract" in out


class TestMatrix:
    """``pmkit plugins matrix``."""

    def test_compares_plugins_of_a_kind(self, site, run):
        """Each plugin has a cell for each operation of its kind."""
        site.plugin("acme")
        site.plugin("other", manifest=MANIFEST.replace("title=", "title='x' or "))

        code, out, _ = run("matrix", "--json")

        kinds = json.loads(out)["kinds"]
        assert 0 == code
        assert ["send", "webhooks"] == kinds["notifier"]["operations"]
        told = kinds["notifier"]["plugins"]
        assert ["acme", "other"] == [each["id"] for each in told]
        assert {"send": "full", "webhooks": "unknown"} == (
            kinds["notifier"]["plugins"][0]["support"]
        )
        assert [] == kinds["agency"]["plugins"]
        assert "acme" in run("matrix")[1]

    def test_a_file_holds_whole_names(self, site, run):
        """What is no terminal has no edge at which a name would be cut."""
        for number in range(3):
            site.plugin(f"acme-inspection-company-{number}")

        out = run("matrix")[1]

        assert 3 == out.count("acme-inspection-company-")
        assert "…" not in out


class TestHostile:
    """Plugins that would break the command."""

    META = """
        import sys

        class Meta(type):
            def __getattribute__(cls, name):
                sys.exit(5)

        class Mail(metaclass=Meta):
            def send(self, request, context):
                pass
    """

    def test_what_a_plugin_prints_is_no_answer(self, site, run):
        """With --json one object is printed, whatever plugins print meanwhile."""
        site.plugin("acme", manifest="print('hello')\n" + MANIFEST)

        for command in ("list", "doctor", "matrix"):
            assert json.loads(run(command, "--json")[1])
        code, out, err = run("show", "acme", "--json")

        assert (0, "acme") == (code, json.loads(out)["id"])
        assert "hello" not in out + err

    def test_a_class_that_exits_when_it_is_looked_at(self, site, run):
        """The doctor explains it, and goes on to the next."""
        site.plugin("acme", code=self.META, settings=False)
        site.plugin("good", settings=False)

        code, out, _ = run("doctor")

        assert 2 == code
        assert "Plugin acme of acme-dist 1.2" in out
        assert "stopped at build: looking at it raised SystemExit: 5" in out
        assert "Plugin good of good-dist 1.2" in out

    def test_names_do_not_steer_the_terminal(self, site, run):
        """Escapes in what a package calls itself are shown as such."""
        site.dist("acme", "[pmkit.plugins.v1]\n\x1b[2Jx = os:name\n")

        assert "\\x1b[2Jx" in run("list")[1]
        assert (
            "\x1b" not in run("list")[1] + run("doctor")[1] + run("doctor", "\x1b")[1]
        )

    @pytest.mark.parametrize(
        "field",
        ["key: complex", "key: 'Nowhere'", "key: 'Settings'", "key: object = None"],
    )
    def test_settings_that_cannot_be_described(self, site, run, field):
        """The plugin is named, in one line."""
        code = GOOD.replace("key: Secret", field)
        site.plugin("acme", code=code)

        left, out, err = run("show", "acme")

        assert (2, "") == (left, out)
        assert 1 == err.count("\n")
        assert "The settings of acme cannot be described" in err
