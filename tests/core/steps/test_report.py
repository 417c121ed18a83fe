"""Step 4: the agency's report, the buyer's decision, the end of the service."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.bookings import at_visit, booked, checked, on_site, scheduled
from tests.core.steps.roads import (
    AGENCY,
    APPROVER,
    BUYER,
    CHINA,
    INSPECTOR,
    OPERATOR,
    SERVICE,
    SUPPLIER,
    WRITTEN,
    china,
    with_service,
)

from pmkit.core.catalogue import CATALOGUE
from pmkit.core.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    NotYetError,
    OutOfOrderError,
)
from pmkit.core.events import Outcome
from pmkit.core.parties import SYSTEM
from pmkit.core.report import (
    ClassResult,
    Decision,
    DefectClass,
    Evidence,
    Finding,
    Sample,
    Verdict,
)
from pmkit.core.service import ServiceStage
from pmkit.core.steps import report, visit
from pmkit.core.visit import MissedCause

UPLOADED = china("02-13T15:00")
DECIDED = china("02-14T10:00")
PHOTO = Evidence(
    sha256="a" * 64, media_type="image/jpeg", caption="A scratch.", size=1024
)
#: 500 lamps, level II, AQL 0 / 2.5 / 4.0: code letter H, 50 drawn.
MAJOR = ClassResult(
    defect_class=DefectClass.MAJOR,
    aql="2.5",
    found=0,
    acceptance_number=3,
    rejection_number=4,
)
CRITICAL = ClassResult(
    defect_class=DefectClass.CRITICAL,
    aql="0",
    found=0,
    acceptance_number=0,
    rejection_number=1,
)
MINOR = ClassResult(
    defect_class=DefectClass.MINOR,
    aql="4.0",
    found=0,
    acceptance_number=5,
    rejection_number=6,
)


def sample(*classes):
    return Sample(
        lot_size=500, level="II", code_letter="H", sample_size=50, classes=classes
    )


def having(result, found):
    return attrs.evolve(result, found=found)


def scratches(count, defect_class=DefectClass.MAJOR, evidence=()):
    return Finding(
        defect_class=defect_class,
        description="Scratched shade.",
        count=count,
        evidence=evidence,
    )


def visit_of(outcome, number=1):
    return outcome.order.service(SERVICE).visit(number)


def upload(order, *, actor=AGENCY, at=UPLOADED, **more):
    return report.upload_report(
        **{**at_visit(order, actor=actor, at=at), **WRITTEN, **more}
    )


def upload_psi(**more):
    """Report on 500 lamps of which 50 were drawn, all good unless told."""
    given = {"kind": CATALOGUE["PSI"], "sample": sample(CRITICAL, MAJOR, MINOR)}
    return upload(checked(booked("PSI"), "PSI").order, **{**given, **more})


def decide(order, decision=Decision.RELEASE, *, actor=BUYER, at=DECIDED, **more):
    given = {"decision": decision, "calendar": CHINA}
    return report.decide_report(**at_visit(order, actor=actor, at=at, **given, **more))


def release(order, *, actor=BUYER, at=DECIDED):
    return report.release_report(**at_visit(order, actor=actor, at=at))


def close(order, *, actor=OPERATOR, at=DECIDED):
    return report.close_service(
        order, service_id=SERVICE, actor=actor, at=at, calendar=CHINA
    )


def missed():
    """Let the first visit be missed, so that a second one is requested."""
    return visit.fail_visit(
        **at_visit(
            scheduled(booked()).order,
            actor=INSPECTOR,
            at=china("02-12T09:00"),
            cause=MissedCause.NOT_READY,
            note="Nothing is made.",
        )
    ).order


def aborted():
    """Let the first visit be broken off."""
    return visit.fail_visit(
        **at_visit(
            on_site(booked()).order,
            actor=INSPECTOR,
            at=china("02-12T11:00"),
            cause=MissedCause.NO_RANDOM_ACCESS,
            note="Only chosen cartons.",
        )
    ).order


class TestUpload:
    def test_the_report_is_on_the_order(self):
        """ "A report will be generated and uploaded to your order details page"."""
        uploaded = upload(with_service(ServiceStage.AWAITING_REPORT))
        version = visit_of(uploaded).report.latest

        assert version.number == 1
        assert version.verdict is Verdict.PASS
        assert version.uploaded_at == UPLOADED
        assert version.by == AGENCY
        assert uploaded.order.service(SERVICE).stage is ServiceStage.REPORTED

    def test_a_version_never_overwrites(self):
        """What was uploaded first stays word for word beside the second."""
        first = upload(with_service(ServiceStage.AWAITING_REPORT), summary="Good.")
        second = upload(first.order, summary="Good, corrected.")

        assert ["Good.", "Good, corrected."] == [
            version.summary for version in visit_of(second).report.versions
        ]
        assert [1, 2] == [
            version.number for version in visit_of(second).report.versions
        ]

    @pytest.mark.parametrize("actor", [BUYER, SUPPLIER, INSPECTOR, OPERATOR, SYSTEM])
    def test_only_the_agency_uploads(self, actor):
        """The platform and the sides of the trade do not write the report."""
        with pytest.raises(NotAllowedError):
            upload(with_service(ServiceStage.AWAITING_REPORT), actor=actor)

    def test_a_visit_that_is_not_over_has_no_report(self):
        """Nobody reports on what was not looked at."""
        with pytest.raises(OutOfOrderError):
            upload(with_service(ServiceStage.SCHEDULED))

    def test_a_closed_service_gets_no_further_version(self):
        """What was decided on is not changed behind the buyer's back."""
        with pytest.raises(OutOfOrderError):
            upload(with_service(ServiceStage.CLOSED))

    @pytest.mark.parametrize("order", [missed(), aborted()], ids=["missed", "aborted"])
    def test_a_visit_that_failed_has_a_report_without_verdict_on_goods(self, order):
        """Not performed is all that can be said of it."""
        told = upload(order, verdict=Verdict.NOT_PERFORMED)

        assert visit_of(told).report.latest.verdict is Verdict.NOT_PERFORMED

    @pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.PENDING, Verdict.FAIL])
    @pytest.mark.parametrize("order", [missed(), aborted()], ids=["missed", "aborted"])
    def test_a_visit_that_failed_does_not_judge_the_goods(self, order, verdict):
        """Nobody has seen them."""
        with pytest.raises(OutOfOrderError) as refused:
            upload(order, verdict=verdict)

        assert refused.value.allowed == "Possible: the verdict not-performed."

    def test_a_completed_visit_was_performed(self):
        """The agency can not take the verdict back by calling it not performed."""
        with pytest.raises(OutOfOrderError):
            upload(
                with_service(ServiceStage.AWAITING_REPORT),
                verdict=Verdict.NOT_PERFORMED,
            )

    def test_the_kind_is_that_of_the_service(self):
        """A sampled service can not be reported on by the rules of another kind."""
        with pytest.raises(InputError) as refused:
            upload(with_service(ServiceStage.AWAITING_REPORT), kind=CATALOGUE["PSI"])

        assert refused.value.field == "kind"

    def test_an_unknown_visit_is_not_found(self):
        """The service has no second visit."""
        with pytest.raises(NotFoundError):
            upload(with_service(ServiceStage.AWAITING_REPORT), visit=2)


