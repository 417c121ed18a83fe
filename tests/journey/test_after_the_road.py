"""What remains of a service when its road is over: its windows, and its photos."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3

import pytest

from pmkit.core.errors import CorruptStoreError
from pmkit.core.parties import Actor, Role
from pmkit.sandbox import World
from pmkit.sandbox.demo import travel
from pmkit.shell.desk import Desk
from pmkit.shell.store import Store, verify

OPERATOR = Actor(role=Role.OPERATOR, party="platform")
#: A byte that begins no character of UTF-8.
BROKEN = b"\x90"


@pytest.fixture(name="path")
def _path(tmp_path):
    """The database of the demo, reviewed and replied to on 26 February 2026."""
    path = tmp_path / "demo.db"
    travel(path, tmp_path / "notices.jsonl")
    return path


def next_on(path, at):
    """Ask what happens next on the reviewed service."""
    world = World(at)
    with Desk(Store.open(path), clock=world.clock) as desk:
        status = desk.status("TA-2026-0042", actor=OPERATOR)
    return status.services[-1].next


def test_a_window_that_is_over_asks_nobody(path):
    """After the last day of the revision nobody is asked to revise any more."""
    last = next_on(path, "2026-03-28T23:59+08:00")
    after = next_on(path, "2026-03-29T00:00+08:00")

    assert "The buyer may revise the review once." == last.what
    assert dt.date(2026, 3, 28) == last.by.last_day
    assert "Nothing: the time for a review is over." == after.what
    assert () == after.who


def test_a_photo_that_is_gone_is_a_difference(path):
    """A photo that a report names and nobody has any more is found."""
    with contextlib.closing(sqlite3.connect(path)) as outside, outside:
        (gone,) = outside.execute("SELECT max(sha256) FROM files").fetchone()
        outside.execute("DELETE FROM files WHERE sha256 = ?", (gone,))

    with Store.open(path) as store:
        (difference,) = verify(store)
        assert [difference] == verify(store, "TA-2026-0042")

    assert "TA-2026-0042" == difference.order_id
    assert ("files", gone) == (difference.what, difference.expected)


def test_a_damaged_name_of_a_table_is_damage(path):
    """A name that is no Unicode any more is a damaged file, not a crash."""
    content = path.read_bytes()
    at = content.index(b"outbox_by_sent")
    path.write_bytes(content[:at] + BROKEN + content[at + 1 :])

    with pytest.raises(CorruptStoreError):
        Store.open(path)
