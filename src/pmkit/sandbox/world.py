"""
A world of its own: one clock that stands until it is set, and all simulated plugins.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc
from pmkit.hooks.specs import hookimpl
from pmkit.sandbox.agency import SandboxAgency
from pmkit.sandbox.card import SandboxCard
from pmkit.sandbox.notifier import MemoryNotifier
from pmkit.sandbox.pay_later import PayLater
from pmkit.sandbox.transfer import SandboxTransfer
from pmkit.shell.clock import SetClock

if TYPE_CHECKING:
    from pmkit.core.ports import Agency, Notifier, PaymentMethod
    from pmkit.hooks.panel import Panel
    from pmkit.sandbox.far.app import SandboxApp

#: When a world begins unless it is told otherwise: a Tuesday morning in China.
BEGINNING = "2026-01-20T09:00+08:00"


class World:
    """
    The simulated companies and the clock they share.

    A world is itself a plugin, attached through the same sockets as any other:
    ``load_plugins(world)``.

    Args:
        now: When it begins: an aware datetime, or one as ISO 8601 text.

        notifier: Where notices go; into memory, if left out.

        clock: What all of them look at; one that begins at *now* and stands until it
            is set, if left out.

    Attributes:
        clock: What all of them look at.

        agency: The inspection company.

        card: The cards.

        transfer: The bank.

        pay_later: The lender that does not lend.

        notifier: Where notices go.

        app: All of them as one HTTP application.

        panel: Their HTTP plugins and nothing else, attached; they call `app` in this
            process.

        companies: The companies themselves as a panel, without HTTP between.

    Examples:
        >>> world = World("2026-01-20T09:00+08:00")
        >>> world.advance(days=1, hours=2).isoformat()
        '2026-01-21T03:00:00+00:00'
        >>> list(world.panel.methods)
        ['sandbox-card', 'sandbox-pay-later', 'sandbox-transfer']
    """

    def __init__(
        self,
        now: str | dt.datetime = BEGINNING,
        *,
        notifier: Notifier | None = None,
        clock: SetClock | None = None,
    ) -> None:
        self.clock = SetClock(_instant(now)) if clock is None else clock
        self.agency = SandboxAgency(clock=self.now)
        self.card = SandboxCard(clock=self.now)
        self.transfer = SandboxTransfer(clock=self.now)
        self.pay_later = PayLater()
        self.notifier: Notifier = MemoryNotifier() if notifier is None else notifier

    @functools.cached_property
    def app(self) -> SandboxApp:
        """All companies as one HTTP application."""
        from pmkit.sandbox.far.app import SandboxApp

        return SandboxApp(self)

    @functools.cached_property
    def panel(self) -> Panel:
        """The HTTP plugins of the companies, attached; they call `app`."""
        from pmkit.sandbox.attaching import panel_of

        return panel_of(self)

    @functools.cached_property
    def companies(self) -> Panel:
        """The companies themselves on a panel, for who wants to do without HTTP."""
        from pmkit.hooks.panel import Panel

        return Panel.of(
            agencies=[self.agency],
            methods=[self.card, self.transfer, self.pay_later],
            notifiers=[self.notifier],
        )

    def now(self) -> dt.datetime:
        """Tell the present instant of this world, UTC."""
        return self.clock.now()

    def set(self, now: str | dt.datetime) -> dt.datetime:
        """
        Set the clock.

        Args:
            now: An aware datetime, or one as ISO 8601 text; never before the present.

        Returns:
            The new present, UTC.

        Raises:
            pmkit.InputError: If it lies in the past of this world, or is no datetime.

            pmkit.NaiveTimeError: If it has no zone.
        """
        new = _instant(now)
        if new < self.now():
            msg = f"{new.isoformat()} is before the present {self.now().isoformat()}."
            raise InputError(msg, field="now", remedy="Time only goes on.")
        return self.clock.set(new)

    def advance(
        self, *, days: int = 0, hours: int = 0, minutes: int = 0
    ) -> dt.datetime:
        """
        Let time pass.

        Args:
            days: Days of 24 hours.

            hours: Hours.

            minutes: Minutes.

        Returns:
            The new present, UTC.

        Raises:
            pmkit.InputError: If the sum is negative.
        """
        return self.clock.advance(dt.timedelta(days=days, hours=hours, minutes=minutes))

    @hookimpl
    def pmkit_agencies(self) -> list[Agency]:
        """Offer the inspection company."""
        return list(self.panel.agencies.values())

    @hookimpl
    def pmkit_payment_methods(self) -> list[PaymentMethod]:
        """Offer cards, transfers and credit."""
        return list(self.panel.methods.values())

    @hookimpl
    def pmkit_notifiers(self) -> list[Notifier]:
        """Offer the notifier."""
        return list(self.panel.notifiers.values())


def _instant(value: str | dt.datetime) -> dt.datetime:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError as error:
            msg = f"{value!r} is not a moment."
            raise InputError(
                msg, field="now", remedy='Write it as "2026-01-20T09:00+08:00".'
            ) from error
    return to_utc(value, field="now")
