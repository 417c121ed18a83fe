"""Who sees what of a service."""

from __future__ import annotations

import attrs
import pytest
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

from pmkit.core.case import CaseEntry
from pmkit.core.parties import SYSTEM, Role
from pmkit.core.report import Decision, Verdict
from pmkit.core.rules.sight import cases_seen_by, reports_seen_by, thread_seen_by
from pmkit.core.service import ServiceStage
from pmkit.core.steps import ask, report

AT = china("02-16T10:00")
OTHER_INSPECTOR = attrs.evolve(INSPECTOR, name="Zhao")
OTHER_AGENCY = attrs.evolve(AGENCY, party="Blind Eye")
ALL_SEEING = [BUYER, APPROVER, AGENCY, INSPECTOR, OPERATOR, SYSTEM]


def names(actor):
    return actor.role.value


def released_then_corrected():
    """Release the first version, then upload a second."""
    released = report.release_report(
        with_service(ServiceStage.REPORTED),
        service_id=SERVICE,
        visit=1,
        actor=BUYER,
        at=AT,
    )
    corrected = report.upload_report(
        released.order,
        service_id=SERVICE,
        visit=1,
        actor=AGENCY,
        at=AT,
        **{**WRITTEN, "verdict": Verdict.FAIL},
    )
    decided = report.decide_report(
        corrected.order,
        service_id=SERVICE,
        visit=1,
        actor=BUYER,
        at=AT,
        decision=Decision.REWORK,
        calendar=CHINA,
    )
    return decided.order.service(SERVICE)


def talk():
    """Write three messages: to the agency, to the supplier, from the supplier."""
    order = with_service(ServiceStage.REPORTED)
    for actor, to, text in (
        (BUYER, (), "Is it true?"),
        (AGENCY, (Role.BUYER, Role.SUPPLIER), "It is."),
        (SUPPLIER, (), "It is not."),
    ):
        order = ask.send_message(
            order, service_id=SERVICE, actor=actor, at=AT, text=text, to=to
        ).order
    return order.service(SERVICE)


def questions():
    """Ask the supplier one thing and the platform another."""
    order = with_service(ServiceStage.REPORTED)
    for case_id, to in (("c-1", Role.SUPPLIER), ("c-2", Role.OPERATOR)):
        order = ask.open_case(
            order,
            service_id=SERVICE,
            case_id=case_id,
            actor=BUYER,
            at=AT,
            addressed_to=to,
            question="Why?",
            calendar=CHINA,
        ).order
    return order.service(SERVICE)


class TestReports:
    @pytest.mark.parametrize("actor", ALL_SEEING, ids=names)
    def test_every_version_is_there(self, actor):
        """Buyer, agency, the visit's inspector and the platform see both."""
        (seen,) = reports_seen_by(released_then_corrected(), actor)

        assert [1, 2] == [version.number for version in seen.versions]
        assert len(seen.decisions) == 1

    def test_the_supplier_sees_what_was_released(self):
        """The correction, and what the buyer made of it, are not the supplier's."""
        (seen,) = reports_seen_by(released_then_corrected(), SUPPLIER)

        assert [1] == [version.number for version in seen.versions]
        assert seen.decisions == ()

    def test_the_supplier_sees_nothing_before(self):
        """An unreleased report is not there for the supplier, not even empty."""
        service = with_service(ServiceStage.REPORTED).service(SERVICE)

        assert reports_seen_by(service, SUPPLIER) == ()

    @pytest.mark.parametrize("actor", [OTHER_INSPECTOR, OTHER_AGENCY], ids=names)
    def test_another_inspector_or_agency_sees_nothing(self, actor):
        """A visit is its own inspector's, a service its own agency's."""
        assert reports_seen_by(released_then_corrected(), actor) == ()

    def test_without_a_report_there_is_nothing_to_see(self):
        """The visit is done and the report not uploaded."""
        service = with_service(ServiceStage.AWAITING_REPORT).service(SERVICE)

        assert reports_seen_by(service, BUYER) == ()


class TestThread:
    @pytest.mark.parametrize("actor", ALL_SEEING, ids=names)
    def test_all_of_it(self, actor):
        """ "Talk directly to the agent": buyer and agency see the whole thread."""
        seen = thread_seen_by(talk(), actor)

        assert ["Is it true?", "It is.", "It is not."] == [m.text for m in seen]

    def test_the_supplier_sees_what_names_it_or_is_its_own(self):
        """What buyer and agency write to each other is theirs."""
        seen = thread_seen_by(talk(), SUPPLIER)

        assert ["It is.", "It is not."] == [m.text for m in seen]

    def test_another_agency_sees_nothing(self):
        """It has a service on the order, but not this one."""
        assert thread_seen_by(talk(), OTHER_AGENCY) == ()


class TestCases:
    @pytest.mark.parametrize("actor", ALL_SEEING, ids=names)
    def test_all_of_them(self, actor):
        """Questions about the report are seen by who asked and who wrote it."""
        assert ["c-1", "c-2"] == [c.id for c in cases_seen_by(questions(), actor)]

    def test_the_supplier_sees_what_is_addressed_to_it(self):
        """A question to the platform is not the supplier's."""
        assert ["c-1"] == [case.id for case in cases_seen_by(questions(), SUPPLIER)]

    def test_another_agency_sees_nothing(self):
        """It has a service on the order, but not this one."""
        assert cases_seen_by(questions(), OTHER_AGENCY) == ()

    def test_what_was_asked_is_shown(self):
        """The first entry is the question."""
        first = cases_seen_by(questions(), BUYER)[0]

        assert first.entries == (CaseEntry(at=AT, by=BUYER, text="Why?"),)
