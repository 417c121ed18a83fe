"""
Whether an implementation has the form that its manifest promises.

`isinstance` sees only that a name exists.  Here the arguments are compared, what would
answer with a coroutine is refused, and capabilities are compared in both directions:
what is declared is there, and what is there is declared.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from pmkit.hooks.failures import pass_on, raised_at
from pmkit.hooks.needed import NEEDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.hooks.manifest import PluginManifest

_ARGUMENTS = ("request", "context")
_HEARING = {"verify": ("delivery", "context"), "parse": ("verified", "context")}


def misfits(made: object, manifest: PluginManifest) -> Iterator[tuple[str, str]]:
    """
    Compare an implementation with its manifest.

    Args:
        made: The implementation; its class will do where it cannot be made yet.

        manifest: What it says of itself.

    Yields:
        What does not fit, and the file and line of it as far as they are known.

    Examples:
        >>> from pmkit.hooks.capabilities import FULL, Capabilities
        >>> from pmkit.hooks.manifest import PluginKind, PluginManifest
        >>> class Mail:
        ...     async def send(self, request, context): ...
        >>> manifest = PluginManifest(
        ...     id="mail",
        ...     kind=PluginKind.NOTIFIER,
        ...     title="Mail",
        ...     factory="mail:Mail",
        ...     capabilities=Capabilities(operations={"send": FULL}),
        ... )
        >>> [reason for reason, place in misfits(Mail(), manifest)]
        ['Mail.send is async def, and operations are plain or generator functions']
    """
    kind = made.__name__ if isinstance(made, type) else type(made).__name__
    for name, required in NEEDED[manifest.kind].items():
        declared = manifest.capabilities[name].support.usable
        yield from _one(made, kind, name, _ARGUMENTS, wanted=declared or required)
    hears = manifest.capabilities.webhooks.support.usable
    for name, arguments in _HEARING.items():
        yield from _one(made, kind, name, arguments, wanted=hears)


def undeclared(manifest: PluginManifest) -> Iterator[str]:
    """
    Find what a manifest must declare and does not, and what it cannot declare.

    Args:
        manifest: What a plugin says of itself.

    Yields:
        What is wrong, in words.
    """
    operations = NEEDED[manifest.kind]
    for name in manifest.capabilities.operations:
        if name not in operations:
            known = ", ".join(operations)
            yield f"declares {name!r}, and a {manifest.kind.value} has: {known}"
    for name, required in operations.items():
        if required and not manifest.capabilities[name].support.usable:
            yield f"does not declare {name!r}, which a {manifest.kind.value} must have"


def place_of(code: object) -> str:
    """Tell the file and line of a function or class, as far as they are known."""
    inner: Any = inspect.unwrap(code) if callable(code) else code
    inner = getattr(inner, "__func__", inner)
    found = getattr(inner, "__code__", None)
    if found is not None:
        return f"{found.co_filename}:{found.co_firstlineno}"
    try:
        return inspect.getsourcefile(inner) or ""
    except (TypeError, OSError):
        return ""


def _one(
    made: object, kind: str, name: str, arguments: tuple[str, ...], *, wanted: bool
) -> Iterator[tuple[str, str]]:
    """Compare one method with what is declared of it."""
    try:
        method = getattr(made, name, None)
        reason = method and wanted and _reason(made, method, name, arguments)
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
        pass_on(error)
        yield f"{kind}.{name} raises {type(error).__name__}", raised_at(error)
        return
    if method is None:
        if wanted:
            reason = f"{kind} has no {name}, and needs one{_near(made, name)}"
            yield reason, place_of(_class_of(made))
    elif not wanted:
        yield (
            f"{kind} has {name}, and the manifest does not declare it",
            place_of(method),
        )
    elif reason:
        place = place_of(method) or place_of(_class_of(made))
        yield f"{kind}.{name} {reason}", place


def _reason(made: object, method: Any, name: str, arguments: tuple[str, ...]) -> str:
    if not callable(method):
        return "is no method"
    inner = inspect.unwrap(method)
    if inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner):
        return "is async def, and operations are plain or generator functions"
    if inspect.isgeneratorfunction(inner) and name == "verify":
        return "is a generator, and would not run when called"
    try:
        found = list(inspect.signature(method).parameters.values())
    except (TypeError, ValueError):
        return "does not tell its arguments"
    # A plain function looked up on its class still shows its `self`.
    if isinstance(made, type) and inspect.isfunction(
        inspect.getattr_static(made, name)
    ):
        del found[:1]
    return _arguments_reason(found, arguments)


def _arguments_reason(
    found: list[inspect.Parameter], arguments: tuple[str, ...]
) -> str:
    shown = inspect.Signature(found)
    wanted = ", ".join(arguments)
    if tuple(each.name for each in found) != arguments or any(
        each.kind is not each.POSITIONAL_OR_KEYWORD for each in found
    ):
        return f"takes {shown}, and is called with ({wanted})"
    if any(each.default is not each.empty for each in found):
        return f"takes {shown}: a default is never used, and hides a mistake"
    return ""


def _near(made: object, name: str) -> str:
    """Name a method that was perhaps meant."""
    import difflib

    names = [each for each in dir(_class_of(made)) if not each.startswith("_")]
    near = difflib.get_close_matches(name, names, n=1)
    return f"; it has {near[0]}" if near else ""


def _class_of(made: object) -> type:
    return made if isinstance(made, type) else type(made)
