"""
What an attached object declares of its operations, if it declares anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.hooks.capabilities import Capabilities, LookUp

if TYPE_CHECKING:
    from pmkit.core.effects import EffectKind
    from pmkit.hooks.capabilities import Capability

_FIND = "find"


def capability_of(plugin: object, kind: EffectKind) -> Capability | None:
    """
    Tell what a plugin declares of one kind of call.

    Args:
        plugin: An attached object.

        kind: The kind of call.

    Returns:
        What it declares, with the look-up of ``find`` where the operation itself
        names none; `None` if the object declares nothing at all.
    """
    declared = getattr(plugin, "capabilities", None)
    if not isinstance(declared, Capabilities):
        return None
    found = declared[kind.value]
    if found.look_up is LookUp.NONE:
        found = attrs.evolve(found, look_up=declared[_FIND].look_up)
    return found


def can_find(plugin: object) -> bool:
    """
    Tell whether a plugin can be asked what became of a call.

    Args:
        plugin: An attached object.
    """
    declared = getattr(plugin, "capabilities", None)
    if not isinstance(declared, Capabilities):
        return False
    return declared[_FIND].support.usable and callable(getattr(plugin, _FIND, None))
