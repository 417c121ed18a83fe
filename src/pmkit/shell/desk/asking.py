"""
Review and ask: opinions, support cases, messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.parties import Role
from pmkit.core.steps import ask, review
from pmkit.shell.desk.choices import choice
from pmkit.shell.desk.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.order import Order
    from pmkit.core.parties import Actor


class AskingDesk(Running):
    """The commands for everything that people say to each other."""

    def review(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        rating: int,
        text: str = "",
        key: str | None = None,
    ) -> Order:
        """
        Review a closed service, as the buyer.

        Raises:
            pmkit.TooLateError: If its window has passed.

            pmkit.RefusedError: If it is not closed, or the role may not.
        """
        return self._run(
            review.review,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            rating=rating,
            text=text,
        )

    def reply_review(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        text: str,
        key: str | None = None,
    ) -> Order:
        """
        Reply to the review once, as the agency.

        Raises:
            pmkit.RefusedError: If there is no review, or a reply already.
        """
        return self._run(
            review.reply_review,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            text=text,
        )

    def revise_review(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        rating: int,
        text: str = "",
        key: str | None = None,
    ) -> Order:
        """
        Revise the review once after the agency's reply, as the buyer.

        Raises:
            pmkit.TooLateError: If its window has passed.

            pmkit.RefusedError: If there is no reply, or it was revised already.
        """
        return self._run(
            review.revise_review,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            rating=rating,
            text=text,
        )

    def open_case(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        addressed_to: Role | str,
        question: str,
        key: str | None = None,
    ) -> Order:
        """
        Ask the supplier or the platform about the service, as the buyer.

        Raises:
            pmkit.RefusedError: If it is not booked, or the role may not.
        """
        addressed_to = choice(Role, addressed_to, field="addressed_to")
        return self._run(
            ask.open_case,
            order_id,
            actor=actor,
            key=key,
            given={
                "service_id": service_id,
                "addressed_to": addressed_to,
                "question": question,
            },
            service_id=service_id,
            case_id=self.ids.new("case"),
            addressed_to=addressed_to,
            question=question,
        )

    def answer_case(
        self,
        order_id: str,
        service_id: str,
        case_id: str,
        *,
        actor: Actor,
        text: str,
        key: str | None = None,
    ) -> Order:
        """
        Say something in a case.

        Raises:
            pmkit.RefusedError: If it is over, or the role may not.
        """
        return self._run(
            ask.answer_case,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            case_id=case_id,
            text=text,
        )

    def escalate_case(
        self,
        order_id: str,
        service_id: str,
        case_id: str,
        *,
        actor: Actor,
        key: str | None = None,
    ) -> Order:
        """
        Ask the platform in.

        Raises:
            pmkit.NotYetError: If it is too early.

            pmkit.RefusedError: If the case is over, or the role may not.
        """
        return self._run(
            ask.escalate_case,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            case_id=case_id,
        )

    def close_case(
        self,
        order_id: str,
        service_id: str,
        case_id: str,
        *,
        actor: Actor,
        resolution: str,
        key: str | None = None,
    ) -> Order:
        """
        Close a case with its resolution.

        Raises:
            pmkit.RefusedError: If it is over, or the role may not.
        """
        return self._run(
            ask.close_case,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            case_id=case_id,
            resolution=resolution,
        )

    def withdraw_case(
        self,
        order_id: str,
        service_id: str,
        case_id: str,
        *,
        actor: Actor,
        key: str | None = None,
    ) -> Order:
        """
        Take a question back, as the buyer; it can not be reopened.

        Raises:
            pmkit.RefusedError: If it is over, or the role may not.
        """
        return self._run(
            ask.withdraw_case,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            case_id=case_id,
        )

    def send_message(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        text: str,
        to: Iterable[Role | str] = (),
        key: str | None = None,
    ) -> Order:
        """
        Write in the thread of a service; to the other side if *to* is not given.

        Raises:
            pmkit.RefusedError: If it is not booked, or the role may not.
        """
        return self._run(
            ask.send_message,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            text=text,
            to=tuple(choice(Role, role, field="to") for role in to),
        )
