"""What a report is made of."""

from __future__ import annotations

import pytest

from pmkit.core.errors import InputError
from pmkit.core.report import ClassResult, DefectClass, Evidence, Sample


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
