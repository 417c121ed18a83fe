"""
The command line: ``pmkit --help``.

A command is a module of this package that is imported when it is called, so that
``pmkit --help`` is quick.  An error that a user can cause is one line on standard
error and exit code 2.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import click

from pmkit.core.errors import PmkitError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Command -> what ``pmkit --help`` says of it.  ``pmkit.cli.<command>`` defines it.
_COMMANDS = {
    "aql": "Tell the sample size and the acceptance number of a lot.",
    "calendar": "Show which days of a year are worked in a country.",
    "db": "Upgrade, check and copy a database, a file or on a server.",
    "deadline": "Tell the last day to book, or the day a report is late, and why.",
    "deadlines": "Tell which given deadlines another calendar would change.",
    "demo": "Send one service down the whole road, on a simulated clock.",
    "ops": "List, show and resolve calls whose outcome needs a person.",
    "orders": "List, show, import and verify the orders of a database file.",
    "sandbox": "Serve simulated companies on this machine, to try plugins against.",
    "plugins": "List, show, examine and check the plugins that are installed.",
    "worker": "Do what is due on a database, until stopped.",
}


class _LazyGroup(click.Group):
    """A group that imports a command only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, sorted."""
        del ctx
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, if there is one of this name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"pmkit.cli.{cmd_name}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command), cmd_name  # noqa: S101 - ours
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the table of commands without importing any."""
        rows = [(name, _COMMANDS[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _print_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's shape
    del param
    if not wanted or ctx.resilient_parsing:
        return
    import importlib.metadata

    click.echo(f"pmkit {importlib.metadata.version('pmkit-sdk')}")
    ctx.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def pmkit() -> None:
    """Sell production monitoring on a trade order: book, pay, visit, report, review."""


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run one command and leave the process with its exit code.

    Args:
        arguments: What follows ``pmkit`` on the command line; by default what this
            process was started with.

    Raises:
        SystemExit: Always: 0 when done, 1 when a check found a difference, 2 when
            the input was wrong.

        KeyboardInterrupt: When the user interrupts; nothing swallows it.
    """
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        answer = pmkit.main(arguments, prog_name="pmkit", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message(), err=True)
        return 2
    except click.ClickException as wrong:
        return _complain(wrong.format_message(), wrong)
    except click.Abort as stopped:
        # click wraps the interrupt; whoever started us must see the real one.
        if isinstance(stopped.__cause__, KeyboardInterrupt):
            raise stopped.__cause__ from None
        return _complain("stopped: the input ended")
    except PmkitError as refused:
        return _complain(str(refused))
    return answer if isinstance(answer, int) else 0


def _complain(message: str, wrong: click.ClickException | None = None) -> int:
    """Write one line to standard error; 2 is the exit code of wrong input."""
    hint = ""
    if isinstance(wrong, click.UsageError) and wrong.ctx is not None:
        hint = f" Try '{wrong.ctx.command_path} --help'."
    line = " ".join(message.split())
    click.echo(f"error: {line}{hint}", err=True)
    return 2
