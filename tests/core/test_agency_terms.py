"""
The released terms of agencies: their numbers, what they come to, and what is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import pathlib
import zoneinfo

import attrs
import pytest

import pmkit
from pmkit import AQF_2026_11, MOVLEY_2026_11, QIMA_2026_11, Money
from pmkit.core.errors import CalendarHorizonError, InputError, NaiveTimeError
from pmkit.facts.calendars import working_calendar

_ANSWERS = pathlib.Path(__file__).parents[1] / "answers"
CHINA = working_calendar("CN")
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
VISIT = dt.date(2026, 3, 10)
RELEASED = {"QIMA": QIMA_2026_11, "AQF": AQF_2026_11, "MOVLEY": MOVLEY_2026_11}


def answers(name):
    """Read the answers of a file, with their mistakes as test ids."""
    lines = (_ANSWERS / name).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [pytest.param(row, id=row["kills"]) for row in rows]


def at_place(country):
    """Give the calendar and the code of a country."""
    return {"calendar": working_calendar(country.upper()), "country": country}


def visit(text):
    """Read a day, or an instant."""
    return (dt.datetime if "T" in text else dt.date).fromisoformat(text)


class TestAnswersByHand:
    """What the released terms come to."""

    @pytest.mark.parametrize("row", answers("agency_terms.csv"))
    def test_cut_offs(self, row):
        """The free time ends as worked out by hand, by the clause of the terms."""
        terms = RELEASED[row["agency"]]
        due = pmkit.cut_off_of(terms, visit(row["visit"]), **at_place(row["country"]))

        assert row["at"] == due.at.isoformat()
        assert terms.clause == due.clause

    @pytest.mark.parametrize("row", answers("fee_tiers.csv"))
    def test_fees(self, row):
        """A change asked for at an instant costs what was worked out by hand."""
        agency, _, more = row["agency"].partition("-")
        tiers = pmkit.fees_of(
            RELEASED[agency],
            visit(row["visit"]),
            reassigned=more == "REASSIGNED",
            **at_place("TR" if more == "TR" else "CN"),
        )
        tier = tiers.tier_at(dt.datetime.fromisoformat(row["asked"]))
        price, travel = Money.of(598, "USD"), Money.of(40, "USD")

        assert row["tier"] == tier.name
        assert Money.of(row["fee"], "USD") == tier.fee(
            price, man_days=2, expenses=travel
        )
        assert RELEASED[agency].clause == tiers.clause


class TestReleasedTerms:
    """The numbers of the released records."""

    @pytest.mark.parametrize(
        ("terms", "rule"),
        [
            (
                QIMA_2026_11,
                {"at": dt.time(13), "zone": SHANGHAI, "late_percent": 100},
            ),
            (
                AQF_2026_11,
                {
                    "at": dt.time(9),
                    "near": {"BD", "CN", "IN", "KH", "PK", "VN"},
                    "near_full_days": 1,
                    "far_full_days": 2,
                    "full_from": dt.time(18),
                    "man_day_fee": Money.of(100, "USD"),
                    "zone": SHANGHAI,
                },
            ),
            (MOVLEY_2026_11, {"hours": 48, "reassigned_percent": 50}),
        ],
    )
    def test_numbers(self, terms, rule):
        """A released record never changes."""
        assert rule == attrs.asdict(terms.rule, recurse=False)

    @pytest.mark.parametrize(
        ("terms", "agency", "source", "clause", "counts"),
        [
            (QIMA_2026_11, "QIMA", "www.qima.ae", "CHANGE-1", False),
            (AQF_2026_11, "AQF", "www.asiaqualityfocus.com", "CHANGE-2", True),
            (MOVLEY_2026_11, "Movley", "support.movley.com", "CHANGE-3", False),
        ],
    )
    def test_where_they_were_read(self, terms, agency, source, clause, counts):
        """Each record names its agency, its page, the day and its clause."""
        assert agency == terms.agency
        assert terms.source.startswith(f"https://{source}/")
        assert dt.date(2026, 11, 22) == terms.read_on
        assert terms.version == "2026-11"
        assert (clause, counts) == (terms.clause, terms.reads_calendar)

    def test_are_frozen(self):
        """Nobody edits a number in a released record."""
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            MOVLEY_2026_11.rule.hours = 24


class TestAppointmentTerms:
    """The numbers of an appointment."""

    def test_numbers(self):
        """A released record never changes, and names its page and the day."""
        terms = pmkit.APPOINTMENT_2026_11

        assert (2, dt.time(12)) == (terms.date_working_days, terms.form_until)
        assert terms.source.startswith("https://qclinking.com/news/")
        assert (terms.version, terms.read_on) == ("2026-11", dt.date(2026, 11, 22))

    def test_are_those_of_the_clauses(self):
        """APPOINT-1 and APPOINT-2 count so if they are told nothing else."""
        terms = pmkit.APPOINTMENT_2026_11
        ordered = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)

        assert pmkit.visit_date_by(ordered, calendar=CHINA) == pmkit.visit_date_by(
            ordered, calendar=CHINA, working_days=terms.date_working_days
        )
        assert pmkit.appointment_by(VISIT, calendar=CHINA) == pmkit.appointment_by(
            VISIT, calendar=CHINA, at=terms.form_until
        )


class TestOwnTerms:
    """Terms that somebody agreed on with an agency."""

    def test_every_number_is_read(self):
        """Other numbers give another cut-off and another fee."""
        rule = attrs.evolve(
            AQF_2026_11.rule,
            at=dt.time(8),
            near_full_days=2,
            full_from=dt.time(17),
            man_day_fee=Money.of(80, "USD"),
            zone=zoneinfo.ZoneInfo("Asia/Tokyo"),
        )
        tiers = pmkit.fees_of(
            attrs.evolve(AQF_2026_11, rule=rule), VISIT, **at_place("CN")
        )
        _, late, full = tiers.tiers

        assert late.begins == dt.datetime(2026, 3, 6, 23, tzinfo=dt.UTC)
        assert Money.of(80, "USD") == late.per_man_day
        assert full.begins == dt.datetime(2026, 3, 9, 8, tzinfo=dt.UTC)

    def test_a_share_after_the_day_before(self):
        """A later change may cost a part of the price."""
        rule = attrs.evolve(QIMA_2026_11.rule, at=dt.time(10), late_percent=30)
        terms = attrs.evolve(QIMA_2026_11, rule=rule)
        tiers = pmkit.fees_of(terms, VISIT, **at_place("CN"))

        assert ["nothing", "30% of the price"] == [str(tier) for tier in tiers.tiers]
        assert pmkit.cut_off_of(terms, VISIT, **at_place("CN")).at == (
            dt.datetime(2026, 3, 9, 2, tzinfo=dt.UTC)
        )

    def test_other_hours(self):
        """Hours and the share of an inspector who has other work are read."""
        rule = attrs.evolve(MOVLEY_2026_11.rule, hours=24, reassigned_percent=20)
        terms = attrs.evolve(MOVLEY_2026_11, rule=rule)
        tiers = pmkit.fees_of(terms, VISIT, reassigned=True, **at_place("CN"))

        assert tiers.tiers[0].ends == dt.datetime(2026, 3, 8, 16, tzinfo=dt.UTC)
        assert [0, 20] == [tier.percent for tier in tiers.tiers[:2]]


class TestBadInput:
    """What can never be right is refused with the name of the argument."""

    @pytest.mark.parametrize("terms", RELEASED.values())
    @pytest.mark.parametrize("ask", [pmkit.cut_off_of, pmkit.fees_of])
    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"terms": "AQF"}, "terms"),
            ({"calendar": "CN"}, "calendar"),
            ({"country": "China"}, "country"),
            ({"country": None}, "country"),
        ],
    )
    def test_of_any_terms(self, ask, terms, arguments, field):
        """Every record asks for the same, also for what it does not read."""
        given = {"terms": terms, "visit": VISIT, **at_place("CN")} | arguments

        with pytest.raises(InputError) as refused:
            ask(**given)

        assert field == refused.value.field
        assert refused.value.remedy

    @pytest.mark.parametrize("terms", RELEASED.values())
    @pytest.mark.parametrize("ask", [pmkit.cut_off_of, pmkit.fees_of])
    def test_of_visits(self, ask, terms):
        """A visit is a date, or a datetime with a zone."""
        with pytest.raises(NaiveTimeError):
            ask(terms, dt.datetime(2026, 3, 10), **at_place("CN"))  # noqa: DTZ001
        with pytest.raises(InputError):
            ask(terms, "2026-03-10", **at_place("CN"))

    def test_horizon(self):
        """Only the terms that count working days ask for the announcement."""
        far = dt.date(2027, 3, 1)

        with pytest.raises(CalendarHorizonError):
            pmkit.cut_off_of(AQF_2026_11, far, calendar=CHINA, country="CN")
        for terms in (QIMA_2026_11, MOVLEY_2026_11):
            due = pmkit.cut_off_of(terms, far, calendar=CHINA, country="CN")
            assert not due.provisional

    def test_provisional(self):
        """A provisional calendar gives a provisional cut-off and provisional fees."""
        loose = working_calendar("CN", beyond_horizon="provisional")
        given = (AQF_2026_11, dt.date(2027, 3, 1))

        assert pmkit.cut_off_of(*given, calendar=loose, country="CN").provisional
        assert pmkit.fees_of(*given, calendar=loose, country="CN").provisional

    @pytest.mark.parametrize(
        ("record", "change"),
        [
            (QIMA_2026_11, {"agency": ""}),
            (QIMA_2026_11, {"version": " "}),
            (QIMA_2026_11, {"source": None}),
            (QIMA_2026_11, {"read_on": "2026-11-22"}),
            (QIMA_2026_11.rule, {"at": 13}),
            (QIMA_2026_11.rule, {"zone": "Asia/Shanghai"}),
            (QIMA_2026_11.rule, {"late_percent": 101}),
            (AQF_2026_11.rule, {"at": "09:00"}),
            (AQF_2026_11.rule, {"full_from": None}),
            (AQF_2026_11.rule, {"near_full_days": 0}),
            (AQF_2026_11.rule, {"far_full_days": True}),
            (AQF_2026_11.rule, {"zone": None}),
            (pmkit.APPOINTMENT_2026_11, {"date_working_days": 0}),
            (pmkit.APPOINTMENT_2026_11, {"form_until": "12:00"}),
            (pmkit.APPOINTMENT_2026_11, {"read_on": None}),
            (pmkit.APPOINTMENT_2026_11, {"source": ""}),
            (MOVLEY_2026_11.rule, {"hours": 0}),
            (MOVLEY_2026_11.rule, {"reassigned_percent": -1}),
        ],
    )
    def test_of_records(self, record, change):
        """A record with a number that cannot be is not made."""
        with pytest.raises(InputError) as refused:
            attrs.evolve(record, **change)

        assert [refused.value.field] == list(change)
