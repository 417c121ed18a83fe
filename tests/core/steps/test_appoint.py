"""Before the visit: information, appointment, move, refusal."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps.bookings import (
    FRIDAY,
    TICK,
    answers,
    at_visit,
    booked,
    on_site,
    scheduled,
)
from tests.core.steps.roads import (
    ACTORS,
    AGENCY,
    BUYER,
    CHINA,
    INSPECTOR,
    OPERATOR,
    SERVICE,
    STRANGERS,
    SUPPLIER,
    VISIT,
    china,
    usd,
    with_service,
)

from pmkit.core.errors import (
    InputError,
    NaiveTimeError,
    NotAllowedError,
    NotFoundError,
    OutOfOrderError,
    TooLateError,
)
from pmkit.core.money import Money
from pmkit.core.parties import Role
from pmkit.core.service import ServiceStage
from pmkit.core.steps import appoint
from pmkit.core.visit import Liable, MissedCause, VisitState

MOVES = answers("moved_visit.csv")


def visit_of(outcome, number=1):
    return outcome.order.service(SERVICE).visit(number)


PROPOSED = china("01-20T09:00")
CONFIRMED = china("01-21T09:00")
REFUSED = china("02-10T09:00")


def propose(order, *, appointment=VISIT, at=PROPOSED, actor=SUPPLIER, **more):
    given = {"appointment": appointment, "at": at, "actor": actor, "calendar": CHINA}
    return appoint.propose_appointment(**at_visit(order, **given, **more))


def confirm(order, *, at=CONFIRMED, actor=AGENCY, **more):
    return appoint.confirm_appointment(
        **at_visit(order, at=at, actor=actor, calendar=CHINA, **more)
    )


def move(order, *, at, actor=BUYER, appointment=FRIDAY, reason="The paint is wet."):
    given = {"appointment": appointment, "reason": reason, "calendar": CHINA}
    return appoint.move_visit(**at_visit(order, at=at, actor=actor, **given))


def refuse(order, *, at=REFUSED, actor=SUPPLIER):
    return appoint.refuse_visit(
        **at_visit(order, at=at, actor=actor, note="Nobody is here.")
    )


class TestInformation:
    def give(self, order, **more):
        given = {"product_details": "As the sample of May.", "actor": BUYER, **more}
        return appoint.give_information(
            order, service_id=SERVICE, at=china("01-16T09:00"), **given
        )

    def test_details_pictures_and_requirements_are_kept(self):
        """ "What happens after payment is completed": the buyer says what to check."""
        told = self.give(
            with_service(ServiceStage.BOOKED),
            sample_pictures=("a" * 64,),
            special_requirements="Weigh ten.",
        )
        information = told.order.service(SERVICE).information

        assert information.product_details == "As the sample of May."
        assert information.sample_pictures == ("a" * 64,)
        assert information.special_requirements == "Weigh ten."
        assert information.at == china("01-16T09:00")

    def test_the_last_word_before_the_visit_holds(self):
        """What is given again replaces what was given before."""
        once = self.give(with_service(ServiceStage.BOOKED)).order
        twice = self.give(once, product_details="As the sample of June.").order

        assert (
            twice.service(SERVICE).information.product_details
            == "As the sample of June."
        )

    def test_it_is_too_late_once_the_inspector_is_there(self):
        """While the inspector is on site nothing can be told any more."""
        with pytest.raises(OutOfOrderError):
            self.give(with_service(ServiceStage.ON_SITE))

    @pytest.mark.parametrize("picture", ["photo.jpg", "A" * 64, "a" * 63, "a" * 65, 7])
    def test_a_picture_is_named_by_its_hash(self, picture):
        """A picture is 64 lower-case hexadecimal digits and nothing else."""
        with pytest.raises(InputError) as refused:
            self.give(with_service(ServiceStage.BOOKED), sample_pictures=(picture,))

        assert refused.value.field == "sample_pictures"

    def test_empty_details_are_none(self):
        """The agency can do nothing with a blank."""
        with pytest.raises(InputError) as refused:
            self.give(with_service(ServiceStage.BOOKED), product_details=" ")

        assert refused.value.field == "product_details"


class TestPropose:
    def test_a_proposal_stands_on_the_visit(self):
        """The supplier fills in the appointment; it waits for the agency."""
        visit = visit_of(propose(with_service(ServiceStage.BOOKED)))

        assert visit.state is VisitState.PROPOSED
        assert visit.appointment == VISIT
        assert visit.proposed_by == SUPPLIER

    def test_a_later_proposal_replaces_it(self):
        """The agency may propose another time than the supplier."""
        first = propose(with_service(ServiceStage.BOOKED)).order
        second = visit_of(propose(first, appointment=FRIDAY, actor=AGENCY))

        assert second.appointment == FRIDAY
        assert second.proposed_by == AGENCY

    def test_a_confirmed_visit_is_moved_and_not_proposed_again(self):
        """A new proposal must not get round the fee of a late change."""
        with pytest.raises(OutOfOrderError) as refused:
            propose(with_service(ServiceStage.SCHEDULED))

        assert refused.value.allowed == "Possible while it is: requested, proposed."

    def test_it_begins_after_now(self):
        """A time that begins at this very instant is not in the future."""
        order = with_service(ServiceStage.BOOKED)
        just = visit_of(propose(order, at=VISIT.starts_at - TICK))
        with pytest.raises(InputError) as refused:
            propose(order, at=VISIT.starts_at)

        assert just.state is VisitState.PROPOSED
        assert refused.value.field == "appointment"

    def test_it_may_begin_on_the_ship_date(self):
        """A visit that begins at 23:59 in China on 27 February is in time."""
        last = attrs.evolve(
            VISIT, starts_at=china("02-27T23:59"), ends_at=china("02-28T08:00")
        )

        assert (
            visit_of(
                propose(with_service(ServiceStage.BOOKED), appointment=last)
            ).appointment
            == last
        )

    def test_it_does_not_begin_after_the_ship_date(self):
        """On 28 February in China the goods are gone."""
        late = attrs.evolve(
            VISIT, starts_at=china("02-28T00:00"), ends_at=china("02-28T08:00")
        )
        with pytest.raises(InputError) as refused:
            propose(with_service(ServiceStage.BOOKED), appointment=late)

        assert refused.value.field == "appointment"

    def test_without_a_known_ship_date_any_day_will_do(self):
        """A ship date that hangs on a payment is no limit yet."""
        open_ended = attrs.evolve(with_service(ServiceStage.BOOKED), ship_day=None)
        summer = attrs.evolve(
            VISIT, starts_at=china("07-01T09:00"), ends_at=china("07-01T17:00")
        )

        assert visit_of(propose(open_ended, appointment=summer)).appointment == summer

    def test_an_unknown_visit_is_not_found(self):
        """The service has no second visit."""
        with pytest.raises(NotFoundError) as refused:
            propose(with_service(ServiceStage.BOOKED), visit=2)

        assert refused.value.field == "visit"

    def test_a_stranger_learns_nothing(self):
        """Somebody else's service and none at all read the same."""
        order = with_service(ServiceStage.BOOKED)
        with pytest.raises(NotFoundError) as strange:
            propose(order, actor=STRANGERS[Role.SUPPLIER])
        with pytest.raises(NotFoundError) as absent:
            propose(order, actor=STRANGERS[Role.SUPPLIER], service_id="none")

        assert str(absent.value) == str(strange.value)

    def test_the_buyer_proposes_nothing(self):
        """The buyer asked for the check; when, is for the others to say."""
        with pytest.raises(NotAllowedError):
            propose(with_service(ServiceStage.BOOKED), actor=BUYER)

    def test_a_moment_without_a_zone_is_refused(self):
        """Nobody can tell which instant a naive datetime means."""
        naive = dt.datetime(2026, 1, 20, 9)  # noqa: DTZ001
        with pytest.raises(NaiveTimeError):
            propose(with_service(ServiceStage.BOOKED), at=naive)


