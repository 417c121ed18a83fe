"""A world has one clock, and it stands until somebody sets it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import pytest

import pmkit.sandbox
from pmkit.core.errors import InputError, NaiveTimeError
from pmkit.core.parties import Role
from pmkit.core.ports import Notice
from pmkit.hooks.loading import load_plugins
from pmkit.sandbox import FileNotifier, World
from pmkit.shell.clock import SetClock

NOTICE = Notice(
    id="n-1",
    order_id="o-1",
    to=Role.BUYER,
    party="Muster GmbH",
    at=dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC),
    subject="Task received",
    text="The agency has your task.",
)


class TestClock:
    """The clock of a world."""

    def test_stands_still(self, world):
        """Asked twice, it tells the same instant, in UTC."""
        assert "2026-01-20T01:00:00+00:00" == world.now().isoformat()
        assert world.now() == world.now()

    def test_time_passes_when_told(self, world):
        """A day, two hours and a minute later."""
        world.advance(days=1, hours=2, minutes=1)

        assert "2026-01-21T03:01:00+00:00" == world.now().isoformat()

    def test_can_be_set(self, world):
        """It is set by a text or by a datetime of any zone."""
        world.set("2026-02-01T08:00+08:00")
        first = world.now()
        world.set(dt.datetime(2026, 2, 2, tzinfo=dt.UTC))

        assert "2026-02-01T00:00:00+00:00" == first.isoformat()
        assert "2026-02-02T00:00:00+00:00" == world.now().isoformat()

    @pytest.mark.parametrize(
        ("value", "error"),
        [
            ("2026-01-19T09:00+08:00", InputError),
            ("2026-02-01T09:00", NaiveTimeError),
            ("tomorrow", InputError),
            (7, InputError),
        ],
    )
    def test_refuses_what_is_no_later_moment(self, world, value, error):
        """The past, a moment without zone and no moment at all change nothing."""
        with pytest.raises(error):
            world.set(value)
        assert "2026-01-20T01:00:00+00:00" == world.now().isoformat()

    def test_does_not_run_backwards(self, world):
        """A negative time does not pass."""
        with pytest.raises(InputError):
            world.advance(hours=-1)

    def test_is_the_clock_of_everybody(self, world, booking, charging):
        """Agency and card report by the time of the world."""
        world.agency.book(booking())
        world.advance(days=2)

        assert world.now() == world.agency.arrive("s-1", 1).at
        assert world.now() == world.card.charge(charging())[0].at


class TestPlugins:
    """The parts of a world."""

    def test_are_attached_to_its_panel(self, world):
        """The panel of a world has the plugins of its companies and nothing else."""
        panel = world.panel

        assert ["sandbox-agency"] == list(panel.agencies)
        assert ["sandbox-card", "sandbox-pay-later", "sandbox-transfer"] == list(
            panel.methods
        )
        assert ["sandbox-memory"] == list(panel.notifiers)
        assert panel == load_plugins(world)

    def test_are_plugins_like_those_of_anybody(self, world):
        """Each has a manifest and a title, and was attached for the sandbox."""
        attached = [*world.panel.agencies.values(), *world.panel.methods.values()]

        assert [
            ("sandbox-agency", "Sandbox Inspection", "sandbox"),
            ("sandbox-card", "Card", "sandbox"),
            ("sandbox-pay-later", "Pay Later", "sandbox"),
            ("sandbox-transfer", "Bank transfer (T/T)", "sandbox"),
        ] == [(a.manifest.id, a.title, a.environment.value) for a in attached]

    def test_calls_reach_the_companies(self, world, booking):
        """What is booked by the plugin is booked at the company, and told there."""
        reply = world.panel.agency("sandbox-agency").book(booking())

        assert ["SBX-0001"] == [task.reference for task in world.agency.tasks]
        assert "SBX-0001" == reply.reference
        assert booking() == world.agency.tasks[0].request

    def test_are_also_there_without_http(self, world):
        """The companies themselves are a panel too."""
        assert world.agency is world.companies.agency("sandbox-agency")
        assert world.transfer is world.companies.method("sandbox-transfer")
        assert world.notifier is world.companies.notifier("sandbox-memory")

    def test_notices_go_where_they_are_sent(self, tmp_path):
        """A world takes another notifier in place of its memory."""
        path = tmp_path / "notices.jsonl"
        world = World(notifier=FileNotifier(path))

        world.panel.notifier("sandbox-file").send(NOTICE)

        assert "n-1" == json.loads(path.read_text("utf-8"))["id"]

    def test_share_a_clock_that_is_given(self):
        """A world can run by another clock than one that stands."""
        clock = SetClock(dt.datetime(2026, 2, 2, tzinfo=dt.UTC))
        world = World(clock=clock)
        clock.advance(dt.timedelta(hours=1))

        assert "2026-02-02T01:00:00+00:00" == world.now().isoformat()

    def test_are_not_attached_by_installing_pmkit(self):
        """Nobody gets a simulated bank that they did not ask for."""
        assert {} == dict(load_plugins().agencies)


class TestNames:
    """The names of the package."""

    @pytest.mark.parametrize("name", pmkit.sandbox.__all__)
    def test_are_there(self, name):
        """Each public name loads, and is listed."""
        assert getattr(pmkit.sandbox, name).__name__ == name
        assert name in dir(pmkit.sandbox)

    def test_a_wrong_name_is_an_attribute_error(self):
        """A name that is not there is told as Python tells it."""
        with pytest.raises(AttributeError, match="has no attribute 'Casino'"):
            _ = pmkit.sandbox.Casino

    def test_load_when_they_are_used(self):
        """Importing the package alone loads neither pluggy nor attrs."""
        heavy = "{'attrs', 'pluggy'} & {*sys.modules}"
        start = f"import sys, pmkit.sandbox; sys.exit(len({heavy}))"

        done = subprocess.run([sys.executable, "-c", start], check=False)

        assert 0 == done.returncode
