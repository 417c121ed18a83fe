"""
Which plugins are installed: names, distributions and targets, and nothing imported.

This module is read at every start, so it imports nothing that a bare interpreter has
not already: no `re`, `pathlib`, `typing`, `attrs` nor `importlib.metadata`.  The
answer is that of `importlib.metadata.entry_points`, which is asked where a folder
cannot be read directly: a zip file, an egg, or somebody else's finder.

Source of the format: https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import os
import sys

from pmkit.hooks.installed import Installed, Scan, Unreadable

# `typing` would cost more than the whole scan; type checkers know this name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.metadata import Distribution
    from typing import Any

#: What a group is called whose author means us, rightly written or not.
_MEANT = "pmkit.plugin"
_MEANT_BYTES = _MEANT.encode()
_LONGEST = 1 << 20
_PIECE = 1 << 13
_READ = os.O_RDONLY
# Also: a pipe of that name is empty and not waited for.
for _flag in ("O_CLOEXEC", "O_BINARY", "O_NONBLOCK"):
    _READ |= getattr(os, _flag, 0)


def scan(path: Sequence[str] | None = None) -> Scan:
    """
    Look for plugins in the installed distributions; import nothing of theirs.

    Of two distributions of one name the first on the path counts, as for an import.
    The working directory is never searched, even where an import would be.

    Args:
        path: The folders to search; those of `sys.path`, and what other finders
            know, if left out.

    Returns:
        What was found.

    Examples:
        >>> scan([]).installed
        ()
    """
    looking = _Looking()
    if path is not None:
        looking.at_folders(path)
    else:
        looking.at_everything()
    return Scan(
        tuple(looking.installed), tuple(looking.unreadable), tuple(looking.folders)
    )


def searched_path() -> list[str]:
    """Give the folders of `sys.path` that are searched: never the working directory."""
    found = [entry for entry in sys.path if entry not in {"", "."}]
    # `python -m` puts the working directory first, by its full name.
    if sys.path and found and found[0] == sys.path[0] and _is_here(found[0]):
        del found[0]
    return found


def _is_here(folder: str) -> bool:
    if folder.endswith(("site-packages", "dist-packages")):
        return False
    try:
        return os.path.samefile(folder, ".")  # noqa: PTH121 - pathlib is too heavy here
    except OSError:
        return False


class _Looking:
    """One look: what was found so far, and which distributions were seen."""

    def __init__(self) -> None:
        self.installed: list[Installed] = []
        self.unreadable: list[Unreadable] = []
        self.folders: list[str] = []
        self._seen: set[str] = set()

    def at_everything(self) -> None:
        """Ask each finder in its order; that of the path is done here, quicker."""
        for finder in sys.meta_path:
            if getattr(finder, "__name__", "") == "PathFinder":
                self.at_folders(searched_path())
                continue
            find = getattr(finder, "find_distributions", None)
            if find is not None:
                self._at_distributions(_asked(find))

    def at_folders(self, path: Iterable[str]) -> None:
        """Look into each folder once."""
        for folder in path:
            if not folder or folder in self.folders:
                continue
            self.folders.append(folder)
            if folder.lower().endswith(".egg"):
                self._at_distributions(_found_slowly(folder))
                continue
            try:
                children = os.listdir(folder)  # noqa: PTH208 - pathlib is too heavy here
            except NotADirectoryError:
                self._at_distributions(_found_slowly(folder))
            except (OSError, ValueError):
                continue
            else:
                self._at_children(folder, children)

    def _at_children(self, folder: str, children: list[str]) -> None:
        names = [name for name in children if name[-5:].lower() == "-info"]
        for name in _grouped(names):
            if name.endswith((".dist-info", ".egg-info")):
                if self._is_new(name[:-10].partition("-")[0]):
                    self._at_info(f"{folder}{os.sep}{name}", name)
            elif name[-10:].lower() in {".dist-info", ".egg-info"}:
                self._at_distributions([_at_path(f"{folder}{os.sep}{name}")])

    def _is_new(self, name: str) -> bool:
        key = normalized(name)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _at_info(self, folder: str, name: str) -> None:
        file = f"{folder}{os.sep}entry_points.txt"
        try:
            # Whole, and as bytes: most files do not mean us and are never decoded.
            data = _bytes_of(file, _LONGEST)
        except (OSError, ValueError):
            return
        if _MEANT_BYTES not in data:
            return
        distribution, version = _named(folder, name)
        self._read(data, distribution, version, file)

    def _at_distributions(self, distributions: Iterable[Distribution]) -> None:
        """Read what only `importlib.metadata` can read."""
        for distribution in distributions:
            try:
                place = getattr(distribution, "_path", "")
                # What has no metadata has no headers either, not even empty ones.
                said: Any = distribution.metadata or {}
                name, version = said.get("Name") or "", said.get("Version") or ""
                if not self._is_new(_key(place) or name):
                    continue
                text = distribution.read_text("entry_points.txt") or ""
            except Exception as error:  # noqa: BLE001 - a foreign finder's code
                self._fail("", "", "", f"cannot be read ({type(error).__name__})")
                continue
            data = text.encode()
            if _MEANT_BYTES in data:
                self._read(data, name, version, f"{place}/entry_points.txt")

    def _read(self, data: bytes, distribution: str, version: str, file: str) -> None:
        if len(data) > _LONGEST:
            self._fail(distribution, version, file, "is longer than 1 MiB")
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self._fail(distribution, version, file, "is not UTF-8")
            return
        for group, line in _lines(text):
            name, equals, target = line.partition("=")
            if equals:
                self.installed.append(
                    Installed(
                        name=name.strip(),
                        target=target.strip(),
                        group=group,
                        distribution=distribution,
                        version=version,
                        file=file,
                    )
                )
            else:
                reason = f"has a line without '=' in [{group}]"
                self._fail(distribution, version, file, reason)

    def _fail(self, distribution: str, version: str, file: str, reason: str) -> None:
        self.unreadable.append(
            Unreadable(
                distribution=distribution, version=version, file=file, reason=reason
            )
        )


def normalized(name: str) -> str:
    """
    Write the name of a distribution as the path tells distributions apart.

    Source: https://packaging.python.org/en/latest/specifications/name-normalization/

    Examples:
        >>> normalized("Acme.PmKit--Agency")
        'acme_pmkit_agency'
    """
    name = name.lower().replace("-", "_").replace(".", "_")
    while "__" in name:
        name = name.replace("__", "_")
    return name


def _grouped(names: list[str]) -> Iterable[str]:
    """Put the folders of one name side by side, as importlib.metadata lists them."""
    groups: dict[str, list[str]] = {}
    for name in names:
        key = normalized(name.lower().rpartition(".")[0].partition("-")[0])
        groups.setdefault(key, []).append(name)
    return (name for group in groups.values() for name in group)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Give the lines of the groups that mean us."""
    group = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            group = line.strip("[]")
        elif group.startswith(_MEANT):
            yield group, line


