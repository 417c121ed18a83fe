"""Laws of reports, visits and threads; the oracles are sums and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, strategies as st
from tests.core.steps.bookings import booked, checked
from tests.core.steps.roads import (
    ACTORS,
    AGENCY,
    BUYER,
    CHINA,
    SERVICE,
    SUPPLIER,
    WRITTEN,
    china,
)

from pmkit.core.catalogue import CATALOGUE
from pmkit.core.parties import Role
from pmkit.core.report import (
    ClassResult,
    Decision,
    DefectClass,
    Finding,
    Report,
    Sample,
    Verdict,
)
from pmkit.core.rules.sight import reports_seen_by, thread_seen_by
from pmkit.core.steps import ask, report, visit
from pmkit.core.visit import Progress

if TYPE_CHECKING:
    from pmkit.core.order import Order

UPLOADED = china("02-13T15:00")
CLAIMS = [Verdict.PASS, Verdict.PENDING, Verdict.FAIL]
claims = st.sampled_from(CLAIMS)


@st.composite
def results(draw: st.DrawFn, defect_class: DefectClass) -> ClassResult:
    """Draw a class of defects with any plan and any number of defects."""
    acceptance = draw(st.integers(0, 5))
    return ClassResult(
        defect_class=defect_class,
        aql="2.5",
        found=draw(st.integers(0, 9)),
        acceptance_number=acceptance,
        rejection_number=acceptance + draw(st.integers(1, 3)),
    )


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Draw a sample for some of the classes."""
    judged = draw(st.sets(st.sampled_from(DefectClass), min_size=1))
    classes = tuple(draw(results(defect_class)) for defect_class in sorted(judged))
    return Sample(
        lot_size=500, level="II", code_letter="H", sample_size=50, classes=classes
    )


def described(sample: Sample) -> tuple[Finding, ...]:
    """Describe every defect of a sample."""
    return tuple(
        Finding(
            defect_class=result.defect_class,
            description="A defect.",
            count=result.found,
        )
        for result in sample.classes
        if result.found
    )


def upload(order: Order, sample: Sample, claimed: Verdict) -> Order:
    """Upload a version of a report on a pre-shipment inspection."""
    given_ = {**WRITTEN, "kind": CATALOGUE["PSI"], "verdict": claimed}
    return report.upload_report(
        order,
        service_id=SERVICE,
        visit=1,
        actor=AGENCY,
        at=UPLOADED,
        **{**given_, "sample": sample, "findings": described(sample)},
    ).order


def report_of(order: Order) -> Report:
    """Give the report of the first visit."""
    return order.service(SERVICE).visit(1).report


def decide(order: Order, decision: Decision) -> Order:
    """Decide on the version that holds."""
    return report.decide_report(
        order,
        service_id=SERVICE,
        visit=1,
        actor=BUYER,
        at=UPLOADED,
        decision=decision,
        calendar=CHINA,
    ).order


def psi() -> Order:
    """Give an order with a pre-shipment inspection whose check is done."""
    return checked(booked("PSI"), "PSI").order


class TestVerdict:
    @given(samples(), claims)
    def test_a_rejected_class_always_fails(
        self, sample: Sample, claim: Verdict
    ) -> None:
        """Defects at a rejection number fail; with fewer the agency's word holds."""
        rejected = [r for r in sample.classes if r.found >= r.rejection_number]
        holds = report_of(upload(psi(), sample, claim)).latest.verdict

        assert (Verdict.FAIL if rejected else claim) is holds

    @given(samples(), claims)
    def test_pending_means_that_the_sample_passed(
        self, sample: Sample, claim: Verdict
    ) -> None:
        """PENDING and PASS never stand beside a rejected class."""
        latest = report_of(upload(psi(), sample, claim)).latest
        fewer = all(r.found < r.rejection_number for r in sample.classes)

        assert latest.verdict is Verdict.FAIL or fewer

    @given(samples(), claims, st.sampled_from(Decision))
    def test_no_decision_changes_the_verdict(
        self, sample: Sample, claim: Verdict, decision: Decision
    ) -> None:
        """The verdict is the agency's, the decision the buyer's."""
        uploaded = upload(psi(), sample, claim)

        assert (
            report_of(uploaded).versions
            == report_of(decide(uploaded, decision)).versions
        )


class TestVersions:
    @given(st.lists(st.tuples(samples(), claims), min_size=1, max_size=4))
    def test_versions_only_grow(self, uploads: list[tuple[Sample, Verdict]]) -> None:
        """Each upload leaves the earlier ones as they were and adds one."""
        order = psi()
        before: tuple[object, ...] = ()
        for number, (sample, claim) in enumerate(uploads, start=1):
            order = upload(order, sample, claim)
            versions = report_of(order).versions

            assert before == versions[:-1]
            assert number == versions[-1].number
            before = versions

    @given(st.lists(st.sampled_from(["upload", "release"]), max_size=6), samples())
    def test_the_supplier_sees_a_beginning(
        self, steps: list[str], sample: Sample
    ) -> None:
        """The supplier sees as many versions as there were at the last release."""
        order = upload(psi(), sample, Verdict.PASS)
        uploaded, released = 1, 0
        for step in steps:
            if step == "upload":
                order = upload(order, sample, Verdict.PASS)
                uploaded += 1
            elif released < uploaded:
                order = report.release_report(
                    order, service_id=SERVICE, visit=1, actor=BUYER, at=UPLOADED
                ).order
                released = uploaded
        seen = reports_seen_by(order.service(SERVICE), SUPPLIER)

        assert list(range(1, released + 1)) == [
            version.number for shown in seen for version in shown.versions
        ]


class TestReadiness:
    @given(
        st.integers(1, 10**6),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        st.sampled_from(sorted(CATALOGUE.kinds)),
    )
    def test_more_is_never_less_ready(
        self, ordered: int, finished: int, packed: int, code: str
    ) -> None:
        """Goods that are ready stay ready when one more piece is made and packed."""
        made = finished + packed
        now = Progress(product="lamp", ordered=ordered, finished=made, packed=packed)
        then = Progress(
            product="lamp", ordered=ordered, finished=made + 1, packed=packed + 1
        )
        kind = CATALOGUE[code]

        assert visit.ready([now], kind) <= visit.ready([then], kind)


class TestThread:
    @given(
        st.lists(
            st.sampled_from(
                [
                    (Role.BUYER, ()),
                    (Role.BUYER, (Role.SUPPLIER,)),
                    (Role.AGENCY, ()),
                    (Role.AGENCY, (Role.BUYER, Role.SUPPLIER)),
                    (Role.INSPECTOR, ()),
                    (Role.OPERATOR, (Role.SUPPLIER,)),
                    (Role.SUPPLIER, ()),
                ]
            ),
            max_size=8,
        )
    )
    def test_the_supplier_misses_only_what_is_not_for_it(
        self, letters: list[tuple[Role, tuple[Role, ...]]]
    ) -> None:
        """Numbers have no gap for the buyer; the supplier gets its own and named."""
        order = booked().order
        for role, to in letters:
            order = ask.send_message(
                order,
                service_id=SERVICE,
                actor=ACTORS[role],
                at=UPLOADED,
                text="...",
                to=to,
            ).order
        service = order.service(SERVICE)
        for_supplier = [
            number
            for number, (role, to) in enumerate(letters, start=1)
            if role is Role.SUPPLIER or Role.SUPPLIER in to
        ]

        assert list(range(1, len(letters) + 1)) == [
            message.number for message in thread_seen_by(service, BUYER)
        ]
        assert for_supplier == [
            message.number for message in thread_seen_by(service, SUPPLIER)
        ]
