"""
A reader of JSON that trusts nobody.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pmkit.core.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_JSON = "Send one JSON object, in UTF-8."


def read_json(
    text: str | bytes,
    *,
    whole: Callable[[str], Any] | None = None,
    broken: Callable[[str], Any] | None = None,
) -> Any:
    """
    Read JSON, and refuse what a lenient reader would guess at.

    Args:
        text: One JSON value; bytes are UTF-8.

        whole: What reads a whole number, in place of `int`.

        broken: What reads another number, in place of `float`.

    Returns:
        Plain values.

    Raises:
        pmkit.DocumentError: If it is malformed, names a key twice, or has numbers
            that JSON does not know.
    """
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(
            decoded,
            object_pairs_hook=_each_once,
            parse_constant=_no_constant,
            parse_int=whole,
            parse_float=broken,
        )
    except json.JSONDecodeError as error:
        msg = f"Line {error.lineno}, column {error.colno}: {error.msg}."
    except UnicodeDecodeError as error:
        msg = f"Byte {error.start} is not UTF-8."
    except RecursionError:
        msg = "It is nested too deeply."
    except DocumentError:
        raise
    except ValueError:
        msg = "A number in it has too many digits."
    raise DocumentError(msg, remedy=_NOT_JSON)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        msg = "This key stands there twice."
        raise DocumentError(msg, field=twice, remedy="Write it once.")
    return found


def _no_constant(name: str) -> Any:
    msg = f"{name} is not JSON."
    raise DocumentError(msg, remedy="Write a finite number, or a text.")
