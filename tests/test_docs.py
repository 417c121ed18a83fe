"""The words: nothing public without a docstring, no page with an example that lies."""

from __future__ import annotations

import ast
import inspect
import json
import pathlib
import re

import pytest

import pmkit
from pmkit.core import errors, plugin_errors

ROOT = pathlib.Path(__file__).parents[1]
CORE = ROOT / "src" / "pmkit" / "core"
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
#: The rows that a lawyer needs to recompute a clause.
COUNTING_ROWS = ["Unit", "Day zero", "Cut-off", "Unknown"]
#: python, pycon and console blocks run; a diff is applied, json is parsed; the others
#: are no code.
LANGUAGES = {"bash", "console", "diff", "json", "mermaid", "pycon", "python", "text"}
#: What a reader types before there is a pmkit to test.
SET_UP = re.compile(
    r"(python[0-9.]* -m |\. \.venv|git |cd |#|pmkit (demo|--version)|$)"
)


def page_name(path):
    """Name a page by its path in the project."""
    return path.relative_to(ROOT).as_posix()


def blocks(path):
    """Find the fenced blocks of a page: (language, text)."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(
        r"^ *```(\S*)[^\n]*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL
    )
    return [(name, body) for name, body in found if not name.startswith("{")]


def clause_functions():
    """Find the public functions of the core that answer with a deadline."""
    return [
        pytest.param(node, id=f"{path.stem}.{node.name}")
        for path in [*sorted(CORE.glob("clauses/*.py")), CORE / "deadlines.py"]
        if path.exists()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.returns is not None
        and ast.unparse(node.returns).strip("'\"") in {"Deadline", "Opening"}
    ]


def error_classes():
    """List the error classes of pmkit, the base first."""
    found = {**vars(errors), **vars(plugin_errors)}.values()
    return [x for x in found if inspect.isclass(x) and issubclass(x, errors.PmkitError)]


def drawn_errors():
    """Read the tree at the top of the errors: [(depth, name)]."""
    return [*drawn_in(errors, 0), *drawn_in(plugin_errors, 2)]


def drawn_in(module, depth):
    """Read the tree at the top of one module, whose root is so deep."""
    lines = (module.__doc__ or "").splitlines()
    rows = [
        re.match(r"    ((?:│   |    )*(?:├── |└── )?)(\w+Error|WebhookRejected)\b", x)
        for x in lines
    ]
    return [(depth + len(row[1]) // 4, row[2]) for row in rows if row]


def depth_of(error):
    """Count the steps from an error class up to the base."""
    return error.__mro__.index(errors.PmkitError)


class TestDocstrings:
    """What help() shows."""

    @pytest.mark.parametrize("name", pmkit.__all__)
    def test_every_public_name_has_one(self, name):
        """A public class or function says what it is in words of its own."""
        thing = getattr(pmkit, name)
        own = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__

        assert own

    @pytest.mark.parametrize("clause", clause_functions())
    def test_every_clause_says_how_it_counts(self, clause):
        """A clause names its unit, its day zero, its cut-off and what is unknown."""
        words = ast.get_docstring(clause) or ""
        rows = re.findall(rf"^ +({'|'.join(COUNTING_ROWS)})  +\S", words, re.MULTILINE)

        assert COUNTING_ROWS == rows


class TestErrors:
    """The tree of errors."""

    @pytest.mark.parametrize("error", error_classes())
    def test_each_has_words_of_its_own(self, error):
        """An error class explains itself and has a code for programs."""
        assert vars(error).get("__doc__")
        assert vars(error).get("code")

    def test_codes_differ(self):
        """No two error classes share a code."""
        codes = [error.code for error in error_classes()]

        assert len(set(codes)) == len(codes)

    def test_the_tree_is_drawn_as_it_is(self):
        """The drawing at the top shows every class at its place."""
        assert {(depth_of(e), e.__name__) for e in error_classes()} == set(
            drawn_errors()
        )

    def test_all_are_public(self):
        """Whatever pmkit raises on purpose can be caught by a public name."""
        assert {e.__name__ for e in error_classes()} <= set(pmkit.__all__)


class TestPages:
    """README and docs."""

    @pytest.mark.parametrize("page", PAGES, ids=page_name)
    def test_blocks_are_of_a_kind_that_is_checked(self, page):
        """Every block of code names a language that a test runs or reads."""
        assert {language for language, _ in blocks(page)} <= LANGUAGES

    @pytest.mark.parametrize("page", PAGES, ids=page_name)
    def test_json_blocks_are_json(self, page):
        """A block that says it is JSON can be parsed."""
        for language, body in blocks(page):
            if language == "json":
                json.loads(body)

    @pytest.mark.parametrize("page", PAGES, ids=page_name)
    def test_shell_blocks_only_set_up(self, page):
        """What no test runs is only what comes before pmkit is there."""
        lines = [
            x for name, body in blocks(page) if name == "bash" for x in body.split("\n")
        ]

        assert [x for x in lines if not SET_UP.match(x.strip())] == []

    @pytest.mark.parametrize("page", PAGES, ids=page_name)
    def test_links_inside_the_project_lead_somewhere(self, page):
        """A link to a file of the project finds it."""
        links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        inside = [x for x in links if "://" not in x and not x.startswith("mailto:")]

        assert [x for x in inside if not (page.parent / x).exists()] == []

    def test_the_second_command_is_what_the_gates_run(self):
        """The README and the CI run the same words."""
        command = "python -m pip install nox && python -m nox"

        assert command in (ROOT / "README.md").read_text(encoding="utf-8")
        assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    @pytest.mark.parametrize(("name", "most"), [("README.md", 120), ("AGENTS.md", 100)])
    def test_front_pages_are_short(self, name, most):
        """The first page for people and the first page for contributors stay short."""
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= most
