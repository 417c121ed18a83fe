"""``pmkit orders``: import, and everything that is wrong, in this process."""

from __future__ import annotations

import contextlib
import json
import pathlib
import sqlite3

import pytest

from pmkit import cli
from pmkit.cli.importing import import_order
from pmkit.cli.orders import orders
from pmkit.core.errors import ShipDateError
from pmkit.core.parties import Actor, Role
from pmkit.sandbox import World
from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "order.json"
ORDER = "TA-2026-0117"


@pytest.fixture(name="at")
def _at(monkeypatch):
    """Set the clock of every desk that the command line opens."""

    def at(text):
        now = World(text).now()
        monkeypatch.setattr(
            "pmkit.shell.clock.SystemClock.now", lambda _: now, raising=True
        )

    at("2026-01-20T09:00+08:00")
    return at


@pytest.fixture(name="db")
def _db(tmp_path):
    """A name for a database that is not there yet."""
    return tmp_path / "orders.db"


@pytest.fixture(name="filled")
def _filled(at, db, capsys):
    """A database with the order of the example, imported on 20 January 2026."""
    at("2026-01-20T09:00+08:00")
    assert call("import", EXAMPLE, "--db", db) == 0
    capsys.readouterr()
    return db


@pytest.fixture(name="serviced")
def _serviced(filled):
    """The same, with services of the buyer on the draft."""
    world = World()
    with Desk.open(filled, panel=world.panel, clock=world.clock) as desk:
        buyer = Actor(role=Role.BUYER, party="Nordwind GmbH")
        desk.add_service(ORDER, actor=buyer, provider="sandbox-agency")
    return filled


def call(*arguments):
    """Run ``pmkit orders`` in this process and give its exit code."""
    with pytest.raises(SystemExit) as left:
        cli.main(["orders", *map(str, arguments)])
    return left.value.code


def document(**changed):
    """Write the example with other values; `None` leaves a key out."""
    value = json.loads(EXAMPLE.read_text(encoding="utf-8")) | changed
    return json.dumps({key: value[key] for key in value if value[key] is not None})


