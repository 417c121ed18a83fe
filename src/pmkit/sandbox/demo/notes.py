"""
What is noted of a journey: its steps, and what was refused on the way.
"""

from __future__ import annotations

import datetime as dt

import attrs

from pmkit.core.parties import Actor
from pmkit.core.status import Due


@attrs.frozen(kw_only=True)
class Refusal:
    """
    A step that the desk refused.

    Args:
        at: When, UTC.

        step: What was tried, the name of the desk's method.

        by: Who tried it.

        code: The stable name of the error.

        message: Why not.

        allowed: What would have been allowed, and when.
    """

    at: dt.datetime
    step: str
    by: str
    code: str
    message: str
    allowed: str


@attrs.frozen(kw_only=True)
class Step:
    """
    One step of the story.

    Args:
        at: When, by the clocks of the place.

        actor: Who acts.

        what: What happens, a sentence that begins with its verb.

        says: More about it, one sentence or line each.

        due: The due moments that apply.

        status: Where the service stands then, and what is next.

        notices: What was sent to whom.

        refusal: Why the desk refused it, if it did.
    """

    at: dt.datetime
    actor: Actor
    what: str
    says: tuple[str, ...] = ()
    due: tuple[Due, ...] = ()
    status: str = ""
    notices: tuple[str, ...] = ()
    refusal: Refusal | None = None
