"""
How a plugin is asked for an answer now: its faults become errors of pmkit.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeVar

from pmkit.core.errors import PluginError, PmkitError

if TYPE_CHECKING:
    from collections.abc import Iterator

_T = TypeVar("_T")


@contextlib.contextmanager
def calling(plugin: str) -> Iterator[None]:
    """
    Turn whatever a plugin raises into an error of pmkit.

    Args:
        plugin: Its name.

    Raises:
        pmkit.PluginError: For every foreign exception; its words may hold a secret,
            so only its class is named.
    """
    try:
        yield
    except PmkitError:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin's fault is its own
        msg = f"{plugin} failed with {type(error).__name__}."
        raise PluginError(
            msg, field="plugin", remedy="Try again later, or choose another one."
        ) from None


def answered(plugin: str, answer: object, kind: type[_T]) -> _T:
    """
    Take an answer, if it is what the contract asks for.

    Args:
        plugin: Who answered.

        answer: What it said.

        kind: What it has to be.

    Raises:
        pmkit.PluginError: If it is something else.
    """
    if isinstance(answer, kind):
        return answer
    msg = f"{plugin} answered {type(answer).__name__}."
    raise PluginError(
        msg, field="plugin", remedy=f"The contract asks for {kind.__name__}."
    )