class TestImport:
    """``pmkit orders import``."""

    def test_brings_an_order_as_a_draft(self, at, db, capsys):
        """The documented JSON becomes a draft; the database is made."""
        code = call("import", EXAMPLE, "--db", db, "--json")

        assert 0 == code
        assert {
            "order": ORDER,
            "stage": "draft",
            "ship_day": "2030-03-20",
        } == json.loads(capsys.readouterr().out)

    def test_takes_days_after_a_payment(self, at, db, tmp_path, capsys):
        """A ship date that hangs on a payment is open."""
        file = tmp_path / "order.json"
        file.write_text(document(ship={"days": 30, "after": "initial"}))

        code = call("import", file, "--db", db, "--json")

        assert 0 == code
        assert json.loads(capsys.readouterr().out)["ship_day"] is None

    def test_uses_the_clock_it_is_given(self, db):
        """The day of the injected clock decides what the past is; nothing is made."""
        clock = SetClock(World("2030-03-21T00:00+08:00").now())
        context = import_order.make_context(
            "import", [str(EXAMPLE), "--db", str(db)], obj=clock
        )

        with pytest.raises(ShipDateError, match="has passed; today is 2030-03-21"):
            import_order.invoke(context)
        assert not db.exists()

    def test_the_ship_day_itself_is_no_past(self, at, db):
        """On the ship day, at its last minute at the place, the order is taken."""
        at("2030-03-20T23:59+08:00")

        assert 0 == call("import", EXAMPLE, "--db", db)

    def test_the_same_order_twice_is_refused(self, filled, capsys):
        """A second import names the field and changes nothing."""
        code = call("import", EXAMPLE, "--db", filled)

        assert 2 == code
        assert (
            f"error: order_id: There is an order '{ORDER}' already. Open it once.\n"
            == capsys.readouterr().err
        )

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("{", "error: Line 1, column 2: "),
            ("[]", "error: It is not a JSON object. "),
            (b"\xff\xfe", "error: Byte 0 is not UTF-8. "),
            ('{"id": "a", "id": "b"}', "error: id: This key stands there twice. "),
            (document(colour="red"), "error: colour: Nobody knows this key. "),
            (document(buyer=None), "error: buyer: It is missing. Add it."),
            (document(id=""), "error: id: "),
            (document(lines=[]), "error: lines: An order needs at least one line. "),
            (document(currency="XYZ"), "error: initial: "),
            (
                document(initial={"amount": 3600.0, "currency": "USD"}),
                "error: initial.amount: A JSON number is not exact money. ",
            ),
            (
                document(initial={"amount": "1.001", "currency": "USD"}),
                "error: initial",
            ),
            (
                document(initial={"amount": "1", "currency": "ZZZ"}),
                "error: initial",
            ),
            (
                document(initial={"amount": "-1", "currency": "USD"}),
                "error: initial: -1.00 USD is negative. Write 0 or more.",
            ),
            (
                document(lines=[{"product": "lamp", "quantity": 0}]),
                "error: lines[0].quantity: ",
            ),
            (
                document(lines=[{"product": "lamp", "quantity": -5}]),
                "error: lines[0].quantity: ",
            ),
            (
                document(lines=[{"product": "lamp", "quantity": 1.5}]),
                "error: lines[0].quantity: It is not a whole number. ",
            ),
            (
                document(lines=[{"product": "lamp", "quantity": True}]),
                "error: lines[0].quantity: It is not a whole number. ",
            ),
            (
                document(lines=[{"product": "lamp", "quantity": 1, "size": 3}]),
                "error: lines[0].size: Nobody knows this key. ",
            ),
            (
                document(ship={"date": "2026-01-19"}),
                "error: ship_date: The ship date 2026-01-19 has passed; today is 20",
            ),
            (document(ship={"date": "2026-02-30"}), "error: ship.date: "),
            (
                document(ship={"date": "2026-03-20T10:00"}),
                "error: ship.date: It is no plain day, and a time without a zone. ",
            ),
            (
                document(ship={"date": "2026-03-20T10:00+08:00"}),
                "error: ship.date: It is an instant; ",
            ),
            (document(ship={"days": 0, "after": "initial"}), "error: ship.days: "),
            (document(ship={"days": 9, "after": "service"}), "error: ship.after: "),
        ],
    )
    @pytest.mark.usefixtures("at")
    def test_bad_documents_change_nothing(self, db, tmp_path, capsys, text, line):
        """What is wrong is one line that names the field; no database is made."""
        file = tmp_path / "order.json"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

        code = call("import", file, "--db", db)
        said = capsys.readouterr()

        assert (2, "", 1) == (code, said.out, said.err.count("\n"))
        assert said.err.startswith(line)
        assert not db.exists()

    def test_a_bad_document_leaves_a_database_as_it_was(self, filled, tmp_path):
        """An order that is refused adds nothing to a database that is there."""
        file = tmp_path / "late.json"
        file.write_text(document(id="LATE", ship={"date": "2026-01-19"}))

        assert 2 == call("import", file, "--db", filled)
        with Desk.open(filled) as desk:
            assert (ORDER,) == desk.orders()

    def test_a_file_that_is_not_there_is_named(self, db, tmp_path, capsys):
        """A missing document is one line; no database is made."""
        missing = tmp_path / "no.json"

        assert 2 == call("import", missing, "--db", db)
        assert (
            f"error: FILE.json: {missing} cannot be read: No such file or directory. "
            "Name a file.\n" == capsys.readouterr().err
        )
        assert not db.exists()

    def test_a_folder_that_is_not_there_is_named(self, at, tmp_path, capsys):
        """A database in a missing folder is one line."""
        assert 2 == call("import", EXAMPLE, "--db", tmp_path / "no" / "x.db")
        assert capsys.readouterr().err.startswith("error: db: There is no folder ")

    def test_the_help_documents_the_json(self, capsys):
        """The documented JSON of the help is an order that can be imported."""
        assert 0 == call("import", "--help")
        said = capsys.readouterr().out
        shown = json.loads(
            said[said.index("{\n") : said.index("\n\n", said.index("{\n"))]
        )

        assert set(json.loads(EXAMPLE.read_text(encoding="utf-8"))) == set(shown)


def many(*changes):
    """Write a file of JSON Lines: the example under other names, with other values."""
    texts = [
        document(**({"id": f"TA-{number}"} | changed))
        for number, changed in enumerate(changes, start=1)
    ]
    return "".join(f"{text}\n" for text in texts)


