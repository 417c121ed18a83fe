"""Killed at every boundary of the journey; small here, whole in ``nox -s crash``."""

from __future__ import annotations

import pytest
from tests.proofs import crash
from tests.proofs.sessions import session


@pytest.fixture(scope="module")
def road(tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    return crash.Road(crash.Files(folder), crash.Here(crash.Outside()), "memory")


def first_broken(road):
    """Crash at one boundary after the other, until something is broken."""
    for step, point in road.cases():
        found = crash.in_memory(road, step, point, 0)
        if found:
            return {(step, point): found}
    return {}


class TestMemory:
    def test_every_boundary_once(self, road):
        """Dropping all memory at any boundary loses nothing and does nothing twice."""
        assert first_broken(road) == {}

    def test_there_are_boundaries_of_each_kind(self, road):
        """The boundaries are counted in the code that runs, commits and calls alike."""
        names = {name for names in road.points for name in names}

        assert len(road.cases()) > 150
        assert "before /agency/tasks" in names
        assert "after /payments/card/refunds" in names
        assert any(name.startswith("before commit of") for name in names)


class TestKill:
    @pytest.mark.parametrize("database", ["sqlite", "postgresql"])
    def test_a_sample_of_boundaries(self, database):
        """A process that gets kill -9 loses nothing and does nothing twice."""
        code, said = session(
            "crash", "--databases", database, "--ways", "kill", "--sample", "6",
            "--double", "1",
        )  # fmt: skip

        assert (0, said) == (code, said)
