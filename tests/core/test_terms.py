"""The terms that were public in 2026, number by number."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from pmkit.core.deadlines import CountingConvention
from pmkit.core.errors import InputError
from pmkit.core.terms import TERMS_2026_01


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("version", "2026-01"),
        ("valid_from", dt.date(2026, 1, 1)),
        ("country", "CN"),
        ("zone", "Asia/Shanghai"),
        ("convention", CountingConvention.EXCLUDE_EVENT_DAY),
        ("book_working_days", 7),
        ("report_expected_working_days", 1),
        ("report_late_working_days", 2),
        ("change_cutoff_hour", 13),
        ("late_change_percent", 100),
        ("missed_percent", 100),
        ("link_hours", 72),
        ("refund_working_days", 7),
        ("review_days", 60),
        ("revise_days", 30),
        ("answer_days", 3),
        ("escalation_opens_day", 4),
        ("escalates_day", 8),
        ("submitted_counts", ()),
        ("approval_limit", None),
        ("move_days", 90),
    ],
)
def test_released_terms(name: str, expected: object) -> None:
    """
    A released record never changes.

    "Please make sure to book the service and complete your payment at least seven
    working days before the shipment date of your Trade Assurance order."
    """
    assert expected == getattr(TERMS_2026_01, name)


def test_terms_name_their_sources() -> None:
    """Each number of the released terms was read on a page that they name."""
    assert 7 == TERMS_2026_01.source.count("https://")


def test_terms_are_frozen() -> None:
    """Nobody edits a number in a released record."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        TERMS_2026_01.book_working_days = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    "name",
    [
        "book_working_days",
        "report_expected_working_days",
        "report_late_working_days",
        "link_hours",
        "refund_working_days",
        "review_days",
        "revise_days",
        "answer_days",
        "escalation_opens_day",
        "escalates_day",
        "move_days",
    ],
)
def test_a_period_is_at_least_one(name: str) -> None:
    """A period of no days is a mistake, not a rule."""
    with pytest.raises(InputError, match="at least 1") as caught:
        attrs.evolve(TERMS_2026_01, **{name: 0})

    assert name == caught.value.field


@pytest.mark.parametrize(
    "name", ["change_cutoff_hour", "late_change_percent", "missed_percent"]
)
def test_an_hour_or_a_fee_may_be_zero(name: str) -> None:
    """Midnight is an hour and nothing is a fee; less is refused."""
    free = attrs.evolve(TERMS_2026_01, **{name: 0})

    with pytest.raises(InputError, match="at least 0") as caught:
        attrs.evolve(TERMS_2026_01, **{name: -1})

    assert 0 == getattr(free, name)
    assert name == caught.value.field


def test_terms_have_a_version() -> None:
    """An order says under which terms it was opened, so they have a name."""
    with pytest.raises(InputError) as caught:
        attrs.evolve(TERMS_2026_01, version=" ")

    assert "version" == caught.value.field
