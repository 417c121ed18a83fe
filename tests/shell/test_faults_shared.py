"""Several processes on one file, where the version of SQLite may damage it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time

import pytest

from pmkit import cli
from pmkit.shell.desk import Desk
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.shell.engine.worker import Worker
from pmkit.shell.store import Store
from pmkit.shell.store.sharing import SharedFileWarning, warn_once

DEFECT, FIXED = (3, 51, 2), (3, 51, 3)
OTHERS = ["elsewhere-17-ab"]
SWIFT = WorkerSettings(
    lease=dt.timedelta(seconds=3),
    heartbeat=dt.timedelta(seconds=0.1),
)
#: Another process: a worker on the file until it is stopped.
OTHER = """
import datetime as dt, sys, time
from pmkit.shell.desk import Desk
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.shell.engine.worker import Worker
swift = WorkerSettings(heartbeat=dt.timedelta(seconds=0.1))
with Desk.open(sys.argv[1]) as desk, Worker(desk, swift):
    print("works", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(name="store")
def _store(tmp_path):
    """Open a file as if with a version that has the defect."""
    with Store.open(tmp_path / "pm.db") as store:
        store.linked = DEFECT
        yield store


def test_the_version_decides(store) -> None:
    """The last version with the defect is named, the first without it is not."""
    doubtful = store.warnings()
    store.linked = FIXED

    assert "SQLite 3.51.2 may damage a file that several processes" in doubtful[0]
    assert () == store.warnings()


def test_a_store_is_warned_of_once(store) -> None:
    """The first time that others write it is a warning, and never again."""
    with pytest.warns(SharedFileWarning, match=r"use 3\.51\.3"):
        assert warn_once(store, OTHERS)

    assert not warn_once(store, OTHERS)


def test_who_writes_alone_is_not_warned(store) -> None:
    """Without other processes there is nothing to fear."""
    assert not warn_once(store, [])


def test_a_version_without_the_defect_is_not_warned_of(store) -> None:
    """Any number of processes may write with it."""
    store.linked = FIXED

    assert not warn_once(store, OTHERS)


def test_memory_is_nobody_elses() -> None:
    """A database in memory cannot be shared."""
    with Store.memory() as store:
        store.linked = DEFECT

        assert () == store.warnings()
        assert not warn_once(store, OTHERS)


def test_a_server_is_not_sqlite(database) -> None:
    """What SQLite this process has does not matter on PostgreSQL."""
    with Store.open(database) as store:
        store.linked = DEFECT

        assert () == store.warnings()


def works_beside(path, worker) -> None:
    """Have a worker say that it is alive while one in another process does."""
    command = [sys.executable, "-W", "ignore", "-c", OTHER, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as other, worker:
        assert "works\n" == other.stdout.readline()
        time.sleep(1)
        worker.beat()
        other.stdin.close()


def test_a_second_process_is_noticed(store, tmp_path) -> None:
    """A worker that sees another process say that it is alive warns of the file."""
    with pytest.warns(SharedFileWarning) as warned:
        works_beside(tmp_path / "pm.db", Worker(Desk(store), SWIFT))

    assert 1 == len(warned)


def test_workers_of_one_process_are_one_writer(store) -> None:
    """Two workers in this process share the lock of its store: nobody is warned."""
    with Worker(Desk(store), SWIFT) as first, Worker(Desk(store), SWIFT) as second:
        time.sleep(0.3)
        first.beat()
        second.beat()

    with pytest.warns(SharedFileWarning):
        assert warn_once(store, OTHERS)


def test_a_worker_of_yesterday_is_none(store) -> None:
    """A worker that was killed before this one began does not write any more."""
    now = store.clock().now()
    with store.transaction() as tx:
        tx.worker_seen(*OTHERS, now, started_at=now, lost=0)
    with Worker(Desk(store), SWIFT) as worker:
        worker.beat()

    with pytest.warns(SharedFileWarning):
        assert warn_once(store, OTHERS)


@pytest.mark.parametrize(("version", "count"), [(DEFECT, 1), (FIXED, 0)])
def test_the_command_says_so(tmp_path, capsys, monkeypatch, version, count) -> None:
    """``pmkit worker`` warns when it starts, for people and for programs."""
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pmkit.toml").write_text("[instances]\n", encoding="utf-8")
    Store.open("pm.db").close()
    given = ["worker", "--db", "pm.db", "--plugins", "pmkit.toml", "--once"]
    with pytest.raises(SystemExit):
        cli.main(given)
    told = capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main([*given, "--json"])

    assert count == told.count("Warning: SQLite 3.51.2 may damage")
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert count == sum("SQLite 3.51.2" in warning for warning in warnings)
