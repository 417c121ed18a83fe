"""
The report of a visit: versions that never overwrite, a verdict, a decision.

The agency gives the verdict on the goods.  Whether they may ship is the
buyer's decision, a separate field that only the buyer sets.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from typing import TYPE_CHECKING

import attrs

from pmkit.core.checked import filled, not_negative, positive, utc
from pmkit.core.errors import InputError
from pmkit.core.parties import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(enum.StrEnum):
    """What the agency says of the goods."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    #: The sample passed; something else needs the buyer's judgement.
    PENDING = "pending"
    FAIL = "fail"
    NOT_PERFORMED = "not-performed"


class DefectClass(enum.StrEnum):
    """How bad a defect is."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class Decision(enum.StrEnum):
    """What the buyer makes of the report."""

    RELEASE = "release"
    ACCEPT_WITH_CONDITIONS = "accept-with-conditions"
    REWORK = "rework"
    REJECT = "reject"


#: The AQL of a class in which no defect is tolerated; the tables have none.
ZERO = "0"


@attrs.frozen(kw_only=True)
class ClassResult:
    """
    The outcome of the sample for one class of defects.

    Args:
        defect_class: Critical, major or minor.

        aql: The acceptance quality limit as text, or ``"0"`` for zero tolerance.

        found: How many defects were found in the sample.

        acceptance_number: The most defects that still accept the lot.

        rejection_number: The fewest defects that reject the lot.

    Zero tolerance is AQL ``"0"``, acceptance 0 and rejection 1: one defect rejects.
    """

    defect_class: DefectClass
    aql: str
    found: int = attrs.field(validator=not_negative)
    acceptance_number: int = attrs.field(validator=not_negative)
    rejection_number: int = attrs.field(validator=positive)

    def __attrs_post_init__(self) -> None:
        if self.rejection_number <= self.acceptance_number:
            msg = (
                f"Rejection number {self.rejection_number} is not above "
                f"acceptance number {self.acceptance_number}."
            )
            raise InputError(msg, field="rejection_number", remedy="Check the plan.")
        if self.zero_tolerance and self.rejection_number != 1:
            msg = "Zero tolerance rejects at the first defect."
            raise InputError(
                msg, field="rejection_number", remedy="Give acceptance 0, rejection 1."
            )

    @property
    def zero_tolerance(self) -> bool:
        """Whether one defect of this class rejects the lot: an AQL of 0."""
        return self.aql == ZERO

    @property
    def rejected(self) -> bool:
        """Whether this class alone rejects the lot."""
        return self.found >= self.rejection_number


@attrs.frozen(kw_only=True)
class Sample:
    """
    What was drawn, and from how many.

    Args:
        lot_size: Pieces in the lot.

        level: Inspection level, ``"I"`` to ``"III"`` or ``"S-1"`` to ``"S-4"``.

        code_letter: The ISO 2859-1 code letter of lot and level.

        sample_size: Pieces drawn.

        classes: The outcome for each class of defects.
    """

    lot_size: int = attrs.field(validator=positive)
    level: str
    code_letter: str
    sample_size: int = attrs.field(validator=positive)
    classes: tuple[ClassResult, ...]

    def __attrs_post_init__(self) -> None:
        if self.sample_size > self.lot_size:
            msg = f"A sample of {self.sample_size} from a lot of {self.lot_size}."
            raise InputError(msg, field="sample_size", remedy="Draw at most the lot.")

    @property
    def rejected(self) -> bool:
        """Whether any class rejects the lot."""
        return any(result.rejected for result in self.classes)


@attrs.frozen(kw_only=True)
class Finding:
    """
    One thing the inspector found.

    Args:
        defect_class: How bad it is.

        description: What it is.

        count: On how many pieces.

        evidence: The content hashes of the photos that show it.
    """

    defect_class: DefectClass
    description: str = attrs.field(validator=filled)
    count: int = attrs.field(validator=positive)
    evidence: tuple[str, ...] = ()


_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def require_sha256(value: object, *, field: str) -> None:
    """
    Refuse anything but the SHA-256 of some bytes.

    Args:
        value: 64 lower-case hexadecimal digits.

        field: The name to put into the error.

    Raises:
        pmkit.InputError: If *value* is anything else.
    """
    if not isinstance(value, str) or not _SHA256.match(value):
        msg = f"{value!r} is not a SHA-256."
        raise InputError(msg, field=field, remedy="Give 64 hexadecimal digits.")


@attrs.frozen(kw_only=True)
class Evidence:
    """
    A photo or file, known by the hash of its content.

    Args:
        sha256: The SHA-256 of the bytes, 64 lower-case hexadecimal digits.

        media_type: For example ``"image/jpeg"``.

        caption: What it shows.

        size: Its length in bytes.
    """

    sha256: str
    media_type: str
    caption: str
    size: int = attrs.field(validator=not_negative)

    def __attrs_post_init__(self) -> None:
        require_sha256(self.sha256, field="sha256")


@attrs.frozen(kw_only=True)
class ReportVersion:
    """
    One upload of a report; later ones stand beside it, never over it.

    Args:
        number: 1, 2, 3 ... as they were heard of.

        uploaded_at: When the agency delivered it, UTC; the latest one holds.

        claimed: The verdict that the agency gave.

        verdict: The verdict that holds; a rejected sample makes it FAIL.

        sample: What was drawn; `None` where the service kind draws nothing.
    """

    number: int = attrs.field(validator=positive)
    uploaded_at: dt.datetime = attrs.field(validator=utc)
    by: Actor
    claimed: Verdict
    verdict: Verdict
    sample: Sample | None = None
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    summary: str = ""


@attrs.frozen(kw_only=True)
class BuyerDecision:
    """What the buyer decided on a report, and on which version."""

    decision: Decision
    version: int
    at: dt.datetime = attrs.field(validator=utc)
    by: Actor
    note: str = ""


@attrs.frozen(kw_only=True)
class Report:
    """
    The report of one visit.

    Args:
        versions: All uploads, as they were heard of; never empty.

        decisions: All decisions of the buyer, oldest first; the last one holds.

        released_at: When the buyer last let the supplier see it, UTC.

        released: How many versions the supplier may see; a later upload is not
            among them until the buyer releases that too.
    """

    versions: tuple[ReportVersion, ...]
    decisions: tuple[BuyerDecision, ...] = ()
    released_at: dt.datetime | None = None
    released: int = 0

    @property
    def latest(self) -> ReportVersion:
        """The version that holds: the one that was delivered last."""
        return max(self.versions, key=lambda each: (each.uploaded_at, each.number))

    @property
    def decided(self) -> bool:
        """Whether the buyer has decided on the version that holds."""
        return bool(self.decisions) and self.decisions[-1].version == self.latest.number


def verdict_of(claimed: Verdict, sample: Sample | None) -> Verdict:
    """
    Tell which verdict holds when the agency claims one.

    A class of defects at or above its rejection number makes the verdict FAIL,
    whatever was claimed; so PENDING is possible only where the sample passed.
    https://www.intouch-quality.com/blog/product-inspection-pending-result

    Args:
        claimed: What the agency says.

        sample: What it drew, if it drew.

    Returns:
        The verdict that holds.
    """
    if sample is not None and sample.rejected:
        return Verdict.FAIL
    return claimed


def hashes(evidence: Iterable[Evidence]) -> frozenset[str]:
    """Tell the content hashes of some evidence."""
    return frozenset(item.sha256 for item in evidence)
