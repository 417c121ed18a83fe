"""What the pages say of the code is what the code says."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import re

import pytest

from pmkit.cli import main
from pmkit.core import ports
from pmkit.core.payment import PaymentState, RefundRoute, RefundState
from pmkit.core.service import ServiceStage
from pmkit.hooks.panel import SOCKETS

DOCS = pathlib.Path(__file__).parents[1] / "docs"


def load_generator():
    """Import the script that writes the generated parts."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = load_generator()
TEXTS = {
    page.relative_to(DOCS).as_posix(): page.read_text(encoding="utf-8")
    for page in DOCS.glob("**/*.md")
}
WITH_PARTS = sorted(name for name, text in TEXTS.items() if "<!-- generated" in text)


class TestGeneratedParts:
    """The parts between two comments."""

    @pytest.mark.parametrize("name", WITH_PARTS)
    def test_a_page_is_up_to_date(self, name):
        """``python docs/generate.py`` would change nothing."""
        assert GENERATE.filled(TEXTS[name]) == TEXTS[name]

    @pytest.mark.parametrize("name", WITH_PARTS)
    def test_every_opening_is_closed(self, name):
        """A part whose end is missing or misspelt is not silently left alone."""
        assert TEXTS[name].count("<!-- generated") == len(
            GENERATE.parts_of(TEXTS[name])
        )

    def test_every_part_stands_on_one_page(self):
        """Nothing that can be generated is left out, and nothing is said twice."""
        used = [part for text in TEXTS.values() for part in GENERATE.parts_of(text)]

        assert sorted(GENERATE.PARTS) == sorted(used)


def pattern(row):
    """Find a row of readings by its event, calendar and days of 2026."""
    event, calendar, *days = row.split(" | ")
    more = "" if calendar == "Monday to Friday" else "[^|]+"
    cells = "".join(rf" \w+ 2026-{day} \|" for day in days)
    return rf"^\| {event} \| {calendar}{more} \|{cells}$"


class TestClauses:
    """The page of the clauses."""

    def test_every_clause_has_its_rows(self):
        """A clause tells unit, day zero, cut-off, what is unknown, and its numbers."""
        page = TEXTS["reference/clauses.md"]
        rows = ["Counts in", "Day zero", "Cut-off", "Unknown", "Numbers in the terms"]

        assert [page.count(f"| {row} |") for row in rows] == [15] * 5

    def test_every_clause_has_its_source(self):
        """A clause says where the rule was read."""
        assert TEXTS["reference/clauses.md"].count("Source: <https://") == 15

    def test_every_clause_has_its_other_readings(self):
        """A clause says what else its words could mean, and what would come out."""
        sections = TEXTS["reference/clauses.md"].split("\n## ")[1:-1]
        readings = [section.partition("readings")[2] for section in sections]

        assert len(readings) == 15
        assert [text for text in readings if text.count("\n| ") < 5] == []

    @pytest.mark.parametrize(
        "row",
        [
            "Fri 2026-02-27 | China, official | 02-10 | 02-11 | 02-12",
            "Fri 2026-02-27 | Monday to Friday less | 02-09 | 02-10 | 02-11",
            "Fri 2026-02-27 | Monday to Friday | 02-17 | 02-18 | 02-19",
            "Mon 2026-10-12 | China, official | 09-23 | 09-24 | 09-28",
            "Mon 2026-10-12 | Monday to Friday | 09-30 | 10-01 | 10-02",
            "1 | China, official | 02-14 | 02-14 | 02-13",
            "1 | Monday to Friday less | 02-24 | 02-24 | 02-13",
            "1 | Monday to Friday | 02-16 | 02-16 | 02-13",
            "2 | China, official | 02-24 | 02-24 | 02-14",
            "2 | Monday to Friday less | 02-25 | 02-25 | 02-24",
            "2 | Monday to Friday | 02-17 | 02-17 | 02-16",
        ],
    )
    def test_readings_by_hand(self, row):
        """The tables of nine readings hold the days that were worked out by hand."""
        assert re.findall(pattern(row), TEXTS["reference/clauses.md"], re.MULTILINE)

    @pytest.mark.parametrize("field", ["escalates_day", "escalation_opens_day"])
    def test_each_number_belongs_to_a_clause(self, field):
        """The two days of escalation are not taken for each other."""
        section = TEXTS["reference/clauses.md"].partition(f"`{field}`")[0]
        wanted = {"escalates_day": "CASE-2", "escalation_opens_day": "CASE-3"}

        assert section.rpartition("\n## ")[2].startswith(wanted[field])


