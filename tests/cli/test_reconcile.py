"""``pmkit ops reconcile``, in this process."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests.shell.counter import Counter

from pmkit import cli

PAID = {"amount": "1048.00", "currency": "USD"}


@pytest.fixture(name="counter")
def _counter(tmp_path, monkeypatch):
    """A database with an order whose initial payment came by card."""
    counter = Counter(tmp_path)
    counter.booked()
    now = counter.world.now()
    counter.desk.close()
    monkeypatch.setattr("pmkit.shell.clock.SystemClock.now", lambda _: now)
    monkeypatch.chdir(tmp_path)
    return counter


def receipt(counter):
    """Name the one arrival of money, and its amount."""
    with counter.again() as desk:
        (entry,) = desk.book_entries()
    return entry


def call(*arguments):
    """Run the command on the database; give its exit code."""
    with pytest.raises(SystemExit) as left:
        cli.main(["ops", "reconcile", "--db", "desk.db", *map(str, arguments)])
    return left.value.code


def write(name, value):
    """Write a document and name it."""
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123 - beside the database
        json.dump(value, file)
    return name


def documents(counter, shown=None):
    """Write a processor's list and a statement that agree with the order."""
    entry = receipt(counter)
    amount = {"amount": str(entry.amount.amount), "currency": "USD"}
    listed = {
        "id": entry.id,
        "method": entry.method,
        "flow": "in",
        "amount": amount,
        "at": "2026-01-20T02:00:00Z",
        "payout": "PO-7",
    }
    line = {
        "id": "l-1",
        "reference": "PO-7",
        "amount": {**amount, **({"amount": shown} if shown else {})},
        "booked_at": "2026-01-20T03:00:00+08:00",
    }
    return (
        "--processor",
        write("list.json", {"entries": [listed]}),
        "--statement",
        write("statement.json", {"lines": [line]}),
    )


def test_all_three_agree(counter, capsys) -> None:
    """What all sides have is matched, and the exit code is 0."""
    assert call(*documents(counter), "--json") == 0
    said = json.loads(capsys.readouterr().out)

    assert {
        "clean": True,
        "matched": [
            {"reference": "PO-7", "lines": ["l-1"], "entries": [receipt(counter).id]}
        ],
        "open": [],
        "waiting": [],
        "earlier": 0,
    } == said


def test_an_open_item_is_aged_and_owned(counter, capsys) -> None:
    """A payout that differs is shown with its owner, and the exit code is 1."""
    given = documents(counter, shown="1.00")

    assert call(*given, "--owner", "sandbox-card=Kim", "--json") == 1
    (item,) = json.loads(capsys.readouterr().out)["open"]

    assert ("payout-differs", "Kim") == (item["reason"], item["owner"])
    assert ["books", "processor", "statement"] == [x["side"] for x in item["entries"]]
    assert item["age_seconds"] >= 0


def test_before_the_lists(counter, capsys) -> None:
    """What came before the day from which the lists reach is not missed in them."""
    given = ("--statement", write("s.json", {"lines": []}), "--json")
    day = receipt(counter).at.date()

    assert call(*given, "--since", day.isoformat()) == 1
    capsys.readouterr()
    assert call(*given, "--since", (day + dt.timedelta(days=1)).isoformat()) == 0
    assert json.loads(capsys.readouterr().out)["earlier"] == 1


@pytest.mark.usefixtures("counter")
def test_what_may_still_come(capsys) -> None:
    """What a side has not told yet waits for some days, and is shown as such."""
    given = ("--statement", write("s.json", {"lines": []}))
    age = call_age(given, capsys)

    assert call(*given, "--grace", age + 1, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (["not-at-processor"], []) == (
        [item["reason"] for item in said["waiting"]],
        said["open"],
    )
    assert call(*given, "--grace", age + 1) == 0
    said = capsys.readouterr().out
    assert "0 matched, 0 open, 1 waiting." in said
    assert "waits: not-at-processor" in said


def call_age(given, capsys):
    """Give the age of the only open item, in days."""
    call(*given, "--json")
    (item,) = json.loads(capsys.readouterr().out)["open"]
    return item["age_seconds"] // 86400


@pytest.mark.usefixtures("counter")
@pytest.mark.parametrize(
    ("option", "value"),
    [("since", "2026-02-30"), ("since", "soon"), ("grace", "-1"), ("grace", "1e12")],
)
def test_odd_bounds(capsys, option, value) -> None:
    """A day that is none and a grace that is none are refused in one line."""
    given = ("--statement", write("s.json", {"lines": []}))

    assert call(*given, f"--{option}", value) == 2
    assert option in capsys.readouterr().err


def test_people_read_a_table(counter, capsys) -> None:
    """Without --json the counts come first, then a line for each item."""
    assert call(*documents(counter, shown="1.00")) == 1
    said = capsys.readouterr().out

    assert "0 matched, 1 open." in said
    assert "payout-differs" in said
    assert "operator" in said


def test_without_a_processor(counter, capsys) -> None:
    """A method whose money comes straight to the account needs no list."""
    entry = receipt(counter)
    line = {
        "id": "l-1",
        "reference": entry.id,
        "amount": {"amount": str(entry.amount.amount), "currency": "USD"},
        "booked_at": "2026-01-20T03:00:00Z",
    }
    given = ("--statement", write("s.json", {"lines": [line]}))

    assert call(*given, "--direct", entry.method) == 0
    assert "1 matched, 0 open." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "lines"),
        ({"lines": [], "more": 1}, "more"),
        ([], "JSON object"),
        ({"lines": [{"id": "l"}]}, "lines[0]"),
        (
            {
                "lines": [
                    {
                        "id": "l",
                        "reference": "",
                        "amount": {"amount": 48.0, "currency": "USD"},
                        "booked_at": "2026-01-20T03:00:00Z",
                    }
                ]
            },
            "amount",
        ),
        (
            {
                "lines": [
                    {
                        "id": "l",
                        "reference": "",
                        "amount": {"amount": "48.00", "currency": "USD"},
                        "booked_at": "2026-01-20T03:00:00",
                    }
                ]
            },
            "booked_at",
        ),
    ],
)
@pytest.mark.usefixtures("counter")
def test_a_wrong_statement_names_the_field(capsys, value, field) -> None:
    """A document that is not as documented is one line and the exit code 2."""
    assert call("--statement", write("s.json", value)) == 2
    said = capsys.readouterr().err

    assert field in said
    assert 1 == len(said.splitlines())


@pytest.mark.parametrize(
    "given",
    [
        ("--statement", "nowhere.json"),
        ("--statement", "list.json", "--owner", "Kim"),
        (),
    ],
)
@pytest.mark.usefixtures("counter")
def test_wrong_arguments(capsys, given) -> None:
    """A file that is not there and an owner of nothing exit with 2."""
    write("list.json", {"lines": []})

    assert call(*given) == 2
    assert 1 == len(capsys.readouterr().err.splitlines())


def test_a_flow_is_in_or_out(counter, capsys) -> None:
    """A processor's list says in or out, and nothing else."""
    given = documents(counter)
    with open("list.json", encoding="utf-8") as file:  # noqa: PTH123 - as above
        listed = json.load(file)
    listed["entries"][0]["flow"] = "sideways"
    write("list.json", listed)

    assert call(*given) == 2
    assert "flow" in capsys.readouterr().err
