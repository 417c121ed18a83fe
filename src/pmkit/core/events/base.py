"""
What an event is, and how a history becomes an order.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, ClassVar

import attrs

from pmkit.core.checked import utc
from pmkit.core.errors import OutOfOrderError
from pmkit.core.evolving import evolve
from pmkit.core.order import Order
from pmkit.core.parties import Actor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pmkit.core.service import Service
    from pmkit.core.visit import Visit

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


@attrs.frozen(kw_only=True)
class Event:
    """
    One thing that happened to an order.

    Args:
        at: When, UTC.

        by: Who did it.

    The events of an order are its history; folding them gives its state.
    """

    #: The name in the timeline, for example ``"service-added"``.
    name: ClassVar[str] = "event"
    #: Every kind of event by its name.
    kinds: ClassVar[dict[str, type[Event]]] = {}

    at: dt.datetime = attrs.field(validator=utc)
    by: Actor

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # What only helps to write events is called ...Event, or begins with "_".
        if not cls.__name__.startswith("_") and not cls.__name__.endswith("Event"):
            cls.name = _HUMP.sub("-", cls.__name__).lower()
            # attrs makes the class twice, once more with slots: the last one counts.
            Event.kinds[cls.name] = cls

    def apply(self, order: Order) -> Order:
        """
        Tell what the order is after this event.

        Args:
            order: The order before it.

        Returns:
            A new order; *order* is unchanged.
        """
        raise NotImplementedError


@attrs.frozen(kw_only=True)
class OrderOpened(Event):
    """The order came to pmkit; the first event of every history."""

    order: Order

    def apply(self, order: Order) -> Order:
        """Refuse: an order is opened once."""
        msg = f"Order {order.id} is open already."
        raise OutOfOrderError(msg)


@attrs.frozen(kw_only=True)
class ServiceEvent(Event):
    """An event on one service."""

    service_id: str

    def change(self, service: Service) -> Service:
        """Tell what the service is after this event."""
        raise NotImplementedError

    def apply(self, order: Order) -> Order:
        """Put the changed service in its place."""
        return order.with_service(self.change(order.service(self.service_id)))


@attrs.frozen(kw_only=True)
class VisitEvent(ServiceEvent):
    """An event on one visit of a service."""

    visit: int

    def turn(self, visit: Visit) -> Visit:
        """Tell what the visit is after this event."""
        raise NotImplementedError

    def change(self, service: Service) -> Service:
        """Put the changed visit in its place."""
        return service.with_visit(self.turn(service.visit(self.visit)))


@attrs.frozen(kw_only=True)
class Outcome:
    """
    What a step decided.

    Args:
        order: The order after it.

        events: What happened, in order; empty where nothing had to.

        states: The order after each event, for whoever asks about the events next;
            empty if nobody kept them.
    """

    order: Order
    events: tuple[Event, ...] = ()
    states: tuple[Order, ...] = attrs.field(default=(), eq=False, repr=False)


def opened(event: OrderOpened) -> Outcome:
    """Begin a history."""
    order = evolve(event.order, seq=1)
    return Outcome(order=order, events=(event,), states=(order,))


def after_each(order: Order, events: Iterable[Event]) -> Iterator[Order]:
    """
    Tell what an order is after each of some events.

    Args:
        order: The order before them.

        events: What happened, oldest first.
    """
    for event in events:
        order = evolve(event.apply(order), seq=order.seq + 1)
        yield order


def happened(order: Order, *events: Event) -> Outcome:
    """
    Apply events to an order.

    Args:
        order: The order before them.

        events: What happened, oldest first.

    Returns:
        The order after them, with the events.
    """
    states = tuple(after_each(order, events))
    return Outcome(order=states[-1] if states else order, events=events, states=states)


def then(outcome: Outcome, decide: Callable[[Order], Iterable[Event]]) -> Outcome:
    """
    Go on from an outcome: decide on the order as it now is.

    Args:
        outcome: What was decided so far.

        decide: Gives the further events for the order as it then is.

    Returns:
        Both together.
    """
    more = happened(outcome.order, *decide(outcome.order))
    return Outcome(
        order=more.order,
        events=(*outcome.events, *more.events),
        states=(*outcome.states, *more.states),
    )


def fold(events: Iterable[Event]) -> Order:
    """
    Tell what an order is from its history.

    Args:
        events: The whole history, oldest first.

    Returns:
        The order.

    Raises:
        pmkit.OutOfOrderError: If the history is empty or does not begin with
            `OrderOpened`.
    """
    history = iter(events)
    first = next(history, None)
    if not isinstance(first, OrderOpened):
        msg = "A history begins with the opening of the order."
        raise OutOfOrderError(msg)
    order = opened(first).order
    for state in after_each(order, history):
        order = state
    return order
