"""Every error names what is wrong, where, and what to do."""

from __future__ import annotations

import inspect

import pytest

from pmkit.core import errors
from pmkit.core.errors import (
    CalendarHorizonError,
    InputError,
    NotFoundError,
    OutOfOrderError,
    PmkitError,
    RefusedError,
    StoreError,
    TooLateError,
    ZoneRequiredError,
)

ALL = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, PmkitError)
]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, "Wrong."),
        ({"field": "price"}, "price: Wrong."),
        ({"remedy": "Ask again."}, "Wrong. Ask again."),
        ({"field": "price", "remedy": "Ask again."}, "price: Wrong. Ask again."),
    ],
)
def test_an_error_reads_as_one_line(words, expected) -> None:
    """Field, message and remedy, as far as there are any."""
    assert expected == str(InputError("Wrong.", **words))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, "Not now."),
        ({"allowed": "Tomorrow."}, "Not now. Tomorrow."),
        (
            {"allowed": "Tomorrow.", "field": "at", "remedy": "Wait."},
            "at: Not now. Wait. Tomorrow.",
        ),
    ],
)
def test_a_refusal_says_what_would_be_allowed(words, expected) -> None:
    """The last sentence of a refusal is what can be done instead."""
    error = TooLateError("Not now.", **words)

    assert expected == str(error)
    assert words.get("allowed", "") == error.allowed


def test_a_zone_error_names_the_candidates() -> None:
    """Who has to choose a zone gets the list."""
    error = ZoneRequiredError(
        "Several.", candidates=("America/Chicago", "America/Denver"), field="zone"
    )

    assert ("America/Chicago", "America/Denver") == error.candidates
    assert "zone" == error.field
    assert () == ZoneRequiredError("Several.").candidates


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (InputError, ValueError),
        (CalendarHorizonError, LookupError),
        (NotFoundError, LookupError),
    ],
)
def test_an_error_is_what_python_programs_expect(kind, base) -> None:
    """A wrong value is a ValueError, an absent thing a LookupError."""
    assert issubclass(kind, base)


def test_codes_are_stable_and_its_own() -> None:
    """Programs tell errors apart by a code that no two classes share."""
    codes = [kind.code for kind in ALL]

    assert sorted(set(codes)) == sorted(codes)
    assert "out-of-order" == OutOfOrderError.code


@pytest.mark.parametrize("kind", ALL)
def test_every_error_stands_in_the_drawing(kind) -> None:
    """The tree in the module's words is the tree of the classes."""
    assert f" {kind.__name__} " in f" {errors.__doc__} ".replace("\n", " ")


def test_refusals_and_store_errors_are_different_things() -> None:
    """A refusal is an answer; a broken store is none."""
    assert not issubclass(StoreError, RefusedError)
    assert not issubclass(RefusedError, ValueError)
