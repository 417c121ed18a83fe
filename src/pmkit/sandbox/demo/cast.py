"""
Who takes part in the story, and what they trade.
"""

from __future__ import annotations

import datetime as dt

from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Actor, Role

#: When the story begins: a Tuesday four weeks before the spring festival.
BEGINNING = "2026-01-20T09:00+08:00"

ORDER = "TA-2026-0042"

BUYER = Actor(role=Role.BUYER, party="Nordwind GmbH", name="Jana Berg")
SUPPLIER = Actor(role=Role.SUPPLIER, party="Ningbo Hexing Lighting", name="Chen Wei")
AGENCY = Actor(role=Role.AGENCY, party="sandbox-agency", name="Li Na")
INSPECTOR = Actor(role=Role.INSPECTOR, party="sandbox-agency", name="Zhao Min")
OPERATOR = Actor(role=Role.OPERATOR, party="platform")

#: A Friday, four days after the spring festival.
SHIP_DAY = dt.date(2026, 2, 27)

LAMP = OrderLine(
    product="LED desk lamp",
    quantity=5000,
    unit="pieces",
    packaging="1 per gift box, 20 per carton",
    shipping_mark="NORDWIND / HAMBURG",
    inner_carton_mark="NW-LAMP-20",
)
INITIAL = Money.of("3600.00", "USD")
BALANCE = Money.of("8400.00", "USD")

PLANT = "Hexing Lighting, plant 2, 18 Jinshan Road, Ningbo"
