"""
The plugins that an application may attach: found, chosen, and read as manifests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

from pmkit.core.errors import UnknownPluginError
from pmkit.hooks import choosing
from pmkit.hooks.failures import LoadFailure, Stage, Stopped
from pmkit.hooks.installed import Installed, Scan
from pmkit.hooks.manifest import PluginManifest
from pmkit.hooks.pipeline import check_manifest, read_manifest
from pmkit.hooks.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@attrs.frozen(kw_only=True)
class Loaded:
    """
    A plugin whose manifest was read.

    Args:
        manifest: What it says of itself.

        entry: Where it is from.
    """

    manifest: PluginManifest
    entry: Installed


class Shelf:
    """
    What is installed, what of it is loaded, and why the rest is not.

    Args:
        load: The ids to load, or ``"all"``.

        rules: What may load, and which of two is meant.

        strict: Whether a plugin that does not load raises.

        path: The folders to search; those of `sys.path` if left out.

    Raises:
        pmkit.PluginError: If strict, and a plugin does not load.
    """

    def __init__(
        self,
        *,
        load: frozenset[str] | Literal["all"],
        rules: choosing.Rules,
        strict: bool,
        path: Sequence[str] | None,
    ) -> None:
        self._load: frozenset[str] | Literal["all"] = load
        self._rules = rules
        self.strict = strict
        self._path = path
        self._scan: Scan | None = None
        self._given: dict[str, Loaded] = {}
        self._loaded: dict[str, Loaded] = {}
        self._failures: dict[tuple[str, ...], LoadFailure] = {}
        self._load_all()

    @property
    def installed(self) -> tuple[Installed, ...]:
        """What is installed, from one look that is kept; nothing is imported."""
        return self.scan.installed

    @property
    def scan(self) -> Scan:
        """The one look at the path; `rescan` looks again."""
        if self._scan is None:
            self._scan = scan(self._path)
        return self._scan

    @property
    def manifests(self) -> Mapping[str, PluginManifest]:
        """What is loaded, by id, sorted."""
        both = self._loaded | self._given
        return {name: both[name].manifest for name in sorted(both)}

    @property
    def failures(self) -> tuple[LoadFailure, ...]:
        """What is not there and why, sorted by id."""
        return tuple(self._failures[key] for key in sorted(self._failures))

    def rescan(self) -> None:
        """
        Look at the path again and load again; what is attached stays as it is.

        Raises:
            pmkit.PluginError: If strict, and a plugin does not load.
        """
        self._scan = None
        self._loaded.clear()
        self._failures.clear()
        self._load_all()

    def source(self, plugin_id: str) -> Installed:
        """
        Tell where a loaded plugin is from.

        Args:
            plugin_id: Its id.

        Raises:
            pmkit.UnknownPluginError: If none is loaded under this id.
        """
        return self._find(plugin_id).entry

    def register(self, manifest: PluginManifest, *, source: str = "") -> None:
        """
        Take a manifest that the application itself gives, without any installation.

        Args:
            manifest: What the plugin says of itself.

            source: Who gives it, for messages and for `winners`.

        Raises:
            pmkit.PluginError: If it is no manifest, contradicts itself, is blocked,
                or its id is taken.
        """
        fits = type(manifest) is PluginManifest
        plugin_id = manifest.id if fits else "unknown"
        source = source or "the application"
        entry = Installed(name=plugin_id, target="", distribution=source)
        taken = (self._loaded | self._given).get(entry.name)
        try:
            check_manifest(manifest, entry.name)
            self._rules.check(entry.name)
            self._rules.settle(entry, None if taken is None else taken.entry)
        except Stopped as stopped:
            raise self._failed(entry, stopped).as_error() from None
        self._loaded.pop(entry.name, None)
        self._given[entry.name] = Loaded(manifest=manifest, entry=entry)

    def trial(self, plugin_id: str) -> Shelf:
        """
        Load one plugin by the rules of this shelf, which stays as it is.

        Args:
            plugin_id: Its id.

        Returns:
            A shelf with that plugin, or with why it stopped.
        """
        other = Shelf(
            load=frozenset(), rules=self._rules, strict=False, path=self._path
        )
        other._scan = self.scan
        other._given = {
            name: one for name, one in self._given.items() if name == plugin_id
        }
        other._load_one(plugin_id)
        return other

    def loaded(self, plugin_id: str) -> Loaded | None:
        """Give a plugin that is loaded already; `None` if it is not."""
        return self._given.get(plugin_id) or self._loaded.get(plugin_id)

    def failure(self, plugin_id: str) -> LoadFailure:
        """Tell why a plugin that was asked for did not load."""
        return self._failures[plugin_id,]

    def wants(self, plugin_id: str) -> bool:
        """Tell whether the application names this plugin, or all."""
        return (
            not self._load
            or self._load == "all"
            or plugin_id in self._load
            or plugin_id in self._given
            or plugin_id in self._loaded
        )

    def stopped(
        self, loaded: Loaded, stopped: Stopped, *, instance: str = ""
    ) -> LoadFailure:
        """
        Keep why a plugin, or one instance of it, stopped after its manifest was read.

        Args:
            loaded: The plugin.

            stopped: Where and why.

            instance: The instance, if it is only one.
        """
        return self._failed(
            loaded.entry,
            stopped,
            instance,
            instance=instance,
            tracker=loaded.manifest.tracker,
        )

    def _load_all(self) -> None:
        if not self._load:
            return
        found = choosing.by_id(self.scan)
        wanted = sorted(found) if self._load == "all" else sorted(self._load)
        for plugin_id in wanted:
            self._load_one(plugin_id)
        if self._load == "all" or any(each not in found for each in self._load):
            for each in unread(self.scan):
                self._failures[each.id, each.file, each.reason] = each
        if self.strict:
            self._raise_first()

    def _load_one(self, plugin_id: str) -> None:
        """Bring one plugin as far as its manifest; keep why it stopped."""
        if plugin_id in self._given or plugin_id in self._loaded:
            return
        entry = Installed(name=plugin_id, target="")
        try:
            self._rules.check(plugin_id)
            entry, losers = self._rules.choose(plugin_id, self.scan)
            manifest = read_manifest(entry)
        except Stopped as stopped:
            entry = stopped.entry or entry
            self._failed(entry, stopped)
            return
        self._failures.pop((plugin_id,), None)
        self._loaded[plugin_id] = Loaded(manifest=manifest, entry=entry)
        for loser in losers:
            reason = f"its id belongs to {entry.source}"
            self._failed(loser, Stopped(Stage.REGISTER, reason), loser.source)

    def _raise_first(self) -> None:
        serious = [each for each in self.failures if each.stage is not Stage.BLOCKED]
        for failure in serious[:1]:
            raise failure.as_error()

    def _failed(
        self,
        entry: Installed,
        stopped: Stopped,
        *more: str,
        instance: str = "",
        tracker: str = "",
    ) -> LoadFailure:
        failure = LoadFailure(
            id=entry.name,
            stage=stopped.stage,
            reason=stopped.reason,
            distribution=entry.distribution,
            version=entry.version,
            file=stopped.file or entry.file,
            instance=instance,
            tracker=tracker,
        )
        self._failures[entry.name, *more] = failure
        return failure

    def _find(self, plugin_id: str) -> Loaded:
        self._load_one(plugin_id)
        found = self.loaded(plugin_id)
        if found is not None:
            return found
        failure = self.failure(plugin_id)
        if failure.stage is Stage.SCAN and not failure.distribution:
            msg = f"{failure}"
            raise UnknownPluginError(msg, field="plugin") from None
        raise failure.as_error()


def unread(scan: Scan) -> Iterator[LoadFailure]:
    """
    Tell which files of entry points mean us and cannot be read.

    Args:
        scan: What was found.
    """
    for each in scan.unreadable:
        yield LoadFailure(
            id=each.distribution or "unknown",
            stage=Stage.SCAN,
            reason=f"its list of entry points {each.reason}",
            distribution=each.distribution,
            version=each.version,
            file=each.file,
        )
