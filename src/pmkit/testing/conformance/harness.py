"""
What the author of a plugin writes, so that the kit can test it.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pmkit.core.errors import InputError
from pmkit.testing.conformance import samples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmkit.core.money import Money
    from pmkit.effects.webhooks import Delivery
    from pmkit.hooks.manifest import PluginManifest
    from pmkit.testing.conformance.results import Waiver
    from pmkit.testing.conformance.simulator import Simulator

#: The two accounts at the far side that the kit knows.
ACCOUNTS = ("first", "second")


def canary(name: str, account: str = "first") -> str:
    """
    Give a secret that can be found wherever it leaks to; the same each time.

    Args:
        name: What the secret is, such as ``"api_key"``.

        account: Whose it is.

    Returns:
        A text of letters and digits, 48 long.

    Examples:
        >>> canary("api_key") == canary("api_key")
        True
        >>> canary("api_key") == canary("api_key", "second")
        False
    """
    digest = hashlib.sha256(f"{name}/{account}".encode()).hexdigest()
    return f"canary{digest[:42]}"


class Harness:
    """
    The plugin, its settings, and a far side that it can be tested against.

    Write a subclass with the manifest, `settings` and `simulator`; the other methods
    have defaults, and what the plugin declares fails where nobody can see it.
    Where to put it: the entry-point group ``pmkit.harness.v1`` under the id of the
    plugin, or a module ``harness`` with a class ``Harness`` beside the manifest's.

    Examples:
        >>> from pmkit.testing.conformance.reference import AgencyHarness
        >>> harness = AgencyHarness()
        >>> harness.manifest.id, sorted(harness.settings())
        ('reference-agency', ['api_key', 'base_url', 'webhook_secret'])
    """

    #: What the plugin says of itself.
    manifest: PluginManifest
    #: Where the manifest stands, ``"package.module:NAME"``; what the entry point says.
    target: str = ""
    #: Failures that the author knows of, by the id of the check.
    waivers: Mapping[str, Waiver] = MappingProxyType({})
    #: Hosts that the plugin may call beside those of its manifest.
    hosts: tuple[str, ...] = ()

    def settings(self, account: str = "first") -> Mapping[str, object]:
        """
        Give the settings of one account; make its secrets with `canary`.

        Args:
            account: ``"first"`` or ``"second"``: another customer of the far side.
        """
        raise NotImplementedError

    def simulator(self, account: str = "first") -> Simulator:
        """
        Give a new far side that takes the credentials of one account.

        Args:
            account: ``"first"`` or ``"second"``.
        """
        raise NotImplementedError

    def request(
        self, operation: str, number: int = 1, given: Mapping[str, Any] | None = None
    ) -> Any:
        """
        Give a sample request that the far side takes.

        Args:
            operation: The operation.

            number: Which one; requests with other numbers are about other things.

            given: What calls before it gave: ``reference``, the far side's own number,
                and ``operation_id``.
        """
        return samples.request(self.manifest.kind, operation, number, given or {})

    def progress(self, simulator: Simulator, subject: str) -> bool:
        """
        Let the far side go on with its work, so that it has something to report.

        Args:
            simulator: The far side.

            subject: The service or payment.

        Returns:
            Whether something happened; false once there is nothing left to do.
        """
        del simulator, subject
        return False

    def price(self, simulator: Simulator, amount: Money) -> bool:
        """
        Let the far side quote a given price from now on.

        Args:
            simulator: The far side.

            amount: The price.

        Returns:
            Whether it can.
        """
        del simulator, amount
        return False

    def webhook(self, simulator: Simulator, body: bytes | None = None) -> Delivery:
        """
        Let the far side sign a message, at its present instant.

        Args:
            simulator: The far side.

            body: The body to sign; the newest real message, if left out.
        """
        del simulator, body
        msg = f"The harness of {self.manifest.id} cannot sign messages."
        raise InputError(msg, field="webhook", remedy="Write webhook().")
