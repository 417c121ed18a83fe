"""
The host: which plugins are there, which are not and why, and the instances of them.

Nothing loads when this is imported, and two hosts share nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from pmkit.core.errors import InputError, PluginError, UnknownPluginError
from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks import choosing
from pmkit.hooks.asking import Hooks, HookTrouble
from pmkit.hooks.failures import Stage, Stopped
from pmkit.hooks.installed import Installed
from pmkit.hooks.manifest import PluginKind, PluginManifest, is_host
from pmkit.hooks.pipeline import build, settings_class
from pmkit.hooks.shelf import Loaded, Shelf

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    import httpx

    from pmkit.core.environment import Environment
    from pmkit.effects.attached import Attached
    from pmkit.effects.limits import Limits
    from pmkit.hooks.doctor import Diagnosis
    from pmkit.hooks.instances import Instance
    from pmkit.hooks.panel import Panel
    from pmkit.hooks.secret_sources import SecretSource

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 63
#: Set to 1, a plugin that fails stops the start-up.
STRICT = "PMKIT_PLUGINS_STRICT"


class PluginHost(Shelf):
    """
    The plugins of one application.

    Args:
        load: The ids to load, or ``"all"`` for everything that is installed.  One that
            `attach` names is loaded too; nothing else ever is.

        block: Ids that must not load, whoever names them.

        allow: The only ids that may load; any if left out.

        winners: For an id that several distributions announce, the one that is meant.

        strict: Whether a plugin that fails raises; left out, whether the environment
            variable ``PMKIT_PLUGINS_STRICT`` is ``1``.

        path: The folders to search; those of `sys.path` if left out.

        secret_source: What answers ``"hook:REFERENCE"`` in settings; else the hook
            `pmkit_secret_source` does.

        hooks: Objects with hook functions, such as a `pmkit.sandbox.World`.

    Raises:
        pmkit.PluginError: If a hook object does not fit; and, if strict, if a plugin
            does not load.

        pmkit.InputError: If an argument is not what it must be.

    Examples:
        >>> from pmkit.sandbox import World
        >>> host = PluginHost(hooks=[World()])
        >>> list(host.panel().agencies), host.failures
        (['sandbox-agency'], ())
    """

    def __init__(
        self,
        *,
        load: Collection[str] | Literal["all"] = (),
        block: Collection[str] = (),
        allow: Collection[str] | None = None,
        winners: Mapping[str, str] | None = None,
        strict: bool | None = None,
        path: Sequence[str] | None = None,
        secret_source: SecretSource | None = None,
        hooks: Iterable[object] = (),
    ) -> None:
        self._hooks = Hooks(hooks)
        self._secret_source = secret_source or self._hooks.secret
        self._attached: dict[str, Attached] = {}
        self._settings_of: dict[str, object] = {}
        rules = choosing.Rules(
            block=choosing.ids("block", block),
            allow=None if allow is None else choosing.ids("allow", allow),
            winners=dict(winners or {}),
        )
        named: frozenset[str] | Literal["all"] = "all"
        if load != "all":
            named = choosing.ids("load", load)
        strict = os.environ.get(STRICT) == "1" if strict is None else strict
        super().__init__(load=named, rules=rules, strict=strict, path=path)

    @property
    def attached(self) -> Mapping[str, Attached]:
        """The instances, by name, sorted."""
        return {name: self._attached[name] for name in sorted(self._attached)}

    @property
    def troubles(self) -> tuple[HookTrouble, ...]:
        """The last hooks that raised while they listened, oldest first."""
        return self._hooks.troubles

    def attach(
        self,
        plugin_id: str,
        *,
        name: str = "",
        environment: Environment | str = "sandbox",
        settings: object = None,
        hosts: Collection[str] = (),
        exceptions: Collection[str] = (),
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
        async_transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], dt.datetime] | None = None,
    ) -> Attached:
        """
        Configure an instance of a plugin: one account, in one environment.

        Args:
            plugin_id: The plugin.

            name: The name of the instance, by which orders know it for ever; that of
                the plugin, with hyphens for dots, if left out.

            environment: ``sandbox`` or ``live``.

            settings: A mapping, or an object of the plugin's settings class.

            hosts: Hosts that it may call beside those of its manifest, for a plugin
                that speaks to a server of your choice.

            exceptions: Private addresses, as ``host:port``, that a sandbox instance
                may call all the same.

            limits: How much it may take.

            transport: What carries its requests; the guarded one if left out.

            async_transport: The same for callers in an event loop.

            clock: What tells the present instant; that of the machine if left out.

        Returns:
            The instance.

        Raises:
            pmkit.UnknownPluginError: If no such plugin is installed.

            pmkit.SettingsError: If its settings are wrong.

            pmkit.PluginError: If it does not load or cannot be made.

            pmkit.InputError: If the name is none, or taken.
        """
        from pmkit.core.environment import Environment

        name = self._free(name or f"{plugin_id}".replace(".", "-"))
        where = _one_of(Environment, environment, name)
        loaded = self._find(plugin_id)
        how = {
            "name": name,
            "environment": where,
            "hosts": hosts,
            "exceptions": exceptions,
            "limits": limits,
            "transport": transport,
            "async_transport": async_transport,
            "clock": clock,
            "on_call": self._hooks.on_call,
        }
        self._attached[name] = self._made(loaded, settings, how)
        return self._attached[name]

    def attach_all(self, instances: Iterable[Instance]) -> tuple[Attached, ...]:
        """
        Attach instances one by one; one that fails does not stop the others.

        Args:
            instances: What `read_instances` gave.

        Returns:
            Those that were attached; `failures` tells of the others.

        Raises:
            pmkit.PluginError: If strict, for the first that fails.
        """
        found = []
        for each in instances:
            try:
                found.append(
                    self.attach(
                        each.plugin,
                        name=each.name,
                        environment=each.environment,
                        settings=each.settings,
                        hosts=each.hosts,
                        exceptions=each.exceptions,
                    )
                )
            except (PluginError, UnknownPluginError, InputError) as error:
                if self.strict:
                    raise
                self._missed(each, error)
        return tuple(found)

    def shown_settings(self, name: str) -> dict[str, object]:
        """
        Give the settings of an instance as they may be printed.

        Args:
            name: The instance.

        Returns:
            Each field with its value or a mask; see `pmkit.shown_settings`.

        Raises:
            pmkit.UnknownPluginError: If there is no such instance.
        """
        from pmkit.hooks.settings import shown_settings

        if name not in self._attached:
            msg = f"There is no instance {name!r:.80}."
            remedy = f"There are: {', '.join(self.attached) or 'none'}."
            raise UnknownPluginError(msg, field="name", remedy=remedy)
        return shown_settings(self._settings_of[name])

    def panel(self) -> Panel:
        """
        Put all instances, and what hook objects offer, on a panel.

        Returns:
            The panel; later instances are not on it.

        Raises:
            pmkit.PluginError: If an offer does not fit, or two have one name.
        """
        from pmkit.hooks.panel import Panel

        offered = self._hooks.panel()
        kinds: dict[PluginKind, list[Any]] = {kind: [] for kind in PluginKind}
        for each in self._attached.values():
            kinds[each.manifest.kind].append(each)
        return Panel.of(
            agencies=[*offered.agencies.values(), *kinds[PluginKind.AGENCY]],
            methods=[*offered.methods.values(), *kinds[PluginKind.PAYMENT]],
            notifiers=[*offered.notifiers.values(), *kinds[PluginKind.NOTIFIER]],
        )

    def explain(self, name: str) -> Diagnosis:
        """
        Explain in one line why a plugin or an instance is there, or is not.

        Args:
            name: An id, the name of an instance, or a distribution.

        Returns:
            The line, and how bad it is.
        """
        from pmkit.hooks.doctor import diagnose

        return diagnose(self, name)

    def _made(self, loaded: Loaded, settings: object, how: dict[str, Any]) -> Attached:
        """Make an instance; whatever goes wrong is kept and raised."""
        from pmkit.effects.attached import attached
        from pmkit.effects.limits import Limits

        manifest, name = loaded.manifest, how["name"]
        made: Attached | None = None
        error: PluginError | None = None
        try:
            how["hosts"] = _hosts(how["hosts"])
            how["exceptions"] = _several("exceptions", how["exceptions"])
            _check_limits(how["limits"])
            settings = self._settings(manifest, name, how["environment"], settings)
            seconds = (how["limits"] or Limits()).seconds
            made = attached(build(manifest, settings, seconds=seconds), manifest, **how)
        except SettingsError as wrong:
            error = choosing.cleaned(wrong, settings, plugin=manifest.id, instance=name)
            stopped = Stopped(Stage.SETTINGS, f"{error}".rstrip("."))
            self.stopped(loaded, stopped, instance=name)
        except Stopped as stopped:
            error = self.stopped(loaded, stopped, instance=name).as_error()
        if made is None:
            raise error or AssertionError(name) from None
        self._failures.pop((loaded.entry.name, name), None)
        self._settings_of[name] = settings
        return made

    def _settings(
        self, manifest: PluginManifest, name: str, environment: str, settings: object
    ) -> object:
        found = settings_class(manifest)
        if found is not None:
            from pmkit.hooks.settings import read_settings

            return read_settings(
                found,
                settings,
                plugin=manifest.id,
                instance=name,
                environment=environment,
                secret_source=self._secret_source,
            )
        if settings:
            msg = f"The plugin {manifest.id} has no settings."
            raise SettingsError(msg, remedy="Take them away.", instance=name)
        return None

    def _free(self, given: object) -> str:
        name = given if isinstance(given, str) else f"{given!r}"
        if len(name) > _LONGEST or not _NAME.fullmatch(name):
            msg = f"{name[:_LONGEST]!r} is no name of an instance."
            remedy = "Use lower-case letters, digits and single hyphens."
            raise InputError(msg, field="name", remedy=remedy)
        if name in self._attached:
            msg = f"There is an instance {name!r} already."
            raise InputError(msg, field="name", remedy="Give this one another name.")
        return name

    def _missed(self, instance: Instance, error: Exception) -> None:
        """Keep why an instance is not there, if its plugin did not say so already."""
        if (instance.plugin, instance.name) in self._failures:
            return
        loaded = self.loaded(instance.plugin)
        entry = loaded.entry if loaded else Installed(name=instance.plugin, target="")
        failure = self._failures.get((instance.plugin,))
        stage = failure.stage if failure else Stage.SETTINGS
        reason = failure.reason if failure else f"{error}".rstrip(".")
        stopped = Stopped(stage, reason, file=failure.file if failure else "")
        self._failed(entry, stopped, instance.name, instance=instance.name)


def _several(field: str, given: Any) -> tuple[Any, ...]:
    # The letters of one host would pass for hosts.
    if isinstance(given, str) or not isinstance(given, Iterable):
        msg = f"{given!r:.80} is no list of hosts."
        remedy = 'Write it as ("acme.example",).'
        raise SettingsError(msg, field=field, remedy=remedy)
    return tuple(given)


def _check_limits(limits: object) -> None:
    from pmkit.effects.limits import Limits

    if limits is not None and not isinstance(limits, Limits):
        msg = f"{limits!r:.80} are no limits."
        raise SettingsError(msg, field="limits", remedy="Give pmkit.Limits(...).")


def _hosts(given: Any) -> tuple[str, ...]:
    found = _several("hosts", given)
    if not all(map(is_host, found)):
        msg = "A host of the instance is none."
        remedy = 'Write "acme.example", without https://.'
        raise SettingsError(msg, field="hosts", remedy=remedy)
    return found


def _one_of(kinds: type[Environment], given: object, name: str) -> Environment:
    for each in kinds:
        if given == each.value:
            return each
    msg = f"{given!r:.40} is no environment."
    remedy = f"Use one of {', '.join(each.value for each in kinds)}."
    raise SettingsError(msg, field="environment", remedy=remedy, instance=name)
