"""
Plugins that fail, and the files that they bring.
"""

from __future__ import annotations

import hashlib
import sqlite3

import attrs
import pytest
from tests.shell.counter import (
    AGENCY,
    BUYER,
    ORDER,
    SUPPLIER,
    Counter,
    appointment,
    at,
)

from pmkit.core.errors import (
    NotFoundError,
    PluginError,
)
from pmkit.core.report import Evidence, Verdict
from pmkit.core.service import ServiceStage
from pmkit.core.visit import VisitState
from pmkit.sandbox import MemoryNotifier, SandboxAgency

SECRET = "token-4711"  # noqa: S105 - it stands for one


class Boom(Exception):  # noqa: N818 - what somebody else's plugin raises
    """A fault with words that nobody may read."""


def boom(*_, **__):
    """Fail as a plugin does."""
    raise Boom(SECRET)


@pytest.fixture
def counter(tmp_path):
    """Give a desk on a file of its own."""
    return Counter(tmp_path)


def stages(counter):
    """Give the stages of all services."""
    return [service.stage for service in counter.order.services]


def effects(counter):
    """Give the calls as the file has them: operation id, state, attempts."""
    raw = sqlite3.connect(counter.path)
    try:
        return raw.execute(
            "SELECT operation_id, state, attempts FROM effects ORDER BY number"
        ).fetchall()
    finally:
        raw.close()


class Forgetful(SandboxAgency):
    """An agency that books and loses its answer, so often."""

    lost = 0

    def book(self, request):
        """Take the task; say nothing the first times."""
        reply = super().book(request)
        if self.lost:
            self.lost -= 1
            boom()
        return reply


