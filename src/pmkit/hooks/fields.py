"""
What a field of a settings class says of itself beside its type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

#: The key of the metadata of a field.
METADATA = "pmkit"


@attrs.frozen(kw_only=True)
class Hints:
    """
    What a field says of itself; see `setting`.
    """

    title: str = ""
    note: str = ""
    placeholder: str = ""
    shown: bool = False
    live: tuple[str, ...] = ()
    sandbox: tuple[str, ...] = ()


def setting(
    *,
    title: str = "",
    note: str = "",
    placeholder: str = "",
    shown: bool = False,
    live: str | tuple[str, ...] = (),
    sandbox: str | tuple[str, ...] = (),
    default: Any = attrs.NOTHING,
    validator: Callable[..., Any] | None = None,
) -> Any:
    """
    Make a field of a settings class, with what a form and a check need to know.

    Args:
        title: Its name for people.

        note: What it is, and where to find it.

        placeholder: What a form shows while it is empty; an example, never a default.

        shown: Whether its value may be printed; a value that is not marked so is
            never shown anywhere.

        live: How values begin that move real money, such as ``"sk_live_"``; they are
            refused in a sandbox instance.

        sandbox: How values begin that do not; they are refused in a live instance.

        default: As for `attrs.field`.

        validator: As for `attrs.field`; the words of its error are never shown,
            since they may hold the value.

    Returns:
        A field of attrs.

    Raises:
        pmkit.InputError: If a beginning is empty, and so would fit every value.

    Examples:
        >>> from pmkit.hooks.secrets import Secret
        >>> @attrs.frozen(kw_only=True)
        ... class AcmeSettings:
        ...     key: Secret = setting(title="API key", live="sk_live_")
        ...     office: str = setting(shown=True, default="Shanghai")
        >>> AcmeSettings(key=Secret("sk_test_1")).office
        'Shanghai'
    """
    hints = Hints(
        title=title,
        note=note,
        placeholder=placeholder,
        shown=shown,
        live=_beginnings("live", live),
        sandbox=_beginnings("sandbox", sandbox),
    )
    return attrs.field(default=default, validator=validator, metadata={METADATA: hints})


def hints_of(field: attrs.Attribute[Any]) -> Hints:
    """
    Read what a field says of itself.

    Args:
        field: A field of a settings class.

    Returns:
        Its hints; those of a field that says nothing, if it says nothing.
    """
    found = field.metadata.get(METADATA)
    return found if isinstance(found, Hints) else Hints()


def _beginnings(name: str, given: str | tuple[str, ...]) -> tuple[str, ...]:
    found = (given,) if isinstance(given, str) else tuple(given)
    if not all(found):
        msg = "An empty beginning fits every value."
        raise InputError(msg, field=name, remedy='Write it as "sk_live_".')
    return found
