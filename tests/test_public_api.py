"""What ``pmkit`` shows to those who import it, and what that costs."""

from __future__ import annotations

import ast
import importlib
import pathlib
import re
import subprocess
import sys

import pytest

import pmkit
from pmkit import cli

#: What may not be loaded before it is used: each costs more than the whole budget.
HEAVY = {
    "alembic",
    "attrs",
    "cattrs",
    "holidays",
    "httpx",
    "hypothesis",
    "numpy",
    "pendulum",
    "pluggy",
    "pytest",
    "rich",
    "sqlalchemy",
}


def modules_after(statement: str) -> set[str]:
    """Name the top-level modules that a fresh interpreter has after *statement*."""
    show = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{statement}\n{show}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def names_for_type_checkers() -> dict[str, str]:
    """Read the imports of the stub that type checkers see: name -> module."""
    stub = pathlib.Path(pmkit.__file__).with_suffix(".pyi")
    return {
        alias.asname or alias.name: node.module or ""
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def modules_with_all() -> list[str]:
    """Name the modules of pmkit that declare ``__all__``, without importing any."""
    source = pathlib.Path(pmkit.__file__).parent
    return [
        ".".join(path.relative_to(source.parent).with_suffix("").parts)
        for path in sorted(source.rglob("*.py"))
        if re.search(r"^__all__ ", path.read_text(encoding="utf-8"), re.MULTILINE)
        and path != source / "__init__.py"
    ]


class TestAll:
    """The list of public names."""

    def test_is_sorted(self):
        """The public names stand in alphabetical order."""
        assert sorted(pmkit.__all__) == list(pmkit.__all__)

    @pytest.mark.parametrize("name", pmkit.__all__)
    def test_name_is_there(self, name):
        """Each public name loads, and from the module that defines it."""
        thing = getattr(pmkit, name)

        assert thing is getattr(pmkit, name)
        assert name in dir(pmkit)

    def test_star_import_gives_all(self):
        """A star import gives every public name and stumbles over none."""
        space: dict[str, object] = {}
        exec("from pmkit import *", space)  # noqa: S102 - that is what is tested

        assert set(pmkit.__all__) == set(space) - {"__builtins__"}

    def test_type_checkers_see_the_same_names(self):
        """The imports for type checkers and the lazy table name the same homes."""
        assert pmkit._HOME == names_for_type_checkers()  # noqa: SLF001 - two lists of one thing

    def test_an_unknown_name_is_an_attribute_error(self):
        """A name that pmkit does not have is an AttributeError that says which."""
        with pytest.raises(AttributeError, match="no_such_name"):
            _ = pmkit.no_such_name

    @pytest.mark.parametrize("module", modules_with_all())
    def test_every_module_keeps_its_promise(self, module):
        """Where a module declares its names, they are sorted and exist."""
        found = importlib.import_module(module.removesuffix(".__init__"))

        assert sorted(found.__all__) == list(found.__all__)
        assert [n for n in found.__all__ if not hasattr(found, n)] == []


class TestImport:
    """What an import loads."""

    def test_pmkit_loads_nothing_heavy(self):
        """``import pmkit`` loads none of the libraries that cost time."""
        assert modules_after("import pmkit") & HEAVY == set()

    def test_an_order_loads_no_store_and_no_calendar_library(self):
        """The nouns of the core need attrs and nothing else that is heavy."""
        loaded = modules_after("import pmkit.core.money, pmkit.core.errors") & HEAVY

        assert loaded <= {"attrs"}

    def test_help_loads_no_command(self):
        """``pmkit --help`` draws its table without the libraries of the commands."""
        ask = "from pmkit.cli import _run\n_run(['--help'])"

        assert modules_after(ask) & HEAVY == set()


class TestCommands:
    """The table of commands in the help."""

    @pytest.mark.parametrize("name", sorted(cli._COMMANDS))  # noqa: SLF001 - the table itself
    def test_each_loads(self, name):
        """Each command of the table exists and has a help text."""
        command = cli.pmkit.get_command(None, name)

        assert command is not None
        assert name == command.name
        assert command.get_short_help_str()
