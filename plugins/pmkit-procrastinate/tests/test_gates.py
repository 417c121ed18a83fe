"""Gates: a share for each receiver, and no more."""

from __future__ import annotations

import asyncio

import pytest

from pmkit_procrastinate.gates import Gates

pytestmark = pytest.mark.enable_socket  # asyncio needs a pair of sockets


async def crowd(gate, count, end):
    """Have some stand before a gate until *end*; give those that passed at once."""
    passed = []

    async def one(number):
        async with gate.passed():
            passed.append(number)
            await end.wait()

    tasks = [asyncio.create_task(one(number)) for number in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    seen = len(passed), gate.waiting
    end.set()
    await asyncio.gather(*tasks)
    return seen, len(passed), gate.waiting


class TestGate:
    def test_no_more_pass_than_their_share(self):
        """Five come to a gate for two: three wait, and all pass in the end."""

        async def tried():
            return await crowd(Gates(2, 1)["call:a"], 5, asyncio.Event())

        assert asyncio.run(tried()) == ((2, 3), 5, 0)

    def test_each_receiver_has_a_gate_of_its_own(self):
        """One that is full stops nobody on the way to another."""
        gates = Gates(1, 0)

        assert gates["call:a"] is gates["call:a"]
        assert gates["call:a"] is not gates["call:b"]

    def test_each_has_a_place_of_its_own(self):
        """Two that are slow take all spare places, and the third one has its own."""

        async def tried():
            gates, end = Gates(2, 1), asyncio.Event()
            slow = [
                asyncio.create_task(crowd(gates[name], 3, end))
                for name in ("call:a", "call:b")
            ]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            passing = [gates[name].passing for name in ("call:a", "call:b")]
            async with asyncio.timeout(5), gates["call:c"].passed():
                passing.append(gates["call:c"].passing)
            end.set()
            await asyncio.gather(*slow)
            return passing

        assert asyncio.run(tried()) == [2, 1, 1]

    def test_who_comes_back_lets_others_pass_elsewhere(self):
        """A spare place that is given back is taken at whichever gate has a crowd."""

        async def tried():
            gates = Gates(2, 1)
            a, b, end = gates["call:a"], gates["call:b"], asyncio.Event()

            async def stands(gate):
                async with gate.passed():
                    await end.wait()

            async with a.passed():
                async with a.passed(), b.passed():
                    second = asyncio.create_task(stands(b))
                    await asyncio.sleep(0.01)
                    before = b.passing
                    third = asyncio.create_task(stands(b))
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.01)
                after = b.passing
            end.set()
            await asyncio.gather(second, third)
            return before, after

        assert asyncio.run(tried()) == (1, 2)

    def test_a_turn_is_waited_for(self):
        """Whoever leaves the work to others goes on when one of them comes back."""

        async def tried():
            gate = Gates(1, 0)["call:a"]
            async with gate.passed():
                await gate.turn(0.01)
                waiting = asyncio.create_task(gate.turn(30))
                await asyncio.sleep(0)
            await asyncio.wait_for(waiting, 5)
            return waiting.done()

        assert asyncio.run(tried())