class TestVerdict:
    @pytest.mark.parametrize("claimed", [Verdict.PASS, Verdict.PENDING, Verdict.FAIL])
    def test_a_rejected_class_fails_whatever_is_claimed(self, claimed):
        """Four major defects of 50 at AQL 2.5 reject 500 lamps."""
        told = upload_psi(
            verdict=claimed,
            sample=sample(CRITICAL, having(MAJOR, 4), MINOR),
            findings=(scratches(4),),
        )

        assert visit_of(told).report.latest.verdict is Verdict.FAIL
        assert visit_of(told).report.latest.claimed is claimed

    @pytest.mark.parametrize("claimed", [Verdict.PASS, Verdict.PENDING, Verdict.FAIL])
    def test_an_accepted_sample_leaves_the_verdict_to_the_agency(self, claimed):
        """Three major defects are accepted; something else may still be wrong."""
        told = upload_psi(
            verdict=claimed,
            sample=sample(CRITICAL, having(MAJOR, 3), MINOR),
            findings=(scratches(3),),
        )

        assert visit_of(told).report.latest.verdict is claimed

    def test_one_critical_defect_fails(self):
        """Zero tolerance: acceptance number 0, rejection number 1."""
        told = upload_psi(
            sample=sample(having(CRITICAL, 1), MAJOR, MINOR),
            findings=(scratches(1, DefectClass.CRITICAL),),
        )

        assert visit_of(told).report.latest.verdict is Verdict.FAIL


