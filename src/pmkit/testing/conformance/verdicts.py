"""
How a check ends when it does not pass.
"""

from __future__ import annotations


class Failed(Exception):  # noqa: N818 - a verdict of a check, not an error of the kit
    """
    The requirement is not met.

    Args:
        evidence: What was seen, in one line or several.
    """


class Inapplicable(Exception):  # noqa: N818 - a verdict of a check, not an error of the kit
    """
    The check is about something that this plugin does not do.

    Args:
        reason: What it does not do, or which check comes first.
    """


#: Why a check fails that cannot see what the plugin declares.
NOTHING_HAPPENS = "nobody can see it: write progress() of the harness"


def require(holds: object, evidence: str) -> None:
    """
    Fail the check unless something holds.

    Args:
        holds: Whether it does.

        evidence: What was seen if not.

    Raises:
        Failed: If it does not hold.
    """
    if not holds:
        raise Failed(evidence)
