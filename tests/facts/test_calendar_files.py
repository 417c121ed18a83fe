"""
Calendar files: what they say, and what is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo

import pytest
from hypothesis import given

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.errors import DocumentError
from pmkit.facts.calendar_files import read_calendar, write_calendar
from pmkit.facts.calendars import working_calendar
from pmkit.testing.calendars import working_calendars

PLANT = {
    "format": "pmkit-calendar/1",
    "name": "plant 7",
    "zone": "Asia/Shanghai",
    "weekend": ["sunday"],
    "first": "2026-03-01",
    "last": "2026-03-31",
}


def day(number):
    """Name a day of March 2026; the 1st is a Sunday."""
    return dt.date(2026, 3, number)


def text(**changes):
    """Write the file of a plant with some keys changed; None leaves a key out."""
    changed = {**PLANT, **changes}
    return json.dumps({key: value for key, value in changed.items() if value != ()})


class TestRead:
    """What a file means."""

    def test_least(self):
        """The needed keys are a whole calendar, official throughout."""
        plant = read_calendar(text())

        assert (
            WorkingCalendar.from_days(
                name="plant 7",
                zone=zoneinfo.ZoneInfo("Asia/Shanghai"),
                first=day(1),
                last=day(31),
                weekend=[6],
            )
            == plant
        )
        assert plant.is_official(day(31))

    def test_everything(self):
        """Runs name both ends; words for people change nothing."""
        plant = read_calendar(
            text(
                closed=["2026-03-03", "2026-03-09/2026-03-11"],
                worked=["2026-03-08"],
                estimated=["2026-03-20"],
                official_from="2026-03-02",
                official_until="2026-03-30",
                country="CN",
                kind="plant",
                source="https://example.com/shutdown",
            ),
            beyond_horizon="provisional",
        )

        assert frozenset({day(3), day(9), day(10), day(11)}) == plant.closed
        assert frozenset({day(8)}) == plant.worked
        assert frozenset({day(20)}) == plant.estimated
        assert (day(2), day(30)) == (plant.official_from, plant.official_until)
        assert "provisional" == plant.beyond_horizon

    def test_bytes(self):
        """Bytes are read as UTF-8."""
        assert "工厂" == read_calendar(text(name="工厂").encode()).name


class TestWrite:
    """What is written is read back."""

    @pytest.mark.parametrize("country", ["CN", "VN", "SA"])
    def test_countries(self, country):
        """A country's calendar comes back equal, with the same version."""
        cal = working_calendar(country)
        back = read_calendar(write_calendar(cal))

        assert cal == back
        assert cal.version == back.version

    @given(working_calendars())
    def test_round_trip(self, cal):
        """Any calendar comes back equal, and its text is one."""
        written = write_calendar(cal, country="CN", kind="plant", source="us")

        assert cal == read_calendar(written)
        again = read_calendar(written)
        assert written == write_calendar(again, country="CN", kind="plant", source="us")

    def test_text(self):
        """The text has runs of days, and its keys in a fixed order."""
        given_days = ["2026-03-11", "2026-03-09/2026-03-10", "2026-03-03"]
        document = json.loads(write_calendar(read_calendar(text(closed=given_days))))

        assert ["2026-03-03", "2026-03-09/2026-03-11"] == document["closed"]
        assert [
            "format",
            "name",
            "zone",
            "weekend",
            "first",
            "last",
            "official_from",
            "official_until",
            "closed",
            "worked",
            "estimated",
            "version",
        ] == list(document)

    def test_what_could_not_be_read_back(self):
        """A name that is no line, and a table of a thousand years, are refused."""
        plant = read_calendar(text())
        with pytest.raises(DocumentError, match="name"):
            write_calendar(plant.with_days(name="a\nb"))
        with pytest.raises(DocumentError, match="source"):
            write_calendar(plant, source="a\nb")
        ages = WorkingCalendar.from_days(
            name="ages",
            zone=plant.zone,
            first=dt.date(1600, 1, 1),
            last=dt.date(2001, 12, 31),
        )
        with pytest.raises(DocumentError, match="more than 400 years"):
            write_calendar(ages)


class TestRefused:
    """Each refusal names the key, and the day."""

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"holidays": []}, "holidays", "no such key"),
            ({"zone": ()}, "zone", "missing"),
            ({"format": "pmkit-calendar/2"}, "format", "Use pmkit-calendar/1"),
            ({"name": " "}, "name", "not a line of text"),
            ({"name": 7}, "name", "not a line of text"),
            ({"source": "a\nb"}, "source", "not a line of text"),
            ({"zone": "Mars/Base"}, "zone", "not a time zone"),
            ({"zone": "../x"}, "zone", "not a time zone"),
            ({"zone": "Asia"}, "zone", "not a time zone"),
            ({"weekend": "sunday"}, "weekend", "not a list"),
            ({"weekend": ["sun"]}, "weekend[0]", "not a day of the week"),
            ({"weekend": [["sunday"]]}, "weekend[0]", "not a day of the week"),
            ({"weekend": ["sunday", "sunday"]}, "weekend[1]", "twice"),
            ({"first": "2026-3-1"}, "first", "not a day"),
            ({"first": 20260301}, "first", "not a day"),
            ({"last": "2026-02-30"}, "last", "There is no day 2026-02-30"),
            ({"last": "2026-02-01"}, "last", "before the first day"),
            ({"first": "1500-01-01"}, "last", "more than 400 years"),
            ({"first": "0001-01-01", "last": "0001-02-01"}, "first", "too near"),
            ({"official_from": None}, "official_from", "not a day"),
            ({"closed": None}, "closed", "not a list"),
            ({"closed": [7]}, "closed[0]", "not a day"),
            ({"closed": ["2026-03-05/"]}, "closed[0]", "not a day"),
            ({"closed": ["2026-04-01"]}, "closed[0]", "2026-04-01 is not between"),
            ({"worked": ["2026-03-09/2026-03-08"]}, "worked[0]", "before it begins"),
            ({"closed": ["2026-03-05"] * 2}, "closed[1]", "2026-03-05 stands there tw"),
            (
                {"closed": ["2026-03-05/2026-03-09", "2026-03-09/2026-03-10"]},
                "closed[1]",
                "2026-03-09 stands there twice",
            ),
            (
                {"closed": ["2026-03-05/2026-03-09"], "worked": ["2026-03-08"]},
                "worked",
                "2026-03-08 is both closed and worked",
            ),
            ({"version": "0123456789abcdef"}, "version", "leave the version out"),
        ],
    )
    def test_key(self, changes, field, words):
        """A wrong key is named, with what to do."""
        with pytest.raises(DocumentError) as refused:
            read_calendar(text(**changes))

        assert field == refused.value.field
        assert words in str(refused.value)
        assert refused.value.remedy

    @pytest.mark.parametrize(
        "wrong", ["", "[]", "7", b"\xff", '{"name": 1, "name": 2}']
    )
    def test_no_object(self, wrong):
        """What is no JSON object with each key once is refused."""
        with pytest.raises(DocumentError):
            read_calendar(wrong)

    def test_edited_file(self):
        """A saved file whose days were changed by hand is noticed."""
        saved = write_calendar(read_calendar(text(closed=["2026-03-03"])))
        with pytest.raises(DocumentError, match="version"):
            read_calendar(saved.replace("2026-03-03", "2026-03-04"))
