"""
Secrets: values that never print.
"""

from __future__ import annotations

from typing import Never

from pmkit.core.errors import InputError

_MASK = "********"


class Secret:
    """
    A text that shows itself only to who asks for it by name.

    Args:
        value: The text.

    Raises:
        pmkit.InputError: If it is empty or no text.

    Examples:
        >>> key = Secret("sk-live-1234")
        >>> print(key, f"{key:>10}", repr(key))
        ******** ******** Secret('********')
        >>> key.reveal()
        'sk-live-1234'
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        given: object = value
        if not isinstance(given, str) or not given.strip():
            msg = "A secret is a text with something in it."
            raise InputError(msg, field="secret", remedy="Set the key.")
        self._value = given

    def reveal(self) -> str:
        """Give the text; call it where the text is used, and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({_MASK!r})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return _MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # Loading OpenSSL costs more than all the rest of a start-up that compares none.
        import hmac

        # The time that a comparison takes must not tell how much of it is right.
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    # A hash would tell two secrets apart, or find one in a list of guesses.
    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Never:
        msg = "A secret is not written anywhere."
        raise InputError(msg, field="secret", remedy="Store where it is kept instead.")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self
