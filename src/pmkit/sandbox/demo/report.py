"""
Report and review: two versions, a decision, a release, an opinion and its answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.parties import Role
from pmkit.core.report import Decision, DefectClass, Finding, Report, Sample
from pmkit.sandbox.demo.cast import AGENCY, BUYER, ORDER, SUPPLIER
from pmkit.sandbox.demo.visit import FINISHED
from pmkit.sandbox.drawing import draw_sample

if TYPE_CHECKING:
    from pmkit.sandbox.demo.journey import Journey

_FOUND = (
    Finding(
        defect_class=DefectClass.MAJOR, description="Lamp arm does not hold", count=3
    ),
    Finding(defect_class=DefectClass.MINOR, description="Scratch on the base", count=6),
)
_ASKED = "Where is the photo of the shipping mark?"
_SHOWN = ("Lamps on the packing line", "Gift box, open")


def report(journey: Journey) -> None:
    """Report in time, explain, decide, release, review and reply."""
    _upload(journey)
    _upload_again(journey)
    _decide(journey)
    _review(journey)


def _upload(journey: Journey) -> None:
    journey.at("02-14 11:00")
    _deliver(journey, _SHOWN)
    read = _read(journey)
    latest = read.latest
    journey.tell(
        AGENCY,
        f"uploads the report of visit 2: {latest.verdict.value.upper()}.",
        *_sampled(latest.sample),
        f"{len(latest.evidence)} photos, {_bytes(journey, read)} bytes, each kept by "
        "its content.",
        clauses=["REPORT-1"],
    )


def _upload_again(journey: Journey) -> None:
    journey.at("02-14 13:00")
    journey.desk.send_message(
        ORDER,
        journey.service_id,
        actor=BUYER,
        text=_ASKED,
        to=[Role.AGENCY],
    )
    journey.tell(BUYER, "writes to the agency.", _ASKED)
    journey.at("02-14 15:00")
    _deliver(journey, (*_SHOWN, "Outer carton: NORDWIND / HAMBURG"))
    journey.work()
    read = _read(journey)
    journey.tell(
        AGENCY,
        f"uploads version {read.latest.number} with the photo.",
        f"Version 1 stays beside it: {len(read.versions)} versions, none overwritten.",
    )


def _decide(journey: Journey) -> None:
    journey.at("02-14 16:00")
    journey.desk.decide_report(
        ORDER,
        journey.service_id,
        actor=BUYER,
        visit_number=2,
        decision=Decision.ACCEPT_WITH_CONDITIONS,
        note="Check the arms of the last 400 lamps before packing.",
    )
    journey.tell(
        BUYER,
        "decides: accept with conditions; the service is closed.",
        "The verdict is the agency's, the decision is the buyer's alone.",
        clauses=["REVIEW-1"],
    )
    hidden = journey.desk.reports(ORDER, journey.service_id, actor=SUPPLIER)
    journey.at("02-14 16:10")
    journey.desk.release_report(ORDER, journey.service_id, actor=BUYER, visit_number=2)
    shown = journey.desk.reports(ORDER, journey.service_id, actor=SUPPLIER)
    journey.tell(
        BUYER,
        "releases the report to the supplier.",
        f"Reports that the supplier can read: {len(hidden)} before, {len(shown)} now.",
    )


def _review(journey: Journey) -> None:
    journey.at("02-25 10:00")
    journey.desk.review(
        ORDER,
        journey.service_id,
        actor=BUYER,
        rating=4,
        text="Clear report and quick answers. The first trip was for nothing.",
    )
    journey.tell(BUYER, "leaves a review: 4 of 5.", clauses=["REVIEW-1"])
    journey.at("02-26 09:00")
    journey.desk.reply_review(
        ORDER,
        journey.service_id,
        actor=AGENCY,
        text="Thank you. We now call the plant on the day before each visit.",
    )
    journey.tell(AGENCY, "replies to the review.", clauses=["REVISE-1"])


def _deliver(journey: Journey, photos: tuple[str, ...]) -> None:
    journey.world.agency.deliver_report(
        journey.service_id,
        2,
        sample=draw_sample(FINISHED, findings=_FOUND),
        findings=_FOUND,
        photos=photos,
        summary="Production is on time; the finished goods agree with the order.",
    )
    journey.work()


def _read(journey: Journey) -> Report:
    return journey.desk.reports(ORDER, journey.service_id, actor=BUYER)[-1]


def _bytes(journey: Journey, read: Report) -> int:
    """Open every photo, as the buyer."""
    return sum(
        len(journey.desk.file(ORDER, shown.sha256, actor=BUYER))
        for shown in read.latest.evidence
    )


def _sampled(sample: Sample | None) -> tuple[str, ...]:
    if sample is None:
        return ()
    drawn = (
        f"Sample: {sample.sample_size} of {sample.lot_size} finished pieces, level "
        f"{sample.level}, code letter {sample.code_letter} (ISO 2859-1)."
    )
    return (
        drawn,
        *(
            f"{result.defect_class.value.capitalize()}, AQL {result.aql}: "
            f"{result.found} found, accept up to {result.acceptance_number}, "
            f"reject from {result.rejection_number}."
            for result in sample.classes
        ),
    )
