"""
What the simulated agency charges.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from pmkit.core.catalogue import CATALOGUE
from pmkit.core.errors import UnavailableError
from pmkit.core.money import Money
from pmkit.core.service import Price, PriceLine, PriceLineKind


@attrs.frozen(kw_only=True)
class PriceList:
    """
    The prices of an agency in one currency.

    Args:
        man_day: The price of one visit by one inspector, by service kind.

        travel: What each visit costs on top.

        tax_percent: The tax on both, in percent; ``"0"`` for none.
    """

    man_day: Mapping[str, Money]
    travel: Money
    tax_percent: str = "0"

    @property
    def currency(self) -> str:
        """The currency of the list."""
        return self.travel.currency

    def price(self, kind: str, visits: int) -> Price:
        """
        Price a service.

        Args:
            kind: The code of the service kind.

            visits: How many visits are planned, at least 1.

        Returns:
            The price: service, travel and, if there is any, tax.

        Raises:
            pmkit.UnavailableError: If the list does not have the kind.
        """
        if kind not in self.man_day:
            msg = f"The agency does not sell {kind} in {self.currency}."
            sold = ", ".join(sorted(self.man_day))
            raise UnavailableError(msg, field="kind", remedy=f"It sells {sold}.")
        known = CATALOGUE.kinds.get(kind)
        days = "1 man-day" if visits == 1 else f"{visits} man-days"
        service = self.man_day[kind] * visits
        travel = self.travel * visits
        lines = [
            (
                PriceLineKind.SERVICE,
                f"{known.name if known else kind}, {days}",
                service,
            ),
            (PriceLineKind.TRAVEL, "Travel of the inspector", travel),
        ]
        tax = (service + travel).percent(self.tax_percent)
        if tax.is_positive:
            lines.append((PriceLineKind.TAX, f"Tax {self.tax_percent} %", tax))
        return Price(
            lines=tuple(
                PriceLine(kind=line, description=text, amount=amount)
                for line, text, amount in lines
            ),
            quote=f"SBX-{kind}-{visits}-{self.currency}",
        )


def _usual(currency: str, man_days: Mapping[str, str], travel: str) -> PriceList:
    return PriceList(
        man_day={kind: Money.of(text, currency) for kind, text in man_days.items()},
        travel=Money.of(travel, currency),
        tax_percent="6",
    )


#: Invented prices of a size that agencies publish:
#: https://tetrainspection.com/production-monitoring/
PRICES = (
    _usual(
        "USD",
        {"PM": "240", "IPC": "240", "DUPRO": "260", "PSI": "280", "CLC": "220"},
        "36",
    ),
    _usual(
        "EUR",
        {"PM": "220", "IPC": "220", "DUPRO": "240", "PSI": "260", "CLC": "200"},
        "33",
    ),
    _usual(
        "CNY",
        {"PM": "1700", "IPC": "1700", "DUPRO": "1850", "PSI": "2000", "CLC": "1550"},
        "260",
    ),
)
