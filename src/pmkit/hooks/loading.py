"""
Objects with hooks, given by the application: register, check, ask.

What is installed is another matter: it announces a manifest, and `pmkit.hooks.host`
loads it.  An object that does not fit stops the start-up with a message that names
its distribution, file and reason.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, NoReturn

import pluggy

from pmkit.core.errors import PluginError
from pmkit.hooks import specs
from pmkit.hooks.failures import pass_on, said
from pmkit.hooks.forms import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pluggy import HookImpl

    from pmkit.hooks.panel import Panel

#: Every hook, in the order of the page.
HOOKS = tuple(name for name in vars(specs) if name.startswith("pmkit_"))


def load_plugins(*extra: object) -> Panel:
    """
    Ask objects what they offer, and put it on a panel.

    Args:
        extra: Modules or objects with hook functions, given by the application.

    Returns:
        The panel; the order of the objects does not matter.

    Raises:
        pmkit.PluginError: If one has a hook that does not exist or that has the wrong
            form, offers what does not fit, or offers a name that another offers too.

    Examples:
        >>> from pmkit.sandbox import World
        >>> panel = load_plugins(World())
        >>> list(panel.agencies), list(panel.methods)[0]
        (['sandbox-agency'], 'sandbox-card')
    """
    return offered(registered(extra))


def registered(plugins: Iterable[object]) -> pluggy.PluginManager:
    """
    Register objects one by one and check each at once.

    Args:
        plugins: Modules or objects with hook functions.

    Returns:
        A manager with all of them.

    Raises:
        pmkit.PluginError: If one does not fit the hooks.
    """
    manager = pluggy.PluginManager(specs.PROJECT)
    manager.add_hookspecs(specs)
    for number, plugin in enumerate(plugins, 1):
        _register(manager, plugin, f"{_called(plugin)}, argument {number},")
    return manager


def offered(manager: pluggy.PluginManager) -> Panel:
    """
    Ask every registered object for its offers.

    Args:
        manager: What `registered` gave.

    Raises:
        pmkit.PluginError: If an offer does not fit, or two have one name.
    """
    # The nouns of the core come with it; a host without hook objects does without.
    from pmkit.hooks.panel import SOCKETS, Panel, collect

    agencies, methods, notifiers = SOCKETS
    return Panel(
        agencies=collect(list(_offers(manager, agencies)), SOCKETS[agencies]),
        methods=collect(list(_offers(manager, methods)), SOCKETS[methods]),
        notifiers=collect(list(_offers(manager, notifiers)), SOCKETS[notifiers]),
    )


def _called(plugin: object) -> str:
    name = getattr(plugin, "__name__", None)
    return f"Plugin {name if isinstance(name, str) else type(plugin).__name__}"


def _register(manager: pluggy.PluginManager, plugin: object, source: str) -> None:
    """Register one object and check all its hooks at once."""
    if any(plugin is other for other in manager.get_plugins()):
        _fail(source, "is given twice", plugin)
    unmarked = _unmarked(plugin)
    if unmarked:
        reason = f"has {unmarked} without @hookimpl, so it would never be called"
        _fail(source, reason, getattr(plugin, unmarked))
    try:
        manager.register(plugin, name=source)
        # Without this a misspelt name registers, and is never called.
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        text = " ".join(f"{error}".split())
        reason = f"does not fit the hooks ({', '.join(HOOKS)}): {text}"
        _fail(source, reason, _marked(plugin) or plugin, error)
    except BaseException as error:  # noqa: BLE001 - it goes on as the cause
        # The names of its attributes are asked for, which may be code of its own.
        pass_on(error)
        reason = f"raised {type(error).__name__} when its hooks were looked for"
        _fail(source, reason, type(plugin), error)
    callers = manager.get_hookcallers(plugin) or []
    if not callers:
        _fail(source, f"has no hook; it needs one of {', '.join(HOOKS)}", plugin)
    for caller in callers:
        for impl in caller.get_hookimpls():
            if impl.plugin is plugin:
                _check_form(impl, caller.name, source)


def _unmarked(plugin: object) -> str:
    """Find a function with the name of a hook but without its mark."""
    for name in HOOKS:
        function = inspect.getattr_static(plugin, name, None)
        marked = getattr(function, f"{specs.PROJECT}_impl", None)
        if inspect.isroutine(function) and marked is None:
            return name
    return ""


def _marked(plugin: object) -> object:
    """Find the first marked function that is no hook, for its place in a file."""
    for name in dir(plugin):
        function = inspect.getattr_static(plugin, name, None)
        if hasattr(function, f"{specs.PROJECT}_impl") and name not in HOOKS:
            return function
    return None


def _check_form(impl: HookImpl, name: str, source: str) -> None:
    """Refuse what registers well and then cannot be called."""
    function = impl.function
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        reason = f"has {name} as async def, and hooks are plain functions"
        _fail(source, reason, function)
    if impl.wrapper or impl.hookwrapper:
        _fail(source, f"has {name} as a wrapper, and hooks only answer", function)
    if impl.kwargnames:
        given = ", ".join(impl.kwargnames)
        reason = f"has {name} with default arguments ({given}), never passed"
        _fail(source, reason, function)


def _offers(manager: pluggy.PluginManager, hook: str) -> Iterator[tuple[str, object]]:
    """Ask every object by itself, so that each offer has a source."""
    for impl in getattr(manager.hook, hook).get_hookimpls():
        source = impl.plugin_name
        try:
            offers = list(impl.function())
        except BaseException as error:  # noqa: BLE001 - it goes on as the cause
            pass_on(error)
            _fail(source, f"failed in {hook}: {said(error)}", impl.function, error)
        for offer in offers:
            yield source, offer


def whose(code: object) -> str:
    """
    Tell the distribution that code of a plugin is from.

    Args:
        code: A module, class, function or object.

    Returns:
        Such as ``acme-pmkit 1.2``; ``the application`` if no distribution has it.
    """
    from importlib import metadata

    module = getattr(code, "__module__", None) or getattr(code, "__name__", "")
    top = f"{module}".partition(".")[0]
    names = metadata.packages_distributions().get(top, ())
    for name in names:
        return f"{name} {metadata.version(name)}"
    return "the application"


def _fail(
    source: str, reason: str, code: object, cause: BaseException | None = None
) -> NoReturn:
    """Refuse an object; slow words are fine here, since the start-up ends."""
    named = isinstance(code, (type, type(sys))) or hasattr(code, "__module__")
    place = place_of(code if named else type(code)) or place_of(type(code))
    where = f" ({place})" if place else ""
    msg = f"{source} of {whose(code)}{where} stopped at register: {reason}."
    raise PluginError(msg, remedy="Repair it, or leave it out.") from cause
