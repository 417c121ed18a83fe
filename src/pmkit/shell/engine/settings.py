"""
What can be set of a worker.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from pmkit.core.errors import InputError
from pmkit.shell.desk.open_call import TRIES
from pmkit.shell.store.leasing import LONGEST

_ZERO = dt.timedelta()


@attrs.frozen(kw_only=True)
class WorkerSettings:
    """
    What can be set of a worker; all are elapsed times.

    Args:
        lease: How long what a worker holds is its own without it saying that it is
            alive: after a crash others take over so much later.

        heartbeat: How often it says so; at most a third of the lease.

        poll: How often the rows are looked at while nothing else wakes it.

        ask_in: How often a plugin that sends no messages is asked for news of an
            order on which something can still happen.

        grace: How long what is in hand may take when the worker is stopped.

        threads: How many calls to one agency, method or notifier are made at a time,
            and two more.  From three on, each of them and whatever time does has a
            thread of its own beside these, so that nobody waits for one that is slow;
            with one or two it is only so many things at a time.

        tries: How often something is tried before it is given up and shown.

    Raises:
        pmkit.InputError: If they do not fit each other.

    Examples:
        >>> WorkerSettings().lease
        datetime.timedelta(seconds=30)
    """

    lease: dt.timedelta = dt.timedelta(seconds=30)
    heartbeat: dt.timedelta = dt.timedelta(seconds=10)
    poll: dt.timedelta = dt.timedelta(seconds=1)
    ask_in: dt.timedelta = dt.timedelta(minutes=5)
    grace: dt.timedelta = dt.timedelta(seconds=30)
    threads: int = 4
    tries: int = TRIES

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot work."""
        for name in ("lease", "heartbeat", "poll", "ask_in", "grace"):
            _require_time(name, getattr(self, name))
        if self.lease > LONGEST:
            msg = "A lease of more than ten minutes is none."
            raise InputError(msg, field="lease", remedy="Give a shorter one.")
        if self.heartbeat * 3 > self.lease:
            msg = "A worker that says so seldom that it is alive loses its leases."
            remedy = "Give at most a third of the lease."
            raise InputError(msg, field="heartbeat", remedy=remedy)
        for name in ("threads", "tries"):
            value: object = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                msg = f"{value!r} is no number of {name}."
                raise InputError(msg, field=name, remedy="Give 1 or more.")


def _require_time(name: str, value: Any) -> None:
    if not isinstance(value, dt.timedelta) or value <= _ZERO:
        msg = f"{value!r} is no time to wait."
        raise InputError(msg, field=name, remedy="Give a positive timedelta.")
