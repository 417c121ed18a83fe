"""
Why a plugin is there, or is not: one line, and how bad it is.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from pmkit.hooks.failures import Stage, Stopped
from pmkit.hooks.needed import NEEDED
from pmkit.hooks.pipeline import implementation_class, settings_class
from pmkit.hooks.proofs import proof_of
from pmkit.hooks.scan import normalized
from pmkit.hooks.shelf import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.hooks.host import PluginHost
    from pmkit.hooks.manifest import PluginManifest
    from pmkit.hooks.shelf import Loaded


class Health(enum.IntEnum):
    """How bad it is; the value is the exit code of ``pmkit plugins doctor``."""

    OK = 0
    #: It works, and something should be known.
    WARN = 1
    #: It does not work, or is not there.
    FAIL = 2


@attrs.frozen(kw_only=True)
class Diagnosis:
    """
    Why a plugin is there, or is not.

    Args:
        name: What was asked about.

        health: How bad it is.

        text: Why, in one line.
    """

    name: str
    health: Health
    text: str

    def __str__(self) -> str:
        return self.text


def diagnose(host: PluginHost, name: str) -> Diagnosis:
    """
    Explain the presence or absence of a plugin; its implementation is imported.

    Args:
        host: The host; it stays as it is.

        name: An id, the name of an instance, or a distribution.

    Returns:
        The line, and how bad it is.
    """
    if name in host.attached:
        one = host.attached[name]
        text = f"Instance {name} of plugin {one.manifest.id} is attached."
        return Diagnosis(name=name, health=Health.OK, text=text)
    for failure in host.failures:
        if failure.instance == name:
            return Diagnosis(name=name, health=Health.FAIL, text=f"{failure}")
    ids = sorted(
        {
            each.name
            for each in host.installed
            if normalized(each.distribution) == normalized(name)
        }
    )
    known = {each.name for each in host.installed} | set(host.manifests)
    files = [
        f"{each}"
        for each in unread(host.scan)
        if normalized(each.distribution) == normalized(name)
    ]
    if files and name not in known and not ids:
        return Diagnosis(name=name, health=Health.FAIL, text=" ".join(files))
    if name in known or not ids:
        return _of_plugin(host, name)
    found = [_of_plugin(host, each) for each in ids]
    return Diagnosis(
        name=name,
        health=max(each.health for each in found),
        text=" ".join(each.text for each in found),
    )


def _of_plugin(host: PluginHost, plugin_id: str) -> Diagnosis:
    trial = host.trial(plugin_id)
    loaded = trial.loaded(plugin_id)
    if loaded is None:
        failure = trial.failure(plugin_id)
        texts = [f"{failure}"]
        if failure.stage is Stage.SCAN:
            # It may be announced in a file that nobody can read.
            texts += [f"{each}" for each in unread(host.scan)]
        blocked = failure.stage is Stage.BLOCKED
        return Diagnosis(
            name=plugin_id,
            health=Health.WARN if blocked else Health.FAIL,
            text=" ".join(texts),
        )
    try:
        settings_class(loaded.manifest)
        implementation_class(loaded.manifest)
    except Stopped as stopped:
        failure = trial.stopped(loaded, stopped)
        return Diagnosis(name=plugin_id, health=Health.FAIL, text=f"{failure}")
    return _of_loaded(host, loaded, [f"{each}" for each in trial.failures])


def _of_loaded(host: PluginHost, loaded: Loaded, losers: list[str]) -> Diagnosis:
    manifest, entry = loaded.manifest, loaded.entry
    warnings = [*_warnings(manifest), *losers]
    if not host.wants(manifest.id):
        warnings.append("This application does not name it (load=).")
    where = f" ({entry.file})" if entry.file else ""
    text = f"Plugin {manifest.id} of {entry.source}{where} loads: {manifest.title}."
    return Diagnosis(
        name=manifest.id,
        health=Health.WARN if warnings else Health.OK,
        text=" ".join([text, *warnings]),
    )


def _warnings(manifest: PluginManifest) -> Iterator[str]:
    """Tell what works, and should be known all the same."""
    unknown = [
        name
        for name in NEEDED[manifest.kind]
        if manifest.capabilities[name].support.value == "unknown"
    ]
    if manifest.capabilities.webhooks.support.value == "unknown":
        unknown.append("webhooks")
    if unknown:
        yield f"It says nothing about {', '.join(unknown)}."
    proof = proof_of(manifest)
    if not proof.level:
        yield f"Nothing is proven of it: {proof.reason}."
