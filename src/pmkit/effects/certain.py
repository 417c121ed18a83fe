"""
What is certain after several requests of one operation.

An operation may make more than one request.  What can be claimed at its end is bounded
by what each of them may have done: a call that failed at its third request is not
"not sent" if its first one has had an effect.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from pmkit.core.certainty import Certainty

if TYPE_CHECKING:
    from collections.abc import Sequence


class Mark(enum.Enum):
    """What one request of an operation may have done."""

    #: It only reads, so it cannot have done anything.
    SAFE = "safe"
    #: It never left this machine.
    UNSENT = "unsent"
    #: It would have changed something, and the far side certainly refused.
    VOID = "void"
    #: It was answered with a success.
    DONE = "done"
    #: It was answered, and the answer does not tell.
    OPEN = "open"
    #: It may have arrived, and there was no answer.
    LOST = "lost"


#: After these, something may have happened.
_FELT = frozenset({Mark.DONE, Mark.OPEN, Mark.LOST})
_HAPPENED = frozenset({Certainty.UNKNOWN, Certainty.APPLIED})


def fold(marks: Sequence[Mark], claim: Certainty) -> Certainty:
    """
    Say what is certain, from a claim and from what each request may have done.

    Args:
        marks: What each request may have done, oldest first.

        claim: What the error at the end says.

    Returns:
        The claim, or `Certainty.UNKNOWN` where it says more than can be known.

    Examples:
        >>> fold([Mark.SAFE, Mark.VOID], Certainty.REJECTED).value
        'rejected'
        >>> fold([Mark.DONE, Mark.VOID], Certainty.NOT_SENT).value
        'unknown'
    """
    if not marks or claim in _HAPPENED:
        return claim
    *earlier, last = marks
    if last is Mark.LOST or felt(earlier):
        return Certainty.UNKNOWN
    if claim is Certainty.NOT_SENT and felt([last]):
        return Certainty.UNKNOWN
    if claim is Certainty.REJECTED and last is Mark.UNSENT:
        return Certainty.NOT_SENT
    return claim


def felt(marks: Sequence[Mark]) -> bool:
    """Tell whether requests may have done something."""
    return not _FELT.isdisjoint(marks)
