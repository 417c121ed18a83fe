"""
What agencies ask for a change of a visit, as dated terms with their sources.

A record holds the numbers of one agency as they stood on its page on one day.  When
the page says something else, that is a new record; nobody edits a released one, and
an order is judged by the record under which its visit was booked.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import attrs

from pmkit.core.checked import filled, positive
from pmkit.core.clauses.agency import ONE_FULL_DAY, country_code
from pmkit.core.fees import percentage
from pmkit.core.moments import plain_date
from pmkit.core.money import Money
from pmkit.core.walltime import named_zone, plain_time

_CHINA = zoneinfo.ZoneInfo("Asia/Shanghai")


def _time(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    plain_time(value, field=attribute.name)


def _date(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    plain_date(value, field=attribute.name)


def _zone(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    named_zone(value, field=attribute.name)


@attrs.frozen(kw_only=True)
class DayBeforeRule:
    """
    CHANGE-1: free until a time on the day before the visit.

    Attributes:
        at: The time of day in *zone* at which it is too late.

        zone: The zone of the agency's clocks.

        late_percent: What a later change costs, percent of the price.
    """

    at: dt.time = attrs.field(validator=_time)
    zone: zoneinfo.ZoneInfo = attrs.field(default=_CHINA, validator=_zone)
    late_percent: int = attrs.field(default=100, validator=percentage)


@attrs.frozen(kw_only=True)
class FullDaysRule:
    """
    CHANGE-2: free until full working days of a six-day week before the visit.

    Attributes:
        at: The time of day in *zone* at which the agency's day begins.

        near: ISO 3166-1 codes of the countries with *near_full_days*.

        near_full_days: How many full working days ahead in these countries.

        far_full_days: How many in all others.

        full_from: The time in *zone*, one working day before the visit, from which
            the whole price is charged.

        man_day_fee: What is charged per man-day until then, beside the travel.

        zone: The zone of the agency's clocks.
    """

    at: dt.time = attrs.field(validator=_time)
    near: frozenset[str]
    near_full_days: int = attrs.field(validator=positive)
    far_full_days: int = attrs.field(validator=positive)
    full_from: dt.time = attrs.field(validator=_time)
    man_day_fee: Money
    zone: zoneinfo.ZoneInfo = attrs.field(default=_CHINA, validator=_zone)

    def full_days_in(self, country: str) -> int:
        """Tell how many full working days ahead a visit in *country* is changed."""
        near = country_code(country) in self.near
        return self.near_full_days if near else self.far_full_days


@attrs.frozen(kw_only=True)
class HoursRule:
    """
    CHANGE-3: free until so many elapsed hours before the visit.

    Attributes:
        hours: How many hours ahead.

        reassigned_percent: What a later one costs if the inspector could be given
            other work, percent of the price; else it costs up to all of it.
    """

    hours: int = attrs.field(validator=positive)
    reassigned_percent: int = attrs.field(validator=percentage)


@attrs.frozen(kw_only=True)
class AgencyTerms:
    """
    The terms of one agency for a change or cancellation of a confirmed visit.

    Attributes:
        agency: The name of the agency.

        version: The name of this record, its year and month.

        read_on: The day on which *source* said so; none of the pages has a date.

        source: Where the numbers were read.

        rule: How the free time ends, and what is charged after it.
    """

    agency: str = attrs.field(validator=filled)
    version: str = attrs.field(validator=filled)
    read_on: dt.date = attrs.field(validator=_date)
    source: str = attrs.field(validator=filled)
    rule: DayBeforeRule | FullDaysRule | HoursRule

    @property
    def clause(self) -> str:
        """The clause that sets the cut-off, such as ``CHANGE-2``."""
        return _CLAUSES[type(self.rule)]

    @property
    def reads_calendar(self) -> bool:
        """Whether working days are counted, so that an answer may be provisional."""
        return isinstance(self.rule, FullDaysRule)


@attrs.frozen(kw_only=True)
class AppointmentTerms:
    """
    The numbers of an appointment, which agencies have in common.

    Attributes:
        version: The name of this record, its year and month.

        read_on: The day on which *source* said so; the page has no date.

        source: Where the numbers were read.

        date_working_days: APPOINT-1, the date of the visit is confirmed.

        form_until: APPOINT-2, on the working day before, by the clocks of the place.
    """

    version: str = attrs.field(validator=filled)
    read_on: dt.date = attrs.field(validator=_date)
    source: str = attrs.field(validator=filled)
    date_working_days: int = attrs.field(validator=positive)
    form_until: dt.time = attrs.field(validator=_time)


_CLAUSES: dict[type, str] = {
    DayBeforeRule: "CHANGE-1",
    FullDaysRule: "CHANGE-2",
    HoursRule: "CHANGE-3",
}


#: Free until 13:00 of China on the day before; then the whole booking is charged.
QIMA_2026_11 = AgencyTerms(
    agency="QIMA",
    version="2026-11",
    read_on=dt.date(2026, 11, 22),
    source="https://www.qima.ae/inspection-cancellation-policy",
    rule=DayBeforeRule(at=dt.time(13)),
)

#: Free until 09:00 GMT+8, one or two full working days of six a week ahead.
AQF_2026_11 = AgencyTerms(
    agency="AQF",
    version="2026-11",
    read_on=dt.date(2026, 11, 22),
    source="https://www.asiaqualityfocus.com/about-us/cancellation-fee",
    rule=FullDaysRule(
        at=dt.time(9),
        near=ONE_FULL_DAY,
        near_full_days=1,
        far_full_days=2,
        full_from=dt.time(18),
        man_day_fee=Money.of(100, "USD"),
    ),
)

#: Free until 48 hours before the day of the visit.
MOVLEY_2026_11 = AgencyTerms(
    agency="Movley",
    version="2026-11",
    read_on=dt.date(2026, 11, 22),
    source="https://support.movley.com/en/what-is-the-cancellation-policy",
    rule=HoursRule(hours=48, reassigned_percent=50),
)

#: The date within 2 working days of the order, the hour after noon on the day before.
APPOINTMENT_2026_11 = AppointmentTerms(
    version="2026-11",
    read_on=dt.date(2026, 11, 22),
    source=(
        "https://qclinking.com/news/what-is-the-inspection-process-before-delivery-"
        "at-alibaba-international-station-what-details-should-i-pay-attention-to"
    ),
    date_working_days=2,
    form_until=dt.time(12),
)
