"""
Files that an earlier pmkit wrote, or a newer one; `golden` holds one for each earlier.

``0001.sqlite``: TA-1 with a charge that succeeded, a booking whose answer was lost and
a move that waits behind it; TA-2 with a charge that was about to be sent.
"""

from __future__ import annotations

import pathlib
import shutil
import sqlite3
import threading

import pytest
import sqlalchemy as sa

from pmkit.core.errors import NewerStoreError
from pmkit.shell.desk import Desk
from pmkit.shell.store import EffectState, Store, verify
from pmkit.shell.store.copying import copy
from pmkit.shell.store.schema import HEAD, REVISIONS

GOLDEN = pathlib.Path(__file__).parent / "golden"


def rows(path, asked):
    """Read rows past all of pmkit."""
    raw = sqlite3.connect(path)
    try:
        return raw.execute(asked).fetchall()
    finally:
        raw.close()


@pytest.fixture(params=REVISIONS[:-1])
def old(request, tmp_path):
    """Give a copy of the file of each earlier revision."""
    return pathlib.Path(
        shutil.copy(GOLDEN / f"{request.param}.sqlite", tmp_path / "old.db")
    )


class TestUpgrade:
    """A file of an earlier revision is brought up to date when it is opened."""

    def test_keeps_what_was_there(self, old):
        """Every column that was there holds what it held."""
        kept = "operation_id, state, attempts, params, created_at"
        before = rows(old, f"SELECT {kept} FROM effects ORDER BY number")  # noqa: S608
        heard = rows(old, "SELECT provider, event_id, applied_at FROM inbox ORDER BY 2")
        Store.open(old).close()

        assert before == rows(old, f"SELECT {kept} FROM effects ORDER BY number")  # noqa: S608
        assert heard == rows(
            old, "SELECT provider, event_id, applied_at FROM inbox ORDER BY 2"
        )
        assert [(HEAD,)] == rows(old, "SELECT version_num FROM alembic_version")

    def test_verifies(self, old):
        """Nothing differs in a file that was only brought up to date."""
        with Store.open(old) as store:
            assert [] == verify(store)

    def test_calls_of_before_are_due(self, old):
        """A call of before is due as it was, without a digest of its own."""
        with Store.open(old) as store, store.snapshot() as tx:
            due = tx.due_effects()
            waiting = tx.inbox_waiting()

        assert [
            ("TA-1/7/book", EffectState.UNKNOWN),
            ("TA-1/8/move", EffectState.RESERVED),
            ("TA-2/3/charge", EffectState.SUBMITTING),
        ] == [(row.effect.operation_id, row.state) for row in due]
        assert [] == waiting

    def test_sixteen_at_once(self, old):
        """Sixteen that open it at once all find it up to date, none fails."""
        failed = []

        def open_it():
            try:
                with Store.open(old) as store, store.transaction() as tx:
                    tx.inbox_seen("p", "", "e")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
                failed.append(error)

        threads = [threading.Thread(target=open_it) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [] == failed
        assert [(HEAD,)] == rows(old, "SELECT version_num FROM alembic_version")


FUTURE = "UPDATE alembic_version SET version_num = '9999'"
NEEDS = "UPDATE meta SET value = '{}' WHERE name = 'readable-from'"


@pytest.fixture(name="place", params=["sqlite", "postgresql"])
def _place(request, tmp_path):
    """Name an empty database of each kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("database")
    return f"sqlite:///{tmp_path / 'new.db'}"


def written_by_a_newer(place, needs) -> None:
    """Make tables of a revision that does not exist yet."""
    with Store.open(place) as store, store.engine.begin() as connection:
        connection.execute(sa.text(FUTURE))
        connection.execute(sa.text(needs))


@pytest.mark.enable_socket
class TestNewer:
    """Another process has upgraded the tables; this one is started anew."""

    @pytest.mark.parametrize("known", [HEAD, "0003"])
    def test_that_we_can_go_on_with(self, place, known):
        """What only added something is worked on, and left at its revision."""
        written_by_a_newer(place, NEEDS.format(known))
        with Store.open(place) as store, Desk(store) as desk:
            done = desk.work()
            found = store.revision()

        assert done.idle
        assert "9999" == found

    @pytest.mark.parametrize("needs", [NEEDS.format("9998"), "DELETE FROM meta"])
    def test_that_asks_for_more(self, place, needs):
        """What this version does not know, it does not touch."""
        written_by_a_newer(place, needs)
        with pytest.raises(NewerStoreError):
            Store.open(place)

    def test_is_not_copied(self, place, tmp_path):
        """A copy without what the newer one added would be no backup."""
        written_by_a_newer(place, NEEDS.format(HEAD))
        with (
            Store.open(place) as store,
            Store.open(tmp_path / "copy.db") as target,
            pytest.raises(NewerStoreError, match="alone can copy"),
        ):
            copy(store, target)

    def test_upgraded_tables_say_what_they_need(self, old):
        """A file that was upgraded has the row that a new one has."""
        asked = "SELECT value FROM meta WHERE name = 'readable-from'"
        Store.open(old).close()
        with Store.memory() as fresh, fresh.engine.connect() as connection:
            (wanted,) = connection.execute(sa.text(asked)).one()

        assert [(wanted,)] == rows(old, asked)
