"""The conformance kit: verdicts, waivers, records, replay."""

from __future__ import annotations

import datetime as dt
import json
import sys
import textwrap
from xml.etree import ElementTree as ET

import attrs
import pytest

from pmkit.core.errors import InputError, UnknownPluginError
from pmkit.hooks.proofs import digest_of, proof_of
from pmkit.testing import (
    Harness,
    Level,
    Verdict,
    Waiver,
    all_checks,
    as_json,
    as_junit,
    check_plugin,
    find_harness,
    plugin_suite,
    saboteurs,
)
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    MessengerHarness,
)

LATER = dt.date(2999, 1, 1)
#: A check that the harness of `no_key` fails, and one that it passes.
FAILS, PASSES = "PLG-IDEM-003", "PLG-MAN-002"


def sabotaged(name):
    """Give the harness class of a saboteur."""
    return next(one.harness for one in saboteurs() if one.name == name)


def waived(harness, check, until=LATER):
    """Give a harness class with one waiver."""
    waiver = Waiver(reason="The far side cannot.", until=until)
    return type("Waived", (harness,), {"waivers": {check: waiver}})


class TestVerdicts:
    """What comes of a check."""

    def test_a_failure_says_all_that_is_needed(self):
        """A failure tells requirement, evidence, remedy, page and how to replay it."""
        result = check_plugin(sabotaged("no-key")(), select=[FAILS], seed=7).results[0]

        assert Verdict.FAIL is result.verdict
        assert "book, request 1: done 2 times" == result.detail
        report = result.report()
        for part in (result.requirement, result.detail, result.remedy, result.link):
            assert part
            assert part in report
        assert f"--only {FAILS} --seed 7" in result.replay

    def test_what_does_not_apply_says_why(self):
        """A notifier without webhooks is not asked to verify them."""
        result = check_plugin(MessengerHarness(), select=["PLG-HOOK-001"]).results[0]

        assert Verdict.NOT_APPLICABLE is result.verdict
        assert "The plugin does not declare: webhooks." == result.detail

    def test_an_unknown_check_is_refused(self):
        """A misspelt check does not silently run nothing."""
        with pytest.raises(InputError, match="There is no check 'PLG-IDEM-999'"):
            check_plugin(MessengerHarness(), select=["PLG-IDEM-999"])

    def test_a_broken_simulator_hides_no_other_check(self):
        """A check that breaks off fails by itself, and the run goes on."""

        class Broken(MessengerHarness):
            def request(self, *_):
                return 1 / 0

        record = check_plugin(Broken(), select=["PLG-CAP-003", PASSES])

        verdicts = {x.check: x.verdict for x in record.results}
        assert {
            "PLG-CAP-003": Verdict.FAIL,
            PASSES: Verdict.PASS,
        } == verdicts
        assert "broke off: ZeroDivisionError" in record.result("PLG-CAP-003").detail


class TestWaivers:
    """Failures that the author knows of."""

    def test_a_waived_failure_keeps_the_run_green(self):
        """A waiver turns a failure into WAIVED, with its reason and its last day."""
        harness = waived(sabotaged("no-key"), FAILS)
        result = check_plugin(harness(), select=[FAILS]).results[0]

        assert Verdict.WAIVED is result.verdict
        assert LATER == result.expires
        assert result.detail.startswith("The far side cannot. Until 2999-01-01: ")

    def test_a_waived_check_that_passes_is_a_failure(self):
        """A waiver that nobody needs any more has to go."""
        record = check_plugin(waived(MessengerHarness, PASSES)(), select=[PASSES])

        assert Verdict.FAIL is record.results[0].verdict
        assert "the check would pass" in record.results[0].detail

    def test_a_waived_check_that_does_not_apply_is_a_failure(self):
        """A waiver for what is not there has to go, too."""
        harness = waived(MessengerHarness, "PLG-HOOK-001")
        record = check_plugin(harness(), select=["PLG-HOOK-001"])

        assert Verdict.FAIL is record.results[0].verdict

    @pytest.mark.parametrize(
        ("today", "verdict"),
        [
            (dt.date(2031, 3, 3), Verdict.WAIVED),
            (dt.date(2031, 3, 4), Verdict.FAIL),
        ],
    )
    def test_counts_until_its_last_day(self, today, verdict):
        """A waiver counts on its last day, and is a failure on the next one."""
        harness = waived(sabotaged("no-key"), FAILS, dt.date(2031, 3, 3))
        record = check_plugin(harness(), select=[FAILS], today=today)

        assert verdict is record.results[0].verdict

    def test_needs_a_reason(self):
        """A waiver without a reason is refused."""
        with pytest.raises(InputError):
            Waiver(reason=" ", until=LATER)

    def test_is_for_a_check_that_exists(self):
        """A waiver for a misspelt check is refused."""
        with pytest.raises(InputError, match="There is no check 'PLG-NO-001'"):
            check_plugin(waived(MessengerHarness, "PLG-NO-001")(), select=[PASSES])