class TestConfirm:
    def test_change_1_runs_from_the_confirmation(self):
        """The visit on the 12th can be changed until 13:00 in China on the 11th."""
        visit = visit_of(confirm(propose(with_service(ServiceStage.BOOKED)).order))

        assert visit.state is VisitState.CONFIRMED
        assert visit.change_by.clause == "CHANGE-1"
        assert visit.change_by.at == china("02-11T13:00")

    def test_the_hour_is_that_of_the_terms(self):
        """Terms with another hour give another cut-off."""
        proposed = propose(with_service(ServiceStage.BOOKED)).order
        early = attrs.evolve(
            proposed, terms=attrs.evolve(proposed.terms, change_cutoff_hour=9)
        )

        assert visit_of(confirm(early)).change_by.at == china("02-11T09:00")

    def test_the_day_is_that_of_the_place(self):
        """A visit at 07:00 in China is on the 12th although it is the 11th in UTC."""
        dawn = attrs.evolve(VISIT, starts_at=china("02-12T07:00"))
        proposed = propose(with_service(ServiceStage.BOOKED), appointment=dawn).order

        assert visit_of(confirm(proposed)).change_by.at == china("02-11T13:00")

    def test_without_a_proposal_there_is_nothing_to_confirm(self):
        """A requested visit has no time yet."""
        with pytest.raises(OutOfOrderError):
            confirm(with_service(ServiceStage.BOOKED))

    def test_a_time_that_has_begun_is_not_confirmed(self):
        """At the first minute of the appointment it is too late to agree to it."""
        proposed = propose(with_service(ServiceStage.BOOKED)).order
        just = visit_of(confirm(proposed, at=VISIT.starts_at - TICK))
        with pytest.raises(TooLateError):
            confirm(proposed, at=VISIT.starts_at)

        assert just.state is VisitState.CONFIRMED

    @pytest.mark.parametrize("accepted", [PROPOSED, VISIT.starts_at - TICK])
    def test_what_was_sent_in_time_is_in_time(self, accepted):
        """Heard a tick after the visit's beginning, the agency's own instant counts."""
        proposed = propose(with_service(ServiceStage.BOOKED)).order
        said = {"accepted_at": accepted, "proposed_at": PROPOSED}
        heard = confirm(proposed, at=VISIT.starts_at + TICK, **said)

        assert visit_of(heard).state is VisitState.CONFIRMED
        assert visit_of(heard).change_by.at == china("02-11T13:00")
        assert heard.events[0].accepted_at == accepted

    @pytest.mark.parametrize(
        "accepted",
        [PROPOSED - TICK, VISIT.starts_at, VISIT.starts_at + 2 * TICK],
        ids=["before-the-proposal", "too-late", "not-yet"],
    )
    def test_what_was_not_sent_in_time_is_too_late(self, accepted):
        """An instant at which nothing was proposed, or that is late itself, is none."""
        proposed = propose(with_service(ServiceStage.BOOKED)).order
        said = {"accepted_at": accepted, "proposed_at": PROPOSED}
        with pytest.raises(TooLateError):
            confirm(proposed, at=VISIT.starts_at + TICK, **said)

    def test_the_agencys_instant_has_a_zone(self):
        """A naive instant of the agency is refused."""
        naive = {"accepted_at": dt.datetime(2026, 2, 1), "proposed_at": PROPOSED}  # noqa: DTZ001
        with pytest.raises(NaiveTimeError):
            confirm(propose(with_service(ServiceStage.BOOKED)).order, **naive)

    def test_nobody_knows_since_when_it_was_proposed(self):
        """Without the instant of the proposal only the present is believed."""
        proposed = propose(with_service(ServiceStage.BOOKED)).order
        with pytest.raises(TooLateError):
            confirm(proposed, at=VISIT.starts_at, accepted_at=PROPOSED)

    def test_heard_in_time_nothing_has_to_be_believed(self):
        """A confirmation that is heard in time is written as it always was."""
        proposed = propose(with_service(ServiceStage.BOOKED)).order
        said = {"accepted_at": PROPOSED, "proposed_at": PROPOSED}
        heard = confirm(proposed, at=VISIT.starts_at - TICK, **said)

        assert heard.events[0].accepted_at is None

    def test_a_ship_date_that_moved_is_seen(self):
        """Goods that now ship on the 11th are not there on the 12th."""
        proposed = propose(with_service(ServiceStage.BOOKED)).order
        moved = attrs.evolve(proposed, ship_day=dt.date(2026, 2, 11))
        with pytest.raises(OutOfOrderError) as refused:
            confirm(moved)

        assert refused.value.allowed == "Propose an earlier day."


