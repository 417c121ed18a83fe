"""What a plugin can meet has a page, and something that tests it."""

from __future__ import annotations

import inspect
import pathlib
import re

import attrs
import pytest

from pmkit.core import plugin_errors
from pmkit.core.certainty import Blame, Certainty, Retry
from pmkit.hooks import specs
from pmkit.hooks.capabilities import (
    Capabilities,
    Capability,
    Idempotency,
    LookUp,
    Support,
)
from pmkit.hooks.failures import Stage
from pmkit.hooks.fields import Hints
from pmkit.hooks.manifest import PluginManifest
from pmkit.hooks.operations import OPERATIONS
from pmkit.testing import all_checks, saboteurs

ROOT = pathlib.Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md")}
#: Where a test of a plugin's contract may stand: tests, and the saboteurs of the kit.
TESTED_IN = (
    *ROOT.glob("tests/**/*.py"),
    *ROOT.glob("plugins/*/tests/*.py"),
    *ROOT.glob("src/pmkit/testing/conformance/saboteurs/*.py"),
)
TESTS = "\n".join(
    path.read_text(encoding="utf-8")
    for path in TESTED_IN
    if path != pathlib.Path(__file__)
)

#: The table by hand of what each error claims.
CLAIMS = (ROOT / "tests" / "core" / "test_plugin_errors.py").read_text(encoding="utf-8")


def hooks():
    """Name the hooks: the functions with the mark of pluggy."""
    return [
        name
        for name, thing in vars(specs).items()
        if inspect.isfunction(thing) and hasattr(thing, f"{specs.PROJECT}_spec")
    ]


def errors():
    """Name what a call to a plugin can raise."""
    return [
        name
        for name, thing in vars(plugin_errors).items()
        if inspect.isclass(thing) and issubclass(thing, plugin_errors.PluginCallError)
    ]


def operations():
    """Name the operations: (kind, name)."""
    return [
        (kind.value, name) for kind, specs_ in OPERATIONS.items() for name in specs_
    ]


def fields(*classes):
    """Name the fields of attrs classes."""
    return sorted({field.name for cls in classes for field in attrs.fields(cls)})


def row_of(page, word):
    """Find the row of a table that begins with a word."""
    return re.search(rf"^\| `{re.escape(word)}` \|", PAGES[page], re.MULTILINE)


def table_under(page, heading):
    """Give the rows of the table whose first cell is a heading."""
    return PAGES[page].partition(f"| {heading} |")[2].partition("\n\n")[0]


def is_tested(word):
    """Tell whether a test or a saboteur names something."""
    return re.search(rf"\b{re.escape(word)}\b", TESTS) is not None


CHOICES = [*Support, *Idempotency, *LookUp]


class TestHooks:
    """The functions that an application's own objects may have."""

    def test_are_at_most_six(self):
        """A hook is a promise for years; there are few."""
        assert 1 <= len(hooks()) <= 6

    @pytest.mark.parametrize("hook", hooks())
    def test_has_a_row_and_a_test(self, hook):
        """Each hook stands in the table of the page, and a test calls it."""
        assert row_of("sockets", hook)
        assert is_tested(hook)


class TestCapabilities:
    """What a manifest declares."""

    @pytest.mark.parametrize("word", CHOICES, ids=str)
    def test_each_word_is_explained_and_tested(self, word):
        """A value of Support, Idempotency or LookUp has its row and a test."""
        kind = type(word).__name__

        assert f"| `{word.name}` |" in table_under("sockets", f"`{kind}`")
        assert is_tested(f"{kind}.{word.name}")

    @pytest.mark.parametrize("field", fields(Capability, Capabilities))
    def test_each_field_is_named_and_tested(self, field):
        """A field of a capability stands on the page, and a test sets it."""
        assert f"`{field}`" in PAGES["sockets"]
        assert is_tested(field)

    @pytest.mark.parametrize("field", fields(PluginManifest))
    def test_each_field_of_the_manifest_is_named_and_tested(self, field):
        """What a manifest can say stands on the page of the manifest."""
        section = PAGES["sockets"].partition("## Manifest")[2].partition("\n## ")[0]

        assert re.search(rf"\b{field}\b", section)
        assert is_tested(field)

    @pytest.mark.parametrize(("kind", "operation"), operations())
    def test_each_operation_has_its_row(self, kind, operation):
        """An operation stands in the table of its kind, and is tested."""
        assert f"| {kind} | `{operation}` |" in PAGES["sockets"]
        assert is_tested(operation)


class TestSettings:
    """What a field of the settings can say."""

    @pytest.mark.parametrize("hint", fields(Hints))
    def test_each_hint_is_named_and_tested(self, hint):
        """A hint for forms and checks stands on the page."""
        section = PAGES["sockets"].partition("## Settings")[2].partition("\n## ")[0]

        assert re.search(rf"\b{hint}\b", section)
        assert is_tested(hint)

    @pytest.mark.parametrize("stage", Stage, ids=str)
    def test_each_stage_is_explained_and_tested(self, stage):
        """Whoever reads where a plugin stopped can look it up."""
        assert row_of("sockets", stage.value)
        assert is_tested(stage.value)


class TestErrors:
    """What a call can come to."""

    @pytest.mark.parametrize("error", errors())
    def test_has_a_row_and_a_test(self, error):
        """An error stands on the page with what to do about it, and is tested."""
        assert row_of("errors", error)
        assert is_tested(error)

    @pytest.mark.parametrize("certainty", Certainty, ids=str)
    def test_each_certainty_says_what_to_do(self, certainty):
        """What is certain decides what may be done."""
        assert row_of("operations", certainty.value)
        assert is_tested(f"Certainty.{certainty.name}")

    @pytest.mark.parametrize("word", [*Retry, *Blame], ids=str)
    def test_retry_and_blame_are_explained_and_tested(self, word):
        """Whether to repeat, and who has to act, can be looked up."""
        assert row_of("operations", word.value)
        assert f'"{word.value}"' in CLAIMS


class TestChecks:
    """The conformance kit."""

    @pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
    def test_has_a_section_and_a_saboteur(self, check):
        """A check has its own anchor, remedy and bug; without one it is no check."""
        section = PAGES["conformance"].partition(f"\n({check.id.lower()})=\n")[2]
        section = section.partition("\n(plg-")[0]

        assert f"### {check.id}\n" in section
        assert check.requirement in section
        assert check.remedy in section
        assert [one.name for one in saboteurs() if check.id in one.must]
