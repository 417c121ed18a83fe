"""
What exactly was tested: the distribution, and a hash over its files.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import pathlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pmkit.testing.conformance.harness import Harness

#: What lies in a package and is not of it.
_MADE = {".pyc", ".pyo"}


def _modules(harness: Harness) -> list[str]:
    manifest = harness.manifest
    named = (manifest.factory, manifest.settings, harness.target)
    return sorted({name.partition(":")[0] for name in named if name})


def distribution_of(harness: Harness) -> tuple[str, str]:
    """
    Tell which installed distribution a plugin comes in.

    Args:
        harness: What its author wrote.

    Returns:
        Its name and version; both empty if it is not installed.
    """
    top = harness.manifest.factory.partition(":")[0].partition(".")[0]
    names = importlib.metadata.packages_distributions().get(top, [])
    if not names:
        return "", ""
    return names[0], importlib.metadata.version(names[0])


def tested_digest(harness: Harness) -> str:
    """
    Hash what was tested: all files of the plugin's packages, by path and content.

    Args:
        harness: What its author wrote.

    Returns:
        ``sha256:`` and 64 hexadecimal digits; the same for the same files, wherever
        they lie.
    """
    found = hashlib.sha256()
    files = sorted({item for name in _modules(harness) for item in _files(name)})
    for name, path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        found.update(f"{name}\x00{content}\n".encode())
    return f"sha256:{found.hexdigest()}"


def _files(module: str) -> Iterator[tuple[str, pathlib.Path]]:
    """Give the files of the package of a module, or the file of a single module."""
    package, _, _ = module.rpartition(".")
    spec = importlib.util.find_spec(package or module)
    if spec is None:
        return
    if not spec.submodule_search_locations:
        if spec.origin:
            yield spec.name, pathlib.Path(spec.origin)
        return
    for folder in spec.submodule_search_locations:
        root = pathlib.Path(folder)
        for path in _walk(root.rglob("*")):
            yield f"{spec.name}/{path.relative_to(root).as_posix()}", path


def _walk(paths: Iterable[pathlib.Path]) -> Iterator[pathlib.Path]:
    for path in paths:
        made = path.suffix in _MADE or "__pycache__" in path.parts
        if path.is_file() and not made:
            yield path
