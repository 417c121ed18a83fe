"""
A scaffolded plugin in a clean directory, with nothing but built wheels.

By default one kind; ``PMKIT_KINDS=agency,payment,notifier`` tries others, as
``nox -s plugins`` does.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]
KINDS = os.environ.get("PMKIT_KINDS", "agency").split(",")
#: What of the environment would let the source of pmkit in.
OURS = ("PYTHONPATH", "COVERAGE_PROCESS_START", "VIRTUAL_ENV")


class Place:
    """
    A folder with a virtual environment of its own.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder):
        self.folder = folder
        self.wheels = folder / "wheels"
        self._bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.run(sys.executable, "-m", "venv", str(folder / "venv"))

    def run(self, program, *words, cwd=None, codes=(0,)):
        """Run a program; give what it prints."""
        own = self._bin / program
        done = subprocess.run(
            [str(own) if own.exists() else program, *words],
            cwd=cwd or self.folder,
            env={k: v for k, v in os.environ.items() if k not in OURS},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done.stdout

    def build(self, source):
        """Build the wheel of a project."""
        before = set(self.wheels.glob("*.whl"))
        words = ("wheel", "-q", "--no-deps", "--wheel-dir", str(self.wheels))
        self.run("python", "-m", "pip", *words, str(source))
        (built,) = set(self.wheels.glob("*.whl")) - before
        return built

    def install(self, *wanted):
        """Install wheels; what they need comes from the index, except our own."""
        words = ("install", "-q", "--find-links", str(self.wheels))
        self.run("python", "-m", "pip", *words, *map(str, wanted))


@pytest.fixture(name="place", scope="module")
def _place(tmp_path_factory):
    """Give a clean environment with the wheel of pmkit."""
    place = Place(tmp_path_factory.mktemp("released"))
    place.install(f"{place.build(ROOT)}[testing]")
    return place


@pytest.mark.parametrize("kind", KINDS)
def test_a_scaffold_is_seen_and_has_bronze(kind, place):
    """Wheels are enough to list, show, explain and check the plugin, and to test it."""
    name = f"acme-{kind}"
    place.run("pmkit", "plugins", "new", "--kind", kind, name)
    source = place.folder / f"pmkit-{name}"
    built = place.build(source)
    place.install(built)

    inside = set(zipfile.ZipFile(built).namelist())
    listed = json.loads(place.run("pmkit", "plugins", "list", "--json"))
    shown = json.loads(place.run("pmkit", "plugins", "show", name, "--json"))
    explained = place.run("pmkit", "plugins", "doctor", name, codes=(0, 1))
    record = json.loads(
        place.run("pmkit", "plugins", "check", name, "--json", codes=(1,))
    )
    tests = place.run("python", "-m", "pytest", "-q", cwd=source)

    package = f"pmkit_acme_{kind}"
    assert {f"{package}/py.typed", f"{package}/harness.py"} <= inside
    assert (name, f"pmkit-{name}", "0.1.0") in {
        (one["id"], one["distribution"], one["version"]) for one in listed["plugins"]
    }
    assert [] == listed["failures"]
    assert {"api_key", "base_url"} == set(shown["settings"]["properties"])
    assert f"Plugin {name}" in explained
    assert ("bronze", f"pmkit-{name}") == (record["level"], record["distribution"])
    assert " failed" not in tests
