"""The kit proves itself: saboteurs are noticed, reference plugins are not."""

from __future__ import annotations

import re

import pytest

from pmkit.testing import SelfCheck, all_checks, saboteurs
from pmkit.testing.conformance.listing import (
    TITLES,
    checks_markdown,
    saboteurs_markdown,
)
from pmkit.testing.conformance.self_checking import (
    REFERENCES,
    Finding,
    idle_checks,
    judge_reference,
    judge_saboteur,
)

NAMES = [one.name for one in saboteurs()]


class TestSaboteurs:
    """Plugins with one planted bug each."""

    @pytest.mark.parametrize("name", NAMES)
    def test_exactly_the_named_checks_notice_it(self, name):
        """The named checks fail, and nothing but what is listed as a knock-on."""
        finding = judge_saboteur(name)

        assert ((), ()) == (finding.missed, finding.unexpected)

    @pytest.mark.parametrize("number", range(len(REFERENCES)))
    def test_the_reference_plugins_pass(self, number):
        """No check fails for a plugin without a bug."""
        assert () == judge_reference(number).failed

    def test_every_check_has_one(self):
        """A check that no saboteur is named for is not shipped."""
        assert () == idle_checks()

    def test_cover_all_three_kinds(self):
        """At least 24 saboteurs, over agencies, payments and notifiers."""
        kinds = {one.kind for one in saboteurs()}

        assert {"agency", "payment", "notifier"} == kinds
        assert len(NAMES) >= 24

    def test_name_checks_that_exist(self):
        """What a saboteur names is a check, and no check is both must and may."""
        known = {check.id for check in all_checks()}
        for one in saboteurs():
            assert {*one.must, *one.may} <= known, one.name
            assert not {*one.must} & {*one.may}, one.name


class TestTable:
    """What the self-check prints."""

    def test_says_what_was_missed(self):
        """A saboteur that gets through makes the whole check fail, and is named."""
        found = SelfCheck(
            findings=(
                Finding(name="a", kind="agency", failed=("PLG-MAN-001",)),
                Finding(name="b", kind="agency", failed=(), missed=("PLG-MAN-002",)),
            ),
            idle=(),
        )

        assert not found.ok
        assert "FAIL agency    b none  MISSED: PLG-MAN-002" in found.table()

    def test_says_which_check_is_idle(self):
        """A check without a saboteur makes the whole check fail, and is named."""
        found = SelfCheck(findings=(), idle=("PLG-X-001",))

        assert not found.ok
        assert "PLG-X-001" in found.table()


class TestChecks:
    """The list of checks."""

    def test_ids_have_one_form(self):
        """An id has a group that has a title, and a number of three digits."""
        for check in all_checks():
            assert re.fullmatch(r"PLG-[A-Z]+-\d{3}", check.id)
            assert check.group in TITLES

    def test_each_says_what_and_how(self):
        """Requirement and remedy are one sentence each, with a full stop."""
        for check in all_checks():
            for text in (check.requirement, check.remedy):
                assert text.endswith("."), check.id
                assert "\n" not in text

    def test_the_page_has_an_anchor_for_each(self):
        """The link of a check leads to a place of the generated page."""
        page = checks_markdown()
        for check in all_checks():
            assert f"({check.link.partition('#')[2]})=" in page

    def test_the_page_lists_every_saboteur(self):
        """The table of the page has a row for each."""
        assert len(NAMES) + 2 == len(saboteurs_markdown().strip().splitlines())