class TestFaults:
    """Plugins that fail."""

    def troubles(self, counter):
        """Let the desk work, and give what did not go through."""
        work = counter.desk.work()

        assert SECRET not in repr(work)
        assert SECRET not in repr(counter.dump())
        return [(trouble.subject, trouble.code) for trouble in work.troubles]

    def test_a_lost_answer_is_asked_for_again(self, tmp_path):
        """The same operation id goes out again, and the agency books once."""
        counter = Counter(tmp_path)
        agency = Forgetful(clock=counter.world.now)
        counter.panel = attrs.evolve(
            counter.world.companies, agencies={"sandbox-agency": agency}
        )
        counter.desk = counter.again()
        agency.lost = 2
        counter.booked()
        before = effects(counter)[-1]

        assert "" == counter.service.booking.reference
        assert [(before[0], "plugin")] == self.troubles(counter)
        assert [] == self.troubles(counter)
        assert "SBX-0001" == counter.service.booking.reference
        assert 1 == agency.ledger.effects["book srv_1"]
        assert (before[0], "succeeded", 3) == effects(counter)[-1]

    def test_a_call_says_the_same_however_late(self, tmp_path):
        """What was changed meanwhile does not change a call that was sent already."""
        counter = Counter(tmp_path)
        agency = Forgetful(clock=counter.world.now)
        counter.panel = attrs.evolve(
            counter.world.companies, agencies={"sandbox-agency": agency}
        )
        counter.desk = counter.again()
        agency.lost = 1
        counter.booked()
        counter.desk.request_change(*counter.on, actor=BUYER, wish="Red plugs.")
        counter.desk.answer_change(*counter.on, actor=AGENCY, granted=True)

        assert [] == self.troubles(counter)
        assert "SBX-0001" == counter.service.booking.reference

    def test_nothing_is_moved_that_is_not_booked(self, counter, monkeypatch):
        """The proposal waits for the booking, and goes out with the agency's number."""
        with monkeypatch.context() as broken:
            broken.setattr(counter.world.agency, "book", boom)
            counter.booked()
            counter.desk.propose_appointment(
                *counter.on, actor=SUPPLIER, appointment=appointment("02-05")
            )

            assert [("TA-1/7/book", "plugin")] == self.troubles(counter)
        assert [] == self.troubles(counter)
        (task,) = counter.world.agency.tasks
        assert ["SBX-0001"] == [move.reference for move in task.moves]

    def test_a_failing_agency_stops_no_other_order(self, counter, monkeypatch):
        """The intent stays in the file; everybody else goes on."""
        monkeypatch.setattr(counter.world.agency, "book", boom)
        counter.booked()

        assert ("unknown", 1) == effects(counter)[-1][1:]
        assert 1 == len(self.troubles(counter))
        assert ("unknown", 2) == effects(counter)[-1][1:]
        assert [ServiceStage.BOOKED] == stages(counter)

    def test_an_agency_that_can_not_be_heard(self, counter, monkeypatch):
        """What it says later is heard later."""
        counter.booked()
        counter.desk.propose_appointment(
            *counter.on, actor=SUPPLIER, appointment=appointment("02-05")
        )
        counter.world.agency.accept_appointment("srv_1", 1)
        with monkeypatch.context() as broken:
            broken.setattr(counter.world.agency, "observations", boom)

            assert [("srv_1", "plugin")] == self.troubles(counter)
        assert [] == self.troubles(counter)
        assert VisitState.CONFIRMED is counter.service.visits[0].state

    @pytest.mark.parametrize(
        "garbage", ["text", [None], [5, {}], [object()], 7, [("a", "b")]]
    )
    def test_garbage_is_no_news(self, counter, monkeypatch, garbage):
        """Whatever a plugin says that is none, the desk works on."""
        counter.booked()
        for plugin in (counter.world.agency, counter.world.card):
            monkeypatch.setattr(plugin, "observations", lambda _: garbage)
        before = counter.order

        assert self.troubles(counter) != []
        assert before == counter.order

    @pytest.mark.parametrize("answer", [None, "SBX-1", 7, {"reference": "SBX-1"}])
    def test_garbage_is_no_booking(self, counter, monkeypatch, answer):
        """What is no reply leaves the call open."""
        monkeypatch.setattr(counter.world.agency, "book", lambda _: answer)
        counter.booked()

        assert "unknown" == effects(counter)[-1][1]
        assert "" == counter.service.booking.reference

    def test_a_failing_notifier_stops_no_other(self, tmp_path):
        """The healthy one gets its notices; the rest stay unsent and come again."""
        counter = Counter(tmp_path)
        well, ill = MemoryNotifier(name="well"), MemoryNotifier(name="ill")
        counter.panel = attrs.evolve(
            counter.world.companies, notifiers={"ill": ill, "well": well}
        )
        counter.desk = counter.again()
        send, ill.send = ill.send, boom
        counter.booked()
        heard = len(well.notices)
        ill.send = send

        assert heard > 0
        assert 0 == len(ill.notices)
        assert [] == self.troubles(counter)
        assert heard == len(ill.notices)

    @pytest.mark.parametrize("answer", [boom, lambda *_: "48 dollars"])
    def test_an_agency_that_names_no_price(self, counter, monkeypatch, answer):
        """Adding says so, in words without the plugin's."""
        counter.open()
        monkeypatch.setattr(counter.world.agency, "quote", answer)
        before = counter.dump()
        with pytest.raises(PluginError) as caught:
            counter.add()

        assert SECRET not in str(caught.value)
        assert caught.value.remedy
        assert before == counter.dump()

    def test_a_failing_method_hides_no_other(self, counter, monkeypatch):
        """It is shown as not available; the card still is."""
        counter.open()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        monkeypatch.setattr(counter.world.transfer, "availability", boom)
        options = {
            option.name: option
            for option in counter.desk.payment_options(ORDER, actor=BUYER)
        }

        assert options["sandbox-card"].available
        assert not options["sandbox-transfer"].available
        assert SECRET not in options["sandbox-transfer"].reason
        with pytest.raises(PluginError):
            counter.desk.pay(ORDER, actor=BUYER, method="sandbox-transfer")

    def test_refused_news_stays_and_is_tried_again(self, counter):
        """An arrival before the day counts as soon as its day has come."""
        counter.booked()
        counter.scheduled()
        seen = counter.world.agency.arrive("srv_1", 1, at=at("02-05T09:00"))

        assert [(seen.id, "not-yet")] == self.troubles(counter)
        counter.world.set(at("02-05T09:00"))
        assert [] == self.troubles(counter)
        assert [ServiceStage.ON_SITE] == stages(counter)

    def test_news_of_another_service_is_refused(self, tmp_path):
        """One agency can not speak for another on the same order."""
        counter = Counter(tmp_path)
        liar = SandboxAgency(clock=counter.world.now, name="liar")
        counter.panel = attrs.evolve(
            counter.world.companies,
            agencies={"sandbox-agency": counter.world.agency, "liar": liar},
        )
        counter.desk = counter.again()
        counter.open()
        counter.add()
        counter.add(provider="liar")
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.card()
        counter.desk.propose_appointment(
            ORDER, "srv_1", actor=SUPPLIER, appointment=appointment("02-05")
        )
        counter.world.agency.accept_appointment("srv_1", 1)
        (stolen,) = counter.world.agency.observations("srv_1")
        liar.observations = lambda _: [attrs.evolve(stolen, id="liar-1")]
        counter.world.agency.observations = lambda _: ()

        assert ["liar-1"] == [subject for subject, _ in self.troubles(counter)]
        assert VisitState.PROPOSED is counter.order.services[0].visits[0].state

    def test_an_attached_plugin_that_is_gone(self, counter):
        """Its calls stay until it is attached again."""
        counter.open()
        counter.add()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.desk.pay(
            ORDER, actor=BUYER, method="sandbox-card", instrument="tok-captures"
        )
        counter.panel = attrs.evolve(counter.world.companies, methods={})
        without = counter.again()

        assert ["unknown-plugin"] == sorted(
            {trouble.code for trouble in without.work().troubles}
        )
        assert [] == self.troubles(counter)
        assert [ServiceStage.BOOKED] == stages(counter)