class TestImportMany:
    """``pmkit orders import FILE.jsonl``."""

    @pytest.mark.usefixtures("at")
    def test_each_line_becomes_a_draft(self, db, tmp_path, capsys):
        """All orders are drafts; the counts are those of the batches."""
        file = tmp_path / "orders.jsonl"
        file.write_text(many({}, {}, {}))

        code = call("import", file, "--db", db, "--batch", 2, "--json")

        assert 0 == code
        assert {"opened": 3, "repeated": 0, "batches": 2} == json.loads(
            capsys.readouterr().out
        )
        with Desk.open(db) as desk:
            assert ("TA-1", "TA-2", "TA-3") == desk.orders()

    @pytest.mark.usefixtures("at")
    def test_a_second_time_opens_what_is_new(self, db, tmp_path, capsys):
        """The same file with one more line opens one order."""
        file = tmp_path / "orders.jsonl"
        file.write_text(many({}, {}))
        call("import", file, "--db", db)
        file.write_text(many({}, {}, {}))

        assert 0 == call("import", file, "--db", db)
        assert [
            "2 orders are drafts now.",
            "1 orders are drafts now.",
            "2 were there already.",
        ] == capsys.readouterr().out.splitlines()

    @pytest.mark.usefixtures("at")
    def test_a_bad_line_is_named(self, db, tmp_path, capsys):
        """One line tells where, what, and what is in; the rest of its batch is not."""
        file = tmp_path / "orders.jsonl"
        file.write_text(many({}, {}, {}, {"buyer": None}))

        code = call("import", file, "--db", db, "--batch", 2)

        assert 2 == code
        assert (
            "error: line 4: buyer: It is missing. Add it. The lines up to 2 are in.\n"
            == capsys.readouterr().err
        )
        with Desk.open(db) as desk:
            assert ("TA-1", "TA-2") == desk.orders()

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (many({}, {"colour": "red"}), "error: line 2: colour: Nobody knows this "),
            (many({"ship": {"date": "2026-01-19"}}), "error: line 1: ship_date: The s"),
            (many({}, {"id": "TA-1", "buyer": "x"}), "error: line 2: key: The idempo"),
            ("{\n}\n", "error: line 1: Column 2: Expecting property name"),
            ("\n" + "x" * (1 << 20) + "\n", "error: line 2: It is longer than 104857"),
        ],
    )
    @pytest.mark.usefixtures("at")
    def test_a_bad_beginning_makes_no_database(self, db, tmp_path, capsys, text, line):
        """What is wrong in the first batch leaves nothing behind."""
        file = tmp_path / "orders.jsonl"
        file.write_text(text)

        code = call("import", file, "--db", db)
        said = capsys.readouterr()

        assert (2, "", 1) == (code, said.out, said.err.count("\n"))
        assert said.err.startswith(line)
        assert not db.exists()

    @pytest.mark.parametrize("batch", ["0", "1001", "many"])
    def test_a_batch_that_is_none(self, db, tmp_path, capsys, batch):
        """The size of a batch is bounded."""
        file = tmp_path / "orders.jsonl"
        file.write_text(many({}))

        assert 2 == call("import", file, "--db", db, "--batch", batch)
        assert capsys.readouterr().err.startswith("error: Invalid value for '--batch'")


class TestShow:
    """``pmkit orders show`` and ``timeline``."""

    def test_supplier_sees_no_price_of_the_buyer(self, serviced, capsys):
        """The buyer's price is none of the supplier's business."""
        codes = [
            call("show", ORDER, "--db", serviced, "--as", role, "--json")
            for role in ("buyer", "supplier", "agency", "operator")
        ]
        sections = [
            json.loads(line)["services"][0]
            for line in capsys.readouterr().out.splitlines()
        ]
        price = {"amount": "292.56", "currency": "USD"}

        assert [0, 0, 0, 0] == codes
        assert [price, None, price, price] == [each["price"] for each in sections]

    def test_section_says_who_must_act_and_by_when(self, serviced, capsys):
        """The next step has the roles that act and the deadline with its reason."""
        call("show", ORDER, "--db", serviced, "--json")
        section = json.loads(capsys.readouterr().out)["services"][0]

        assert ("PM", "awaiting-payment") == (section["kind"], section["stage"])
        assert ["buyer", "supplier"] == section["next"]["who"]
        assert ("BOOK-1", "2030-03-11") == (
            section["next"]["by"]["clause"],
            section["next"]["by"]["last_day"],
        )
        assert (
            "Book and pay by the end of Mon 2030-03-11"
            in (section["deadlines"][0]["explanation"])
        )

    def test_text_has_one_line_for_each_fact(self, serviced, capsys):
        """People read the stage, what is next, and every deadline."""
        call("show", ORDER, "--db", serviced)
        lines = capsys.readouterr().out.splitlines()

        assert f"Order {ORDER}: draft; the ship date is 2030-03-20." == lines[0]
        assert lines[2].endswith("by sandbox-agency, 292.56 USD: awaiting-payment")
        assert "  Next: The order is placed. (buyer, supplier)" == lines[3]

    def test_timeline_is_at_the_local_time(self, filled, capsys):
        """People read the history at the time of the place."""
        call("timeline", ORDER, "--db", filled)
        line = "  1  Tue 2026-01-20 09:00  order-opened  operator platform"

        assert f"{line} (pmkit orders)\n" == capsys.readouterr().out

    def test_list_is_one_line_for_each_order(self, filled, capsys):
        """The list names stage, ship date, both companies and the services."""
        call("list", "--db", filled)

        assert (
            f"{ORDER}  draft  ships 2030-03-20  "
            "Nordwind GmbH from Ningbo Hexing Lighting  [no service]\n"
            == capsys.readouterr().out
        )


