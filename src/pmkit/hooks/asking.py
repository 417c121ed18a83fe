"""
Calling hooks one implementation at a time, so that each answer has a source.

pluggy's own call stops at the first exception and does not tell whose it was.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks.failures import pass_on
from pmkit.hooks.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pluggy import HookImpl, PluginManager

    from pmkit.effects.context import CallRecord
    from pmkit.hooks.panel import Panel

_KEPT = 100


@attrs.frozen(kw_only=True)
class HookTrouble:
    """
    A hook that raised, and was passed over.

    Args:
        source: Whose it is.

        hook: Its name.

        error: The class of what it raised; its text may hold a secret.
    """

    source: str
    hook: str
    error: str


class Hooks:
    """
    The hook objects of one host.

    Args:
        plugins: Modules or objects with hook functions.

    Raises:
        pmkit.PluginError: If one does not fit the hooks.
    """

    def __init__(self, plugins: Iterable[object] = ()) -> None:
        given = list(plugins)
        self._manager = _registered(given) if given else None
        self._troubles: deque[HookTrouble] = deque(maxlen=_KEPT)

    @property
    def troubles(self) -> tuple[HookTrouble, ...]:
        """The last hooks that raised, oldest first."""
        return tuple(self._troubles)

    def panel(self) -> Panel:
        """Ask for what is offered directly; see `pmkit.load_plugins`."""
        from pmkit.hooks.loading import offered
        from pmkit.hooks.panel import Panel

        return Panel() if self._manager is None else offered(self._manager)

    def on_call(self, record: CallRecord) -> None:
        """
        Tell every listener of a call; a listener that raises is passed over.

        Args:
            record: The call.
        """
        given = {"record": record}
        for impl in self._asked("pmkit_on_call"):
            try:
                impl.function(*[given[name] for name in impl.argnames])
            except BaseException as error:  # noqa: BLE001 - a listener's code
                pass_on(error)
                self._trouble(impl.plugin_name, "pmkit_on_call", error)

    def secret(self, reference: str) -> Secret | None:
        """
        Ask the secret sources, the last registered first, until one answers.

        Args:
            reference: What follows ``hook:`` in the settings.

        Returns:
            The secret; `None` if no source knows it.

        Raises:
            pmkit.SettingsError: If a source fails, or answers no secret.
        """
        given = {"reference": reference}
        for impl in reversed(self._asked("pmkit_secret_source")):
            try:
                answer: Any = impl.function(*[given[name] for name in impl.argnames])
                if answer is not None:
                    return answer if isinstance(answer, Secret) else Secret(answer)
            except BaseException as error:  # noqa: BLE001 - a source's code
                pass_on(error)
                self._trouble(impl.plugin_name, "pmkit_secret_source", error)
                msg = f"{impl.plugin_name} raised {type(error).__name__}."
                raise SettingsError(msg, remedy="Repair the source.") from None
        return None

    def _asked(self, hook: str) -> list[HookImpl]:
        if self._manager is None:
            return []
        found: list[HookImpl] = getattr(self._manager.hook, hook).get_hookimpls()
        return found

    def _trouble(self, source: str, hook: str, error: BaseException) -> None:
        name = type(error).__name__
        self._troubles.append(HookTrouble(source=source, hook=hook, error=name))


def _registered(plugins: list[object]) -> PluginManager:
    # pluggy is imported with the first hook object.
    from pmkit.hooks.loading import registered

    return registered(plugins)
