"""
Report: what was found, and what the buyer makes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.report import Decision, Verdict
from pmkit.core.steps import report
from pmkit.shell.desk.choices import choice
from pmkit.shell.desk.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.report import Evidence, Finding, Sample


class ReportingDesk(Running):
    """The commands from an uploaded report to a closed service."""

    def upload_report(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        verdict: Verdict | str,
        sample: Sample | None = None,
        findings: Iterable[Finding] = (),
        evidence: Iterable[Evidence] = (),
        summary: str = "",
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Upload a version of the report, as the agency.

        The bytes of the evidence are stored first, with `add_file`.

        Raises:
            pmkit.RefusedError: If the visit is not done, or the role may not.

            pmkit.InputError: If the sample is missing or does not fit the findings.

            pmkit.NotFoundError: If the bytes of some evidence were never stored.
        """
        shown = tuple(evidence)
        kind = self._kind_of(order_id, service_id, actor)
        with self.store.transaction() as tx:
            for item in shown:
                tx.get_file(item.sha256)
        return self._run(
            report.upload_report,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
            verdict=choice(Verdict, verdict, field="verdict"),
            sample=sample,
            findings=tuple(findings),
            evidence=shown,
            summary=summary,
            kind=kind,
        )

    def decide_report(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        decision: Decision | str,
        note: str = "",
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Decide, as the buyer, what to make of the report.

        Raises:
            pmkit.RefusedError: If there is no report, or the role may not.
        """
        return self._run(
            report.decide_report,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
            decision=choice(Decision, decision, field="decision"),
            note=note,
        )

    def release_report(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Let the supplier read the report, as the buyer.

        Raises:
            pmkit.RefusedError: If there is no report, or the role may not.
        """
        return self._run(
            report.release_report,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
        )

    def close_service(
        self, order_id: str, service_id: str, *, actor: Actor, key: str | None = None
    ) -> Order:
        """
        Close a reported service on which the buyer does not decide.

        Raises:
            pmkit.RefusedError: If a visit is not reported, or the role may not.
        """
        return self._run(
            report.close_service, order_id, actor=actor, key=key, service_id=service_id
        )
