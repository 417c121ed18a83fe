"""What a report is made of."""

from __future__ import annotations

import pytest

from pmkit.core.errors import InputError
from pmkit.core.report import ClassResult, DefectClass, Evidence, Sample


def critical(**changed):
    """Draw for critical defects under zero tolerance, and find none."""
    given = {
        "aql": "0",
        "found": 0,
        "acceptance_number": 0,
        "rejection_number": 1,
        **changed,
    }
    return ClassResult(defect_class=DefectClass.CRITICAL, **given)


class TestClassResult:
    def test_a_rejection_number_is_above_the_acceptance_number(self):
        """Ac 3 and Re 3 would accept and reject three defects."""
        with pytest.raises(InputError) as refused:
            ClassResult(
                defect_class=DefectClass.MAJOR,
                aql="2.5",
                found=0,
                acceptance_number=3,
                rejection_number=3,
            )

        assert refused.value.field == "rejection_number"

    @pytest.mark.parametrize(
        ("aql", "zero"),
        [("0", True), ("0.010", False), ("0.65", False), ("2.5", False)],
    )
    def test_an_aql_of_0_is_zero_tolerance(self, aql, zero):
        """No table has it: AQL 0 means that one defect rejects the lot."""
        assert zero is critical(aql=aql).zero_tolerance

    @pytest.mark.parametrize(("found", "rejected"), [(0, False), (1, True)])
    def test_under_it_one_defect_rejects(self, found, rejected):
        """Acceptance 0 and rejection 1."""
        assert rejected is critical(found=found).rejected

    @pytest.mark.parametrize(("accept", "reject"), [(0, 2), (1, 2), (1, 4)])
    def test_other_numbers_do_not_fit_it(self, accept, reject):
        """A class of AQL 0 that would let one defect pass is refused."""
        with pytest.raises(InputError, match="rejects at the first defect") as refused:
            critical(acceptance_number=accept, rejection_number=reject)

        assert "rejection_number" == refused.value.field
        assert "Give acceptance 0, rejection 1." == refused.value.remedy

    def test_the_tables_have_their_own_numbers(self):
        """Other limits may reject at the second defect and reject at the first."""
        second = critical(aql="0.65", acceptance_number=1, rejection_number=2)
        first = critical(aql="0.65")

        assert not second.zero_tolerance
        assert not first.zero_tolerance


class TestSample:
    def test_it_is_at_most_the_lot(self):
        """From 500 lamps at most 500 are drawn."""
        all_of_it = Sample(
            lot_size=500, level="II", code_letter="H", sample_size=500, classes=()
        )
        with pytest.raises(InputError) as refused:
            Sample(
                lot_size=500, level="II", code_letter="H", sample_size=501, classes=()
            )

        assert all_of_it.sample_size == 500
        assert refused.value.field == "sample_size"


class TestEvidence:
    @pytest.mark.parametrize("sha256", ["", "A" * 64, "a" * 65, "a" * 64 + "\n", 7])
    def test_it_is_known_by_the_hash_of_its_content(self, sha256):
        """64 lower-case hexadecimal digits and nothing else."""
        with pytest.raises(InputError) as refused:
            Evidence(sha256=sha256, media_type="image/jpeg", caption="", size=1)

        assert refused.value.field == "sha256"
