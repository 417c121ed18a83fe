"""The catalogue: what is sold, what is looked at, how far the goods must be."""

from __future__ import annotations

import attrs
import pytest

from pmkit.core.catalogue import (
    CATALOGUE,
    Catalogue,
    Checkpoint,
    PriceBasis,
    Readiness,
)
from pmkit.core.errors import InputError, UnknownKindError


@pytest.mark.parametrize(
    ("code", "finished", "packed"),
    [
        ("PM", 0, 0),
        ("IPC", 0, 0),
        ("DUPRO", 30, 0),
        ("PSI", 100, 80),
        ("CLC", 100, 100),
    ],
)
def test_readiness_of_each_kind(code: str, finished: int, packed: int) -> None:
    """The trade visits at these percentages made and packed."""
    assert Readiness(finished=finished, packed=packed) == CATALOGUE[code].readiness


def test_production_monitoring_looks_at_progress_and_details() -> None:
    """Production monitoring checks progress and the product details of the order."""
    expected = {
        Checkpoint.PROGRESS,
        Checkpoint.PRODUCT_NAME,
        Checkpoint.QUANTITY,
        Checkpoint.SHIPPING_MARK,
        Checkpoint.PACKAGING,
        Checkpoint.INNER_CARTON_MARK,
    }

    assert expected == set(CATALOGUE["PM"].checks)


def test_only_production_monitoring_has_several_visits() -> None:
    """Production monitoring is often several visits along the run; the rest is one."""
    several = {code for code, kind in CATALOGUE.kinds.items() if kind.several_visits}

    assert {"PM"} == several


def test_kinds_that_draw_a_sample() -> None:
    """Inspections of the product during and after production draw by AQL."""
    sampled = {code for code, kind in CATALOGUE.kinds.items() if kind.sampled}

    assert {"DUPRO", "PSI"} == sampled


def test_loading_is_priced_by_container() -> None:
    """A container loading check is priced by the container, the rest by man-day."""
    bases = {code: kind.price_basis for code, kind in CATALOGUE.kinds.items()}

    assert PriceBasis.CONTAINER == bases.pop("CLC")
    assert {PriceBasis.MAN_DAY} == set(bases.values())


def test_every_kind_owes_its_report_by_report_1() -> None:
    """The report clause of the seed holds for each kind."""
    assert {"REPORT-1"} == {kind.report_clause for kind in CATALOGUE.kinds.values()}


def test_unknown_kind_names_the_known_ones() -> None:
    """Who asks for a kind that is not sold is told what is."""
    with pytest.raises(UnknownKindError, match="no service kind 'XYZ'") as caught:
        CATALOGUE["XYZ"]

    assert "kind" == caught.value.field
    assert "Use one of CLC, DUPRO, IPC, PM, PSI." == caught.value.remedy


def test_a_marketplace_changes_a_threshold() -> None:
    """Thresholds differ between agencies, so a catalogue takes its own."""
    stricter = attrs.evolve(
        CATALOGUE["DUPRO"], readiness=Readiness(finished=50, packed=10)
    )

    own = Catalogue([CATALOGUE["PM"], stricter])

    assert Readiness(finished=50, packed=10) == own["DUPRO"].readiness
    assert Readiness(finished=30, packed=0) == CATALOGUE["DUPRO"].readiness


def test_two_kinds_of_one_code_are_refused() -> None:
    """A code means one kind."""
    with pytest.raises(InputError, match="Two service kinds are called 'PM'") as caught:
        Catalogue([CATALOGUE["PM"], CATALOGUE["PM"]])

    assert "kinds" == caught.value.field


def test_a_catalogue_can_not_be_changed_afterwards() -> None:
    """Nobody puts a kind into a catalogue that others read."""
    with pytest.raises(TypeError, match="item assignment"):
        CATALOGUE.kinds["XYZ"] = CATALOGUE["PM"]  # type: ignore[index]


@pytest.mark.parametrize("finished", [0, 100])
def test_readiness_from_nothing_to_all(finished: int) -> None:
    """0 and 100 percent are percentages."""
    assert finished == Readiness(finished=finished).finished


@pytest.mark.parametrize(
    ("finished", "packed", "field"),
    [(-1, 0, "finished"), (101, 0, "finished"), (0, -1, "packed"), (0, 101, "packed")],
)
def test_readiness_beyond_a_percentage(finished: int, packed: int, field: str) -> None:
    """Less than nothing and more than all are refused."""
    with pytest.raises(InputError, match="not a percentage") as caught:
        Readiness(finished=finished, packed=packed)

    assert field == caught.value.field
