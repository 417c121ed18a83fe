"""Laws of calls to plugins: what is certain, keys, slots, and bodies."""

from __future__ import annotations

import gzip
import zlib

import httpx
import pytest
from hypothesis import given, strategies as st

from pmkit.core.certainty import Certainty
from pmkit.core.plugin_errors import ProtocolViolationError
from pmkit.effects.bodies import Body
from pmkit.effects.certain import Mark, fold
from pmkit.effects.keys import wire_key
from pmkit.hooks.capabilities import KEY_ALPHABET, Capability

#: What each mark lets the outside world be: (nothing happened, something happened).
WORLDS = {
    Mark.SAFE: {"nothing"},
    Mark.UNSENT: {"nothing"},
    Mark.VOID: {"nothing"},
    Mark.DONE: {"something"},
    Mark.OPEN: {"nothing", "something"},
    Mark.LOST: {"nothing", "something"},
}
MARKS = st.lists(st.sampled_from(Mark), max_size=6)
DENIALS = [Certainty.NOT_SENT, Certainty.REJECTED]


class TestCertainty:
    """What may be claimed after several requests."""

    @given(marks=MARKS, claim=st.sampled_from(DENIALS))
    def test_no_denial_of_what_may_have_happened(self, marks, claim):
        """If a request before the last may have done something, nothing is denied."""
        possible = [WORLDS[mark] for mark in marks[:-1]]
        denied = fold(marks, claim) in DENIALS

        if any("something" in world for world in possible):
            assert not denied

    @given(marks=MARKS, claim=st.sampled_from(DENIALS))
    def test_denial_of_what_cannot_have_happened(self, marks, claim):
        """If no request can have done anything, a denial stays a denial."""
        if all(world == {"nothing"} for world in map(WORLDS.get, marks)):
            assert fold(marks, claim) in DENIALS

    @given(marks=MARKS, claim=st.sampled_from(DENIALS))
    def test_no_evidence_without_an_answer(self, marks, claim):
        """Nothing is denied of a last request that may have arrived unanswered."""
        if marks and marks[-1] is Mark.LOST:
            assert fold(marks, claim) is Certainty.UNKNOWN

    @given(marks=MARKS)
    def test_not_sent_was_not_sent(self, marks):
        """What may have done something is never called unsent, whoever says so."""
        if any("something" in WORLDS[mark] for mark in marks):
            assert fold(marks, Certainty.NOT_SENT) is Certainty.UNKNOWN

    @given(marks=MARKS, claim=st.sampled_from([Certainty.UNKNOWN, Certainty.APPLIED]))
    def test_modest_claims(self, marks, claim):
        """Who does not deny is believed."""
        assert fold(marks, claim) is claim

    @given(marks=MARKS, more=MARKS, claim=st.sampled_from(DENIALS))
    def test_doubt_does_not_go_away(self, marks, more, claim):
        """What may have happened stays so, whatever is asked afterwards."""
        if any("something" in WORLDS[mark] for mark in marks) and more:
            assert fold([*marks, *more], claim) is Certainty.UNKNOWN

    @given(marks=MARKS.filter(len), claim=st.sampled_from(DENIALS))
    def test_rejection_needs_the_far_side(self, marks, claim):
        """What never left this machine was not rejected by anybody."""
        if marks[-1] is Mark.UNSENT:
            assert fold(marks, claim) is not Certainty.REJECTED


ALPHABETS = st.sets(st.sampled_from(KEY_ALPHABET), min_size=10).map(
    lambda chosen: "".join(sorted(chosen))
)
CAPABILITIES = st.builds(
    Capability, key_length=st.integers(16, 300), key_alphabet=ALPHABETS
)


