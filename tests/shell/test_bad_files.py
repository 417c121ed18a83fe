"""
Tables, documents and database files that can not be read.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3

import pytest
from tests.shell.counter import (
    Counter,
)

from pmkit.core.errors import (
    CalendarHorizonError,
    CorruptStoreError,
    DocumentError,
    ForeignStoreError,
    InputError,
    NewerStoreError,
    SamplingError,
)
from pmkit.facts.aql import sampling_plan
from pmkit.facts.calendars import working_calendar
from pmkit.shell.desk import Desk
from pmkit.shell.wire import read_order_document


@pytest.fixture
def counter(tmp_path):
    """Give a desk on a file of its own."""
    return Counter(tmp_path)


def refused(counter, command):
    """Give the error of a command that has to leave the file as it is."""
    before = counter.dump()
    with pytest.raises(Exception, match=r".") as caught:
        command()

    assert before == counter.dump()
    return caught.value


def told(error):
    """Give what an error says for programs: class, field, whether it helps."""
    return type(error), error.field, bool(error.remedy)


class TestTables:
    """Samples and calendars that nobody has published."""

    @pytest.mark.parametrize("lot", [1, 0, -5])
    def test_a_lot_begins_with_two(self, lot):
        """Of one piece there is no sample."""
        with pytest.raises(InputError) as caught:
            sampling_plan(lot_size=lot, aql="2.5")

        assert caught.value.field == "lot_size"
        assert caught.value.remedy

    @pytest.mark.parametrize("aql", ["2.6", "-1", "nonsense", "0"])
    def test_an_aql_is_one_of_the_tables(self, aql):
        """There is nothing between 2.5 and 4.0."""
        with pytest.raises(SamplingError) as caught:
            sampling_plan(lot_size=5000, aql=aql)

        assert (SamplingError, "aql", True) == told(caught.value)

    def test_a_year_out_of_range(self):
        """What nobody has announced is not guessed."""
        with pytest.raises(CalendarHorizonError) as caught:
            working_calendar("CN").is_working_day(dt.date(2031, 5, 4))

        assert caught.value.remedy


class TestDocuments:
    """Orders from outside that can not be read."""

    @pytest.mark.parametrize(
        "text", ["{", "[]", "null", '{"order": 1, "order": 2}', '{"a": NaN}', ""]
    )
    def test_malformed_json(self, text):
        """Half a document, another document, a key twice, a number that is none."""
        with pytest.raises(DocumentError) as caught:
            read_order_document(text)

        assert caught.value.remedy

    def test_an_unknown_key(self):
        """A key that nobody knows is not dropped in silence."""
        with pytest.raises(DocumentError) as caught:
            read_order_document(json.dumps({"colour": "red"}))

        assert caught.value.remedy


class TestFiles:
    """A file that is no database of this pmkit."""

    def test_a_file_from_a_newer_version(self, counter):
        """It is refused before anything in it is read or changed."""
        counter.open()
        counter.desk.close()
        raw = sqlite3.connect(counter.path)
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.execute("UPDATE meta SET value = '9998' WHERE name LIKE 'readable%'")
        raw.commit()
        raw.close()
        error = refused(counter, lambda: Desk.open(counter.path))

        assert NewerStoreError is type(error)
        assert error.remedy

    def test_a_truncated_file(self, counter):
        """Half a database is refused, not repaired."""
        counter.open()
        counter.desk.close()
        whole = counter.path.read_bytes()
        counter.path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(CorruptStoreError) as caught:
            Desk.open(counter.path)

        assert caught.value.remedy

    @pytest.mark.parametrize("content", [b"hello world", b"\x89PNG\r\n" * 50])
    def test_a_foreign_file(self, tmp_path, content):
        """A file of something else is left alone."""
        path = tmp_path / "foreign.db"
        path.write_bytes(content)
        with pytest.raises(ForeignStoreError) as caught:
            Desk.open(path)

        assert caught.value.remedy
        assert path.read_bytes() == content

    def test_a_foreign_database(self, tmp_path):
        """A SQLite file of another program gets no tables of ours."""
        path = tmp_path / "foreign.db"
        raw = sqlite3.connect(path)
        raw.execute("CREATE TABLE recipes (name TEXT)")
        raw.commit()
        raw.close()
        before = path.read_bytes()
        with pytest.raises(ForeignStoreError):
            Desk.open(path)

        assert path.read_bytes() == before
