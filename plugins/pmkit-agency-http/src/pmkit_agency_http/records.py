"""
The documents of the agency as pmkit's records.

Every value was checked against its schema; here it becomes what it means, and what no
schema can say is checked too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from pmkit.core import ports
from pmkit.core.catalogue import Checkpoint
from pmkit.core.errors import InputError
from pmkit.core.money import Money
from pmkit.core.report import (
    ClassResult,
    DefectClass,
    Evidence,
    Finding,
    Sample,
    Verdict,
)
from pmkit.core.service import Price, PriceLine, PriceLineKind
from pmkit.core.visit import Appointment, Check, CheckResult, MissedCause, Progress

from pmkit_agency_http.document import MisfitError

_T = TypeVar("_T")
_Json = Mapping[str, Any]


def price(document: _Json) -> Price:
    """
    Read a quote.

    Args:
        document: A ``Quote``.

    Raises:
        MisfitError: If an amount is none, or the total is not the sum.
    """
    lines = tuple(
        PriceLine(
            kind=PriceLineKind(each["kind"]),
            description=each["description"],
            amount=money(each["amount"], f"lines[{index}].amount"),
        )
        for index, each in enumerate(document["lines"])
    )
    found = _made("lines", Price, lines=lines, quote=document.get("quote", ""))
    total = money(document["total"], "total")
    if _made("total", lambda: found.total) != total:
        field = "total"
        raise MisfitError(field, "not the sum of the lines")
    return found


def money(document: _Json, field: str) -> Money:
    """
    Read an amount.

    Args:
        document: A ``Money``.

        field: Where it stands.

    Raises:
        MisfitError: If the currency is none, or has fewer decimals.
    """
    return _made(field, Money.of, document["amount"], document["currency"])


def day(text: str, field: str) -> dt.date:
    """
    Read a calendar day.

    Args:
        text: A ``Day``.

        field: Where it stands.

    Raises:
        MisfitError: If no calendar has it.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise MisfitError(field, "no calendar has this day") from None


def instant(text: str, field: str) -> dt.datetime:
    """
    Read an instant.

    Args:
        text: An ``Instant``.

        field: Where it stands.

    Returns:
        The instant, UTC.

    Raises:
        MisfitError: If no clock shows it.
    """
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise MisfitError(field, "no clock shows this instant") from None