class TestSample:
    def test_a_kind_that_draws_needs_its_sample(self):
        """A pre-shipment inspection without numbers proves nothing."""
        with pytest.raises(InputError) as refused:
            upload_psi(sample=None)

        assert refused.value.field == "sample"

    def test_a_kind_that_draws_nothing_may_still_draw(self):
        """The buyer may have asked for it."""
        told = upload(with_service(ServiceStage.AWAITING_REPORT), sample=sample(MAJOR))

        assert visit_of(told).report.latest.sample == sample(MAJOR)

    @pytest.mark.parametrize("classes", [(), (MAJOR, having(MAJOR, 1))])
    def test_each_class_has_one_result(self, classes):
        """No class, or one class twice, does not say what holds."""
        with pytest.raises(InputError) as refused:
            upload_psi(sample=sample(*classes), findings=(scratches(1),))

        assert refused.value.field == "sample"

    def test_what_was_not_performed_drew_nothing(self):
        """A sample on a failed visit would be a verdict by the back door."""
        with pytest.raises(InputError) as refused:
            upload(missed(), verdict=Verdict.NOT_PERFORMED, sample=sample(MAJOR))

        assert refused.value.field == "sample"


class TestFindings:
    def test_defects_add_up(self):
        """Two findings of one and two pieces are the three that were drawn."""
        told = upload_psi(
            sample=sample(CRITICAL, having(MAJOR, 3), MINOR),
            findings=(scratches(1), scratches(2)),
        )

        assert len(visit_of(told).report.latest.findings) == 2

    @pytest.mark.parametrize(
        ("drawn", "findings"),
        [
            (3, (scratches(2),)),
            (2, (scratches(3),)),
            (1, ()),
            (0, (scratches(1),)),
            (1, (scratches(1, DefectClass.MINOR),)),
        ],
        ids=["fewer", "more", "none described", "none drawn", "other class"],
    )
    def test_defects_that_do_not_add_up_are_refused(self, drawn, findings):
        """The numbers that decide are those that are described."""
        with pytest.raises(InputError) as refused:
            upload_psi(
                sample=sample(CRITICAL, having(MAJOR, drawn), MINOR), findings=findings
            )

        assert refused.value.field == "findings"

    def test_a_defect_of_a_class_that_was_not_judged_is_refused(self):
        """A minor defect needs a result for minor defects."""
        with pytest.raises(InputError, match="0 minor defects drawn, 1 described"):
            upload_psi(
                sample=sample(MAJOR), findings=(scratches(1, DefectClass.MINOR),)
            )

    def test_without_a_sample_findings_stand_alone(self):
        """Production monitoring describes what it saw."""
        told = upload(
            with_service(ServiceStage.AWAITING_REPORT), findings=(scratches(2),)
        )

        assert visit_of(told).report.latest.findings == (scratches(2),)

    def test_a_finding_shows_evidence_that_is_there(self):
        """The photo of a scratch is among the files of the report."""
        shown = scratches(1, evidence=(PHOTO.sha256,))
        told = upload(
            with_service(ServiceStage.AWAITING_REPORT),
            findings=(shown,),
            evidence=(PHOTO,),
        )

        assert visit_of(told).report.latest.evidence == (PHOTO,)

    def test_a_finding_without_its_file_is_refused(self):
        """A hash that names no file shows nothing."""
        shown = scratches(1, evidence=("b" * 64,))
        with pytest.raises(InputError) as refused:
            upload(
                with_service(ServiceStage.AWAITING_REPORT),
                findings=(shown,),
                evidence=(PHOTO,),
            )

        assert refused.value.field == "findings"


