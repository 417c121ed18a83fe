"""
The buyer's review of a closed service, its one revision, the agency's reply.
"""

from __future__ import annotations

import datetime as dt

import attrs

from pmkit.core.checked import filled, utc
from pmkit.core.deadlines import Deadline
from pmkit.core.errors import InputError

#: The best rating; the worst is 1.
BEST = 5


@attrs.frozen(kw_only=True)
class Opinion:
    """
    One rating with its words.

    Args:
        rating: 1 (worst) to 5 (best).

        text: The buyer's words; may be empty.

        at: When it was given, UTC.
    """

    rating: int
    text: str = ""
    at: dt.datetime = attrs.field(validator=utc)

    def __attrs_post_init__(self) -> None:
        if type(self.rating) is not int or not 1 <= self.rating <= BEST:
            msg = f"{self.rating!r} is not a rating."
            raise InputError(msg, field="rating", remedy=f"Give 1 to {BEST}.")


@attrs.frozen(kw_only=True)
class Reply:
    """The agency's answer to a review."""

    text: str = attrs.field(validator=filled)
    at: dt.datetime = attrs.field(validator=utc)


@attrs.frozen(kw_only=True)
class Review:
    """
    What the buyer thinks of the service.

    Args:
        first: The opinion as first given.

        reply: The agency's answer.

        revise_until: Until when the buyer may revise, once, after the answer.

        revised: The opinion as revised.
    """

    first: Opinion
    reply: Reply | None = None
    revise_until: Deadline | None = None
    revised: Opinion | None = None

    @property
    def standing(self) -> Opinion:
        """The opinion that holds."""
        return self.revised or self.first
