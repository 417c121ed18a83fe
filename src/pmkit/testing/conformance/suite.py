"""
The checks as tests of pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.testing.conformance.registry import Check, all_checks
from pmkit.testing.conformance.results import Verdict
from pmkit.testing.conformance.runner import run_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.testing.conformance.harness import Harness


def plugin_suite(
    harness: type[Harness], *, seed: int = 0
) -> dict[str, Callable[[], None]]:
    """
    Give one test per check, for a test module of a plugin.

    A check that does not apply, or is waived, is skipped with its reason.

    Args:
        harness: The class that the author of the plugin wrote.

        seed: What chance begins with.

    Returns:
        The tests by name, to be put into the module:
        ``globals().update(plugin_suite(MyHarness))``.

    Examples:
        >>> from pmkit.testing.conformance.reference import CardHarness
        >>> sorted(plugin_suite(CardHarness))[0]
        'test_plg_body_001'
    """
    lengths: dict[str, int] = {}
    return {
        f"test_{check.id.lower().replace('-', '_')}": _test(
            check, harness, seed, lengths
        )
        for check in all_checks()
    }


def _test(
    check: Check, harness: type[Harness], seed: int, lengths: dict[str, int]
) -> Callable[[], None]:
    def test() -> None:
        import pytest

        result = run_check(check, harness(), seed=seed, lengths=lengths)
        if result.verdict is Verdict.FAIL:
            pytest.fail(result.report(), pytrace=False)
        if result.verdict is not Verdict.PASS:
            pytest.skip(f"{result.verdict.value}: {result.detail}")

    test.__doc__ = check.requirement
    test.__name__ = f"test_{check.id.lower().replace('-', '_')}"
    return test
