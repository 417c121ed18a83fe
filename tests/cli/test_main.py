"""The frame of the command line: help, version, errors, interrupts."""

from __future__ import annotations

import importlib.metadata
import sys
import types

import click
import pytest

from pmkit import InputError, cli


@pytest.fixture(name="plant")
def _plant(monkeypatch):
    """Add a command ``planted`` that does what the test wants."""

    def plant(body):
        module = types.SimpleNamespace(planted=click.command("planted")(body))
        monkeypatch.setitem(cli._COMMANDS, "planted", "Planted.")  # noqa: SLF001 - the table itself
        monkeypatch.setitem(sys.modules, "pmkit.cli.planted", module)

    return plant


def call(*arguments):
    """Run the command line in this process and give its exit code."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    return left.value.code


def refuse():
    """Refuse the input, over two lines."""
    msg = "No such\nlot."
    raise InputError(msg, field="lot", remedy="Give two or more.")


def interrupt():
    """Be interrupted by the user."""
    raise KeyboardInterrupt


def differ():
    """Find a difference, and say so by the exit code."""
    click.get_current_context().exit(1)


class TestHelp:
    """``pmkit --help``, ``-h`` and nothing at all."""

    @pytest.mark.parametrize("option", ["--help", "-h"])
    def test_lists_every_command(self, capsys, option):
        """The help names each command with its sentence."""
        code = call(option)
        said = capsys.readouterr().out

        assert code == 0
        assert [n for n in cli._COMMANDS if f"\n  {n} " not in said] == []  # noqa: SLF001 - the table itself

    def test_is_shown_when_nothing_is_asked(self, capsys):
        """Without a command the help goes to standard error, with exit code 2."""
        code = call()

        assert code == 2
        assert "Commands:" in capsys.readouterr().err

    def test_version_is_that_of_the_distribution(self, capsys):
        """``--version`` tells the installed version."""
        code = call("--version")

        assert code == 0
        assert (
            f"pmkit {importlib.metadata.version('pmkit-sdk')}\n"
            == capsys.readouterr().out
        )


class TestErrors:
    """What a user can cause is one line and exit code 2."""

    def test_a_pmkit_error_is_one_line(self, capsys, plant):
        """An error of pmkit names the field and the remedy on a single line."""
        plant(refuse)

        code = call("planted")

        assert code == 2
        assert (
            "",
            "error: lot: No such lot. Give two or more.\n",
        ) == capsys.readouterr()

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            (["plant"], "error: No such command 'plant'. Try 'pmkit --help'.\n"),
            (["--plant"], "error: No such option '--plant'. Try 'pmkit --help'.\n"),
        ],
    )
    def test_a_usage_error_is_one_line(self, capsys, arguments, line):
        """A command or option that does not exist is told in one line with a hint."""
        code = call(*arguments)

        assert code == 2
        assert ("", line) == capsys.readouterr()

    def test_an_exit_code_of_a_command_is_kept(self, plant):
        """A command that ends with 1 makes the process end with 1."""
        plant(differ)

        assert call("planted") == 1

    def test_an_interrupt_is_not_swallowed(self, plant):
        """The interrupt of the user reaches whoever started the command."""
        plant(interrupt)

        with pytest.raises(KeyboardInterrupt):
            cli.main(["planted"])
