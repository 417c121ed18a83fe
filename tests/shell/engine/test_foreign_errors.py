"""What a plugin raises that is none of the errors of the contract."""

from __future__ import annotations

import threading

import pytest
from tests.shell.test_calls import Shop

from pmkit.shell.engine.local import LocalEngine
from pmkit.testing.engines.child import QUICK


@pytest.fixture
def shop(tmp_path):
    """Have a paid order at an agency that declares nothing and breaks when called."""
    made = Shop(tmp_path, agency=None)
    made.agency.faults.extend(RuntimeError("Broken.") for _ in range(1000))
    made.paid()
    yield made
    made.desk.close()


def test_a_broken_plugin_is_not_called_without_pause(shop):
    """While its clock stands, an engine tries twice and then waits for the moment."""
    engine = LocalEngine(shop.desk, QUICK)
    thread = threading.Thread(target=lambda: engine.run(once=True))
    thread.start()
    thread.join(3)
    ended = not thread.is_alive()
    engine.stop()
    thread.join()

    assert ended
    assert 2 == len(shop.agency.asked)
