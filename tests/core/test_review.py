"""The review: a rating, the agency's reply, one revision."""

from __future__ import annotations

import pytest
from tests.core.steps.roads import china

from pmkit.core.errors import InputError
from pmkit.core.review import Opinion, Reply, Review

AT = china("02-16T10:00")


@pytest.mark.parametrize("rating", [1, 2, 3, 4, 5])
def test_one_to_five(rating) -> None:
    """One is the worst rating and five the best."""
    assert rating == Opinion(rating=rating, at=AT).rating


@pytest.mark.parametrize("rating", [0, 6, -1, True, 4.5, "5", None])
def test_nothing_else_is_a_rating(rating) -> None:
    """No half stars, no texts, no bools."""
    with pytest.raises(InputError, match="is not a rating") as caught:
        Opinion(rating=rating, at=AT)

    assert "rating" == caught.value.field
    assert "Give 1 to 5." == caught.value.remedy


def test_the_first_opinion_stands_until_it_is_revised() -> None:
    """A revision stands in front of the first opinion, which is kept."""
    first, second = Opinion(rating=2, at=AT), Opinion(rating=4, at=AT)

    assert first == Review(first=first).standing
    assert second == Review(first=first, revised=second).standing


def test_a_reply_has_words() -> None:
    """An empty reply is none."""
    with pytest.raises(InputError) as caught:
        Reply(text=" ", at=AT)

    assert "text" == caught.value.field
