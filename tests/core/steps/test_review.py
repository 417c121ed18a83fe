"""Step 5: the review, its reply, its one revision."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.bookings import TICK
from tests.core.steps.roads import (
    AGENCY,
    APPROVER,
    BUYER,
    CHINA,
    OPERATOR,
    SERVICE,
    SUPPLIER,
    china,
    with_service,
)

from pmkit.core.errors import (
    InputError,
    NotAllowedError,
    NotYetError,
    OutOfOrderError,
    TooLateError,
)
from pmkit.core.service import ServiceStage
from pmkit.core.steps import review

REVIEWED = china("02-16T10:00")
REPLIED = china("02-20T10:00")
REVISED = china("03-01T10:00")
#: Closed on 14 February: sixty days end with 15 April.
REVIEW_OVER = china("04-16T00:00")
#: Replied on 20 February: thirty days end with 22 March.
REVISE_OVER = china("03-23T00:00")


def rate(order, rating=4, *, actor=BUYER, at=REVIEWED, text="Quick."):
    return review.review(
        order, service_id=SERVICE, actor=actor, at=at, rating=rating, text=text
    )


def reply(order, *, actor=AGENCY, at=REPLIED, text="Thank you."):
    return review.reply_review(
        order, service_id=SERVICE, actor=actor, at=at, text=text, calendar=CHINA
    )


def revise(order, rating=2, *, actor=BUYER, at=REVISED, text="Slow."):
    return review.revise_review(
        order, service_id=SERVICE, actor=actor, at=at, rating=rating, text=text
    )


def review_of(outcome):
    return outcome.order.service(SERVICE).review


class TestReview:
    def test_the_buyer_leaves_feedback(self):
        """ "Click Review ... to leave your feedback"."""
        reviewed = rate(with_service(ServiceStage.CLOSED))
        first = review_of(reviewed).standing

        assert (first.rating, first.text, first.at) == (4, "Quick.", REVIEWED)
        assert reviewed.order.service(SERVICE).stage is ServiceStage.REVIEWED

    def test_the_window_ends_with_its_last_day(self):
        """At midnight after the sixtieth day it is too late; a tick earlier not."""
        order = with_service(ServiceStage.CLOSED)
        last = rate(order, at=REVIEW_OVER - TICK)
        with pytest.raises(TooLateError) as refused:
            rate(order, at=REVIEW_OVER)

        assert review_of(last).first.rating == 4
        assert refused.value.allowed == "It was possible until 2026-04-15."

    @pytest.mark.parametrize("rating", [0, 6, True, 4.0, "4"])
    def test_a_rating_is_one_to_five(self, rating):
        """Whole numbers from 1 to 5 and nothing that looks like one."""
        with pytest.raises(InputError) as refused:
            rate(with_service(ServiceStage.CLOSED), rating)

        assert refused.value.field == "rating"

    @pytest.mark.parametrize("rating", [1, 5])
    def test_the_ends_are_ratings(self, rating):
        """1 is the worst and 5 the best."""
        assert (
            review_of(rate(with_service(ServiceStage.CLOSED), rating)).first.rating
            == rating
        )

    def test_a_service_under_way_is_not_reviewed(self):
        """Feedback comes after the work."""
        with pytest.raises(OutOfOrderError):
            rate(with_service(ServiceStage.REPORTED))

    def test_a_second_review_is_none(self):
        """It can be revised after the reply, not written again."""
        with pytest.raises(OutOfOrderError):
            rate(with_service(ServiceStage.REVIEWED))

    @pytest.mark.parametrize("actor", [SUPPLIER, AGENCY, OPERATOR])
    def test_only_the_buyer_reviews(self, actor):
        """Neither the agency itself nor the factory it checked."""
        with pytest.raises(NotAllowedError):
            rate(with_service(ServiceStage.CLOSED), actor=actor)


class TestReply:
    def test_the_agency_answers(self):
        """From the answer on the buyer has thirty days."""
        answered = review_of(reply(with_service(ServiceStage.REVIEWED)))

        assert answered.reply.text == "Thank you."
        assert answered.reply.at == REPLIED
        assert answered.revise_until.clause == "REVISE-1"
        assert answered.revise_until.at == REVISE_OVER

    def test_the_days_are_those_of_the_terms(self):
        """Three days after the 20th end with the 23rd."""
        order = with_service(ServiceStage.REVIEWED)
        short = attrs.evolve(order, terms=attrs.evolve(order.terms, revise_days=3))

        assert review_of(reply(short)).revise_until.at == china("02-24T00:00")

    def test_there_is_one_answer(self):
        """A second one would give the buyer new days."""
        with pytest.raises(OutOfOrderError):
            reply(reply(with_service(ServiceStage.REVIEWED)).order)

    def test_a_blank_is_no_answer(self):
        """An empty reply would start the clock for nothing."""
        with pytest.raises(InputError) as refused:
            reply(with_service(ServiceStage.REVIEWED), text=" ")

        assert refused.value.field == "text"

    def test_without_a_review_there_is_nothing_to_answer(self):
        """The service is closed and not reviewed."""
        with pytest.raises(OutOfOrderError):
            reply(with_service(ServiceStage.CLOSED))

    def test_only_the_agency_answers(self):
        """The review is of its work."""
        with pytest.raises(NotAllowedError):
            reply(with_service(ServiceStage.REVIEWED), actor=SUPPLIER)


class TestRevise:
    def replied(self):
        return reply(with_service(ServiceStage.REVIEWED)).order

    def test_the_new_opinion_holds_and_the_first_stays(self):
        """What was said first is not taken away."""
        revised = review_of(revise(self.replied(), actor=APPROVER))

        assert (revised.first.rating, revised.standing.rating) == (5, 2)

    def test_it_is_revised_once(self):
        """The second revision is one too many."""
        with pytest.raises(OutOfOrderError, match="revised already"):
            revise(revise(self.replied()).order)

    def test_before_the_answer_there_is_nothing_to_revise(self):
        """The revision is for what the agency had to say."""
        with pytest.raises(NotYetError):
            revise(with_service(ServiceStage.REVIEWED))

    def test_the_window_ends_with_its_last_day(self):
        """At midnight after the thirtieth day it is too late; a tick earlier not."""
        last = revise(self.replied(), at=REVISE_OVER - TICK)
        with pytest.raises(TooLateError):
            revise(self.replied(), at=REVISE_OVER)

        assert review_of(last).standing.rating == 2

    def test_a_rating_is_one_to_five(self):
        """Also the second time."""
        with pytest.raises(InputError):
            revise(self.replied(), 6)

    def test_only_the_buyer_revises(self):
        """The agency can not improve its rating."""
        with pytest.raises(NotAllowedError):
            revise(self.replied(), actor=AGENCY)
