"""
Run the examples of the pages: ``pytest README.md docs``.

Python blocks are executed, ``pycon`` sessions and ``$ pmkit`` sessions in ``console``
blocks are compared with what is written below them, and ``diff`` blocks are applied to
the files that the lines before them made.
"""

from __future__ import annotations

import doctest
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
from typing import TYPE_CHECKING

import sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

if TYPE_CHECKING:
    from collections.abc import Iterable

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
ROOT = pathlib.Path(__file__).parent
#: What a page may run; never the gates, which run the pages.
MAY_RUN = re.compile(r"(pmkit|cat) |python examples/")
#: A fenced block, indented or not, with its language.
_FENCE = r"^(?P<in>[ ]*)```{language}[^\n]*\n(?P<body>.*?)^(?P=in)```[ ]*$"


def _blocks(document: sybil.Document, language: str) -> Iterable[re.Match[str]]:
    pattern = _FENCE.replace("{language}", language)
    return re.finditer(pattern, document.text, flags=re.MULTILINE | re.DOTALL)


def parse_pycon(document: sybil.Document) -> Iterable[sybil.Region]:
    """Find the interactive sessions; `DocTestEvaluator` runs them."""
    parser = DocTestStringParser(DocTestEvaluator(OPTIONS))
    for block in _blocks(document, "pycon"):
        text = block["body"]
        for region in parser(text, document.path):
            region.start += block.start("body")
            region.end += block.start("body")
            region.parsed.lineno += document.text.count("\n", 0, block.start("body"))
            yield region


def parse_console(document: sybil.Document) -> Iterable[sybil.Region]:
    """Find the ``$ pmkit`` sessions."""
    for block in _blocks(document, "console"):
        body = textwrap.dedent(block["body"])
        yield sybil.Region(block.start(), block.end(), body, run_console)


def run_console(example: sybil.Example) -> str | None:
    """Run each ``$ pmkit`` line and compare what it prints; say what differs."""
    checker = doctest.OutputChecker()
    for session in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        command, _, wanted = session.partition("\n")
        if not MAY_RUN.match(command):
            return f"$ {command}\nis no pmkit command: set-up belongs into a bash block"
        got = _run(command, _folder(example))
        if wanted.strip() and not checker.check_output(wanted, got, OPTIONS):
            return f"$ {command}\nexpected:\n{wanted}\ngot:\n{got}"
    return None


def parse_diffs(document: sybil.Document) -> Iterable[sybil.Region]:
    """Find the changes to files."""
    for block in _blocks(document, "diff"):
        body = textwrap.dedent(block["body"])
        yield sybil.Region(block.start(), block.end(), body, apply_diff)


def apply_diff(example: sybil.Example) -> str | None:
    """Change one file, as its reader does; say what it does not have."""
    head, *hunks = re.split(r"^@@.*\n", example.parsed, flags=re.MULTILINE)
    path = pathlib.Path(_folder(example)) / head.removeprefix("---").strip()
    text = path.read_text(encoding="utf-8")
    for hunk in hunks:
        lines = [line or " " for line in hunk.splitlines()]
        old = "\n".join(line[1:] for line in lines if line[0] in " -")
        new = "\n".join(line[1:] for line in lines if line[0] in " +")
        if text.count(old) != 1:
            return f"{path.name} has this {text.count(old)} times:\n{old}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return None


def _folder(example: sybil.Example) -> str:
    return str(example.namespace.get("folder", ROOT))


def _run(command: str, folder: str) -> str:
    """Run one line in a shell in which ``pmkit`` is the one under test."""
    shown = {"COLUMNS": "88", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    words = re.sub(r"(?<![\w/.-])pmkit(?= |$)", f"{sys.executable} -m pmkit", command)
    words = re.sub(r"^python(?= )", sys.executable, words)
    done = subprocess.run(  # noqa: S602 - the lines of our own pages
        words,
        shell=True,
        cwd=folder,
        env=os.environ | shown,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr


def start_page(namespace: dict[str, object]) -> None:
    """Give each page an empty folder of its own, and start there."""
    namespace["_folder"] = folder = tempfile.TemporaryDirectory()
    (pathlib.Path(folder.name) / "examples").symlink_to(ROOT / "examples")
    namespace["folder"] = folder.name
    namespace["_started_in"] = pathlib.Path.cwd()
    os.chdir(folder.name)


def end_page(namespace: dict[str, object]) -> None:
    """Go back, and remove the folder of the page."""
    os.chdir(str(namespace["_started_in"]))
    folder = namespace["_folder"]
    folder.cleanup()  # type: ignore[attr-defined]


pytest_collect_file = sybil.Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=OPTIONS),
        SkipParser(),
        parse_pycon,
        parse_console,
        parse_diffs,
    ],
    patterns=["*.md", "docs/**/*.md", "docs/*.md", "plugins/*/README.md"],
    excludes=["docs/_build/**"],
    setup=start_page,
    teardown=end_page,
).pytest()