def _named(folder: str, name: str) -> tuple[str, str]:
    """Read name and version of a distribution; its folder says them too."""
    stem, _, version = name[:-10].partition("-")
    for file in ("METADATA", "PKG-INFO"):
        try:
            # The description may be long, and it comes last.
            head = _bytes_of(f"{folder}{os.sep}{file}", 0)
            if b"\n\n" not in head and len(head) == _PIECE:
                head = _bytes_of(f"{folder}{os.sep}{file}", _LONGEST)
        except OSError:
            continue
        found = _headers(head.partition(b"\n\n")[0])
        return found.get("name", stem), found.get("version", version)
    return stem, version


def _bytes_of(file: str, most: int) -> bytes:
    """Read a file up to a length; a large buffer for each would cost more than it."""
    handle = os.open(file, _READ)
    try:
        data = piece = os.read(handle, _PIECE)
        while piece and len(data) <= most:
            piece = os.read(handle, _PIECE)
            data += piece
        return data
    finally:
        os.close(handle)


def _headers(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").splitlines():
        if not line.strip():
            break
        key, colon, value = line.partition(":")
        if colon and value.strip():
            found.setdefault(key.lower(), value.strip())
    return found


def _key(place: object) -> str:
    """Give the name in that of a metadata folder, if it is one."""
    base = f"{place}".replace("\\", "/").rpartition("/")[2]
    if base.endswith((".dist-info", ".egg-info")):
        return base[:-10].partition("-")[0]
    return ""


def _found_slowly(folder: str) -> Iterable[Distribution]:
    from importlib.metadata import distributions

    return distributions(path=[folder])


def _at_path(folder: str) -> Distribution:
    from importlib.metadata import Distribution

    return Distribution.at(folder)


def _asked(find: object) -> Iterable[Distribution]:
    from importlib.metadata import DistributionFinder

    try:
        return list(find(DistributionFinder.Context()))  # type: ignore[operator]
    except Exception:  # noqa: BLE001 - a foreign finder's code; it hides only its own
        return []
