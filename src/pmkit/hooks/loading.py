"""
From installed packages to a panel: find, import, register, ask, check.

A plugin that fails stops the start-up with a message that names distribution,
entry point and reason: an agency that is silently absent is found out too late.
"""

from __future__ import annotations

import inspect
from importlib import metadata
from typing import TYPE_CHECKING, NoReturn

import pluggy

from pmkit.core.errors import InputError, PluginError
from pmkit.hooks import specs
from pmkit.hooks.panel import SOCKETS, Panel, collect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pluggy import HookImpl

#: The entry-point group; its end is the version of the sockets.
GROUP = "pmkit.plugins.v1"


def load_plugins(
    *extra: object, entry_points: bool = True, skip: Collection[str] = ()
) -> Panel:
    """
    Load plugins and ask each what it offers.

    Args:
        extra: Modules or objects with hook functions, given by the application.

        entry_points: Whether to load installed packages too.

        skip: Names of entry points to leave out.

    Returns:
        The panel; the order of loading does not matter.

    Raises:
        pmkit.PluginError: If a plugin cannot be imported, has a hook that does not
            exist or that has the wrong form, offers what does not fit, or offers a
            name that another offers too.

        pmkit.InputError: If *skip* names what is not installed.

    Examples:
        >>> from pmkit.sandbox import World
        >>> panel = load_plugins(World(), entry_points=False)
        >>> list(panel.agencies), list(panel.methods)[0]
        (['sandbox-agency'], 'sandbox-card')
    """
    manager = pluggy.PluginManager(specs.PROJECT)
    manager.add_hookspecs(specs)
    for number, plugin in enumerate(extra, 1):
        _register(manager, plugin, f"{_called(plugin)}, argument {number},")
    if entry_points:
        for entry in _installed(skip):
            source = _source(entry)
            _register(manager, _import(entry, source), source)
    return Panel(
        agencies=collect(list(_offers(manager, "pmkit_agencies")), _SOCKET[0]),
        methods=collect(list(_offers(manager, "pmkit_payment_methods")), _SOCKET[1]),
        notifiers=collect(list(_offers(manager, "pmkit_notifiers")), _SOCKET[2]),
    )


_SOCKET = tuple(SOCKETS.values())


def _installed(skip: Collection[str]) -> list[metadata.EntryPoint]:
    """Find entry points, sorted so that a failure is always the same one."""
    found = metadata.entry_points(group=GROUP)
    absent = sorted(set(skip) - found.names)
    if absent:
        msg = f"No installed plugin is called {absent[0]!r}."
        known = ", ".join(sorted(found.names)) or "none"
        raise InputError(msg, field="skip", remedy=f"Installed: {known}.")
    return sorted((e for e in found if e.name not in skip), key=_source)


def _source(entry: metadata.EntryPoint) -> str:
    """Name an entry point and where it is from."""
    dist = entry.dist
    where = f"{dist.name} {dist.version}" if dist is not None else "unknown package"
    return f"Plugin {entry.name} = {entry.value} of {where}"


def _called(plugin: object) -> str:
    name = getattr(plugin, "__name__", None)
    return f"Plugin {name if isinstance(name, str) else type(plugin).__name__}"


def _import(entry: metadata.EntryPoint, source: str) -> object:
    """Import what an entry point names; leaving the process is a failure too."""
    try:
        return entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
        _fail(source, f"failed to import: {_said(error)}", error)


def _register(manager: pluggy.PluginManager, plugin: object, source: str) -> None:
    """Register one plugin and check all its hooks at once."""
    if any(plugin is other for other in manager.get_plugins()):
        _fail(source, "is loaded twice; pass it, or install it, but not both")
    unmarked = _unmarked(plugin)
    if unmarked:
        _fail(source, f"has {unmarked} without @hookimpl, so it would never be called")
    try:
        manager.register(plugin, name=source)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        said = " ".join(str(error).split())
        _fail(source, f"does not fit the hooks ({', '.join(SOCKETS)}): {said}", error)
    callers = manager.get_hookcallers(plugin) or []
    if not callers:
        _fail(source, f"has no hook; it needs at least one of {', '.join(SOCKETS)}")
    for caller in callers:
        for impl in caller.get_hookimpls():
            if impl.plugin is plugin:
                _check_form(impl, caller.name, source)


def _unmarked(plugin: object) -> str:
    """Find a function with the name of a hook but without its mark."""
    for name in SOCKETS:
        function = inspect.getattr_static(plugin, name, None)
        marked = getattr(function, f"{specs.PROJECT}_impl", None)
        if inspect.isroutine(function) and marked is None:
            return name
    return ""


def _check_form(impl: HookImpl, name: str, source: str) -> None:
    """Refuse what registers well and then cannot be asked for an offer."""
    function = impl.function
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        _fail(source, f"has {name} as async def, and hooks are plain functions")
    if impl.wrapper or impl.hookwrapper:
        _fail(source, f"has {name} as a wrapper, and hooks only offer")
    if impl.kwargnames:
        given = ", ".join(impl.kwargnames)
        _fail(source, f"has {name} with default arguments ({given}), never passed")


def _offers(manager: pluggy.PluginManager, hook: str) -> Iterator[tuple[str, object]]:
    """Ask every plugin by itself, so that each offer has a source."""
    for impl in getattr(manager.hook, hook).get_hookimpls():
        source = impl.plugin_name
        try:
            offers = list(impl.function())
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's code
            _fail(source, f"failed in {hook}: {_said(error)}", error)
        for offer in offers:
            yield source, offer


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def _fail(source: str, reason: str, cause: BaseException | None = None) -> NoReturn:
    msg = f"{source} {reason}."
    raise PluginError(
        msg, remedy="Repair it, uninstall it, or leave it out with skip=."
    ) from cause