class TestHandWrittenTables:
    """Tables that people wrote, and that have to be complete."""

    @pytest.mark.parametrize("stage", ServiceStage)
    def test_every_stage_has_words(self, stage):
        """Who shows the status finds each stage a service can be in."""
        assert f"`{stage.value}`" in TEXTS["how-to/show-the-status.md"]

    @pytest.mark.parametrize("state", [*PaymentState, *RefundState, *RefundRoute])
    def test_every_state_of_money_is_explained(self, state):
        """Each state and route of money stands on its page, in a row of its own."""
        page = TEXTS["reference/money-states.md"]
        rows = [line for line in page.splitlines() if f"`{state.value}`" in line]

        assert [row for row in rows if row.startswith("|")]

    @pytest.mark.parametrize("hook", SOCKETS)
    def test_every_hook_is_described(self, hook):
        """Who writes a plugin finds each place where it can attach."""
        assert f"| `{hook}` |" in TEXTS["how-to/attach-plugins.md"]

    @pytest.mark.parametrize("news", ports.AgencyObservation.__subclasses__())
    def test_every_kind_of_news_is_described(self, news):
        """Who writes an agency finds each thing that it can report."""
        assert f"| `{news.__name__}` |" in TEXTS["how-to/attach-plugins.md"]


def keys_of(value):
    """Collect the keys of an object, and of all objects inside it."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    return set()


#: Commands after ``pmkit demo --db demo.db``.
COMMANDS = (
    "aql --lot 5000 --aql 2.5",
    "calendar CN --year 2026",
    "deadline book --ship-date 2026-02-27",
    "deadline report --visit-ended 2026-02-13T17:30+08:00",
    "orders list --db demo.db",
    "orders show TA-2026-0042 --db demo.db",
    "orders timeline TA-2026-0042 --db demo.db",
    "orders import examples.json --db other.db",
    "ops unresolved --db demo.db",
    "db check --db demo.db",
    "plugins list",
)


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory):
    """Give a folder with the database of the demo and a document."""
    folder = tmp_path_factory.mktemp("cli")
    document = DOCS.parent / "examples" / "order.json"
    order = json.loads(document.read_text(encoding="utf-8"))
    order["ship"] = {"days": 30, "after": "initial"}
    (folder / "examples.json").write_text(json.dumps(order), encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["demo", "--db", str(folder / "demo.db")])
    return folder


class TestCommandLine:
    """The page of the commands."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_key_is_documented(self, command, folder, monkeypatch, capsys):
        """No ``--json`` prints a key that a reader cannot look up."""
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit):
            main([*command.split(), "--json"])
        printed = keys_of(json.loads(capsys.readouterr().out))
        documented = set(re.findall(r"`([a-z0-9_]+)`", TEXTS["reference/cli.md"]))

        assert printed - documented - {"currency"} == set()

    def test_every_key_of_the_demo_is_documented(self, tmp_path, monkeypatch, capsys):
        """The one object of the demo can be read with the page alone."""
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit):
            main(["demo", "--json"])
        printed = keys_of(json.loads(capsys.readouterr().out))
        documented = set(re.findall(r"`([a-z0-9_]+)`", TEXTS["reference/cli.md"]))

        assert printed - documented - {"currency"} == set()
