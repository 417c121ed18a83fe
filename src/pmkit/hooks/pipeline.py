"""
The stages from an entry point to a working plugin, each with its own failures.

Whatever code of a plugin raises stops that plugin only, `SystemExit` too; what is for
the application is passed on.
"""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks.failures import Stage, Stopped, pass_on, raised_at, said
from pmkit.hooks.forms import misfits, place_of, undeclared
from pmkit.hooks.installed import GROUP, PREFIX
from pmkit.hooks.manifest import API, PluginManifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.hooks.installed import Installed


def check_group(entry: Installed) -> None:
    """
    Refuse what speaks another version of the contract, before it is imported.

    Args:
        entry: What was found.

    Raises:
        Stopped: If it is not in the group that this pmkit reads.
    """
    if entry.group == GROUP:
        return
    end = entry.group.removeprefix(PREFIX)
    if entry.group.startswith(PREFIX) and end.isdecimal():
        older = int(end) < API[0]
        remedy = "a newer version of the plugin" if older else "a newer pmkit"
        reason = f"it speaks version {end} of the contract, this pmkit version {API[0]}"
        raise Stopped(Stage.API, f"{reason}; install {remedy}")
    reason = f"it is announced in the group {entry.group!r}, which is not {GROUP!r}"
    raise Stopped(Stage.SCAN, reason)


def read_manifest(entry: Installed) -> PluginManifest:
    """
    Import the light module of an entry point and check what it names.

    Args:
        entry: What was found, in the right group.

    Returns:
        The manifest.

    Raises:
        Stopped: If it cannot be imported, or is no manifest of this plugin.
    """
    # Old entry points may name extras after the target; they mean nothing any more.
    target = entry.target.partition("[")[0].strip()
    found = resolve(target, Stage.IMPORT)
    with _looking(Stage.MANIFEST):
        check_manifest(found, entry.name)
    assert isinstance(found, PluginManifest)  # noqa: S101 - checked just now
    return found


def check_manifest(found: object, plugin_id: str) -> None:
    """
    Check a manifest, whoever gives it.

    Args:
        found: What should be one.

        plugin_id: The id that it must have.

    Raises:
        Stopped: If it is none, or not of this plugin, or not for this pmkit, or
            contradicts itself.
    """
    # A subclass could answer differently each time it is asked.
    if type(found) is not PluginManifest:
        reason = f"it names {_kind(found)}, and not a PluginManifest"
        raise Stopped(Stage.MANIFEST, reason)
    if found.id != plugin_id:
        reason = f"its manifest has the id {found.id!r}; both must be the same"
        raise Stopped(Stage.MANIFEST, reason)
    try:
        attrs.validate(found)
    except BaseException as error:  # noqa: BLE001 - a hostile manifest has any value
        pass_on(error)
        raise Stopped(Stage.MANIFEST, said(error)) from None
    if not found.speaks():
        ours = ".".join(map(str, API))
        reason = f"it wants the contract in {found.requires_api}, this pmkit has {ours}"
        raise Stopped(Stage.API, reason)
    wrong = list(undeclared(found))
    if wrong:
        raise Stopped(Stage.MANIFEST, "its manifest " + "; ".join(wrong))


def resolve(target: str, stage: Stage) -> Any:
    """
    Import what ``"package.module:Name"`` names.

    Args:
        target: The name.

        stage: The stage that this belongs to.

    Raises:
        Stopped: If it cannot be imported.
    """
    module, colon, name = target.partition(":")
    if not colon or not all(part.isidentifier() for part in module.split(".")):
        raise Stopped(stage, f'{target!r} is not written as "package.module:Name"')
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except InputError as error:
        if stage is Stage.IMPORT:
            stage = Stage.MANIFEST
        raise Stopped(stage, said(error), file=raised_at(error)) from error
    except BaseException as error:
        pass_on(error)
        raise Stopped(stage, said(error), file=raised_at(error)) from error
    return found


def settings_class(manifest: PluginManifest) -> type | None:
    """
    Import the settings class of a plugin.

    Args:
        manifest: What the plugin says of itself.

    Returns:
        The class; `None` if the plugin has no settings.

    Raises:
        Stopped: If it cannot be imported, or is no frozen attrs class.
    """
    if not manifest.settings:
        return None
    found = resolve(manifest.settings, Stage.SETTINGS)
    with _looking(Stage.SETTINGS):
        reason = ""
        if not isinstance(found, type) or not attrs.has(found):
            reason = f"is {_kind(found)}, and not an attrs class"
        elif not attrs.inspect(found).is_frozen:
            reason = "is not frozen; write @attrs.frozen(kw_only=True)"
        if reason:
            reason = f"{manifest.settings} {reason}"
            raise Stopped(Stage.SETTINGS, reason, file=place_of(found))
    assert isinstance(found, type)  # noqa: S101 - checked just now
    return found


def implementation_class(manifest: PluginManifest) -> Any:
    """
    Import the implementation of a plugin and check its form, without making it.

    Args:
        manifest: What the plugin says of itself.

    Returns:
        The class, or another callable that gives the plugin.

    Raises:
        Stopped: If it cannot be imported, cannot be called, or does not fit.
    """
    found = resolve(manifest.factory, Stage.BUILD)
    with _looking(Stage.BUILD):
        if not callable(found):
            reason = f"{manifest.factory} is {_kind(found)}, and cannot be called"
            raise Stopped(Stage.BUILD, reason)
        if isinstance(found, type):
            check_form(found, manifest)
    return found


def build(manifest: PluginManifest, settings: object, *, seconds: float) -> object:
    """
    Make the implementation of one instance.

    Args:
        manifest: What the plugin says of itself.

        settings: An object of its settings class; `None` if it has none, and the
            factory is then called without arguments.

        seconds: How long that may take.

    Returns:
        The implementation, whose form fits the manifest.

    Raises:
        Stopped: If it cannot be made in time, or does not fit.

        pmkit.SettingsError: If the plugin finds its settings wrong.
    """
    from pmkit.effects.slots import in_thread

    factory = implementation_class(manifest)

    def make() -> object:
        made: object = factory(settings) if manifest.settings else factory()
        check_form(made, manifest)
        return made

    making = in_thread(make, ended=lambda: None)
    try:
        return making.result(seconds)
    except (Stopped, SettingsError):
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin's code
        pass_on(error)
        # It has the settings now, so its words may be a secret, and so may its cause.
        reason = f"making it raised {type(error).__name__}"
        if not making.done():
            reason = f"it was not ready after {seconds:g} seconds"
        file = raised_at(error) if making.done() else place_of(factory)
        raise Stopped(Stage.BUILD, reason, file=file) from None


def check_form(made: object, manifest: PluginManifest) -> None:
    """
    Compare an implementation, or its class, with its manifest.

    Raises:
        Stopped: If it does not fit; all misfits are named.
    """
    found = list(misfits(made, manifest))
    if found:
        reason = "; ".join(reason for reason, _ in found)
        file = next((file for _, file in found if file), "")
        raise Stopped(Stage.BUILD, reason, file=file)


@contextlib.contextmanager
def _looking(stage: Stage) -> Iterator[None]:
    """Look at an object of a plugin, whose attributes may be code that raises."""
    try:
        yield
    except Stopped:
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin's code
        pass_on(error)
        reason = f"looking at it raised {said(error)}"
        raise Stopped(stage, reason, file=raised_at(error)) from None


def _kind(found: object) -> str:
    if isinstance(found, type):
        return f"the class {found.__name__}"
    return f"an object of {type(found).__name__}"
