"""
What is certain after a call to the outside, whose fault it is, and what may be done.
"""

from __future__ import annotations

import enum


class Certainty(enum.StrEnum):
    """What is known of the effect of a call that did not simply succeed."""

    #: Nothing left this machine, or the far side said that it did not look at it.
    NOT_SENT = "not-sent"
    #: The far side looked at it and did nothing.
    REJECTED = "rejected"
    #: Nobody knows: it may have happened.
    UNKNOWN = "unknown"
    #: It happened, although something went wrong afterwards.
    APPLIED = "applied"


class Retry(enum.StrEnum):
    """Whether the same call may be made again."""

    #: The same call would get the same answer, or may do it twice.
    NEVER = "never"
    #: With the same operation id and key, at once or later.
    SAME_KEY = "same-key"
    #: With the same operation id and key, but not before a stated time.
    AFTER = "after"


class Blame(enum.StrEnum):
    """Who has to do something about it."""

    CALLER = "caller"
    CONFIG = "config"
    PROVIDER = "provider"
    NETWORK = "network"
    PLUGIN = "plugin"