class TestDecide:
    @pytest.mark.parametrize("decision", list(Decision))
    def test_the_last_decision_closes_whatever_it_is(self, decision):
        """A re-inspection after REWORK is another service; this one is done."""
        decided = decide(with_service(ServiceStage.REPORTED), decision)

        assert visit_of(decided).report.decisions[-1].decision is decision
        assert decided.order.service(SERVICE).stage is ServiceStage.CLOSED
        assert [event.name for event in decided.events] == [
            "report-decided",
            "service-closed",
        ]

    def test_review_1_runs_from_the_close(self):
        """Closed on 14 February: sixty days later is 15 April in China."""
        until = (
            decide(with_service(ServiceStage.REPORTED))
            .order.service(SERVICE)
            .review_until
        )

        assert until.clause == "REVIEW-1"
        assert until.at == china("04-16T00:00")

    def test_the_buyers_words_are_kept(self):
        """Who decided, on which version, and why."""
        decided = decide(
            with_service(ServiceStage.REPORTED), actor=APPROVER, note="Fine."
        )
        made = visit_of(decided).report.decisions[-1]

        assert (made.version, made.by, made.at, made.note) == (
            1,
            APPROVER,
            DECIDED,
            "Fine.",
        )

    def test_the_verdict_stays_what_it_is(self):
        """The buyer may release goods that failed; they failed all the same."""
        failed = upload(
            with_service(ServiceStage.AWAITING_REPORT), verdict=Verdict.FAIL
        )

        assert visit_of(decide(failed.order)).report.latest.verdict is Verdict.FAIL

    def test_a_decision_is_on_the_version_that_holds(self):
        """A decision on the first version does not count for the second."""
        first = decide(self.first_of_two())
        second = upload(first.order)

        assert visit_of(first).report.decided
        assert not visit_of(second).report.decided
        assert visit_of(decide(second.order)).report.decisions[-1].version == 2

    def first_of_two(self):
        return upload(checked(booked(planned_visits=2)).order).order

    def test_with_a_visit_to_come_the_service_stays_open(self):
        """Of two planned visits only the first is decided on."""
        decided = decide(self.first_of_two())

        assert [event.name for event in decided.events] == ["report-decided"]
        assert decided.order.service(SERVICE).stage is ServiceStage.BOOKED

    def test_with_a_report_to_come_the_service_stays_open(self):
        """Of two completed visits only the first has its report."""
        both = checked(checked(booked(planned_visits=2)), number=2)
        decided = decide(upload(both.order).order)

        assert decided.order.service(SERVICE).closed_at is None

    def test_with_a_decision_to_come_the_service_stays_open(self):
        """Of two reports only one is decided on; with the other it is closed."""
        both = checked(checked(booked(planned_visits=2)), number=2)
        reported = upload(upload(both.order).order, visit=2).order
        once = decide(reported, visit=2)
        twice = decide(once.order)

        assert once.order.service(SERVICE).closed_at is None
        assert twice.order.service(SERVICE).closed_at == DECIDED

    def test_a_missed_visit_does_not_keep_it_open(self):
        """The visit that made up for a missed one is enough."""
        made_up = upload(checked_again(missed()).order, visit=2)
        decided = decide(made_up.order, visit=2)

        assert decided.order.service(SERVICE).stage is ServiceStage.CLOSED

    def test_without_a_report_there_is_nothing_to_decide(self):
        """The agency has not uploaded it yet."""
        with pytest.raises(NotYetError):
            decide(with_service(ServiceStage.AWAITING_REPORT))

    @pytest.mark.parametrize("actor", [SUPPLIER, AGENCY, INSPECTOR, OPERATOR, SYSTEM])
    def test_only_the_buyer_decides(self, actor):
        """Neither agency nor platform set the buyer's decision."""
        with pytest.raises(NotAllowedError):
            decide(with_service(ServiceStage.REPORTED), actor=actor)

    def test_a_closed_service_is_decided(self):
        """The last decision was the last word."""
        with pytest.raises(OutOfOrderError):
            decide(with_service(ServiceStage.CLOSED))