class TestKeys:
    """The key of a call on the wire."""

    @given(operation_id=st.text(min_size=1), capability=CAPABILITIES)
    def test_fits(self, operation_id, capability):
        """A key has the declared characters and length, and is never empty."""
        key = wire_key(operation_id, capability)

        assert 0 < len(key) <= capability.key_length
        assert set(key) <= set(capability.key_alphabet)

    @given(operation_id=st.text(), capability=CAPABILITIES)
    def test_same_for_ever(self, operation_id, capability):
        """The same id gives the same key."""
        assert wire_key(operation_id, capability) == wire_key(operation_id, capability)

    @given(
        ids=st.lists(st.text(min_size=1), min_size=2, max_size=40, unique=True),
        capability=CAPABILITIES,
    )
    def test_apart(self, ids, capability):
        """Different ids have different keys."""
        keys = {wire_key(operation_id, capability) for operation_id in ids}

        assert len(ids) == len(keys)

    @given(
        operation_id=st.text(alphabet=KEY_ALPHABET, min_size=1, max_size=16),
        length=st.integers(16, 64),
    )
    def test_itself(self, operation_id, length):
        """An id that fits is its own key."""
        assert operation_id == wire_key(operation_id, Capability(key_length=length))

    def test_ten_thousand(self):
        """Ten thousand ids in a row share no key of 16 digits."""
        capability = Capability(key_length=16, key_alphabet="0123456789")
        keys = {wire_key(f"TA-1/{number}/book", capability) for number in range(10_000)}

        assert len(keys) == 10_000


PACKERS = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZIP": gzip.compress,
    "deflate": zlib.compress,
}


def fed(body, packed, sizes):
    """Feed a body in pieces of these sizes, in turns."""
    at = 0
    while at < len(packed):
        size = sizes[0]
        sizes = [*sizes[1:], size]
        body.feed(packed[at : at + size])
        at += size
    return body.content()


class TestBodies:
    """Bodies in any pieces."""

    @given(
        content=st.binary(max_size=500),
        coding=st.sampled_from(sorted(PACKERS)),
        sizes=st.lists(st.integers(1, 50), min_size=1, max_size=5),
    )
    def test_any_pieces(self, content, coding, sizes):
        """A body comes out as it was, however it was packed and cut."""
        packed = PACKERS[coding](content)
        body = Body(httpx.Headers({"content-encoding": coding}), limit=600)

        assert content == fed(body, packed, sizes)

    @given(
        length=st.integers(601, 5_000),
        coding=st.sampled_from(sorted(PACKERS)),
        sizes=st.lists(st.integers(1, 500), min_size=1, max_size=5),
    )
    def test_never_more(self, length, coding, sizes):
        """A body over the limit is refused, however it was packed and cut."""
        packed = PACKERS[coding](b" " * length)
        body = Body(httpx.Headers({"content-encoding": coding}), limit=600)

        with pytest.raises(ProtocolViolationError):
            fed(body, packed, sizes)

    @given(
        noise=st.binary(min_size=1, max_size=200),
        coding=st.sampled_from(["gzip", "deflate"]),
    )
    def test_noise(self, noise, coding):
        """Noise instead of a compressed body is refused, or is one by chance."""
        body = Body(httpx.Headers({"content-encoding": coding}), limit=600)
        refused = False
        try:
            body.feed(noise)
            body.content()
        except ProtocolViolationError:
            refused = True

        assert refused or coding == "deflate"

    def test_endless_nothing(self):
        """Compressed bytes that never become anything are bounded too."""
        packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        body = Body(httpx.Headers({"content-encoding": "gzip"}), limit=600)
        body.feed(packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH))

        with pytest.raises(ProtocolViolationError) as caught:
            fed(body, b"\x00\x00\x00\xff\xff" * 200, [50])

        assert "larger than 600 bytes" in caught.value.message

    @pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "evil"])
    def test_other_codings(self, coding):
        """A compression that nobody asked for is refused."""
        with pytest.raises(ProtocolViolationError):
            Body(httpx.Headers({"content-encoding": coding}), limit=600)