class TestLevels:
    """How far a plugin is proven."""

    @pytest.mark.parametrize("harness", [AgencyHarness, CardHarness, MessengerHarness])
    def test_the_references_reach_gold(self, harness):
        """Each reference plugin passes every check that applies, and never platinum."""
        assert Level.GOLD is check_plugin(harness()).level

    def test_each_level_includes_those_before_it(self):
        """One failure of silver leaves bronze, whatever passes of gold."""
        record = check_plugin(sabotaged("no-tracker")())

        assert ["PLG-MAN-005"] == [x.check for x in record.failures]
        assert Level.BRONZE is record.level

    def test_a_failure_of_bronze_leaves_none(self):
        """Without bronze there is no level."""
        assert check_plugin(sabotaged("speaks-another-version")()).level is None

    def test_a_waiver_raises_no_level(self):
        """What is waived is not proven."""
        record = check_plugin(waived(sabotaged("no-tracker"), "PLG-MAN-005")())

        assert record.ok
        assert Level.BRONZE is record.level

    def test_a_part_proves_no_level(self):
        """Running one check reaches no level, even if it passes."""
        assert check_plugin(MessengerHarness(), select=[PASSES]).level is None


class TestSeeds:
    """Replaying."""

    def test_the_same_seed_finds_the_same(self):
        """Two runs with one seed give the same evidence, word by word."""
        harness = sabotaged("stops-after-eight-calls")
        found = [
            check_plugin(harness(), select=["PLG-LEDG-001"], seed=11).results[0].detail
            for _ in range(2)
        ]

        assert found[0]
        assert found[0] == found[1]

    def test_one_check_alone_finds_what_it_finds_among_all(self):
        """A check has chance of its own: the replay command needs no other check."""
        harness = sabotaged("stops-after-eight-calls")
        alone = check_plugin(harness(), select=["PLG-LEDG-001"], seed=5)
        among = check_plugin(harness(), seed=5)

        check = "PLG-LEDG-001"
        assert alone.result(check).detail == among.result(check).detail


class TestOutput:
    """Records as JSON and as JUnit XML."""

    def test_json_is_bound_to_what_was_tested(self):
        """The record has digest, versions, level and seed."""
        record = check_plugin(MessengerHarness(), seed=3)
        said = json.loads(as_json(record))

        assert digest_of(MessengerHarness.manifest) == said["digest"]
        assert ("gold", 3, "1.0", None, True) == (
            said["level"],
            said["seed"],
            said["api"],
            said["distribution"],
            said["complete"],
        )
        assert len(said["results"]) == sum(said["counts"].values())

    def test_junit_counts_and_quotes(self):
        """JUnit XML can be read back: one case per check, failures with a report."""
        record = check_plugin(sabotaged("no-tracker")())
        suite = ET.fromstring(as_junit(record))  # noqa: S314 - written above

        assert len(record.results) == len(suite.findall("testcase"))
        assert "1" == suite.get("failures")
        failure = suite.find("testcase/failure")
        assert "evidence: tracker is ''" in failure.text
        skipped = len(suite.findall("testcase/skipped"))
        assert str(skipped) == suite.get("skipped")

    def test_junit_takes_any_evidence(self):
        """Evidence with characters that XML cannot carry is still a report."""
        record = check_plugin(sabotaged("no-tracker")(), select=["PLG-MAN-005"])
        odd = attrs.evolve(record.results[0], detail="a\x00b\ud800<&>\x1b")
        changed = attrs.evolve(record, results=(odd,))

        case = ET.fromstring(as_junit(changed)).find("testcase/failure")  # noqa: S314
        assert "a\ufffdb\ufffd<&>\ufffd" in case.text