class TestFiles:
    """Pictures and evidence."""

    def booked_until_report(self, counter):
        """Walk to a visit that is over."""
        counter.booked()
        counter.scheduled()
        counter.visited()

    def test_evidence_has_to_be_stored_first(self, counter):
        """A report can not show what nobody has."""
        self.booked_until_report(counter)
        sha256 = hashlib.sha256(b"photo").hexdigest()
        shown = Evidence(sha256=sha256, media_type="image/jpeg", caption="", size=5)

        def upload():
            return counter.desk.upload_report(
                *counter.on, actor=AGENCY, verdict=Verdict.PASS, evidence=[shown]
            )

        with pytest.raises(NotFoundError) as caught:
            upload()
        assert "sha256" == caught.value.field
        assert sha256 == counter.desk.add_file(b"photo", "image/jpeg")
        upload()
        assert b"photo" == counter.desk.file(ORDER, sha256, actor=BUYER)

    def test_files_that_are_not_what_the_report_names(self, counter, monkeypatch):
        """A swapped photo is refused with its report, and stays out of the file."""
        self.booked_until_report(counter)
        ready = counter.world.agency.deliver_report("srv_1", 1)
        swapped = attrs.evolve(ready, files=(b"another", *ready.files[1:]))
        with monkeypatch.context() as lying:
            lying.setattr(counter.world.agency, "observations", lambda _: [swapped])
            (trouble,) = counter.desk.work().troubles

        assert "refused" == trouble.code
        assert [] == counter.dump()["files"]
        assert [] == list(counter.desk.work().troubles)
        assert [ServiceStage.REPORTED] == stages(counter)

    def test_who_reads_a_photo(self, counter):
        """The supplier sees it once the buyer released the report."""
        self.booked_until_report(counter)
        ready = counter.world.agency.deliver_report("srv_1", 1)
        counter.desk.work()
        sha256 = ready.evidence[0].sha256
        with pytest.raises(NotFoundError):
            counter.desk.file(ORDER, sha256, actor=SUPPLIER)
        counter.desk.release_report(*counter.on, actor=BUYER)

        assert ready.files[0] == counter.desk.file(ORDER, sha256, actor=SUPPLIER)
        with pytest.raises(NotFoundError):
            counter.desk.file(
                ORDER, sha256, actor=attrs.evolve(BUYER, party="Somebody Else")
            )

    def test_sample_pictures_are_for_buyer_and_agency(self, counter):
        """They are kept under the hash of their content."""
        counter.booked()
        counter.desk.give_information(
            *counter.on, actor=BUYER, product_details="Lamps", sample_pictures=[b"p"]
        )
        (sha256,) = counter.service.information.sample_pictures

        assert hashlib.sha256(b"p").hexdigest() == sha256
        assert b"p" == counter.desk.file(ORDER, sha256, actor=AGENCY)
