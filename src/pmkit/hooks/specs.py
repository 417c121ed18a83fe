"""
The socket panel: every hook on one page.

Hooks *offer and listen*; they never carry a business call.  Work is done through the
objects that were offered and the instances that a `PluginHost` attached.

======================== ================================== ======================
Hook                     Answers                            Asked
======================== ================================== ======================
`pmkit_agencies`         `pmkit.core.ports.Agency`          all, once; one by name
`pmkit_payment_methods`  `pmkit.core.ports.PaymentMethod`   all, once; one by name
`pmkit_notifiers`        `pmkit.core.ports.Notifier`        all, once
`pmkit_on_call`          nothing                            all, after each call
`pmkit_secret_source`    `pmkit.Secret` or `None`           until one answers
======================== ================================== ======================

Rules for all of them:

- A hook is a plain function with the arguments of this page or fewer, never with
  another one, a default or ``async def``; it wraps no other.
- Offering opens no connection, reads no clock and starts no thread.
- A name is lower-case letters, digits and hyphens, and stands once on a panel; a
  second offer of it stops the start-up with `pmkit.PluginError`.
- Each offer has every member of its Protocol, with the same argument names.
- Whatever breaks these rules is found when it is registered, and named with its
  distribution and file.

Hooks are for objects that the application itself hands over.  An installed package
announces a `PluginManifest` instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.ports import Agency, Notifier, PaymentMethod
    from pmkit.effects.context import CallRecord
    from pmkit.hooks.secrets import Secret

#: The name under which hooks are marked.
PROJECT = "pmkit"

_hookspec = pluggy.HookspecMarker(PROJECT)

#: Put this on the functions of your plugin.
hookimpl = pluggy.HookimplMarker(PROJECT)


@_hookspec
def pmkit_agencies() -> Iterable[Agency]:  # type: ignore[empty-body]
    """
    Offer inspection companies.

    Called:
        Once per panel, before any order is touched.

    Returns:
        Zero or more agencies; a service names one of them as its provider.

    Example:
        .. code-block:: python

            @hookimpl
            def pmkit_agencies():
                return [AcmeInspection(key=os.environ["ACME_KEY"])]
    """


@_hookspec
def pmkit_payment_methods() -> Iterable[PaymentMethod]:  # type: ignore[empty-body]
    """
    Offer ways to pay.

    Called:
        Once per panel, before any order is touched.

    Returns:
        Zero or more methods; a method that cannot be used for an order stays on
        the panel and says why in its availability.

    Example:
        .. code-block:: python

            @hookimpl
            def pmkit_payment_methods():
                yield AcmeCard()
                yield AcmeTransfer()
    """


@_hookspec
def pmkit_notifiers() -> Iterable[Notifier]:  # type: ignore[empty-body]
    """
    Offer ways to tell people.

    Called:
        Once per panel, before any order is touched.

    Returns:
        Zero or more notifiers; each of them gets every notice.

    Example:
        .. code-block:: python

            @hookimpl
            def pmkit_notifiers():
                return [AcmeMail(sender="orders@marketplace.example")]
    """


@_hookspec
def pmkit_on_call(record: CallRecord) -> None:
    """
    Hear of a call to a plugin: for figures, traces and an audit.

    Called:
        After every call to an instance of the host, in the thread that made it, with
        every listener.  What a listener raises is kept in `PluginHost.troubles` and
        goes no further.

    Args:
        record: The call; it holds no body, header or query, so no secret.

    Example:
        .. code-block:: python

            @hookimpl
            def pmkit_on_call(record):
                seconds.labels(record.instance).observe(record.seconds)
    """


@_hookspec(firstresult=True)
def pmkit_secret_source(reference: str) -> Secret | None:
    """
    Fetch a secret that settings name as ``"hook:REFERENCE"``.

    Called:
        Once for each such setting of an instance that is attached; the source that
        was registered last is asked first, until one answers.  An error fails the
        instance.

    Args:
        reference: What follows ``hook:``.

    Returns:
        The secret, or `None` if this source does not know it.

    Example:
        .. code-block:: python

            @hookimpl
            def pmkit_secret_source(reference):
                return Secret(vault.read(reference))
    """
