"""
How many decimals each currency of ISO 4217 has, including withdrawn ones.

An order lives longer than a currency: the Croatian kuna, the Bulgarian lev and
the Antillean guilder are gone from the list of today, and a stored order in one
of them must still load.

Units that are not money in a sale (precious metals, bond market units, the test
code XTS, "no currency" XXX, special drawing rights) have no exponent in the
standard and are absent here.

Sources:
    Current codes: ISO 4217 list one, published 2026-01-01 by its maintenance
    agency, https://www.six-group.com/en/products-services/financial-information/data-standards.html

    Withdrawn codes: list three of the same page names them without decimals.  Their
    decimals are those of the currency table of the Java platform,
    https://docs.oracle.com/javase/8/docs/api/java/util/Currency.html
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pmkit.core.errors import CurrencyError

if TYPE_CHECKING:
    from collections.abc import Mapping

_CURRENT_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_CURRENT_2 = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN "
    "BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP "
    "ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR "
    "IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
    "SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD "
    "XCD XCG YER ZAR ZMW ZWG"
)
_CURRENT_3 = "BHD IQD JOD KWD LYD OMR TND"
_CURRENT_4 = "CLF UYW"
_WITHDRAWN_0 = "ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL"
_WITHDRAWN_2 = (
    "AFA ANG ATS AYM AZM BGL BGN CSD CUC CYP DEM EEK FIM FRF GHC GWP HRK IEP LTL "
    "LVL MRO MTL MZM NLG ROL RUR SDD SIT SKK SLL SRG STD TMM USS VEB VEF YUM ZMK "
    "ZWD ZWL ZWN ZWR"
)

#: Codes that are on the list of today.
CURRENT: frozenset[str] = frozenset(
    f"{_CURRENT_0} {_CURRENT_2} {_CURRENT_3} {_CURRENT_4}".split()
)

#: The number of decimals by code, current and withdrawn.
EXPONENTS: Mapping[str, int] = MappingProxyType(
    {
        code: decimals
        for decimals, codes in (
            (0, f"{_CURRENT_0} {_WITHDRAWN_0}"),
            (2, f"{_CURRENT_2} {_WITHDRAWN_2}"),
            (3, _CURRENT_3),
            (4, _CURRENT_4),
        )
        for code in codes.split()
    }
)


def exponent(code: object) -> int:
    """
    Tell how many decimals a currency has.

    Args:
        code: The ISO 4217 code, in capitals; it may have been withdrawn.

    Returns:
        The number of decimals of an amount in major units.

    Raises:
        pmkit.CurrencyError: If no such currency is known.

    Examples:
        >>> exponent("USD"), exponent("JPY"), exponent("KWD"), exponent("HRK")
        (2, 0, 3, 2)
    """
    if not isinstance(code, str) or code not in EXPONENTS:
        msg = f"{code!r} is not a currency of ISO 4217."
        raise CurrencyError(
            msg, field="currency", remedy="Give a code like USD, in capitals."
        )
    return EXPONENTS[code]
