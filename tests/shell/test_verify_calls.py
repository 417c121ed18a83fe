"""What was changed in the calls and messages of a database, and that it is seen."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3

import pytest
from tests.shell.counter import Counter

from pmkit.shell.store import verify

BOOKING = "WHERE kind = 'book'"
AT = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)


@pytest.fixture
def counter(tmp_path):
    """Give a desk with a booked service, whose charge and booking are over."""
    counter = Counter(tmp_path)
    counter.booked()
    return counter


def change(counter, statement, *values):
    """Change rows past all of pmkit."""
    with contextlib.closing(sqlite3.connect(counter.path)) as raw, raw:
        raw.execute(statement, values)


def differences(counter):
    """Give what differs."""
    return [(found.order_id, found.what) for found in verify(counter.desk.store)]


class TestCalls:
    """The calls that events ask for."""

    def test_nothing_differs_at_first(self, counter):
        """What pmkit wrote verifies."""
        assert [] == differences(counter)

    @pytest.mark.parametrize(
        ("statement", "what"),
        [
            ("DELETE FROM effects WHERE kind = 'book'", "effects"),
            (
                "UPDATE effects SET plugin = 'other' WHERE kind = 'book'",
                "effects.plugin",
            ),
            ("UPDATE effects SET kind = 'move' WHERE kind = 'book'", "effects.kind"),
            (
                (
                    "UPDATE effects SET params = replace(params, 'srv_1', 'srv_2')"
                    " WHERE kind = 'book'"
                ),
                "effects.params",
            ),
            ("UPDATE effects SET params = '' WHERE kind = 'book'", "effects.params"),
            ("UPDATE effects SET digest = 'd' WHERE kind = 'book'", "effects.digest"),
            ("UPDATE effects SET seq = 99 WHERE kind = 'book'", "effects.seq"),
        ],
    )
    def test_a_change_is_seen(self, counter, statement, what):
        """A call that is not the one that was decided is named."""
        change(counter, statement)

        assert [("TA-1", what)] == differences(counter)

    def test_a_call_that_nobody_decided(self, counter):
        """A call without its event is named."""
        change(
            counter,
            "UPDATE effects SET operation_id = 'TA-1/2/charge' WHERE kind = 'charge'",
        )

        assert [("TA-1", "effects"), ("TA-1", "effects")] == differences(counter)

    def test_a_call_of_no_order(self, counter):
        """A call of an order that is not there is named."""
        change(counter, "UPDATE effects SET order_id = 'TA-9' WHERE kind = 'book'")

        assert [("TA-1", "effects"), ("TA-9", "effects")] == differences(counter)


class TestMessages:
    """The messages that were kept."""

    def test_a_changed_body_is_seen(self, counter):
        """What came is what its hash says."""
        with counter.desk.store.transaction() as tx:
            tx.inbox_add("p", "w", "e1", digest="d", order_id=None, at=AT, body=b"{}")

        assert [("", "inbox.body")] == differences(counter)

    def test_a_message_of_no_order_is_seen(self, counter):
        """A message for an order that is not there is named."""
        with counter.desk.store.transaction() as tx:
            tx.inbox_add("p", "w", "e1", digest="d", order_id="TA-9", at=AT)

        assert [("TA-9", "inbox.order_id")] == differences(counter)
