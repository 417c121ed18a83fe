"""
The socket panel: every place where a plugin attaches.

Each hook *returns an offer* and is called once, at start-up.  Work is then done
through the objects that were offered, never through a hook call.

======================== ================================== ============
Hook                     Offers                             How many
======================== ================================== ============
`pmkit_agencies`         `pmkit.core.ports.Agency`          one by name
`pmkit_payment_methods`  `pmkit.core.ports.PaymentMethod`   one by name
`pmkit_notifiers`        `pmkit.core.ports.Notifier`        every one
======================== ================================== ============

Rules for all of them:

- A hook is a plain function without arguments; never ``async def``.
- Offering opens no connection, reads no clock and starts no thread.
- A name is lower-case letters, digits and hyphens, and stands once on a panel; a
  second offer of it stops the start-up with `pmkit.PluginError`.
- Each offer has every member of its Protocol, with the same argument names.

A package announces its plugin, a module or an object with these functions, by an
entry point in the group ``pmkit.plugins.v1``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.ports import Agency, Notifier, PaymentMethod

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
        Once per `load_plugins`, before any order is touched.

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
        Once per `load_plugins`, before any order is touched.

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
        Once per `load_plugins`, before any order is touched.

    Returns:
        Zero or more notifiers; each of them gets every notice.

    Example:
        .. code-block:: python

            @hookimpl
            def pmkit_notifiers():
                return [AcmeMail(sender="orders@marketplace.example")]
    """
