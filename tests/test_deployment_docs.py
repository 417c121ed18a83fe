"""
The files for servers that pages show: nobody runs them here, so they are read closely.
"""

from __future__ import annotations

import configparser
import pathlib
import re
import shlex

import click
import pytest
import yaml

from pmkit.cli import pmkit as program

ROOT = pathlib.Path(__file__).parents[1]
PAGES = ("run-many-workers", "run-on-procrastinate")


def blocks(page: str) -> list[str]:
    """Read what stands in the text blocks of a page."""
    text = (ROOT / f"docs/how-to/{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def compose(page: str) -> dict:
    """Read the compose file of a page."""
    (found,) = [block for block in blocks(page) if block.startswith("# compose.yaml")]
    return yaml.safe_load(found)


def unit(page: str) -> configparser.ConfigParser:
    """Read the unit of systemd on a page."""
    (found,) = [block for block in blocks(page) if "[Unit]" in block]
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(found.replace("\\\n", " "))
    return parser


def commands(page: str) -> list[str]:
    """List each command line of pmkit in the files of a page."""
    lines = [
        one["command"] for one in compose(page)["services"].values() if "command" in one
    ]
    return [*lines, unit(page)["Service"]["ExecStart"]]


def unknown(line: str) -> list[str]:
    """List the words of a command line that the program does not know."""
    words = shlex.split(line)[1:]
    command: click.Command = program
    context = click.Context(command)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        if found is None:
            return words[:1]
        command, words = found, words[1:]
    known = {option for each in command.params for option in each.opts}
    return [word for word in words if word.startswith("--") and word not in known]


def lacking(service: dict, services: dict) -> list[str]:
    """List what a service waits for in vain."""
    found = []
    for name, given in service.get("depends_on", {}).items():
        other = services.get(name, {})
        healthy = given["condition"] == "service_healthy"
        ends = given["condition"] == "service_completed_successfully"
        if healthy and "healthcheck" not in other:
            found.append(f"{name} is never healthy")
        if ends and "db" not in other.get("depends_on", {}):
            found.append(f"{name} does not wait for the database")
    return found


@pytest.mark.parametrize("page", PAGES)
class TestCompose:
    """The compose files."""

    def test_waits_for_what_comes(self, page):
        """Each service waits only for what is there and says when it is ready."""
        services = compose(page)["services"]

        assert {} == {
            name: lacking(each, services)
            for name, each in services.items()
            if lacking(each, services)
        }

    def test_names_what_it_uses(self, page):
        """Each secret and each named volume that a service uses is declared."""
        file = compose(page)
        used = {
            s for each in file["services"].values() for s in each.get("secrets", ())
        }

        assert used == set(file["secrets"])

    def test_keeps_the_data(self, page):
        """The database keeps its files in a volume that outlives its container."""
        file = compose(page)
        (volume,) = file["services"]["db"]["volumes"]

        assert volume.split(":")[0] in file["volumes"]

    def test_has_a_password_for_each(self, page):
        """Whoever connects to the database is told where the password is."""
        services = compose(page)["services"]
        connect = [
            s for s in services.values() if "postgresql://" in s.get("command", "")
        ]

        assert [True] * len(connect) == [
            "PGPASSFILE" in s["environment"] for s in connect
        ]

    def test_mounts_the_settings(self, page):
        """A file that a command reads is mounted where the command looks for it."""
        worker = compose(page)["services"]["worker"]
        read = re.search(r"--plugins (\S+)", worker["command"])

        assert read
        assert read.group(1) in worker["volumes"][0]


@pytest.mark.parametrize("page", PAGES)
class TestGrace:
    """The time that a worker has to end."""

    def test_is_longer_than_the_grace_of_a_worker(self, page):
        """Nobody kills a worker before its own 30 seconds of grace are over."""
        given = compose(page)["services"]["worker"]["stop_grace_period"]

        assert float(given.removesuffix("s")) > 30
        assert float(unit(page)["Service"]["TimeoutStopSec"]) > 30


class TestCommands:
    """The command lines in the files."""

    @pytest.mark.parametrize("line", commands("run-many-workers"))
    def test_is_known(self, line):
        """The program knows each command and option that a file starts it with."""
        assert unknown(line) == []

    def test_the_reader_sees_a_wrong_option(self):
        """A command or an option that there is not would be seen."""
        assert unknown("pmkit worker --sped 3") == ["--sped"]
        assert unknown("pmkit work") == ["work"]
