"""
What can be sold: the kinds of on-site service, and what each one checks.

Readiness thresholds differ between agencies, so each is a default that a
marketplace may change with `attrs.evolve`.
"""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import InputError, UnknownKindError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Checkpoint(enum.StrEnum):
    """What an inspector can look at on site."""

    PROGRESS = "progress"
    PRODUCT_NAME = "product-name"
    QUANTITY = "quantity"
    SHIPPING_MARK = "shipping-mark"
    PACKAGING = "packaging"
    INNER_CARTON_MARK = "inner-carton-mark"
    MATERIALS = "materials"
    FIRST_ARTICLES = "first-articles"
    WORKMANSHIP = "workmanship"
    ON_SITE_TESTS = "on-site-tests"
    MEASUREMENTS = "measurements"
    CONTAINER = "container"
    LOADING = "loading"
    SEAL = "seal"


class PriceBasis(enum.StrEnum):
    """What one unit of the price is."""

    VISIT = "visit"
    MAN_DAY = "man-day"
    CONTAINER = "container"


@attrs.frozen(kw_only=True)
class Readiness:
    """
    How far the goods must be before the visit makes sense.

    Args:
        finished: Percent of the ordered quantity that is made, 0 to 100.

        packed: Percent of the ordered quantity that is packed, 0 to 100.
    """

    finished: int = 0
    packed: int = 0

    def __attrs_post_init__(self) -> None:
        for name, value in (("finished", self.finished), ("packed", self.packed)):
            if not 0 <= value <= 100:  # noqa: PLR2004 - percent
                msg = f"{value} is not a percentage."
                raise InputError(msg, field=name, remedy="Give 0 to 100.")


@attrs.frozen(kw_only=True)
class ServiceKind:
    """
    One kind of service in the catalogue.

    Args:
        code: The short name of the trade, for example ``"PM"``.

        name: The long name.

        checks: What is looked at on site.

        readiness: How far the goods must be.

        price_basis: What one unit of the price is.

        sampled: Whether goods are drawn by an AQL plan, so that the report must
            carry a sample.

        several_visits: Whether one service may plan more than one visit.

        report_clause: The clause that says when the report is due.
    """

    code: str
    name: str
    checks: tuple[Checkpoint, ...]
    readiness: Readiness
    price_basis: PriceBasis
    sampled: bool = False
    several_visits: bool = False
    report_clause: str = "REPORT-1"


def require_kind(kind: ServiceKind, code: str) -> None:
    """
    Refuse the rules of another kind than the one a service has.

    Args:
        kind: The kind that was handed over.

        code: The code of the service's own kind.

    Raises:
        pmkit.InputError: If they differ.
    """
    if kind.code != code:
        msg = f"The service is a {code}, not a {kind.code}."
        raise InputError(msg, field="kind", remedy=f"Give the kind {code}.")


class Catalogue:
    """
    The kinds of service that a marketplace sells.

    Args:
        kinds: The kinds; two with one code are refused.

    Raises:
        pmkit.InputError: If two kinds have the same code.

    Examples:
        >>> CATALOGUE["PSI"].readiness
        Readiness(finished=100, packed=80)
    """

    def __init__(self, kinds: Iterable[ServiceKind]) -> None:
        found: dict[str, ServiceKind] = {}
        for kind in kinds:
            if kind.code in found:
                msg = f"Two service kinds are called {kind.code!r}."
                raise InputError(msg, field="kinds", remedy="Give each its own code.")
            found[kind.code] = kind
        self.kinds: Mapping[str, ServiceKind] = MappingProxyType(found)

    def __getitem__(self, code: str) -> ServiceKind:
        kind = self.kinds.get(code)
        if kind is None:
            msg = f"There is no service kind {code!r}."
            known = ", ".join(sorted(self.kinds))
            raise UnknownKindError(msg, field="kind", remedy=f"Use one of {known}.")
        return kind


#: What production monitoring looks at: progress, and the details against the order.
#: https://www.alifaq.org/category/production-monitoring
_DETAILS = (
    Checkpoint.PRODUCT_NAME,
    Checkpoint.QUANTITY,
    Checkpoint.SHIPPING_MARK,
    Checkpoint.PACKAGING,
    Checkpoint.INNER_CARTON_MARK,
)

#: The kinds that every agency read for this catalogue offers.  Thresholds:
#: IPC and DUPRO https://www.manxiqc.com/services, PSI
#: https://www.alifaq.org/what-is-quality-inspection-standard-for-trade-assurance/
CATALOGUE = Catalogue(
    (
        ServiceKind(
            code="PM",
            name="Production monitoring",
            checks=(Checkpoint.PROGRESS, *_DETAILS),
            readiness=Readiness(),
            price_basis=PriceBasis.MAN_DAY,
            several_visits=True,
        ),
        ServiceKind(
            code="IPC",
            name="Initial production check",
            checks=(
                Checkpoint.MATERIALS,
                Checkpoint.FIRST_ARTICLES,
                Checkpoint.PROGRESS,
            ),
            readiness=Readiness(finished=0),
            price_basis=PriceBasis.MAN_DAY,
        ),
        ServiceKind(
            code="DUPRO",
            name="During-production inspection",
            checks=(Checkpoint.PROGRESS, Checkpoint.WORKMANSHIP, *_DETAILS),
            readiness=Readiness(finished=30),
            price_basis=PriceBasis.MAN_DAY,
            sampled=True,
        ),
        ServiceKind(
            code="PSI",
            name="Pre-shipment inspection",
            checks=(
                *_DETAILS,
                Checkpoint.WORKMANSHIP,
                Checkpoint.ON_SITE_TESTS,
                Checkpoint.MEASUREMENTS,
            ),
            readiness=Readiness(finished=100, packed=80),
            price_basis=PriceBasis.MAN_DAY,
            sampled=True,
        ),
        ServiceKind(
            code="CLC",
            name="Container loading check",
            checks=(
                Checkpoint.QUANTITY,
                Checkpoint.SHIPPING_MARK,
                Checkpoint.PACKAGING,
                Checkpoint.CONTAINER,
                Checkpoint.LOADING,
                Checkpoint.SEAL,
            ),
            readiness=Readiness(finished=100, packed=100),
            price_basis=PriceBasis.CONTAINER,
        ),
    )
)
