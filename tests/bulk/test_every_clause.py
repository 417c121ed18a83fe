"""Every clause is there, and is asked as the scalar function is."""

from __future__ import annotations

import inspect

import pytest

from pmkit import bulk
from pmkit.core import clauses


def numbers_of(function):
    """List the arguments of a clause beside the event, with their defaults."""
    _, *others = inspect.signature(function).parameters.values()
    return [(x.name, x.kind, x.default) for x in others]


@pytest.mark.parametrize("name", sorted(clauses.__all__))
def test_takes_the_same_arguments(name):
    """Beside the events, a clause over arrays takes what the scalar one takes."""
    assert name in bulk.__all__
    assert numbers_of(getattr(clauses, name)) == numbers_of(getattr(bulk, name))
