"""Who acts."""

from __future__ import annotations

import pytest

from pmkit.core.parties import SYSTEM, Actor, Role


@pytest.mark.parametrize(
    ("name", "expected"), [("", "supplier Lamps"), ("Li", "supplier Lamps (Li)")]
)
def test_an_actor_reads_as_role_and_party(name, expected) -> None:
    """The person stands behind the company, if one is named."""
    assert expected == str(Actor(role=Role.SUPPLIER, party="Lamps", name=name))


def test_the_seven_roles() -> None:
    """Buyer, approver, supplier, agency, inspector, operator and the system."""
    expected = [
        "buyer",
        "approver",
        "supplier",
        "agency",
        "inspector",
        "operator",
        "system",
    ]

    assert expected == [role.value for role in Role]
    assert Role.SYSTEM is SYSTEM.role
