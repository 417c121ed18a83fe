"""
Visit: the appointment, and the on-site check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.steps import appoint, visit
from pmkit.core.visit import MissedCause
from pmkit.shell.desk.choices import choice
from pmkit.shell.desk.running import Running, file_hash

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.visit import Appointment, Check, Progress


class VisitingDesk(Running):
    """The commands from a paid service to the end of a visit."""

    def give_information(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        product_details: str,
        sample_pictures: Iterable[bytes] = (),
        special_requirements: str = "",
        key: str | None = None,
    ) -> Order:
        """
        Give the agency the product information and sample pictures.

        Args:
            order_id: The order.

            service_id: The service.

            actor: The buyer.

            product_details: What to look at, and against what.

            sample_pictures: The bytes of pictures of the approved sample.

            special_requirements: Anything beyond the usual checks.

            key: The idempotency key.

        Raises:
            pmkit.RefusedError: If it is not booked, or the role may not.
        """
        pictures = tuple(sample_pictures)
        return self._run(
            appoint.give_information,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            product_details=product_details,
            sample_pictures=tuple(
                file_hash(picture, field="sample_pictures") for picture in pictures
            ),
            files=[(picture, "image/*") for picture in pictures],
            special_requirements=special_requirements,
        )

    def propose_appointment(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        appointment: Appointment,
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Propose when and where: the supplier's appointment form.

        Raises:
            pmkit.RefusedError: If it is not booked, or the role may not.

            pmkit.InputError: If the time has passed or is after the ship date.
        """
        return self._run(
            appoint.propose_appointment,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
            appointment=appointment,
        )

    def confirm_appointment(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Confirm the proposed appointment, as the agency.

        Raises:
            pmkit.RefusedError: If none is proposed, or the role may not.
        """
        return self._run(
            appoint.confirm_appointment,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
        )

    def assign_inspector(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        inspector: str,
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Name the inspector, as the agency.

        Raises:
            pmkit.RefusedError: If the visit is not confirmed, or the role may not.
        """
        return self._run(
            appoint.assign_inspector,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
            inspector=inspector,
        )

    def move_visit(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        appointment: Appointment,
        reason: str,
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Move a confirmed visit; after the agency's cut-off that costs a fee.

        Raises:
            pmkit.RefusedError: If the visit is not confirmed, or the role may not.

            pmkit.InputError: If the new time has passed or is after the ship date.
        """
        return self._run(
            appoint.move_visit,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
            appointment=appointment,
            reason=reason,
        )

    def refuse_visit(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        note: str,
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Refuse the visit, as the supplier; it counts as missed by the supplier.

        Raises:
            pmkit.RefusedError: If there is no such visit to refuse.
        """
        return self._run(
            appoint.refuse_visit,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
            note=note,
        )

    def arrive(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Note that the inspector is on site.

        Raises:
            pmkit.RefusedError: If the visit is not confirmed, or the role may not.
        """
        return self._run(
            visit.arrive,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
        )

    def complete_visit(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        ended_at: dt.datetime,
        progress: Iterable[Progress],
        checks: Iterable[Check],
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Note what was seen on site; the report's clock starts.

        Raises:
            pmkit.RefusedError: If nobody is on site, or the role may not.

            pmkit.InputError: If a checkpoint or a product is missing or foreign.
        """
        kind = self._kind_of(order_id, service_id, actor)
        return self._run(
            visit.complete_visit,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
            ended_at=ended_at,
            progress=tuple(progress),
            checks=tuple(checks),
            kind=kind,
        )

    def fail_visit(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        cause: MissedCause | str,
        note: str = "",
        visit_number: int = 1,
        key: str | None = None,
    ) -> Order:
        """
        Note that a visit was missed or broken off; the cause decides who pays.

        Raises:
            pmkit.RefusedError: If there is no such visit, or the role may not.
        """
        return self._run(
            visit.fail_visit,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            visit=visit_number,
            cause=choice(MissedCause, cause, field="cause"),
            note=note,
        )
