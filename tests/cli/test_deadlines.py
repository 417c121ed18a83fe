"""``pmkit deadlines recheck``, in this process."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests.shell.counter import ORDER, Counter

import pmkit
from pmkit import cli
from pmkit.facts.calendar_files import write_calendar
from pmkit.shell.desk import Desk

CHINA = pmkit.working_calendar("CN")
LONGER = CHINA.with_days(worked=[dt.date(2026, 3, 14)])


@pytest.fixture(name="world")
def _world(tmp_path, monkeypatch):
    """A database with one unpaid service, and two calendar files beside it."""
    counter = Counter(tmp_path)
    counter.open()
    counter.add()
    now = counter.world.now()
    counter.desk.close()
    monkeypatch.setattr("pmkit.shell.clock.SystemClock.now", lambda _: now)
    (tmp_path / "same.json").write_text(write_calendar(CHINA), encoding="utf-8")
    (tmp_path / "longer.json").write_text(write_calendar(LONGER), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return counter


def call(*arguments):
    """Run ``pmkit deadlines recheck`` on the database; give its exit code."""
    with pytest.raises(SystemExit) as left:
        cli.main(["deadlines", "recheck", "--db", "desk.db", *arguments])
    return left.value.code


def printed(capsys, *arguments):
    """Run it with --json, and read the one object that it prints."""
    assert 0 == call("--json", *arguments)
    return json.loads(capsys.readouterr().out)


class TestTable:
    """For people."""

    def test_one_line_for_each_deadline(self, world, capsys):
        """Which, from when to when, by how far, for whom, and what the terms say."""
        code = call("--calendar", "longer.json")

        out = capsys.readouterr().out.splitlines()
        assert 0 == code
        assert [
            ORDER,
            "book-by",
            "2026-03-11",
            "2026-03-12",
            "+1",
            "buyer",
            "move",
        ] == out[1].split()
        assert "Nothing was changed" in out[-1]

    def test_nothing_differs(self, world, capsys):
        """The same days under a new file are no news."""
        assert 0 == call("--calendar", "same.json")
        assert "No open deadline differs.\n" == capsys.readouterr().out

    def test_what_pmkit_knows(self, world, capsys):
        """Without a file the days that pmkit knows are taken."""
        assert 0 == call()
        assert "No open deadline differs.\n" == capsys.readouterr().out


class TestJson:
    """For programs."""

    def test_one_object(self, world, capsys):
        """The list of orders, each with both deadlines and the advice."""
        answer = printed(capsys, "--calendar", "longer.json")

        (order,) = answer["orders"]
        (due,) = order["deadlines"]
        assert (False, ORDER, False) == (
            answer["applied"],
            order["order"],
            order["recorded"],
        )
        assert {"2026-03-11": 1} == {due["old"]["last_day"]: due["days_moved"]}
        assert ("book-by", "BOOK-1", "buyer", "move", False) == (
            due["which"],
            due["new"]["clause"],
            due["in_favour_of"],
            due["advice"],
            due["becomes_final"],
        )

    def test_no_order(self, world, capsys):
        """The list may be empty."""
        assert {"applied": False, "orders": []} == printed(
            capsys, "--calendar", "same.json"
        )


class TestApply:
    """With --apply."""

    def test_moves_once(self, world, capsys):
        """The first time it is recorded, the second time nothing differs."""
        first = printed(capsys, "--calendar", "longer.json", "--apply")
        second = printed(capsys, "--calendar", "longer.json", "--apply")

        with Desk.open("desk.db") as desk:
            moved = desk.order(ORDER).services[-1].book_by
        assert [True] == [order["recorded"] for order in first["orders"]]
        assert [] == second["orders"]
        assert dt.date(2026, 3, 12) == moved.last_day


class TestBadInput:
    """One line, and exit code 2."""

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("gone.json", None, "gone.json cannot be read"),
            ("bad.json", "{", "error: "),
            ("list.json", "[]", "A calendar file is one JSON object"),
        ],
    )
    def test_a_file_that_is_no_calendar(self, world, capsys, name, content, words):
        """The error names what is wrong with the file."""
        if content is not None:
            (world.path.parent / name).write_text(content, encoding="utf-8")

        code = call("--calendar", name)

        shown = capsys.readouterr()
        assert 2 == code
        assert words in shown.err
        assert 1 == shown.err.count("\n")
        assert "" == shown.out
