"""The demo as a user runs it: the whole road, then the same file, read and spoilt."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import pytest

ORDER = "TA-2026-0042"
KEYS = [
    "order",
    "stage",
    "timeline",
    "deadlines",
    "payments",
    "report",
    "review",
    "refusals",
]
#: The last days of the story, counted on the calendar of 2026 by hand.
LAST_DAYS = {
    ("BOOK-1", "2026-02-11"),
    ("CHANGE-1", "2026-02-08"),
    ("CHANGE-1", "2026-02-12"),
    ("LINK-1", "2026-01-24"),
    ("REPORT-1", "2026-02-14"),
    ("REPORT-1", "2026-02-24"),
    ("REVIEW-1", "2026-04-15"),
    ("REVISE-1", "2026-03-28"),
}


def pmkit(*arguments, seed="0", cwd=None):
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pmkit", *map(str, arguments)],
        env=os.environ | {"PYTHONHASHSEED": seed, "COLUMNS": "88"},
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(name="told", scope="module")
def _told(tmp_path_factory):
    """The demo once, with --json, on a file: (folder, what it printed)."""
    folder = tmp_path_factory.mktemp("demo")
    done = pmkit("demo", "--db", folder / "demo.db", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


@pytest.fixture(name="story")
def _story(told):
    """What the demo printed, read."""
    return json.loads(told[1])


@pytest.fixture(name="db")
def _db(told, tmp_path):
    """A copy of the demo's database, to be tampered with."""
    return pathlib.Path(shutil.copy(told[0] / "demo.db", tmp_path / "copy.db"))


def tamper(db, *statements):
    """Change a database behind pmkit's back."""
    with sqlite3.connect(db) as opened:
        for statement in statements:
            assert opened.execute(statement).rowcount > 0
    opened.close()


def by_clause(story):
    """Index the deadlines by clause and last day."""
    return {(due["clause"], due["last_day"]): due for due in story["deadlines"]}


