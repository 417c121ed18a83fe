"""The rules of the house that no other tool checks."""

from __future__ import annotations

import ast
import csv
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ANSWERS = sorted((ROOT / "tests" / "answers").glob("*.csv"))
SABOTEURS = sorted((ROOT / "tests" / "saboteurs").glob("*.patch"))
FRAGMENTS = sorted((ROOT / "changelog.d").glob("*.md"))
#: Names that say nothing about what lives there.
GRAB_BAGS = {"common", "helper", "helpers", "lib", "misc", "tools", "util", "utils"}


def file_name(path):
    """Name a file by its path in the project."""
    return path.relative_to(ROOT).as_posix()


def functions(path):
    """Find all functions of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [x for x in ast.walk(tree) if isinstance(x, ast.FunctionDef)]


def own_lines(function):
    """Count the lines of a function without its docstring."""
    first = (
        function.body[1] if ast.get_docstring(function) and function.body[1:] else None
    )
    start = first.lineno if first else function.lineno
    return (function.end_lineno or start) - start + 1


class TestSources:
    """The files of src."""

    @pytest.mark.parametrize("path", SOURCES, ids=file_name)
    def test_no_file_is_longer_than_a_reader_can_hold(self, path):
        """A module stops at 400 lines."""
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400

    @pytest.mark.parametrize("path", SOURCES, ids=file_name)
    def test_functions_are_short(self, path):
        """A function stops at 40 lines, its docstring not counted."""
        assert [f.name for f in functions(path) if own_lines(f) > 40] == []

    def test_no_grab_bags(self):
        """No module has a name under which anything could be put."""
        assert [file_name(p) for p in SOURCES if p.stem.strip("_") in GRAB_BAGS] == []


class TestTests:
    """The files of tests."""

    @pytest.mark.parametrize("path", TESTS, ids=file_name)
    def test_each_states_its_fact(self, path):
        """Every test has a docstring: a sentence, or one that it quotes."""
        tests = [f for f in functions(path) if f.name.startswith("test_")]
        facts = {f.name: " ".join((ast.get_docstring(f) or "").split()) for f in tests}

        assert [
            n for n, fact in facts.items() if not fact.endswith((".", "?", '"'))
        ] == []

    @pytest.mark.parametrize("path", ANSWERS, ids=file_name)
    def test_each_answer_says_which_mistake_it_kills(self, path):
        """A row by hand names the mistake that only this row catches."""
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(x for x in file if not x.startswith("#")))

        assert rows
        assert [row for row in rows if not (row.get("kills") or "").strip()] == []


class TestSaboteurs:
    """The planted bugs; `nox -s planted` plants them."""

    @pytest.mark.parametrize("path", SABOTEURS, ids=file_name)
    def test_each_can_still_be_planted(self, path):
        """A patch that no longer applies proves nothing."""
        told = subprocess.run(
            ["git", "apply", "--check", path],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert (0, "") == (told.returncode, told.stderr)


class TestChangelog:
    """The fragments."""

    @pytest.mark.parametrize("path", FRAGMENTS, ids=file_name)
    def test_each_is_of_a_known_type(self, path):
        """A fragment is named after its change and its type, and says something."""
        named = re.fullmatch(
            r"[\w-]+\.(breaking|clause|deprecation|feature|fix)\.md|README\.md",
            path.name,
        )

        assert named
        assert path.read_text(encoding="utf-8").strip()
