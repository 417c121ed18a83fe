"""
What is attached: the panel, and how it is filled.

There is no global panel and nothing loads at import: the application calls
`load_plugins` once and hands the result on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

import attrs

from pmkit.core.errors import PluginError, UnknownPluginError
from pmkit.core.ports import Agency, Notifier, PaymentMethod
from pmkit.hooks.offers import check

_T = TypeVar("_T")

#: Each hook and what it offers, in the order of the panel.
SOCKETS: Mapping[str, type[object]] = MappingProxyType(
    {
        "pmkit_agencies": Agency,
        "pmkit_payment_methods": PaymentMethod,
        "pmkit_notifiers": Notifier,
    }
)

#: What each Protocol is called in a sentence.
_WORDS: Mapping[type[object], str] = {
    Agency: "agency",
    PaymentMethod: "payment method",
    Notifier: "notifier",
}
_GIVEN = "The application"


def _frozen(offers: Mapping[str, _T]) -> Mapping[str, _T]:
    return MappingProxyType({name: offers[name] for name in sorted(offers)})


@attrs.frozen(kw_only=True)
class Panel:
    """
    The agencies, payment methods and notifiers of one application.

    Args:
        agencies: By name, sorted.

        methods: By name, sorted.

        notifiers: By name, sorted.
    """

    agencies: Mapping[str, Agency] = attrs.field(factory=dict, converter=_frozen)
    methods: Mapping[str, PaymentMethod] = attrs.field(factory=dict, converter=_frozen)
    notifiers: Mapping[str, Notifier] = attrs.field(factory=dict, converter=_frozen)

    @classmethod
    def of(
        cls,
        *,
        agencies: Iterable[Agency] = (),
        methods: Iterable[PaymentMethod] = (),
        notifiers: Iterable[Notifier] = (),
    ) -> Panel:
        """
        Attach objects directly, without plugins.

        Args:
            agencies: Inspection companies.

            methods: Ways to pay.

            notifiers: Ways to tell people.

        Returns:
            The panel.

        Raises:
            pmkit.PluginError: If an object does not fit, or two have one name.

        Examples:
            >>> from pmkit.sandbox import MemoryNotifier
            >>> list(Panel.of(notifiers=[MemoryNotifier()]).notifiers)
            ['sandbox-memory']
        """
        return cls(
            agencies=collect([(_GIVEN, x) for x in agencies], Agency),
            methods=collect([(_GIVEN, x) for x in methods], PaymentMethod),
            notifiers=collect([(_GIVEN, x) for x in notifiers], Notifier),
        )

    def agency(self, name: str) -> Agency:
        """
        Find an agency.

        Raises:
            pmkit.UnknownPluginError: If none has this name; it lists those that are.
        """
        return _find(self.agencies, name, Agency, field="provider")

    def method(self, name: str) -> PaymentMethod:
        """
        Find a payment method.

        Raises:
            pmkit.UnknownPluginError: If none has this name; it lists those that are.
        """
        return _find(self.methods, name, PaymentMethod, field="method")

    def notifier(self, name: str) -> Notifier:
        """
        Find a notifier.

        Raises:
            pmkit.UnknownPluginError: If none has this name; it lists those that are.
        """
        return _find(self.notifiers, name, Notifier, field="notifier")


def collect(
    offers: Iterable[tuple[str, object]], protocol: type[object]
) -> dict[str, _T]:
    """
    Check offers of one kind and put them under their names.

    Args:
        offers: Each offer with the words for who makes it.

        protocol: What they have to be.

    Returns:
        The offers by name.

    Raises:
        pmkit.PluginError: If one does not fit, or two have one name.
    """
    found: dict[str, _T] = {}
    sources: dict[str, str] = {}
    for source, offer in offers:
        name = check(offer, protocol, source=source)
        if name in found:
            msg = (
                f"Two offers of the {_WORDS[protocol]} {name!r}: "
                f"by {sources[name]} and by {source}."
            )
            raise PluginError(msg, remedy="Leave one out, or give it another name.")
        found[name] = offer  # type: ignore[assignment]  # checked above, one by one
        sources[name] = source
    return found


def _find(
    offers: Mapping[str, _T], name: str, protocol: type[object], *, field: str
) -> _T:
    try:
        return offers[name]
    except (KeyError, TypeError):
        pass
    msg = f"There is no {_WORDS[protocol]} {name!r}."
    attached = ", ".join(offers)
    remedy = f"Attached: {attached}." if attached else "None is attached."
    raise UnknownPluginError(msg, field=field, remedy=remedy)
