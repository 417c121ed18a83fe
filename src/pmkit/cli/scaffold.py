"""
The package of a new plugin: its names, its files, and how they are written at once.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import importlib.util
import os
import shutil
import string
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import InputError
from pmkit.hooks.manifest import PluginKind, PluginManifest
from pmkit.hooks.scan import scan

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Distributions of pmkit itself, installed or not.
_OURS = frozenset({"pmkit-agency-http", "pmkit-procrastinate", "pmkit-sdk"})
_CHOOSE = "Choose another id."
_END = ".tmpl"
#: Where a template goes that is not named after its place; ``$`` as in the templates.
_PLACES = {
    "README.md": "README.md",
    "LICENSE.md": "LICENSE.md",
    "pyproject.toml": "pyproject.toml",
    "gitignore": ".gitignore",
    "ci.yml": ".github/workflows/checks.yml",
    "test_conformance.py": "tests/test_conformance.py",
    "test_plugin.py": "tests/test_$kind.py",
}
_ELSE = "src/$package/"


@attrs.frozen(kw_only=True)
class Scaffold:
    """
    A package for a new plugin, not yet written.

    Args:
        id: The id of the plugin.

        kind: What it is for.
    """

    id: str
    kind: PluginKind

    @classmethod
    def of(cls, plugin_id: str, kind: PluginKind) -> Scaffold:
        """
        Name a new plugin.

        Args:
            plugin_id: Its id, for ever.

            kind: What it is for.

        Returns:
            Its package, not yet written.

        Raises:
            pmkit.InputError: If that is no id, or something else has its names.

        Examples:
            >>> made = Scaffold.of("acme-agency", PluginKind.AGENCY)
            >>> made.distribution, made.package, made.names["plugin"]
            ('pmkit-acme-agency', 'pmkit_acme_agency', 'AcmeAgency')
        """
        # The manifest knows what an id is.
        PluginManifest(id=plugin_id, kind=kind, title=plugin_id, factory="x:X")
        made = cls(id=plugin_id, kind=kind)
        made._refuse_clashes()
        return made

    @property
    def distribution(self) -> str:
        """The name of the distribution, and of its folder."""
        return f"pmkit-{self.id.replace('.', '-')}"

    @property
    def package(self) -> str:
        """The name of the package that is imported."""
        return self.distribution.replace("-", "_")

    @property
    def names(self) -> Mapping[str, str]:
        """What stands for the names in the templates."""
        words = self.distribution.removeprefix("pmkit-").split("-")
        camel = "".join(word.capitalize() for word in words)
        kind = self.kind.value
        return {
            "id": self.id,
            "kind": kind,
            "distribution": self.distribution,
            "package": self.package,
            "title": " ".join(word.capitalize() for word in words),
            "camel": camel,
            "plugin": camel if words[-1] == kind else camel + kind.capitalize(),
            "host": f"{'-'.join(words)}.example",
        }

    def files(self) -> Mapping[str, str]:
        """
        Fill the templates.

        Returns:
            The text of each file by its path in the folder.
        """
        root = importlib.resources.files("pmkit.cli") / "templates"
        found = {f"src/{self.package}/py.typed": ""}
        for folder in ("every", self.kind.value):
            for template in (root / folder).iterdir():
                name = template.name.removesuffix(_END)
                place = _filled(_PLACES.get(name, f"{_ELSE}{name}"), self.names)
                found[place] = _filled(template.read_text("utf-8"), self.names)
        return found

    def write(self, into: Path) -> Path:
        """
        Write the package: all of it, or nothing.

        Args:
            into: The folder that it is written into.

        Returns:
            Its own folder.

        Raises:
            pmkit.InputError: If there is something of this name already, or it
                cannot be written there.
        """
        if not into.is_dir():
            msg = f"{into} is no folder."
            raise InputError(msg, field="into", remedy="Make it first.")
        folder = into / self.distribution
        if os.path.lexists(folder):
            raise _there(folder)
        try:
            beside = Path(tempfile.mkdtemp(prefix=".pmkit-new-", dir=into))
        except OSError as error:
            raise _unwritable(into, error) from error
        try:
            self._write(beside / self.distribution)
            (beside / self.distribution).rename(folder)
        except OSError as error:
            if os.path.lexists(folder):
                raise _there(folder) from error
            raise _unwritable(into, error) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return folder

    def _write(self, folder: Path) -> None:
        for name, text in self.files().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")

    def _refuse_clashes(self) -> None:
        """Refuse names that something else has here."""
        for entry in scan().installed:
            if entry.name == self.id:
                _taken(f"{entry.distribution} announces the plugin {self.id!r}.")
        if self.distribution in _OURS or _is_installed(self.distribution):
            _taken(f"There is a distribution {self.distribution!r}.")
        if importlib.util.find_spec(self.package) is not None:
            _taken(f"There is a package {self.package!r}.")


def _taken(message: str) -> None:
    raise InputError(message, field="id", remedy=_CHOOSE)


def _there(folder: Path) -> InputError:
    remedy = "Choose another id, or another folder with --into."
    return InputError(f"{folder} is there already.", field="id", remedy=remedy)


def _unwritable(into: Path, error: OSError) -> InputError:
    msg = f"Nothing can be written into {into}: {error.strerror}."
    return InputError(msg, field="into", remedy="Choose another folder with --into.")


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _filled(text: str, names: Mapping[str, str]) -> str:
    return string.Template(text).substitute(names)