class TestJson:
    """``pmkit demo --json``."""

    def test_has_the_documented_keys_and_ends_reviewed(self, story):
        """The object has exactly the documented keys; the service was reviewed."""
        assert KEYS == list(story)
        assert (ORDER, "reviewed") == (story["order"], story["stage"])

    def test_two_runs_are_byte_equal(self, told, tmp_path):
        """Another file, another folder and another hash seed change no byte."""
        again = pmkit("demo", "--db", "other.db", "--json", seed="12345", cwd=tmp_path)

        assert told[1] == again.stdout

    def test_timeline_is_dense_and_in_order(self, story):
        """Events are numbered 1, 2, 3 ... and time never runs back."""
        timeline = story["timeline"]
        instants = [entry["at"] for entry in timeline]

        assert list(range(1, len(timeline) + 1)) == [e["seq"] for e in timeline]
        assert sorted(instants) == instants
        assert {("seq", "at", "event", "by")} == {tuple(entry) for entry in timeline}
        assert {"by": "supplier Ningbo Hexing Lighting (Chen Wei)"}.items() <= timeline[
            0
        ].items()

    def test_timeline_tells_the_road(self, story):
        """Everything that the story promises is an event of the order."""
        events = [entry["event"] for entry in story["timeline"]]

        assert [
            "order-opened",
            "service-removed",
            "payment-declined",
            "money-received",
            "task-received",
            "information-given",
            "visit-missed",
            "visit-completed",
            "report-uploaded",
            "report-uploaded",
            "report-decided",
            "report-released",
            "service-reviewed",
            "review-replied",
        ] == [
            event
            for event in events
            if event
            not in {
                "appointment-confirmed",
                "appointment-proposed",
                "booking-confirmed",
                "inspector-arrived",
                "inspector-assigned",
                "message-sent",
                "order-placed",
                "payment-started",
                "payment-submitted",
                "service-added",
                "service-closed",
                "visit-requested",
            }
        ]

    def test_deadlines_are_those_counted_by_hand(self, story):
        """Each clause of the road falls on the day that a person counts."""
        assert LAST_DAYS == set(by_clause(story))

    def test_booking_deadline_explains_itself(self, story):
        """BOOK-1 names its seven days, calendar and convention, and is announced."""
        due = by_clause(story)["BOOK-1", "2026-02-11"]

        assert [
            "2026-02-11",
            "2026-02-12",
            "2026-02-13",
            "2026-02-14",
            "2026-02-24",
            "2026-02-25",
            "2026-02-26",
        ] == due["counted"]
        assert ("2026-02-11T16:00:00Z", "CN", "exclude-event-day", False) == (
            due["at"],
            due["calendar"],
            due["convention"],
            due["provisional"],
        )
        assert "Worked weekend: Sat 2026-02-14." in due["explanation"]

    def test_payments_are_one_declined_and_one_captured(self, story):
        """The declined card took nothing; the second one paid order and service."""
        due = {"amount": "3892.56", "currency": "USD"}
        nothing = {"amount": "0.00", "currency": "USD"}

        assert [("declined", due, nothing), ("settled", due, due)] == [
            (payment["state"], payment["amount"], payment["received"])
            for payment in story["payments"]
        ]
        assert "insufficient funds" in story["payments"][0]["reason"]

    def test_report_has_its_sample_verdict_and_versions(self, story):
        """200 of 4600 pieces under letter L; 3 major and 6 minor defects pass."""
        report = story["report"]
        sample = report["sample"]

        assert "pass" == report["verdict"]
        assert [1, 2] == [version["number"] for version in report["versions"]]
        assert (4600, "II", "L", 200) == (
            sample["lot_size"],
            sample["level"],
            sample["code_letter"],
            sample["sample_size"],
        )
        assert [
            ("critical", "0", 0, 0, 1),
            ("major", "2.5", 3, 10, 11),
            ("minor", "4.0", 6, 14, 15),
        ] == [tuple(result.values()) for result in sample["classes"]]
        assert 5 == len(report["evidence"])

    def test_review_has_the_reply(self, story):
        """The buyer gave four points and the agency answered."""
        assert 4 == story["review"]["rating"]
        assert story["review"]["reply"]["text"].startswith("Thank you")

    def test_refusals_say_what_would_be_allowed(self, story):
        """Pay Later is refused with its reason, a late booking with its deadline."""
        later, late = story["refusals"]

        assert {("at", "step", "by", "code", "message", "allowed")} == {
            tuple(refusal) for refusal in story["refusals"]
        }
        assert ("pay", "unavailable") == (later["step"], later["code"])
        assert "temporarily unavailable" in later["message"]
        assert ("add_service", "too-late") == (late["step"], late["code"])
        assert "by the end of Wed 2026-02-11" in late["allowed"]
        assert [] == [r for r in story["refusals"] if not r["allowed"]]

    def test_missed_visit_is_paid_by_who_caused_it(self, told):
        """The supplier, whose goods were not ready, owes the price of one visit."""
        done = pmkit("orders", "show", ORDER, "--db", told[0] / "demo.db", "--json")
        service = json.loads(done.stdout)["services"][1]

        assert {
            "cause": "goods-not-ready",
            "note": "The drivers of the lamps came late; nothing is assembled.",
            "owed_by": "supplier",
            "fee": {"amount": "292.56", "currency": "USD"},
        } == service["visits"][0]["missed"]
        assert 1 == service["visits"][1]["replaces"]

    def test_notices_were_written_beside_the_database(self, told):
        """The file of notices has one JSON object a line; the buyer was told."""
        lines = (told[0] / "demo.db.notices.jsonl").read_text("utf-8").splitlines()

        assert "Your service was received" in {
            json.loads(line)["subject"] for line in lines
        }


class TestText:
    """``pmkit demo`` for people."""

    def test_tells_when_who_what_and_why(self, tmp_path):
        """Without --db it leaves nothing behind; each step has day, role, deadline."""
        done = pmkit("demo", cwd=tmp_path)

        assert (0, "") == (done.returncode, done.stderr)
        assert [] == list(tmp_path.iterdir())
        for words in (
            " 1. Tue 2026-01-20 09:00  supplier Ningbo Hexing Lighting (Chen Wei)",
            "Deadline: Book and pay the service. Book and pay by the end of Wed",
            "Pay Later: not available. Pay Later is temporarily unavailable",
            "and it is declined",
            "takes the task under the number SBX-0001",
            "Who pays: the supplier, 292.56 USD",
            "Refused (too-late): It is too late to book",
            "11! 12* 13* 14#",
            "Sample: 200 of 4600 finished pieces",
            "uploads the report of visit 2: PASS.",
            "Reports that the supplier can read: 0 before, 1 now.",
            "is reviewed, after 31 events.",
        ):
            assert words in done.stdout

    def test_has_no_colour_where_there_is_no_terminal(self, tmp_path):
        """A pipe gets plain text without escapes and without blanks at line ends."""
        done = pmkit("demo", "--db", tmp_path / "x.db")
        lines = done.stdout.splitlines()

        assert "\x1b" not in done.stdout
        assert f"pmkit orders show {ORDER} --db {tmp_path / 'x.db'}" in lines[-1]

    def test_refuses_a_file_that_is_there(self, told):
        """The demo never touches a file that exists."""
        db = told[0] / "demo.db"
        before = db.read_bytes()

        done = pmkit("demo", "--db", db)

        assert 2 == done.returncode
        assert f"error: db: There is a file {db} already; " in done.stderr
        assert 1 == done.stderr.count("\n")
        assert before == db.read_bytes()

    def test_refuses_a_folder_that_is_not_there(self, tmp_path):
        """A file in a missing folder is one line and exit code 2."""
        done = pmkit("demo", "--db", tmp_path / "no" / "x.db")

        assert 2 == done.returncode
        assert "error: db: There is no folder" in done.stderr


