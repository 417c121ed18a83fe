"""Killed at every boundary of the journey, once; more in ``nox -s crash``."""

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

    @pytest.mark.parametrize("shard", ["1/2", "2/2"])
    def test_every_boundary_once_on_postgresql(self, shard):
        """It loses nothing and does nothing twice on PostgreSQL, either."""
        where = ("--databases", "postgresql", "--ways", "memory")
        code, said = session("crash", *where, "--shard", shard)

        assert (0, said) == (code, said)


class TestKill:
    @pytest.mark.parametrize("shard", ["1/2", "2/2"])
    @pytest.mark.parametrize("database", ["postgresql", "sqlite"])
    def test_every_boundary_once(self, database, shard):
        """A process that gets kill -9 loses nothing and does nothing twice."""
        where = ("--databases", database, "--ways", "kill", "--double", "4")
        code, said = session("crash", *where, "--shard", shard)

        assert (0, said) == (code, said)
