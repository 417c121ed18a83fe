"""The records of a report: the sample decides, versions stand side by side."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.roads import AGENCY, BUYER, china

from pmkit.core.errors import InputError
from pmkit.core.report import (
    BuyerDecision,
    ClassResult,
    Decision,
    DefectClass,
    Evidence,
    Finding,
    Report,
    ReportVersion,
    Sample,
    Verdict,
    hashes,
    require_sha256,
    verdict_of,
)

PHOTO = "0123456789abcdef" * 4
AT = china("02-13T15:00")


def _result(found, *, accept=5, reject=6, defect_class=DefectClass.MAJOR):
    return ClassResult(
        defect_class=defect_class,
        aql="2.5",
        found=found,
        acceptance_number=accept,
        rejection_number=reject,
    )


def _sample(*results, lot_size=500, sample_size=50):
    return Sample(
        lot_size=lot_size,
        level="II",
        code_letter="H",
        sample_size=sample_size,
        classes=results,
    )


def _version(number):
    return ReportVersion(
        number=number,
        uploaded_at=AT,
        by=AGENCY,
        claimed=Verdict.PASS,
        verdict=Verdict.PASS,
    )


def _decision(version):
    return BuyerDecision(decision=Decision.RELEASE, version=version, at=AT, by=BUYER)


@pytest.mark.parametrize(
    ("found", "rejected"), [(0, False), (5, False), (6, True), (50, True)]
)
def test_a_class_at_its_rejection_number_rejects(found, rejected) -> None:
    """Accepted up to 5, rejected from 6 on."""
    assert rejected is _result(found).rejected


def test_zero_tolerance_rejects_by_one_defect() -> None:
    """Acceptance 0 and rejection 1: one critical defect rejects."""
    critical = {"accept": 0, "reject": 1, "defect_class": DefectClass.CRITICAL}

    assert _result(1, **critical).rejected
    assert not _result(0, **critical).rejected


@pytest.mark.parametrize("reject", [5, 4])
def test_rejection_is_above_acceptance(reject) -> None:
    """A plan under which one count both accepts and rejects is none."""
    with pytest.raises(InputError, match="is not above") as caught:
        _result(0, accept=5, reject=reject)

    assert "rejection_number" == caught.value.field


def test_a_reduced_plan_may_leave_a_gap() -> None:
    """Between acceptance 1 and rejection 4 nothing is rejected yet."""
    assert not _result(3, accept=1, reject=4).rejected


@pytest.mark.parametrize("claimed", list(Verdict))
def test_a_rejected_class_makes_it_fail(claimed) -> None:
    """Whatever the agency claims, a rejected sample is FAIL."""
    sample = _sample(_result(0), _result(6, defect_class=DefectClass.MINOR))

    assert sample.rejected
    assert Verdict.FAIL is verdict_of(claimed, sample)


@pytest.mark.parametrize("claimed", list(Verdict))
@pytest.mark.parametrize("sample", [None, _sample(_result(5))])
def test_otherwise_the_claim_holds(claimed, sample) -> None:
    """A passed sample, or none, leaves the verdict to the agency."""
    assert claimed is verdict_of(claimed, sample)


def test_a_sample_is_at_most_the_lot() -> None:
    """All pieces may be drawn, and not one more."""
    assert 8 == _sample(_result(0), lot_size=8, sample_size=8).sample_size
    with pytest.raises(InputError, match="from a lot of 8") as caught:
        _sample(_result(0), lot_size=8, sample_size=9)

    assert "sample_size" == caught.value.field


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: _result(-1), "found"),
        (lambda: _result("1"), "found"),
        (lambda: _result(0, accept=-1), "acceptance_number"),
        (lambda: _result(0, accept=0, reject=0), "rejection_number"),
        (lambda: _sample(lot_size=0), "lot_size"),
        (lambda: _sample(sample_size=0), "sample_size"),
        (
            lambda: Finding(defect_class=DefectClass.MINOR, description="", count=1),
            "description",
        ),
        (
            lambda: Finding(defect_class=DefectClass.MINOR, description="x", count=0),
            "count",
        ),
        (
            lambda: Evidence(
                sha256=PHOTO, media_type="image/jpeg", caption="", size=-1
            ),
            "size",
        ),
        (lambda: _version(0), "number"),
    ],
)
def test_what_can_never_be_right(make, field) -> None:
    """Counts are whole numbers, and a finding says what it is."""
    with pytest.raises(InputError) as caught:
        make()

    assert field == caught.value.field


@pytest.mark.parametrize(
    "text",
    ["", PHOTO[:-1], PHOTO + "0", PHOTO.upper(), PHOTO + "\n", "g" * 64, None, 7],
)
def test_what_is_no_sha256(text) -> None:
    """A content hash is 64 lower-case hexadecimal digits and nothing else."""
    with pytest.raises(InputError, match="not a SHA-256") as caught:
        require_sha256(text, field="sample_pictures")

    assert "sample_pictures" == caught.value.field
    assert "Give 64 hexadecimal digits." == caught.value.remedy


def test_evidence_is_known_by_its_hash() -> None:
    """A photo is named by the hash of its bytes, and by nothing else."""
    photo = Evidence(sha256=PHOTO, media_type="image/jpeg", caption="", size=3)
    again = attrs.evolve(photo, caption="The same photo.")

    assert {PHOTO} == hashes([photo, again])
    with pytest.raises(InputError) as caught:
        attrs.evolve(photo, sha256="photo.jpg")

    assert "sha256" == caught.value.field


class TestVersions:
    """Later versions stand beside the earlier ones."""

    def test_the_latest_holds(self) -> None:
        """Of two uploads the second holds."""
        assert 2 == Report(versions=(_version(1), _version(2))).latest.number

    @pytest.mark.parametrize(
        ("versions", "decisions", "decided"),
        [
            (1, [], False),
            (1, [1], True),
            (2, [1], False),
            (2, [1, 2], True),
            (2, [2, 1], False),
        ],
    )
    def test_a_decision_is_on_one_version(self, versions, decisions, decided) -> None:
        """A new version has to be decided on again."""
        report = Report(
            versions=tuple(_version(n + 1) for n in range(versions)),
            decisions=tuple(_decision(n) for n in decisions),
        )

        assert decided is report.decided