PLUGIN = """
from pmkit.hooks.capabilities import FULL, Capabilities
from pmkit.hooks.manifest import PluginKind, PluginManifest
MANIFEST = PluginManifest(
    id="x-kit", kind=PluginKind.NOTIFIER, title="X", factory="x_kit.mail:Mail",
    capabilities=Capabilities(operations={"send": FULL}), conformance="proof.json",
    tracker="https://x.example",
)
"""
MAIL = """
class Mail:
    sent = []
    def send(self, request, context):
        self.sent.append(request.id)
"""


class TestDigest:
    """What a record is bound to."""

    @pytest.fixture(name="package")
    def _package(self, tmp_path, monkeypatch):
        """Give a package of a plugin that is not installed."""
        package = tmp_path / "x_kit"
        package.mkdir()
        (package / "__init__.py").write_text(PLUGIN, encoding="utf-8")
        (package / "mail.py").write_text(textwrap.dedent(MAIL), encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        yield package
        for name in ("x_kit", "x_kit.mail"):
            sys.modules.pop(name, None)

    def test_another_line_of_the_plugin_ends_the_proof(self, package):
        """The record holds for the files that were tested, and for no others."""
        import x_kit

        class Plain(Harness):
            manifest = x_kit.MANIFEST

        record = check_plugin(Plain(), select=[PASSES])
        text = as_json(attrs.evolve(record, complete=True))
        (package / "proof.json").write_text(text, encoding="utf-8")
        before = proof_of(x_kit.MANIFEST)
        (package / "mail.py").write_text(f"{MAIL}\n# changed", encoding="utf-8")
        after = proof_of(x_kit.MANIFEST)

        assert "gold" == before.level
        assert "its record is of other code than is installed" == after.reason


class TestFinding:
    """Where a harness is found."""

    def test_by_its_name(self):
        """A harness that is not installed is named."""
        target = "pmkit.testing.conformance.reference:CardHarness"

        assert isinstance(find_harness("reference-card", target), CardHarness)

    @pytest.mark.parametrize(
        ("plugin", "target", "error"),
        [
            ("nobody", "", UnknownPluginError),
            ("nobody", "pmkit.testing:Harness.x", InputError),
            ("nobody", "no.such.module:X", InputError),
            ("nobody", "pmkit.testing:Fault", InputError),
            ("other", "pmkit.testing.conformance.reference:CardHarness", InputError),
        ],
    )
    def test_what_is_none_is_refused(self, plugin, target, error):
        """No harness, and one of another plugin, are errors that say what to do."""
        with pytest.raises(error) as refused:
            find_harness(plugin, target)

        assert refused.value.remedy


class TestSuite:
    """The checks as tests of pytest."""

    def test_gives_one_test_per_check(self):
        """Every check becomes a test that is named after it and says what it proves."""
        suite = plugin_suite(MessengerHarness)

        named = {f"test_{x.id.lower().replace('-', '_')}" for x in all_checks()}
        assert named == set(suite)
        assert "The plugin works with" in suite["test_plg_man_002"].__doc__

    def test_fails_with_the_report(self):
        """A failing check fails its test with evidence and replay."""
        suite = plugin_suite(sabotaged("no-tracker"))

        with pytest.raises(pytest.fail.Exception, match="replay:   pmkit plugins"):
            suite["test_plg_man_005"]()

    def test_skips_what_does_not_apply(self):
        """A check that does not apply is skipped with its reason."""
        suite = plugin_suite(MessengerHarness)

        with pytest.raises(pytest.skip.Exception, match="not-applicable: "):
            suite["test_plg_hook_001"]()


class TestSeeing:
    """What nobody has seen is not proven."""

    @pytest.mark.parametrize(
        ("method", "check", "said"),
        [
            ("progress", "PLG-MAP-004", "write progress() of the harness"),
            ("progress", "PLG-HOOK-001", "write progress() of the harness"),
            ("price", "PLG-MAP-002", "write price() of the harness"),
            ("webhook", "PLG-HOOK-001", "Write webhook()."),
        ],
    )
    def test_a_harness_that_cannot_show_it_fails(self, method, check, said):
        """What is declared and cannot be shown fails, with what to write."""
        blind = type("Blind", (AgencyHarness,), {method: getattr(Harness, method)})
        result = check_plugin(blind(), select=[check]).results[0]

        assert Verdict.FAIL is result.verdict
        assert said in result.detail
