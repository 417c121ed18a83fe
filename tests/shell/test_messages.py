"""A message is written down once, whoever else writes it at the same moment."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import time

import pytest

from pmkit.effects.webhooks.verified import stored
from pmkit.shell.messages import ACCOUNT, Kept, keep
from pmkit.shell.store import Store
from pmkit.shell.store.chain import digest

AT = dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC)
BODY = b'{"id": "n-1"}'
#: Who waits for the end of another transaction.
WAITS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def until_somebody_waits(store):
    """Wait until a transaction waits for another one, or some seconds."""
    end = time.monotonic() + 10
    with store.engine.connect() as connection:
        waits = connection.execution_options(isolation_level="AUTOCOMMIT")
        while not waits.exec_driver_sql(WAITS).scalar() and time.monotonic() < end:
            time.sleep(0.02)


@pytest.mark.enable_socket
def test_its_twin_of_the_same_moment_is_known(database):
    """Who writes a message whose twin is not committed yet finds it when it is."""
    message = stored(event_id="n-1", body=BODY, sent_at=AT, scheme="standard-webhooks")
    with (
        Store.open(database) as store,
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        with store.transaction() as tx:
            tx.inbox_add(
                "acme", ACCOUNT, "n-1", digest=digest(BODY), order_id=None, at=AT
            )
            second = pool.submit(keep, store, "acme", message, at=AT)
            until_somebody_waits(store)
        answer = second.result(30)

    assert Kept.KNOWN is answer
