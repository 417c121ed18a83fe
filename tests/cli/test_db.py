"""``pmkit db``, in this process, on files and on a real server."""

from __future__ import annotations

import contextlib
import json
import pathlib
import shutil
import sqlite3

import pytest
from tests.postgresql import server
from tests.shell.counter import ORDER, SUPPLIER, Counter, appointment

from pmkit import cli
from pmkit.core.effects import EffectState
from pmkit.shell.desk import Desk
from pmkit.shell.store import Store, verify
from pmkit.shell.store.schema import HEAD, REVISIONS

GOLDEN = pathlib.Path(__file__).parents[1] / "shell" / "golden"


@pytest.fixture(name="counter")
def _counter(tmp_path, monkeypatch):
    """A database with a booked service."""
    counter = Counter(tmp_path)
    counter.booked()
    counter.desk.close()
    monkeypatch.chdir(tmp_path)
    return counter


def call(*arguments):
    """Run a command; give its exit code."""
    with pytest.raises(SystemExit) as left:
        cli.main(["db", *arguments])
    return left.value.code


def test_upgrade_makes_the_tables(tmp_path, monkeypatch, capsys) -> None:
    """A new file is a database of the newest revision."""
    monkeypatch.chdir(tmp_path)

    assert call("upgrade", "--db", "new.db", "--json") == 0
    assert {"kind": "sqlite", "revision": HEAD} == json.loads(capsys.readouterr().out)
    assert call("upgrade", "--db", "new.db") == 0
    assert f"revision {HEAD}." in capsys.readouterr().out


@pytest.mark.usefixtures("counter")
def test_check_counts(capsys) -> None:
    """A good database has its orders, no differences, and the exit code 0."""
    assert call("check", "--db", "desk.db", "--json") == 0
    said = json.loads(capsys.readouterr().out)

    assert (1, 0, HEAD) == (said["orders"], said["differences"], said["revision"])


def test_check_finds_what_was_edited(counter, capsys) -> None:
    """A row that was written past pmkit makes the exit code 1."""
    with sqlite3.connect(counter.path) as raw:
        raw.execute("UPDATE orders SET buyer = 'Eve'")
    raw.close()

    assert call("check", "--db", "desk.db") == 1
    assert "1 orders, 1 differences" in capsys.readouterr().out


@pytest.mark.usefixtures("counter")
def test_an_old_sqlite_is_named(capsys, monkeypatch) -> None:
    """A version with the defect of the log is warned of, a newer one is not."""
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 2))
    call("check", "--db", "desk.db")
    old = capsys.readouterr().out
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 3))
    call("check", "--db", "desk.db")

    assert "Warning: SQLite" in old
    assert "Warning" not in capsys.readouterr().out


@pytest.mark.usefixtures("counter")
def test_a_backup_is_a_database(capsys) -> None:
    """The copy has every order and event, verifies, and can be worked on."""
    assert call("backup", "--db", "desk.db", "--to", "copy.db", "--json") == 0
    copied = json.loads(capsys.readouterr().out)["copied"]
    with Store.open("desk.db") as here, Store.open("copy.db") as there:
        same = [histories(store) for store in (here, there)]
        differences = verify(there)

    assert 1 == copied["orders"]
    assert same[0] == same[1]
    assert [] == differences


@pytest.mark.parametrize("revision", REVISIONS[:-1])
class TestEarlierRevisions:
    """Who looks at a database, or copies it, does not upgrade it."""

    @pytest.fixture(autouse=True)
    def _old(self, tmp_path, monkeypatch, revision) -> None:
        """Lay a file of an earlier revision where the command runs."""
        monkeypatch.chdir(tmp_path)
        shutil.copy(GOLDEN / f"{revision}.sqlite", "old.db")

    def test_check(self, capsys, revision) -> None:
        """The revision that is found is told, and stays."""
        code = call("check", "--db", "old.db", "--json")
        said = json.loads(capsys.readouterr().out)

        assert (0, revision, 0) == (code, said["revision"], said["differences"])
        assert 2 == said["orders"]
        assert revision == revision_of("old.db")

    def test_backup(self, revision) -> None:
        """The copy has the tables of the source, and is upgraded when it is opened."""
        code = call("backup", "--db", "old.db", "--to", "copy.db")
        there = revision_of("copy.db")
        with Store.open("copy.db") as copy, Store.open("old.db") as old:
            same = [histories(store) for store in (copy, old)]
            differences = verify(copy)

        assert (0, revision) == (code, there)
        assert same[0] == same[1]
        assert [] == differences

    @pytest.mark.usefixtures("socket_enabled")
    def test_backup_to_a_server_and_back(self, revision) -> None:
        """So it is between a file and a server."""
        with server() as running:
            url = running.database()
            codes = [
                call("backup", "--db", "old.db", "--to", url),
                call("check", "--db", url),
                call("backup", "--db", url, "--to", "back.db"),
            ]

        assert [0, 0, 0] == codes
        assert revision == revision_of("back.db")
        with Store.open("back.db") as back:
            assert [] == verify(back)


def revision_of(path):
    """Read the revision past all of pmkit."""
    with contextlib.closing(sqlite3.connect(path)) as raw:
        (found,) = raw.execute("SELECT version_num FROM alembic_version").fetchone()
        return found


@pytest.mark.usefixtures("counter")
def test_a_backup_never_overwrites(capsys) -> None:
    """A database with orders is not copied onto."""
    assert call("backup", "--db", "desk.db", "--to", "desk.db") == 2
    assert "orders in the database already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        ("check", "--db", "nowhere.db"),
        ("backup", "--db", "nowhere.db", "--to", "x.db"),
        ("check", "--db", "mysql://u:geheim@h/d"),
        ("upgrade",),
    ],
)
@pytest.mark.usefixtures("counter")
def test_wrong_arguments(capsys, given) -> None:
    """What is not there is one line and the exit code 2; no password is shown."""
    assert call(*given) == 2
    said = capsys.readouterr().err

    assert 1 == len(said.splitlines())
    assert "geheim" not in said


@pytest.mark.usefixtures("socket_enabled")
def test_to_a_server_and_back(counter) -> None:
    """A file moves to PostgreSQL, is worked on there, and comes back as a backup."""
    with server() as running:
        url = running.database()

        assert call("backup", "--db", "desk.db", "--to", url) == 0
        with Desk.open(url, clock=counter.world.clock) as desk:
            desk.propose_appointment(
                ORDER,
                desk.order(ORDER).services[0].id,
                actor=SUPPLIER,
                appointment=appointment("02-05"),
            )
            moved = histories(desk.store)
        assert call("check", "--db", url) == 0
        assert call("backup", "--db", url, "--to", "back.db") == 0
    with Store.open("back.db") as back:
        assert moved == histories(back)
        assert [] == verify(back)


def histories(store):
    """Read all events of all orders, with their hashes, and the calls."""
    with store.snapshot() as tx:
        ids = [row.order_id for row in tx.list_orders()]
        calls = [row.effect for row in tx.due_effects(states=set(EffectState))]
        return [tx.history(each) for each in ids], calls
