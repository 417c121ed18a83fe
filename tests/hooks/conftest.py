"""Packages that exist only for a test: a folder, an announcement, a module."""

from __future__ import annotations

import sys
import textwrap

import attrs
import pytest

#: A light module with a manifest; what stands in braces is filled in.
MANIFEST = """
from pmkit.hooks.capabilities import FULL, Capabilities
from pmkit.hooks.manifest import PluginKind, PluginManifest

MANIFEST = PluginManifest(
    id={id!r},
    kind=PluginKind.NOTIFIER,
    title="A notifier",
    factory={factory!r},
    settings={settings!r},
    capabilities=Capabilities(operations={{"send": FULL}}),
    tracker="https://tracker.example",
)
"""
#: An implementation that fits.
GOOD = """
import attrs

from pmkit.hooks.secrets import Secret


@attrs.frozen(kw_only=True)
class Settings:
    key: Secret
    office: str = "Shanghai"


class Mail:
    def __init__(self, settings=None):
        self.settings = settings
        self.sent = []

    def send(self, request, context):
        self.sent.append(request)
"""


@attrs.frozen(kw_only=True)
class Site:
    """A folder of installed packages."""

    folder: object

    def dist(self, name, entry_points, *, version="1.2"):
        """Write the metadata of a distribution; give the file of its entry points."""
        stem = name.replace("-", "_")
        info = self.folder / f"{stem}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText.\n"
        )
        (info / "entry_points.txt").write_text(textwrap.dedent(entry_points))
        return info / "entry_points.txt"

    def module(self, name, code):
        """Write a module."""
        path = self.folder / f"{name}.py"
        path.write_text(textwrap.dedent(code))
        return path

    def plugin(
        self, plugin_id, *, dist="", code=GOOD, manifest=MANIFEST, settings=True
    ):
        """Install a plugin with a manifest module and an implementation module."""
        stem = f"x_{plugin_id.replace('-', '_')}"
        dist = dist or f"{plugin_id}-dist"
        self.dist(dist, f"[pmkit.plugins.v1]\n{plugin_id} = {stem}_light:MANIFEST\n")
        filled = manifest.format(
            id=plugin_id,
            factory=f"{stem}_impl:Mail",
            settings=f"{stem}_impl:Settings" if settings else "",
        )
        self.module(f"{stem}_light", filled)
        self.module(f"{stem}_impl", code)
        return stem

    @property
    def path(self):
        """What to search."""
        return [str(self.folder)]


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Give a folder of packages that can be imported until the test ends."""
    before = set(sys.modules)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delenv("PMKIT_PLUGINS_STRICT", raising=False)
    yield Site(folder=folder)
    for module in set(sys.modules) - before:
        if module.startswith("x_"):
            del sys.modules[module]
