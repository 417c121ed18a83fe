"""Slots, breakers and deadlines: how one bad instance leaves the others alone."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time

import httpx
import pytest
from tests.effects.agencies import (
    BOOKING,
    FIND,
    HOST,
    answering,
    asking,
    attach,
    doing,
    outcome,
)

from pmkit.core.certainty import Certainty, Retry
from pmkit.core.errors import InputError
from pmkit.core.lookups import Absent, Found
from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    PluginFaultError,
    ProviderUnavailableError,
    RequestInvalidError,
)
from pmkit.core.ports import BookingReply
from pmkit.effects.limits import Limits
from pmkit.effects.slots import Slots

DRIVERS = ("call", "acall")
BOOKED = BookingReply(reference="R-1")


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        """Give the seconds."""
        return self.now


def threads():
    """Count the threads of plain functions."""
    return sum(thread.name == "pmkit-call" for thread in threading.enumerate())


class TestSlots:
    """A number of slots."""

    def test_handed_on(self):
        """Who waits gets the slot that another gives back."""
        slots = Slots(1)
        slots.acquire(0)
        got = []
        waiting = threading.Thread(target=lambda: got.append(slots.acquire(5)))
        waiting.start()
        while not slots.waiting:
            time.sleep(0.001)
        slots.release()
        waiting.join(5)

        assert got == [True]
        assert slots.busy == 1

    def test_given_up(self):
        """Who waited in vain does not take a slot later."""
        slots = Slots(1)
        slots.acquire(0)
        waited = slots.acquire(0.01)
        slots.release()

        assert not waited
        assert slots.busy == 0

    def test_cancelled_in_a_loop(self):
        """Who is cancelled while waiting does not take a slot later."""
        slots = Slots(1)

        async def give_up():
            await slots.aacquire(0)
            task = asyncio.create_task(slots.aacquire(5))
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            slots.release()

        asyncio.run(give_up())

        assert slots.busy == 0

    def test_cancelled_after_the_grant(self):
        """A slot that was granted to who is cancelled then is not lost."""
        slots = Slots(1)

        async def give_up():
            await slots.aacquire(0)
            task = asyncio.create_task(slots.aacquire(5))
            await asyncio.sleep(0.01)
            slots.release()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(give_up())

        assert slots.busy == 0

    def test_a_loop_that_is_gone(self):
        """A slot is not handed to an event loop that is closed."""
        slots = Slots(1)
        loop = asyncio.new_event_loop()
        slots.acquire(0)
        waiting = slots.aacquire(5)
        task = loop.create_task(waiting)
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        slots.release()
        task._log_destroy_pending = False  # noqa: SLF001 - it is meant to be lost
        waiting.close()

        assert slots.busy == 0

    def test_threads_and_loops(self):
        """Threads and an event loop together never hold more slots than there are."""
        slots = Slots(3)
        most = []

        def work():
            for _ in range(50):
                assert slots.acquire(10)
                most.append(slots.busy)
                slots.release()

        async def awork():
            for _ in range(50):
                assert await slots.aacquire(10)
                most.append(slots.busy)
                await asyncio.sleep(0)
                slots.release()

        async def together():
            running = [asyncio.to_thread(work) for _ in range(4)]
            await asyncio.gather(*running, *(awork() for _ in range(8)))

        asyncio.run(together())

        assert max(most) <= 3
        assert slots.busy == 0


@pytest.mark.parametrize("driver", DRIVERS)
class TestPlainFunctions:
    """What is no HTTP runs in threads of a bounded number."""

    def test_hanging(self, driver):
        """A function that hangs is unknown in time; its slot is held until it ends."""
        release = threading.Event()
        agency = attach(
            doing(book=lambda _request, _context: release.wait(10)),
            limits={"seconds": 0.1, "concurrent": 2},
        )
        before = threads()
        errors = [outcome(agency, driver=driver) for _ in range(4)]
        held, busy = threads() - before, agency.health.busy
        release.set()
        while agency.health.busy:
            time.sleep(0.001)

        assert [type(error) for error in errors] == [
            OutcomeUnknownError,
            OutcomeUnknownError,
            ProviderUnavailableError,
            ProviderUnavailableError,
        ]
        assert [error.certainty for error in errors] == [
            Certainty.UNKNOWN,
            Certainty.UNKNOWN,
            Certainty.NOT_SENT,
            Certainty.NOT_SENT,
        ]
        assert held == busy == 2

    def test_hanging_read(self, driver):
        """A read that hangs is no change that has to be looked up."""
        release = threading.Event()
        agency = attach(
            doing(quote=lambda _request, _context: release.wait(10)),
            limits={"seconds": 0.05},
        )
        error = outcome(agency, "quote", object(), driver=driver)
        release.set()

        assert type(error) is ProviderUnavailableError
        assert error.certainty is Certainty.UNKNOWN

    def test_answer(self, driver):
        """A function that answers in time is believed."""
        agency = attach(doing(book=lambda _request, _context: BOOKED))

        assert outcome(agency, driver=driver) == BOOKED
        assert agency.health.busy == 0

    def test_time_of_its_own(self, driver):
        """A TimeoutError of the plugin is a fault of the plugin, not our deadline."""

        def book(_request, _context):
            raise TimeoutError

        error = outcome(attach(doing(book=book)), driver=driver)

        assert type(error) is PluginFaultError
        assert error.certainty is Certainty.UNKNOWN

    def test_interrupt(self, driver):
        """An interrupt inside a function is not swallowed."""

        def book(_request, _context):
            raise KeyboardInterrupt

        agency = attach(doing(book=book))
        with pytest.raises(KeyboardInterrupt):
            outcome(agency, driver=driver)

        assert agency.last_record.certainty is Certainty.UNKNOWN
        assert agency.last_record.code == "cancelled"


class TestBreakers:
    """An instance that fails again and again is left alone for a while."""

    def agency(self, *responses, clock, **operations):
        """Attach one that is left alone for a minute after three failures."""
        return attach(
            doing(book=asking(f"{HOST}/b"), **operations),
            transport=answering(*responses),
            limits={"failures": 3, "rest": dt.timedelta(minutes=1)},
            monotonic=clock,
        )

    def test_rests(self):
        """After three failures nothing is sent, and the error says when to come."""
        clock = Clock()
        agency = self.agency(500, 500, 500, clock=clock)
        for _ in range(3):
            outcome(agency)
        clock.now += 20
        error = outcome(agency)

        assert type(error) is ProviderUnavailableError
        assert error.certainty is Certainty.NOT_SENT
        assert error.retry is Retry.AFTER
        assert error.after == dt.timedelta(seconds=40)
        assert not agency.health.ok
        assert agency.health.reasons == (
            (
                "Changes rest for 40 s after 3 failures in a row, "
                "the last one plugin-unknown."
            ),
        )

    def test_one_tries(self):
        """After the rest one call tries, and its success opens the way."""
        clock = Clock()
        agency = self.agency(500, 500, 500, 200, 200, clock=clock)
        for _ in range(3):
            outcome(agency)
        clock.now += 60
        answers = [outcome(agency), outcome(agency)]

        assert answers == [BOOKED, BOOKED]
        assert agency.health.ok

    def test_one_tries_in_vain(self):
        """After the rest one failure is enough for another rest."""
        clock = Clock()
        agency = self.agency(500, 500, 500, 500, 200, clock=clock)
        for _ in range(3):
            outcome(agency)
        clock.now += 60
        errors = [type(outcome(agency)), type(outcome(agency))]

        assert errors == [OutcomeUnknownError, ProviderUnavailableError]

    def test_only_one_tries(self):
        """While one tries the others are not let through."""
        clock = Clock()
        seen = []

        def meanwhile(request):
            seen.append(outcome(agency))
            return answering(200).handle_request(request)

        agency = self.agency(500, 500, 500, meanwhile, clock=clock)
        for _ in range(3):
            outcome(agency)
        clock.now += 60
        answer = outcome(agency)

        assert answer == BOOKED
        assert [type(error) for error in seen] == [ProviderUnavailableError]

    def test_a_rejection_counts_as_alive(self):
        """A no is an answer: it never counts, and it ends the row of failures."""
        clock = Clock()
        agency = self.agency(
            422, 422, 422, 422, 500, 500, 422, 500, 500, 200, clock=clock
        )
        kinds = [type(outcome(agency)) for _ in range(9)]

        assert kinds.count(RequestInvalidError) == 5
        assert outcome(agency) == BOOKED

    def test_reads_and_changes_apart(self):
        """While changes rest, a look-up of what became of one is let through."""
        clock = Clock()

        def find(_request, _context):
            yield asking_for(f"{HOST}/find")
            return Found(news=(BOOKED,))

        agency = self.agency(500, 500, 500, 200, clock=clock, find=find)
        for _ in range(3):
            outcome(agency)

        assert type(outcome(agency)) is ProviderUnavailableError
        assert outcome(agency, "find", FIND) == Found(news=(BOOKED,))

    def test_a_cancelled_try(self):
        """A try that was interrupted says nothing, and another may try."""
        clock = Clock()
        agency = self.agency(500, 500, 500, KeyboardInterrupt(), 200, clock=clock)
        for _ in range(3):
            outcome(agency)
        clock.now += 60
        with pytest.raises(KeyboardInterrupt):
            outcome(agency)

        assert outcome(agency) == BOOKED


def asking_for(url):
    """Make a request that reads."""
    return httpx.Request("GET", url)


class TestDeadline:
    """The time of a whole operation, on a clock that the test moves."""

    def test_no_time_for_another(self):
        """When the time is over, no other request leaves."""
        clock = Clock()
        arrived = []

        def arrive(request):
            arrived.append(request.url.path)
            return httpx.Response(200)

        def find(_request, _context):
            yield asking_for(f"{HOST}/1")
            clock.now += 31
            yield asking_for(f"{HOST}/2")
            return Absent()

        agency = attach(
            doing(find=find), transport=httpx.MockTransport(arrive), monotonic=clock
        )
        error = outcome(agency, "find", FIND)

        assert type(error) is ProviderUnavailableError
        assert error.certainty is Certainty.NOT_SENT
        assert arrived == ["/1"]
        assert agency.last_record.seconds == 31

    @pytest.mark.parametrize(
        "wrong",
        [
            {"seconds": 0},
            {"seconds": -1},
            {"seconds": float("nan")},
            {"seconds": float("inf")},
            {"seconds": True},
            {"seconds": "30"},
            {"concurrent": 0},
            {"concurrent": 1.5},
            {"body": 0},
            {"requests": True},
            {"answers": -1},
            {"failures": 0},
            {"rest": 30},
            {"rest": dt.timedelta(seconds=-1)},
        ],
    )
    def test_limits(self, wrong):
        """A limit that limits nothing, or everything, is refused by its name."""
        with pytest.raises(InputError) as caught:
            Limits(**wrong)

        assert [caught.value.field] == list(wrong)


def test_who_waits_for_a_slot_in_vain_sent_nothing():
    """At the bound a call waits within its deadline, and then was not sent."""
    inside, release = threading.Event(), threading.Event()

    def book(_request, _context):
        inside.set()
        release.wait(10)
        return BOOKED

    agency = attach(doing(book=book), limits={"concurrent": 1, "seconds": 5})
    first = []
    running = threading.Thread(target=lambda: first.append(outcome(agency)))
    running.start()
    inside.wait(5)
    second = []
    waiting = threading.Thread(target=lambda: second.append(agency.book(BOOKING)))
    waiting.start()
    release.set()
    running.join(5)
    waiting.join(5)

    assert first == second == [BOOKED]


def test_a_plugin_that_calls_itself():
    """A plugin that calls its own instance waits like anybody, and does not hang."""
    inner = []

    def book(_request, _context):
        inner.append(outcome(agency, "find", FIND))
        return BOOKED

    agency = attach(
        doing(book=book, find=lambda _request, _context: Absent()),
        limits={"concurrent": 1, "seconds": 0.2},
    )
    outcome(agency)
    while not inner:
        time.sleep(0.001)

    assert type(inner[0]) is ProviderUnavailableError
    assert inner[0].certainty is Certainty.NOT_SENT