class TestAssign:
    def assign(self, order, inspector="Chen", actor=AGENCY):
        return appoint.assign_inspector(
            **at_visit(order, actor=actor, at=china("01-22T09:00"), inspector=inspector)
        )

    def confirmed(self):
        return confirm(propose(with_service(ServiceStage.BOOKED)).order).order

    def test_another_name_replaces_the_first(self):
        """The agency may send somebody else than it said."""
        first = self.assign(self.confirmed())
        second = self.assign(first.order, "Zhao")

        assert visit_of(first).inspector == "Chen"
        assert visit_of(second).inspector == "Zhao"
        assert visit_of(second).state is VisitState.ASSIGNED

    def test_nobody_is_named_for_a_proposal(self):
        """Nobody travels for a visit that is not confirmed."""
        with pytest.raises(OutOfOrderError):
            self.assign(propose(with_service(ServiceStage.BOOKED)).order)

    def test_a_blank_is_no_name(self):
        """An empty name would let every inspector act."""
        with pytest.raises(InputError) as refused:
            self.assign(self.confirmed(), " ")

        assert refused.value.field == "inspector"


class TestMove:
    @pytest.mark.parametrize("row", MOVES, ids=lambda row: f"{row['role']}-{row['at']}")
    def test_who_asks_after_the_cut_off_pays(self, row):
        """CHANGE-1: free until 13:00 on the day before, then at the asker's cost."""
        moved = move(
            with_service(ServiceStage.SCHEDULED),
            at=china(row["at"]),
            actor=ACTORS[Role(row["role"])],
        )
        made = visit_of(moved).moves[-1]
        owed = (made.fee.owed_by.value, str(made.fee.amount.amount)) if made.fee else ()

        assert (row["in_time"] == "yes") is made.in_time
        assert tuple(filter(None, (row["owed_by"], row["amount"]))) == owed
        assert moved.order.service(SERVICE).fees == ((made.fee,) if made.fee else ())

    def test_the_last_tick_before_the_cut_off_is_free(self):
        """A microsecond before 13:00 is in time."""
        moved = move(
            with_service(ServiceStage.SCHEDULED), at=china("02-11T13:00") - TICK
        )

        assert visit_of(moved).moves[-1].in_time

    def test_the_new_time_has_to_be_confirmed(self):
        """A moved visit is a proposal again, without inspector and cut-off."""
        visit = visit_of(
            move(with_service(ServiceStage.SCHEDULED), at=china("02-10T09:00"))
        )

        assert visit.state is VisitState.PROPOSED
        assert visit.appointment == FRIDAY
        assert visit.moves[0].was == VISIT
        assert visit.inspector == ""
        assert visit.change_by is None

    @pytest.mark.parametrize("at", ["02-12T00:00", "02-12T12:00", "02-13T08:59"])
    def test_on_the_day_the_supplier_can_not_move_it(self, at):
        """From midnight in China on, calling off is a missed visit."""
        with pytest.raises(OutOfOrderError, match="missed"):
            move(with_service(ServiceStage.SCHEDULED), at=china(at), actor=SUPPLIER)

    def test_the_tick_before_midnight_the_supplier_still_can(self):
        """The day of the visit begins at 00:00 in China, not earlier."""
        moved = move(
            with_service(ServiceStage.SCHEDULED),
            at=china("02-12T00:00") - TICK,
            actor=SUPPLIER,
        )

        assert visit_of(moved).moves[-1].fee.owed_by is Liable.SUPPLIER

    @pytest.mark.parametrize("role", [Role.BUYER, Role.APPROVER])
    def test_after_its_time_the_buyer_can_not_move_it(self, role):
        """When the time is over the visit took place or was missed."""
        with pytest.raises(OutOfOrderError, match="is over"):
            move(
                with_service(ServiceStage.SCHEDULED),
                at=VISIT.ends_at,
                actor=ACTORS[role],
            )

    def test_part_of_the_price_is_owed_where_the_terms_say_so(self):
        """Half of 48.00 is 24.00."""
        order = with_service(ServiceStage.SCHEDULED)
        cheap = attrs.evolve(
            order, terms=attrs.evolve(order.terms, late_change_percent=50)
        )

        assert visit_of(move(cheap, at=china("02-11T14:00"))).moves[
            0
        ].fee.amount == usd("24.00")

    def test_several_visits_share_the_price(self):
        """A late change of one of three visits costs a third of 48.00."""
        order = scheduled(booked(planned_visits=3)).order

        assert visit_of(move(order, at=china("02-11T14:00"))).moves[
            0
        ].fee.amount == usd("16.00")

    def test_a_proposal_is_not_moved(self):
        """What is not confirmed can be proposed anew for nothing."""
        with pytest.raises(OutOfOrderError):
            move(
                propose(with_service(ServiceStage.BOOKED)).order,
                at=china("02-01T09:00"),
            )

    def test_nobody_moves_a_visit_under_way(self):
        """The inspector is on site already."""
        with pytest.raises(OutOfOrderError):
            move(with_service(ServiceStage.ON_SITE), at=china("02-12T10:00"))

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"reason": " "}, "reason"),
            ({"appointment": VISIT}, "appointment"),
            (
                {"appointment": attrs.evolve(VISIT, starts_at=china("02-01T09:00"))},
                "appointment",
            ),
            (
                {
                    "appointment": attrs.evolve(
                        VISIT,
                        starts_at=china("02-28T09:00"),
                        ends_at=china("02-28T17:00"),
                    )
                },
                "appointment",
            ),
        ],
        ids=["no reason", "no move", "into the past", "after shipping"],
    )
    def test_a_move_says_why_and_to_a_possible_time(self, change, field):
        """Each wrong value is named."""
        with pytest.raises(InputError) as refused:
            move(
                with_service(ServiceStage.SCHEDULED), at=china("02-02T09:00"), **change
            )

        assert refused.value.field == field