def tamper(db, *statements):
    """Change a database behind pmkit's back."""
    with contextlib.closing(sqlite3.connect(db)) as opened, opened:
        for statement in statements:
            assert opened.execute(statement).rowcount == 1


class TestVerify:
    """``pmkit orders verify`` in words."""

    def test_nothing_differs(self, serviced, capsys):
        """A file that is as it was written says so, and exits 0."""
        assert 0 == call("verify", "--db", serviced)
        assert "Nothing differs.\n" == capsys.readouterr().out

    def test_one_is_one_difference(self, serviced, capsys):
        """One line for the place, then the count in the singular; exit code 1."""
        tamper(serviced, "UPDATE orders SET stage = 'shipped'")

        assert 1 == call("verify", "--db", serviced)
        assert [
            f"{ORDER}: orders.stage: shipped instead of draft",
            "1 difference.",
        ] == capsys.readouterr().out.splitlines()

    def test_two_are_two_differences(self, serviced, capsys):
        """Two lines, then the count in the plural."""
        tamper(serviced, "UPDATE orders SET stage = 'shipped', buyer = 'Thief'")

        assert 1 == call("verify", "--db", serviced)
        assert "2 differences." == capsys.readouterr().out.splitlines()[-1]


class TestBadInput:
    """One line, exit code 2, and nothing changes."""

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            (["show", ORDER, "--as", "baker"], "error: as: 'baker' is nobody "),
            (["show", ORDER, "--as", "agency"], "error: as: Order "),
            (
                ["show", ORDER, "--as", "buyer", "--party", "Thief"],
                "error: order_id: There is no such thing here. See: pmkit orders list",
            ),
            (["show", "TA-0"], "error: order_id: There is no such thing here. See: "),
            (["timeline", "TA-0"], "error: order_id: There is no such thing here. "),
            (["verify", "TA-0"], "error: order_id: There is no such thing here. "),
        ],
    )
    def test_is_named_in_one_line(self, filled, capsys, arguments, line):
        """Unknown roles, orders and other people's orders are told in one line."""
        code = call(*arguments, "--db", filled)
        said = capsys.readouterr()

        assert (2, "", 1) == (code, said.out, said.err.count("\n"))
        assert said.err.startswith(line)

    @pytest.mark.parametrize("command", sorted(orders.commands))
    def test_the_database_has_to_be_named(self, capsys, command):
        """Without --db every command says so."""
        arguments = {"import": [EXAMPLE], "show": ["x"], "timeline": ["x"]}

        assert 2 == call(command, *arguments.get(command, []))
        assert capsys.readouterr().err.startswith("error: Missing option '--db'.")

    @pytest.mark.parametrize("command", ["list", "verify"])
    def test_asking_makes_no_file(self, db, capsys, command):
        """A database that is not there is named with the remedy, and not made."""
        assert 2 == call(command, "--db", db)
        assert capsys.readouterr().err == (
            f"error: db: There is no file {db}. "
            "Name a pmkit database; pmkit orders import and pmkit demo make one.\n"
        )
        assert not db.exists()

    def test_an_empty_file_is_no_database(self, db, capsys):
        """An empty file is refused and stays empty."""
        db.touch()

        assert 2 == call("list", "--db", db)
        assert 1 == capsys.readouterr().err.count("\n")
        assert b"" == db.read_bytes()