def checked_again(order):
    """Let the visit take place that makes up for the first."""

    return checked(Outcome(order=order), number=2)


class TestRelease:
    def test_the_supplier_may_see_it_from_then_on(self):
        """One version was there when the buyer released the report."""
        released = visit_of(release(with_service(ServiceStage.REPORTED))).report

        assert released.released == 1
        assert released.released_at == DECIDED

    def test_after_the_close_it_can_still_be_released(self):
        """The buyer may want to show it later."""
        released = visit_of(release(with_service(ServiceStage.CLOSED))).report

        assert released.released == 1

    def test_it_is_released_once(self):
        """What the supplier sees already can not be released again."""
        once = release(with_service(ServiceStage.REPORTED)).order
        with pytest.raises(OutOfOrderError):
            release(once)

    def test_a_later_version_is_released_by_itself(self):
        """The buyer sees a correction before the supplier does."""
        once = release(with_service(ServiceStage.REPORTED)).order
        corrected = upload(once)
        twice = release(corrected.order)

        assert visit_of(corrected).report.released == 1
        assert visit_of(twice).report.released == 2

    def test_without_a_report_there_is_nothing_to_release(self):
        """The agency has not uploaded it yet."""
        with pytest.raises(NotYetError):
            release(with_service(ServiceStage.AWAITING_REPORT))

    @pytest.mark.parametrize("actor", [SUPPLIER, AGENCY, OPERATOR])
    def test_only_the_buyer_releases(self, actor):
        """It is the buyer who paid for the look."""
        with pytest.raises(NotAllowedError):
            release(with_service(ServiceStage.REPORTED), actor=actor)


class TestClose:
    @pytest.mark.parametrize("actor", [OPERATOR, SYSTEM])
    def test_a_silent_buyer_does_not_keep_it_open(self, actor):
        """The platform closes a service whose reports are there."""
        closed = close(with_service(ServiceStage.REPORTED), actor=actor)

        assert closed.order.service(SERVICE).stage is ServiceStage.CLOSED
        assert closed.order.service(SERVICE).review_until.at == china("04-16T00:00")

    def test_the_days_are_those_of_the_terms(self):
        """Ten days after 14 February end with the 24th."""
        order = with_service(ServiceStage.REPORTED)
        short = attrs.evolve(order, terms=attrs.evolve(order.terms, review_days=10))

        assert close(short).order.service(SERVICE).review_until.at == china(
            "02-25T00:00"
        )

    def test_without_its_report_it_stays_open(self):
        """A service is not done by being paid."""
        with pytest.raises(OutOfOrderError):
            close(with_service(ServiceStage.AWAITING_REPORT))

    def test_the_buyer_closes_by_deciding(self):
        """There is no other way for the buyer."""
        with pytest.raises(NotAllowedError):
            close(with_service(ServiceStage.REPORTED), actor=BUYER)
