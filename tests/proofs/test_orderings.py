"""Messages in every order; up to four here, all of six in ``nox -s orderings``."""

from __future__ import annotations

import pytest
from tests.proofs import orderings


@pytest.mark.parametrize("name", orderings.FLOWS)
def test_every_order_comes_to_the_same_end(name):
    """Permuted, twice or a month late: what holds at the end is the same."""
    with orderings.stages((name,)) as found:
        cases = orderings.cases_of(found, 4)
        broken = {case: orderings.prove(found, case) for case in cases}

    assert {} == {case: said for case, said in broken.items() if said}


def test_the_end_is_a_real_one():
    """What is compared is an order that has come to its end."""
    with orderings.stages(("all",)) as found:
        holds = found["all"].expected

    assert "reported" in str(holds)
    assert "the third" in str(holds)
    assert "Zhao Min" in str(holds)
