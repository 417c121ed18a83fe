"""
Why a deadline falls where it does, in words, as a table and as a picture.

Everything is read from the deadline itself, so that one loaded from storage
explains itself like a fresh one.  The words stand in one module per language,
which is loaded when somebody asks for that language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.explain.explanation import (
    DayRole,
    ExplainedDay,
    ExplainedMoment,
    Explanation,
)

if TYPE_CHECKING:
    from pmkit.core.deadlines import Deadline, Opening

__all__ = [
    "DayRole",
    "ExplainedDay",
    "ExplainedMoment",
    "Explanation",
    "explain_deadline",
    "explain_opening",
]


def explain_deadline(deadline: Deadline, locale: str) -> Explanation:
    """
    Explain *deadline* from what it holds.

    Args:
        deadline: Fresh, or loaded from storage.

        locale: ``en`` or ``zh-Hans``.

    Raises:
        pmkit.InputError: If there is no text in *locale*.
    """
    from pmkit.core.explain import sentences

    return sentences.of_deadline(deadline, locale)


def explain_opening(opening: Opening, locale: str) -> Explanation:
    """
    Explain *opening* from what it holds.

    Args:
        opening: Fresh, or loaded from storage.

        locale: ``en`` or ``zh-Hans``.

    Raises:
        pmkit.InputError: If there is no text in *locale*.
    """
    from pmkit.core.explain import sentences

    return sentences.of_opening(opening, locale)