class TestRefuse:
    def test_a_refused_visit_is_missed_at_the_suppliers_cost(self):
        """The supplier does not let the inspector in; another visit is needed."""
        refused = refuse(with_service(ServiceStage.SCHEDULED))
        missed = visit_of(refused)

        assert missed.state is VisitState.MISSED
        assert missed.failure.cause is MissedCause.SUPPLIER_REFUSED
        assert missed.failure.note == "Nobody is here."
        assert refused.order.service(SERVICE).fees_of(Liable.SUPPLIER) == usd("48.00")

    def test_another_visit_makes_up_for_it(self):
        """The second visit is requested in the place of the first."""
        again = visit_of(refuse(with_service(ServiceStage.SCHEDULED)), 2)

        assert again.state is VisitState.REQUESTED
        assert again.replaces == 1

    @pytest.mark.parametrize("proposed", [False, True])
    def test_before_it_is_confirmed_nobody_owes_anything(self, proposed):
        """Nobody travels for a visit without an appointment that holds."""
        order = with_service(ServiceStage.BOOKED)
        refused = refuse(propose(order).order if proposed else order)

        assert visit_of(refused).failure.fee.amount == Money.zero("USD")

    def test_an_inspector_on_site_is_not_refused(self):
        """Once the visit has begun the agency says how it ended."""
        with pytest.raises(OutOfOrderError):
            refuse(on_site(booked()).order, at=china("02-12T10:00"))

    @pytest.mark.parametrize("actor", [BUYER, AGENCY, INSPECTOR, OPERATOR])
    def test_only_the_supplier_refuses(self, actor):
        """It is the supplier's gate."""
        with pytest.raises(NotAllowedError):
            refuse(with_service(ServiceStage.SCHEDULED), actor=actor)

    def test_numbers_go_on_after_the_last_visit(self):
        """Where three are planned, the fourth makes up for the first."""
        order = scheduled(booked(planned_visits=3)).order

        assert [1, 2, 3, 4] == [
            visit.number for visit in refuse(order).order.service(SERVICE).visits
        ]
