"""
What pmkit asks, as the requests of the document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from pmkit.core.certainty import Certainty
from pmkit.core.plugin_errors import RequestInvalidError
from pmkit.effects.statuses import expect, reads

from pmkit_agency_http.document import MisfitError, check, check_parameter
from pmkit_agency_http.reading import TELLING

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.lookups import VisitDaysRequest
    from pmkit.core.order import OrderLine
    from pmkit.core.ports import (
        BookingRequest,
        CancelRequest,
        MoveRequest,
        QuoteRequest,
    )

    from pmkit_agency_http.settings import AgencyHttpSettings


class Asker:
    """
    Builds the requests of one instance.

    Args:
        settings: Where the agency is, and how it knows us.
    """

    def __init__(self, settings: AgencyHttpSettings) -> None:
        self._base = settings.base_url
        self._headers = {"Authorization": f"Bearer {settings.token.reveal()}"}
        if settings.account:
            self._headers["Agency-Account"] = settings.account

    def get(
        self, *path: str, accept: str = "application/json", **query: str
    ) -> httpx.Request:
        """
        Ask for something.

        Args:
            *path: Its path, part by part; each of them is checked already.

            accept: What may come.

            **query: The query.
        """
        headers = {**self._headers, "Accept": accept}
        params = query or None
        request = httpx.Request("GET", self._url(path), params=params, headers=headers)
        return expect(request, *TELLING)

    def search(self, path: str, schema: str, body: dict[str, Any]) -> httpx.Request:
        """
        Ask for something that needs a body.

        Args:
            path: Its path.

            schema: What the document calls the body.

            body: The body.

        Raises:
            pmkit.RequestInvalidError: If the protocol cannot say that.
        """
        return reads(self._post((path,), schema, body, {}))

    def change(
        self, *path: str, schema: str, body: dict[str, Any], key: str
    ) -> httpx.Request:
        """
        Ask to change something, once.

        Args:
            *path: Its path, part by part; each of them is checked already.

            schema: What the document calls the body.

            body: The body.

            key: The same for every repetition.

        Raises:
            pmkit.RequestInvalidError: If the protocol cannot say that.
        """
        return self._post(path, schema, body, {"Idempotency-Key": key})

    def _post(
        self,
        path: tuple[str, ...],
        schema: str,
        body: dict[str, Any],
        headers: dict[str, str],
    ) -> httpx.Request:
        try:
            check(schema, body)
        except MisfitError as error:
            raise not_sayable(error) from None
        more = {"Accept": "application/json", **self._headers, **headers}
        request = httpx.Request("POST", self._url(path), json=body, headers=more)
        return expect(request, *TELLING)

    def _url(self, path: tuple[str, ...]) -> str:
        return "/".join((self._base, *path))


def not_sayable(error: MisfitError) -> RequestInvalidError:
    """
    Say that the protocol has no words for a request; nothing was sent.

    Args:
        error: What does not fit.
    """
    return RequestInvalidError(
        f"The agency protocol cannot say this: {error.reason}.",
        fields=(error.field,),
        field=error.field,
        certainty=Certainty.NOT_SENT,
        remedy="See the schemas of the protocol for what fits.",
    )


def number(text: str) -> str:
    """
    Check a number of the agency before it stands in a path.

    Args:
        text: The number.

    Raises:
        pmkit.RequestInvalidError: If it can be none.
    """
    try:
        check_parameter("Task", text)
    except MisfitError as error:
        raise not_sayable(MisfitError("reference", error.reason)) from None
    return text


def quoting(request: QuoteRequest) -> dict[str, Any]:
    """Ask for a price."""
    return {
        "kind": request.kind,
        "lines": [line(each) for each in request.lines],
        "currency": request.currency,
        "planned_visits": request.planned_visits,
        **_said(requirements=request.requirements),
    }


def day_asking(request: VisitDaysRequest) -> dict[str, Any]:
    """Ask for the days on which somebody could come."""
    return {
        "kind": request.kind,
        "lines": [line(each) for each in request.lines],
        "first": request.first.isoformat(),
        "last": request.last.isoformat(),
    }


def booking(request: BookingRequest) -> dict[str, Any]:
    """Ask to take a task."""
    return {
        "reference": request.operation_id,
        "order": request.order_id,
        "service": request.service_id,
        "kind": request.kind,
        "lines": [line(each) for each in request.lines],
        "planned_visits": request.planned_visits,
        **_said(
            requirements=request.requirements, earlier_report=request.earlier_report
        ),
    }


def moving(request: MoveRequest) -> dict[str, Any]:
    """Ask for a time."""
    wanted = request.appointment
    return {
        "reference": request.operation_id,
        "visit": request.visit,
        "starts_at": instant(wanted.starts_at),
        "ends_at": instant(wanted.ends_at),
        "place": wanted.place,
        **_said(contact=wanted.contact),
    }


def cancelling(request: CancelRequest) -> dict[str, Any]:
    """Ask for the end."""
    return {"reference": request.operation_id, **_said(cause=request.cause)}


def line(each: OrderLine) -> dict[str, Any]:
    """Write one line of an order."""
    return {
        "product": each.product,
        "quantity": each.quantity,
        **_said(
            unit=each.unit,
            packaging=each.packaging,
            shipping_mark=each.shipping_mark,
            inner_carton_mark=each.inner_carton_mark,
        ),
    }


def instant(at: dt.datetime) -> str:
    """
    Write an instant as the document wants it.

    Args:
        at: In UTC.
    """
    return at.isoformat().replace("+00:00", "Z")


def _said(**texts: str) -> dict[str, str]:
    """Leave out what is not said."""
    return {key: text for key, text in texts.items() if text}