class TestOrders:
    """``pmkit orders`` on the file that the demo left."""

    def test_list_names_the_order(self, told):
        """The list has the order with both of its services."""
        done = pmkit("orders", "list", "--db", told[0] / "demo.db", "--json")
        (row,) = json.loads(done.stdout)["orders"]

        assert (ORDER, "in-production", "2026-02-27") == (
            row["order"],
            row["stage"],
            row["ship_day"],
        )
        assert ["removed", "reviewed"] == [s["stage"] for s in row["services"]]

    def test_timeline_is_that_of_the_demo(self, told, story):
        """The history read from the file is the one that the demo printed."""
        db = told[0] / "demo.db"
        done = pmkit("orders", "timeline", ORDER, "--db", db, "--json")

        assert {"order": ORDER, "timeline": story["timeline"]} == json.loads(
            done.stdout
        )

    def test_verify_finds_nothing(self, told):
        """An untouched file verifies, as a whole and for one order."""
        db = told[0] / "demo.db"

        assert (0, "Nothing differs.\n") == (
            pmkit("orders", "verify", ORDER, "--db", db).returncode,
            pmkit("orders", "verify", "--db", db).stdout,
        )

    @pytest.mark.parametrize(
        "statements",
        [
            pytest.param(
                ["UPDATE events SET body = replace(body, 'Nordwind', 'Nordwand')"],
                id="edit a body",
            ),
            pytest.param(
                ["DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)"],
                id="drop the tail",
            ),
            pytest.param(["DELETE FROM events WHERE seq = 7"], id="drop one"),
            pytest.param(
                ["UPDATE orders SET state = replace(state, '292.56', '1.00')"],
                id="edit the state",
            ),
            pytest.param(["UPDATE orders SET stage = 'shipped'"], id="edit a column"),
            pytest.param(
                [
                    "UPDATE events SET seq = 900 WHERE seq = 9",
                    "UPDATE events SET seq = 9 WHERE seq = 10",
                    "UPDATE events SET seq = 10 WHERE seq = 900",
                ],
                id="swap two",
            ),
            pytest.param(["UPDATE files SET content = x'00'"], id="edit a photo"),
        ],
    )
    def test_verify_finds_tampering(self, db, statements):
        """Whatever was changed behind pmkit's back makes verify list it and exit 1."""
        tamper(db, *statements)

        done = pmkit("orders", "verify", "--db", db, "--json")
        differences = json.loads(done.stdout)["differences"]

        assert (1, "") == (done.returncode, done.stderr)
        assert differences
        assert {("order", "seq", "what", "expected", "found")} == {
            tuple(difference) for difference in differences
        }


def truncated(db):
    """Cut a database off in the middle."""
    db.write_bytes(db.read_bytes()[:20000])


def text_file(db):
    """Put a text where the database was."""
    db.write_text("id,buyer\n" * 400, encoding="utf-8")


def foreign(db):
    """Put the database of another program there."""
    db.unlink()
    with sqlite3.connect(db) as opened:
        opened.execute("CREATE TABLE notes (text TEXT)")
    opened.close()


def newer(db):
    """Let a newer pmkit have written it, which this one cannot read."""
    tamper(db, "UPDATE alembic_version SET version_num = '9999'")
    tamper(db, "UPDATE meta SET value = '9999' WHERE name = 'readable-from'")


@pytest.mark.parametrize("command", ["list", "show", "timeline", "verify"])
@pytest.mark.parametrize("spoil", [truncated, text_file, foreign, newer, os.unlink])
def test_unreadable_files_are_one_line(db, command, spoil):
    """A file that is no readable pmkit database is one line, exit code 2, unchanged."""
    spoil(db)
    before = db.read_bytes() if db.exists() else None
    order = [ORDER] if command in {"show", "timeline"} else []

    done = pmkit("orders", command, *order, "--db", db)

    assert 2 == done.returncode
    assert ("", 1) == (done.stdout, done.stderr.count("\n"))
    assert done.stderr.startswith("error: ")
    assert before == (db.read_bytes() if db.exists() else None)
