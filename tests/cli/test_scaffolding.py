"""``pmkit plugins new``: the package of a new plugin."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

import pytest

from pmkit import InputError, cli
from pmkit.cli import scaffold
from pmkit.cli.scaffold import Scaffold
from pmkit.hooks.manifest import PluginKind
from pmkit.hooks.scan import scan

KINDS = [kind.value for kind in PluginKind]


@pytest.fixture(name="run")
def _run(capsys):
    """Give a function that runs the command, and gives exit code and output."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            cli.main(["plugins", "new", *arguments])
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return run


def contents(folder):
    """Read everything below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in pathlib.Path(folder).rglob("*")
        if path.is_file()
    }


def in_folder(folder, *words):
    """Run a program in the folder of a package that is not installed."""
    shown = {"PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | shown,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


class TestFiles:
    """What is written."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_package_is_whole(self, kind, run, tmp_path):
        """Manifest, settings, operations, simulator, harness, tests, CI, licence."""
        code, out, _ = run("--kind", kind, "acme.pay-2", "--into", str(tmp_path))

        package = "src/pmkit_acme_pay_2"
        folder = tmp_path / "pmkit-acme-pay-2"
        assert (0, f"Wrote {folder}; its README.md tells how to test it.\n") == (
            code,
            out,
        )
        assert {
            ".github/workflows/checks.yml",
            ".gitignore",
            "LICENSE.md",
            "README.md",
            "pyproject.toml",
            f"{package}/__init__.py",
            f"{package}/harness.py",
            f"{package}/py.typed",
            f"{package}/reading.py",
            f"{package}/settings.py",
            f"{package}/simulator.py",
            f"{package}/{kind}.py",
            "tests/test_conformance.py",
            f"tests/test_{kind}.py",
        } == set(contents(folder))
        assert ["pmkit-acme-pay-2"] == [x.name for x in tmp_path.iterdir()]

    def test_it_announces_plugin_and_harness(self, tmp_path):
        """Both entry points stand under the id, whose dots are kept."""
        folder = Scaffold.of("acme.pay", PluginKind.PAYMENT).write(tmp_path)
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))

        assert {
            "pmkit.plugins.v1": {"acme.pay": "pmkit_acme_pay:MANIFEST"},
            "pmkit.harness.v1": {"acme.pay": "pmkit_acme_pay.harness:AcmePayHarness"},
        } == project["project"]["entry-points"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_is_left_to_fill_in(self, kind):
        """No placeholder of a template is left in a file."""
        files = Scaffold.of("acme", PluginKind(kind)).files()
        left = re.findall(r"\$(?!\{\{|RUNNER_TEMP)\S*", "\n".join(files.values()))

        assert [] == left

    @pytest.mark.parametrize("kind", KINDS)
    def test_pmkit_comes_from_a_wheel_that_was_built(self, kind):
        """No text fetches pmkit from the public index before its first release."""
        for text in Scaffold.of("acme", PluginKind(kind)).files().values():
            for line in re.findall(r".*pip install.*", text):
                assert "--find-links wheels wheels/pmkit_sdk-*.whl" in line

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_style_is_that_of_the_house(self, kind, tmp_path):
        """An author begins with files that ruff has nothing to say about."""
        folder = Scaffold.of("acme", PluginKind(kind)).write(tmp_path)
        chosen = "--select=E,F,I,B,UP,RET,SIM,PIE,C4,PT"

        assert (0, "All checks passed!\n") == in_folder(
            folder, "-m", "ruff", "check", "--isolated", "--no-cache", chosen, "."
        )

    def test_json_names_what_was_written(self, run, tmp_path):
        """A program finds the folder and the files."""
        code, out, _ = run("--kind=notifier", "acme", f"--into={tmp_path}", "--json")

        found = json.loads(out)
        assert 0 == code
        assert ("acme", "notifier", "pmkit-acme", "pmkit_acme") == tuple(
            found[key] for key in ("id", "kind", "distribution", "package")
        )
        assert sorted(contents(found["folder"])) == found["files"]


class TestNames:
    """The names of classes."""

    @pytest.mark.parametrize(
        ("plugin_id", "kind", "plugin"),
        [
            ("acme", "agency", "AcmeAgency"),
            ("acme-agency", "agency", "AcmeAgency"),
            ("agency", "agency", "Agency"),
            ("acme.2go", "payment", "Acme2goPayment"),
            ("harness", "notifier", "HarnessNotifier"),
        ],
    )
    def test_the_kind_stands_in_it_once(self, plugin_id, kind, plugin):
        """A class is named after the plugin and its kind."""
        assert plugin == Scaffold.of(plugin_id, PluginKind(kind)).names["plugin"]


class TestLevel:
    """What the conformance kit says of it."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_it_passes_bronze_at_once(self, kind, tmp_path):
        """Whoever changes nothing has bronze, and is told what silver needs."""
        folder = Scaffold.of("harness", PluginKind(kind)).write(tmp_path)
        harness = "pmkit_harness.harness:HarnessHarness"
        code, out = in_folder(
            folder,
            *("-m", "pmkit", "plugins", "check", "harness", "--harness", harness),
            "--json",
        )

        found = json.loads(out)
        failed = {x["level"] for x in found["results"] if x["verdict"] == "fail"}
        assert (1, "bronze") == (code, found["level"])
        assert failed
        assert "bronze" not in failed


def nothing_changed(folder, before):
    """Tell whether a folder holds what it held, and no rest of a failed writing."""
    return before == contents(folder) and not list(folder.glob(".pmkit*"))


class TestRefusals:
    """What is refused, and changes nothing."""

    @pytest.mark.parametrize(
        "plugin_id",
        [
            "../acme",
            "acme/agency",
            "/acme",
            "Acme",
            "acme agency",
            "acme_agency",
            "acme\n",
            "-acme",
            "acme-",
            "a..b",
            "2acme",
            "深圳",
            "$id",
            "a" * 64,
            "",
        ],
    )
    def test_what_is_no_id(self, plugin_id, run, tmp_path):
        """A path, a foreign letter or an endless name is refused with the remedy."""
        code, out, err = run("--kind=agency", f"--into={tmp_path}", "--", plugin_id)

        assert (2, "") == (code, out)
        assert "id: " in err
        assert "Use lower-case letters, digits and single hyphens or dots." in err
        assert [] == list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("plugin_id", "why"),
        [
            ("sandbox-agency", "pmkit-sdk announces the plugin 'sandbox-agency'."),
            ("sdk", "There is a distribution 'pmkit-sdk'."),
            ("agency-http", "the plugin|a distribution"),
            ("agency.http", "There is a distribution 'pmkit-agency-http'."),
        ],
    )
    def test_names_of_others(self, plugin_id, why, run, tmp_path):
        """What is installed keeps its id, its distribution and its package."""
        code, _, err = run("--kind=agency", plugin_id, f"--into={tmp_path}")

        assert 2 == code
        assert re.search(why, err)
        assert "Choose another id." in err
        assert [] == list(tmp_path.iterdir())

    def test_names_that_are_ours(self, monkeypatch):
        """The distributions of pmkit keep their names where they are not installed."""
        monkeypatch.setattr(scaffold, "scan", lambda: scan([]))
        monkeypatch.setattr(scaffold, "_is_installed", lambda _: False)

        with pytest.raises(InputError, match="a distribution 'pmkit-agency-http'"):
            Scaffold.of("agency-http", PluginKind.AGENCY)

    def test_a_package_that_can_be_imported(self, tmp_path, monkeypatch):
        """A module of the same name would hide the plugin, or be hidden by it."""
        (tmp_path / "pmkit_acme.py").touch()
        monkeypatch.syspath_prepend(str(tmp_path))

        with pytest.raises(InputError, match="There is a package 'pmkit_acme'"):
            Scaffold.of("acme", PluginKind.AGENCY)

    @pytest.mark.parametrize("there", ["folder", "file", "full", "link"])
    def test_what_is_there_stays(self, there, run, tmp_path):
        """Whatever has the name of the folder is never overwritten."""
        place = tmp_path / "pmkit-acme"
        if there == "link":
            place.symlink_to(tmp_path / "nowhere")
        elif there == "file":
            place.write_text("mine", encoding="utf-8")
        else:
            place.mkdir()
        if there == "full":
            (place / "README.md").write_text("mine", encoding="utf-8")
        before = contents(tmp_path)
        code, _, err = run("--kind=agency", "acme", f"--into={tmp_path}")

        assert 2 == code
        assert "is there already. Choose another id, or another folder" in err
        assert nothing_changed(tmp_path, before)

    def test_a_folder_that_is_not_there(self, run, tmp_path):
        """A folder that was mistyped is not made."""
        code, _, err = run("--kind=agency", "acme", f"--into={tmp_path / 'typo'}")

        assert 2 == code
        assert "is no folder. Make it first." in err
        assert [] == list(tmp_path.iterdir())


class TestWriting:
    """All of it, or nothing."""

    @pytest.mark.parametrize("number", range(0, 14, 4))
    def test_a_full_disk_leaves_nothing(self, number, tmp_path, monkeypatch):
        """A package that breaks off at any file is not there at all."""
        write, written = pathlib.Path.write_text, []

        def write_text(path, *args, **given):
            written.append(path)
            if len(written) > number:
                raise OSError(28, "No space left on device")
            return write(path, *args, **given)

        monkeypatch.setattr(pathlib.Path, "write_text", write_text)

        with pytest.raises(InputError, match="No space left") as refused:
            Scaffold.of("acme", PluginKind.AGENCY).write(tmp_path)

        assert "into" == refused.value.field
        assert [] == list(tmp_path.iterdir())

    def test_an_interrupt_leaves_nothing(self, tmp_path, monkeypatch):
        """Who interrupts finds nothing half written."""

        def interrupted(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr(pathlib.Path, "write_text", interrupted)

        with pytest.raises(KeyboardInterrupt):
            Scaffold.of("acme", PluginKind.AGENCY).write(tmp_path)

        assert [] == list(tmp_path.iterdir())

    def test_somebody_is_faster(self, tmp_path, monkeypatch):
        """A folder that appears meanwhile is not touched."""
        other = tmp_path / "pmkit-acme"
        rename = pathlib.Path.rename

        def after_another(path, target):
            other.mkdir()
            (other / "README.md").write_text("theirs", encoding="utf-8")
            return rename(path, target)

        monkeypatch.setattr(pathlib.Path, "rename", after_another)

        with pytest.raises(InputError, match="is there already"):
            Scaffold.of("acme", PluginKind.AGENCY).write(tmp_path)

        assert {"pmkit-acme/README.md": b"theirs"} == contents(tmp_path)

    def test_a_folder_that_cannot_hold_another(self, tmp_path, monkeypatch):
        """What the system says of the folder stands in the error."""

        def refuse(**_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(scaffold.tempfile, "mkdtemp", refuse)

        with pytest.raises(InputError, match="Permission denied"):
            Scaffold.of("acme", PluginKind.AGENCY).write(tmp_path)
