"""Notices wait for a worker that can send them."""

from __future__ import annotations

import attrs
import pytest
from tests.shell.counter import Counter

from pmkit.shell.engine.local import LocalEngine
from pmkit.testing.engines.child import QUICK


@pytest.fixture
def silent(tmp_path):
    """Have an order with notices, and a desk on it that has no notifier."""
    counter = Counter(tmp_path)
    counter.booked()
    counter.world.notifier.notices.clear()
    counter.scheduled()
    counter.panel = attrs.evolve(counter.world.companies, notifiers={})
    desk = counter.again()
    yield counter, desk
    desk.close()
    counter.desk.close()


def waiting(desk):
    """Count the notices that nobody has sent."""
    return desk.metrics().notices_waiting


def test_an_engine_without_notifiers_leaves_notices(silent):
    """What a worker without notifiers does not send, one with a notifier does."""
    counter, desk = silent
    before = waiting(desk)
    done = LocalEngine(desk, QUICK).run(once=True)
    left = waiting(desk)
    LocalEngine(counter.desk, QUICK).run(once=True)

    assert (before, 0) == (left, done.notified)
    assert before == len(counter.world.notifier.notices) > 0
    assert 0 == waiting(desk)


def test_a_desk_without_notifiers_counts_them_as_sent(silent):
    """A program that tells nobody has no notices that wait for ever."""
    _, desk = silent
    before = waiting(desk)

    assert before == desk.work().notified > 0
    assert 0 == waiting(desk)


def test_a_worker_without_notifiers_warns(silent):
    """Whoever starts a worker that sends no notices is told, and only then."""
    counter, desk = silent
    (said,) = set(LocalEngine(desk).worker.warnings()) - set(desk.store.warnings())

    assert "No notifier is attached" in said
    assert desk.store.warnings() == LocalEngine(counter.desk).worker.warnings()