def days(document: _Json, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """
    Read the days on which somebody could come.

    Args:
        document: ``VisitDays``.

        first: The first day that was asked about.

        last: The last such day.

    Raises:
        MisfitError: If one was not asked about, or they do not ascend.
    """
    found: list[dt.date] = []
    for index, text in enumerate(document["days"]):
        field = f"days[{index}]"
        each = day(text, field)
        if not first <= each <= last:
            raise MisfitError(field, "a day that was not asked about")
        if found and each <= found[-1]:
            raise MisfitError(field, "not after the day before it")
        found.append(each)
    return tuple(found)


def observation(document: _Json, field: str) -> ports.AgencyObservation:
    """
    Read an event; not one of a report, which is more than its event.

    Args:
        document: A ``TaskEvent``.

        field: Where it stands; empty for the whole.

    Raises:
        MisfitError: If it cannot be true.
    """
    kind, more = _KINDS[document["kind"]]
    return _made(field, kind, **common(document, field), **more(document, field))


def common(document: _Json, field: str) -> dict[str, Any]:
    """
    Read what each event has.

    Args:
        document: A ``TaskEvent``.

        field: Where it stands.

    Raises:
        MisfitError: If no clock shows its instant.
    """
    return {
        "id": document["id"],
        "service_id": document["service"],
        "visit": document["visit"],
        "at": instant(document["at"], under(field, "at")),
        "by": document.get("by", ""),
    }


def appointment(document: _Json, field: str) -> Appointment:
    """
    Read an appointment.

    Args:
        document: An ``Appointment``.

        field: Where it stands.

    Raises:
        MisfitError: If it does not end after it starts.
    """
    return _made(
        under(field, "ends_at"),
        Appointment,
        starts_at=instant(document["starts_at"], under(field, "starts_at")),
        ends_at=instant(document["ends_at"], under(field, "ends_at")),
        place=document["place"],
        contact=document.get("contact", ""),
    )


def report(document: _Json) -> dict[str, Any]:
    """
    Read what a report says, without the bytes of its files.

    Args:
        document: A ``Report``.

    Returns:
        Arguments of `pmkit.core.ports.ReportReady`.

    Raises:
        MisfitError: If it contradicts itself.
    """
    evidence = tuple(
        Evidence(
            sha256=each["sha256"],
            media_type=each["media_type"],
            caption=each.get("caption", ""),
            size=each["size"],
        )
        for each in document["evidence"]
    )
    known = {each.sha256 for each in evidence}
    if len(known) < len(evidence):
        field = "evidence"
        raise MisfitError(field, "a file stands there twice")
    findings = tuple(
        _finding(each, known, f"findings[{index}]")
        for index, each in enumerate(document["findings"])
    )
    sample = document.get("sample")
    return {
        "verdict": Verdict(document["verdict"]),
        "sample": None if sample is None else _sample(sample),
        "findings": findings,
        "evidence": evidence,
        "summary": document.get("summary", ""),
    }


def under(field: str, key: str) -> str:
    """Name a key of a field."""
    return f"{field}.{key}" if field else key


def _finding(document: _Json, known: set[str], field: str) -> Finding:
    shown = tuple(document.get("evidence", ()))
    if not known.issuperset(shown):
        raise MisfitError(under(field, "evidence"), "a file that the report lacks")
    return Finding(
        defect_class=DefectClass(document["defect_class"]),
        description=document["description"],
        count=document["count"],
        evidence=shown,
    )


def _sample(document: _Json) -> Sample:
    classes = tuple(
        _made(
            f"sample.classes[{index}]",
            ClassResult,
            defect_class=DefectClass(each["defect_class"]),
            aql=each["aql"],
            found=each["found"],
            acceptance_number=each["acceptance_number"],
            rejection_number=each["rejection_number"],
        )
        for index, each in enumerate(document["classes"])
    )
    if len({each.defect_class for each in classes}) < len(classes):
        field = "sample.classes"
        raise MisfitError(field, "a class of defects stands there twice")
    return _made(
        "sample",
        Sample,
        lot_size=document["lot_size"],
        level=document["level"],
        code_letter=document["code_letter"],
        sample_size=document["sample_size"],
        classes=classes,
    )


def _nothing(_: _Json, __: str) -> dict[str, Any]:
    return {}


def _offered(document: _Json, field: str) -> dict[str, Any]:
    where = under(field, "appointment")
    return {"appointment": appointment(document["appointment"], where)}


def _named(document: _Json, _: str) -> dict[str, Any]:
    return {"inspector": document["inspector"]}


def _done(document: _Json, field: str) -> dict[str, Any]:
    progress = tuple(
        _made(under(field, f"progress[{index}]"), Progress, **_known(each, _PROGRESS))
        for index, each in enumerate(document["progress"])
    )
    checks = tuple(
        Check(
            checkpoint=Checkpoint(each["checkpoint"]),
            result=CheckResult(each["result"]),
            note=each.get("note", ""),
        )
        for each in document["checks"]
    )
    return {"progress": progress, "checks": checks}


def _failed(document: _Json, _: str) -> dict[str, Any]:
    return {"cause": MissedCause(document["cause"]), "note": document.get("note", "")}


_PROGRESS = ("product", "ordered", "finished", "packed")


def _known(document: _Json, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: document[key] for key in keys}


def _made(field: str, make: Callable[..., _T], *args: Any, **given: Any) -> _T:
    """Make a record; what its own rules refuse is a misfit of the field."""
    try:
        return make(*args, **given)
    except InputError as error:
        inner = error.field or ""
        raise MisfitError(_inside(field, inner), "contradicts itself") from None


def _inside(field: str, inner: str) -> str:
    return field if not inner or field.endswith(inner) else under(field, inner)


_KINDS: Final[
    Mapping[
        str,
        tuple[type[ports.AgencyObservation], Callable[[_Json, str], dict[str, Any]]],
    ]
] = MappingProxyType(
    {
        "appointment-accepted": (ports.AppointmentAccepted, _nothing),
        "appointment-offered": (ports.AppointmentOffered, _offered),
        "inspector-named": (ports.InspectorNamed, _named),
        "arrived-on-site": (ports.ArrivedOnSite, _nothing),
        "check-done": (ports.CheckDone, _done),
        "check-failed": (ports.CheckFailed, _failed),
    }
)
