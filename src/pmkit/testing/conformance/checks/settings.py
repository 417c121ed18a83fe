"""
Settings keep their secrets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.hooks.secrets import Secret
from pmkit.hooks.settings import read_settings
from pmkit.testing.conformance.case import resolve
from pmkit.testing.conformance.leaks import Search, chain_of
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Inapplicable, require

if TYPE_CHECKING:
    from pmkit.testing.conformance.rig import Rig

_SECRET_NAME = re.compile(
    r"(^|_)(secret|password|passwd|token|credential|api_?key|private_?key)s?($|_)"
)
_WRONG: tuple[object, ...] = ("", 0, -1, None, "\x00", [], "x" * 5000)


def _class_of(rig: Rig) -> Any:
    if not rig.manifest.settings:
        reason = "The plugin has no settings."
        raise Inapplicable(reason)
    rig.station()
    return resolve(rig.manifest.settings)


@check(
    "PLG-SET-002",
    Level.BRONZE,
    "A setting that is named like a secret is of the type Secret.",
    "Annotate it as pmkit.Secret.",
)
def secrets_are_secrets(rig: Rig) -> None:
    """Compare the names of the fields with the types of their values."""
    fields = attrs.fields(_class_of(rig))
    settings = rig.station().settings
    open_ones = [
        field.name
        for field in fields
        if _SECRET_NAME.search(field.name)
        and isinstance(getattr(settings, field.name), str | bytes)
    ]
    require(not open_ones, f"plain text: {', '.join(open_ones)}")


@check(
    "PLG-SET-003",
    Level.BRONZE,
    "No secret has a default.",
    "Take the default away: who configures the plugin has to give it.",
)
def no_default_secret(rig: Rig) -> None:
    """Look at the defaults of the fields that hold secrets."""
    fields = attrs.fields(_class_of(rig))
    settings = rig.station().settings
    given = [
        field.name
        for field in fields
        if isinstance(getattr(settings, field.name), Secret)
        and field.default not in (attrs.NOTHING, None)
    ]
    require(not given, f"with a default: {', '.join(given)}")


@check(
    "PLG-SET-004",
    Level.BRONZE,
    "Printing the settings or the plugin shows no secret.",
    "Keep secrets as Secret, and reveal() them only into a request.",
)
def silent_repr(rig: Rig) -> None:
    """Print all that can be printed."""
    search = Search(rig)
    station = rig.station()
    for thing in (station.settings, station.implementation, station.attached):
        name = type(thing).__name__
        for text in (f"{thing!r}", f"{thing}", f"{vars_of(thing)!r}"):
            require(not search.shows(text), f"{name} shows a secret when printed")


def vars_of(thing: object) -> object:
    """Give what a debugger shows of a thing."""
    return getattr(thing, "__dict__", None)


@check(
    "PLG-SET-005",
    Level.SILVER,
    "An error about wrong settings shows no secret.",
    "Do not put values into the errors of validators and of the factory.",
)
def silent_errors(rig: Rig) -> None:
    """Give wrong values for each field that is no secret, and cut secrets short."""
    settings_class = _class_of(rig)
    search = Search(rig)
    factory = resolve(rig.manifest.factory)
    good = dict(rig.harness.settings())
    for name, value in good.items():
        cut = [Secret(value.reveal()[:-1])] if isinstance(value, Secret) else _WRONG
        for wrong in cut:
            error = _error_of(settings_class, factory, good | {name: wrong})
            shown = any(search.shows(text) for text in chain_of(error))
            require(not shown, f"the error about {name} shows a secret")


def _error_of(
    settings_class: type, factory: Any, given: dict[str, object]
) -> BaseException | None:
    try:
        factory(read_settings(settings_class, given, plugin="under-test"))
    except Exception as error:  # noqa: BLE001 - whatever it raises is looked at
        return error
    return None
