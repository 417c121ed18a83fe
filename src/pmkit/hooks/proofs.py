"""
What was proven of a plugin: the record of its checks, and whether it is still of it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.hooks.manifest import PluginManifest

#: The levels that a record may state, lowest first.
LEVELS = ("bronze", "silver", "gold", "platinum")
_FORMAT = "pmkit-conformance/1"
_LONGEST = 4 << 20


@attrs.frozen(kw_only=True)
class Proof:
    """
    What a record says of a plugin.

    Args:
        level: The level that holds for the code that is installed; empty if none does.

        reason: Why no level holds; empty if one does.
    """

    level: str = ""
    reason: str = ""


def proof_of(manifest: PluginManifest) -> Proof:
    """
    Read the record of a plugin and compare it with the code that is installed.

    Args:
        manifest: What the plugin says of itself.

    Returns:
        What holds; a record that cannot be read proves nothing.
    """
    if not manifest.conformance:
        return Proof(reason="no record of its checks")
    try:
        record = _record(manifest)
        digest = digest_of(manifest)
    except (OSError, ValueError, RecursionError) as error:
        return Proof(reason=f"its record cannot be read ({type(error).__name__})")
    if record.get("format") != _FORMAT or record.get("plugin") != manifest.id:
        return Proof(reason="its record is not of this plugin")
    if record.get("digest") != digest:
        return Proof(reason="its record is of other code than is installed")
    level = record.get("level")
    if level not in LEVELS:
        return Proof(reason="its checks reach no level")
    return Proof(level=f"{level}")


def digest_of(manifest: PluginManifest) -> str:
    """
    Compute the digest of the code of a plugin, to which a record is bound.

    It covers every file of the package that holds the implementation, except what the
    interpreter writes there and the record itself.

    Args:
        manifest: What the plugin says of itself.

    Returns:
        SHA-256 over the paths and contents, as hexadecimal digits.

    Raises:
        pmkit.InputError: If the package cannot be found.
    """
    root = package_of(manifest)
    left_out = _path_of(manifest) if manifest.conformance else None
    whole = hashlib.sha256()
    for name, path in sorted(_files(root)):
        if path != left_out:
            whole.update(f"{name}\0".encode())
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def package_of(manifest: PluginManifest) -> Path:
    """
    Find the package that holds the implementation, without importing it.

    Args:
        manifest: What the plugin says of itself.

    Returns:
        Its folder, or its file if it is a single module.

    Raises:
        pmkit.InputError: If it cannot be found.
    """
    top = manifest.factory.partition(":")[0].partition(".")[0]
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    if spec is not None and spec.origin:
        return Path(spec.origin)
    msg = f"There is no package {top!r}."
    raise InputError(msg, field="factory", remedy="Install it.")


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    if root.is_file():
        yield root.name, root
        return
    for path in root.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix(), path


def _path_of(manifest: PluginManifest) -> Path:
    """Find the record, which is inside the package and nowhere else."""
    inner = PurePosixPath(manifest.conformance)
    if inner.is_absolute() or ".." in inner.parts:
        msg = "The record of the checks is outside the package."
        raise InputError(msg, field="conformance", remedy='Write "conformance.json".')
    root = package_of(manifest)
    return (root.parent if root.is_file() else root) / inner


def _record(manifest: PluginManifest) -> dict[str, object]:
    with _path_of(manifest).open("rb") as stream:
        data = stream.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        msg = "The record is too long."
        raise InputError(msg, field="conformance")
    found = json.loads(data)
    return found if isinstance(found, dict) else {}
