"""
Who works: what a desk asks of whoever takes calls, timers and notices under a lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.shell.desk.open_call import TRIES
from pmkit.shell.store.leasing import Lease

if TYPE_CHECKING:
    from pmkit.shell.store.leasing import Claim


class Holder:
    """
    Who takes what is due; this one alone and in passing, without a lease.

    Args:
        lease: What is written into the rows that are taken.

        tries: How often something is tried before a person has to look at it.
    """

    def __init__(self, lease: Lease = Lease(), *, tries: int = TRIES) -> None:  # noqa: B008 - it is frozen
        self.lease = lease
        self.tries = tries

    def take(self, claim: Claim) -> None:
        """
        Begin to say that the claim is held.

        Args:
            claim: What was taken.
        """

    def give_back(self, claim: Claim, *, lost: bool) -> None:
        """
        Do not say so any more.

        Args:
            claim: What was taken.

            lost: Whether another worker took over.
        """

    def alive(self, claim: Claim) -> bool:
        """
        Tell whether the claim is certainly still held.

        Args:
            claim: What was taken.
        """
        del claim
        return True

    def per_minute(self, plugin: str) -> int | None:
        """
        Tell how many calls a plugin takes in any minute, from all workers together.

        Args:
            plugin: The name of the instance.

        Returns:
            The limit to keep; `None` if there is none.
        """
        del plugin
        return None

    def may_call(self, plugin: str) -> bool:
        """
        Tell whether a plugin may be called now, and count the call.

        Args:
            plugin: The name of the instance.
        """
        del plugin
        return True


#: Whoever makes a single pass: others may take a row at once if it stops.
ALONE = Holder()
