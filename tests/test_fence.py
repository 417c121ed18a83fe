"""The fence bites: a violation planted into a copy of the project is reported."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
#: The answer of pytest when a test failed.
RED = 1

CLOCKS = [
    (
        "import datetime as dt\n\nNOW = dt.datetime.now(dt.UTC)\n",
        "datetime.datetime.now",
    ),
    (
        "import datetime as dt\n\nNOW = dt.datetime.utcnow()\n",
        "datetime.datetime.utcnow",
    ),
    ("import datetime as dt\n\nDAY = dt.date.today()\n", "datetime.date.today"),
    ("from datetime import date\n\nDAY = date.today()\n", "datetime.date.today"),
    ("import time\n\nNOW = time.time()\n", "time"),
    ("from time import monotonic\n\nNOW = monotonic()\n", "time"),
]
CHANCE = [
    ("import random\n\nDRAWN = random.random()\n", "random"),
    ("import uuid\n\nNEW = uuid.uuid4()\n", "uuid"),
    ("import secrets\n\nNEW = secrets.token_hex()\n", "secrets"),
]
OUTSIDE = [
    ("import os\n\nHOME = os.environ\n", "os"),
    ("import pathlib\n\nHERE = pathlib.Path()\n", "pathlib"),
    ("import sqlite3\n\nDB = sqlite3.connect\n", "sqlite3"),
]
IMPORTS = [
    ("core/planted.py", "import sqlalchemy\n", "import sqlalchemy"),
    ("core/planted.py", "import cattrs\n", "import cattrs"),
    ("core/planted.py", "import holidays\n", "import holidays"),
    ("core/planted.py", "import os\n", "import os"),
    ("core/planted.py", "def f():\n    import socket\n", "import socket"),
    ("core/planted.py", "import pmkit.cli\n", "pmkit.core.planted -> pmkit.cli"),
    ("core/planted.py", "import pmkit.facts\n", "pmkit.core.planted -> pmkit.facts"),
    ("facts/planted.py", "import pmkit.cli\n", "pmkit.facts.planted -> pmkit.cli"),
    (
        "core/steps/planted.py",
        "import pmkit.core.steps.other\n",
        "pmkit.core.steps.planted -> pmkit.core.steps.other",
    ),
]


@pytest.fixture(name="copy")
def _copy(tmp_path):
    """A copy of what the fence reads."""
    shutil.copytree(ROOT / "src", tmp_path / "src")
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(folder, *command):
    """Run a tool in the copy, on the copy: (exit code, what it says on one line)."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def plant(folder, path, code):
    """Write *code* into a new module of the copy."""
    file = folder / "src" / "pmkit" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    for package in (file.parent, folder / "src" / "pmkit" / "facts"):
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
    (folder / "src/pmkit/core/steps").mkdir(exist_ok=True)
    (folder / "src/pmkit/core/steps/__init__.py").touch()
    (folder / "src/pmkit/core/steps/other.py").write_text('"""Another step."""\n')
    file.write_text(f'"""Planted."""\n\nfrom __future__ import annotations\n\n{code}')
    return str(file.relative_to(folder))


def lint_imports(folder):
    """Run the import contracts on the copy."""
    start = "from importlinter.cli import lint_imports_command as run; run()"
    return run(folder, "-c", start, "--no-cache")


class TestRuff:
    """The nested rules of the core."""

    @pytest.mark.parametrize(("code", "banned"), CLOCKS + CHANCE + OUTSIDE)
    def test_reports_in_core(self, copy, code, banned):
        """A clock, chance, an id or the outside in the core is reported by name."""
        file = plant(copy, "core/planted.py", code)

        exit_code, said = run(copy, "-m", "ruff", "check", "--select=TID251", file)

        assert exit_code == RED
        assert f"`{banned}` is banned: core " in said

    def test_says_what_to_do_about_a_clock(self, copy):
        """The message about a clock names the remedy."""
        file = plant(copy, "core/planted.py", CLOCKS[0][0])

        _, said = run(copy, "-m", "ruff", "check", file)

        assert "core takes the moment as an argument" in said

    def test_reports_open_in_core(self, copy):
        """Opening a file in the core is reported."""
        file = plant(copy, "core/planted.py", 'TEXT = open("x").read()\n')

        exit_code, said = run(copy, "-m", "ruff", "check", file)

        assert exit_code == RED
        assert "`open()`" in said

    def test_lets_the_shell_read_the_clock(self, copy):
        """Outside the core the same clock is allowed."""
        file = plant(copy, "shell/planted.py", CLOCKS[0][0])

        exit_code, said = run(copy, "-m", "ruff", "check", "--select=TID251", file)

        assert exit_code == 0, said


class TestImportLinter:
    """The import contracts."""

    @pytest.mark.parametrize(("path", "code", "reported"), IMPORTS)
    def test_reports(self, copy, path, code, reported):
        """An import against the direction is reported with its line."""
        plant(copy, path, code)

        exit_code, said = lint_imports(copy)

        assert exit_code == RED
        module = "pmkit." + path.removesuffix(".py").replace("/", ".")
        arrow = reported.replace("import ", f"{module} -> ")
        assert f"{arrow} (l.5)" in said or f"{arrow} (l.6)" in said

    def test_is_content_with_the_project(self, copy):
        """The project as it stands keeps every contract."""
        exit_code, said = lint_imports(copy)

        assert exit_code == 0, said


class TestPytest:
    """The closed network and the executed pages."""

    def test_a_test_with_a_socket_fails(self, copy):
        """A test that opens a socket is red."""
        (copy / "tests").mkdir()
        (copy / "tests" / "test_planted.py").write_text(
            "import socket\n\n\ndef test_talks():\n    socket.socket()\n"
        )

        exit_code, said = run(copy, "-m", "pytest", "tests/test_planted.py")

        assert exit_code == RED
        assert "SocketBlockedError" in said

    @pytest.mark.parametrize(
        "block",
        [
            "```python\nassert 1 == 2\n```\n",
            "```pycon\n>>> 1 + 1\n3\n```\n",
            "```console\n$ pmkit --version\npmkit 0.0.0\n```\n",
        ],
        ids=["python", "pycon", "console"],
    )
    def test_an_example_that_lies_fails(self, copy, block):
        """A block of a page whose answer is wrong is red."""
        (copy / "README.md").write_text(f"# Planted\n\n{block}")

        exit_code, said = run(copy, "-m", "pytest", "README.md")

        assert exit_code == RED, said

    def test_an_example_that_holds_passes(self, copy):
        """The same blocks with right answers are green."""
        (copy / "README.md").write_text(
            "# Right\n\n```python\nassert 1 + 1 == 2\n```\n\n"
            "```pycon\n>>> 1 + 1\n2\n```\n\n"
            "```console\n$ pmkit --version\npmkit ...\n```\n"
        )

        exit_code, said = run(copy, "-m", "pytest", "README.md")

        assert exit_code == 0, said
        assert "3 passed" in said
