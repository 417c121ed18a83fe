"""What a visit is made of."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.roads import VISIT

from pmkit.core.errors import InputError
from pmkit.core.visit import WHO_PAYS, MissedCause, Progress


class TestAppointment:
    def test_it_ends_after_it_begins(self):
        """An appointment of no length is none."""
        with pytest.raises(InputError) as refused:
            attrs.evolve(VISIT, ends_at=VISIT.starts_at)

        assert refused.value.field == "ends_at"


class TestProgress:
    def test_what_is_packed_was_made(self):
        """Ten pieces can not be packed of nine."""
        with pytest.raises(InputError) as refused:
            Progress(product="lamp", ordered=10, finished=9, packed=10)

        assert refused.value.field == "packed"


class TestLiability:
    def test_every_cause_has_somebody_who_pays(self):
        """No visit fails without an answer to who pays."""
        assert set(WHO_PAYS) == set(MissedCause)
