"""One line says why a plugin is there, or is not; a proof is of what is installed."""

from __future__ import annotations

import json

import pytest

from pmkit.hooks.doctor import Health
from pmkit.hooks.host import PluginHost
from pmkit.hooks.instances import Instance
from pmkit.hooks.proofs import digest_of, package_of, proof_of

from .conftest import GOOD, MANIFEST

PROVEN = MANIFEST.replace("tracker=", 'conformance="record.json", tracker=')
#: A manifest that leaves nothing open.
COMPLETE = PROVEN.replace(
    '{{"send": FULL}}', '{{"send": FULL}}, webhooks=Capability(support="impossible")'
).replace("import FULL,", "import FULL, Support, Capability,")
COMPLETE = COMPLETE.replace('"impossible"', "Support.IMPOSSIBLE")


def host(site, **how):
    """Give a host that looks only into the folder of the test."""
    return PluginHost(path=site.path, **how)


@pytest.fixture(name="proven")
def _proven(site):
    """Install a plugin with a record of its checks that is true."""
    site.plugin("acme", manifest=COMPLETE)
    manifest = host(site, load="all").manifests["acme"]
    record = {
        "format": "pmkit-conformance/1",
        "plugin": "acme",
        "level": "gold",
        "digest": digest_of(manifest),
    }
    file = site.folder / "record.json"
    file.write_text(json.dumps(record))
    return file, record, manifest


class TestExplain:
    """Presence and absence."""

    def test_says_that_all_is_well(self, site, proven):
        """A plugin that loads, says all and is proven is fine."""
        found = host(site).explain("acme")

        assert Health.OK is found.health
        assert str(found).startswith("Plugin acme of acme-dist 1.2 (")
        assert str(found).endswith(" loads: A notifier.")

    def test_warns_of_what_is_left_open(self, site):
        """A plugin that says nothing about webhooks, and is unproven, is told so."""
        site.plugin("acme")

        found = host(site).explain("acme")

        assert Health.WARN is found.health
        assert "It says nothing about webhooks." in found.text
        assert "Nothing is proven of it: no record of its checks." in found.text

    @pytest.mark.parametrize(
        ("parts", "text"),
        [
            ({"manifest": "raise SystemExit(3)"}, "stopped at import: SystemExit: 3"),
            ({"code": "raise SystemExit(4)"}, "stopped at settings: SystemExit: 4"),
            (
                {"code": GOOD.replace("def send", "async def send")},
                "stopped at build: Mail.send is async def",
            ),
            (
                {"code": GOOD.replace("request, context", "request")},
                "stopped at build: Mail.send takes (request), and is",
            ),
            ({"code": GOOD.replace("frozen", "define")}, "is not frozen"),
        ],
    )
    def test_finds_what_would_stop_an_instance(self, site, parts, text):
        """Also what is only imported for an instance is looked at."""
        site.plugin("acme", **parts)

        found = host(site).explain("acme")

        assert Health.FAIL is found.health
        assert text in found.text

    def test_changes_nothing(self, site):
        """To ask for a reason loads nothing into the host."""
        site.plugin("acme")
        site.plugin("other")
        found = host(site, load=["other"])

        assert "This application does not name it" in found.explain("acme").text
        assert ["other"] == list(found.manifests)
        assert () == found.failures

    def test_knows_blocked_ones(self, site):
        """What the application ruled out is absent on purpose."""
        site.plugin("acme")

        found = host(site, block=["acme"]).explain("acme")

        assert Health.WARN is found.health
        assert "stopped at blocked: it is on the block list." in found.text

    def test_knows_distributions(self, site):
        """The name of a distribution stands for its plugins."""
        site.plugin("acme")

        assert "Plugin acme of acme-dist" in host(site).explain("Acme_Dist").text

    def test_knows_instances(self, site):
        """The name of an instance is explained by its plugin."""
        site.plugin("acme", settings=False)
        found = host(site)
        found.attach("acme", name="good")

        assert "Instance good of plugin acme is attached." == str(found.explain("good"))

    def test_knows_failed_instances(self, site):
        """An instance whose settings are wrong says so under its own name."""
        site.plugin("acme")
        found = host(site)
        found.attach_all([Instance(name="acme-cn", plugin="acme")])

        assert Health.FAIL is found.explain("acme-cn").health
        assert "key: The setting of plugin acme is missing" in (
            found.explain("acme-cn").text
        )

    def test_says_what_is_near(self, site):
        """Nothing of this name is told with what is perhaps meant."""
        site.plugin("acme-agency")
        site.dist("broken", "").write_bytes(b"[pmkit.plugins.v1]\n\xff")

        found = host(site).explain("acme-agancy")

        assert Health.FAIL is found.health
        assert "it is not installed; 'acme-agency' is." in found.text
        assert "is not UTF-8." in found.text

    def test_tells_who_lost(self, site):
        """A pinned clash works, and is known."""
        site.plugin("acme", dist="first")
        site.plugin("acme", dist="second")

        found = host(site, winners={"acme": "first"}).explain("acme")

        assert Health.WARN is found.health
        assert "second 1.2" in found.text


class TestUnread:
    """Files that nobody can read."""

    def test_a_distribution_is_explained_by_its_file(self, site):
        """Who asks for the distribution is told what is wrong with its file."""
        site.dist("broken", "").write_bytes(b"[pmkit.plugins.v1]\n\xff")

        found = host(site).explain("Broken")

        assert Health.FAIL is found.health
        assert "Plugin broken of broken 1.2 (" in found.text
        assert "stopped at scan: its list of entry points is not UTF-8." in found.text
        assert "not installed" not in found.text

    def test_many_names_are_not_all_told(self, site):
        """One line stays one that can be read."""
        lines = "\n".join(f"plugin-{n} = a:B" for n in range(30))
        site.dist("many", f"[pmkit.plugins.v1]\n{lines}\n")

        found = host(site).explain("zzz")

        assert found.text.endswith("and 20 more.")


class TestProof:
    """A record counts for the code that it was made of."""

    def test_holds_for_the_same_code(self, proven):
        """The level is that of the record."""
        assert "gold" == proof_of(proven[2]).level

    def test_does_not_hold_for_other_code(self, site, proven):
        """A changed line of the plugin takes the level away."""
        module = package_of(proven[2])
        module.write_text(module.read_text() + "\n# changed\n")

        found = proof_of(proven[2])

        assert "" == found.level
        assert "its record is of other code than is installed" == found.reason

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"format": "other"}, "not of this plugin"),
            ({"plugin": "other"}, "not of this plugin"),
            ({"level": None}, "reach no level"),
            ({"level": "diamond"}, "reach no level"),
            ({"level": ["gold"]}, "reach no level"),
            ("[]", "not of this plugin"),
            ("{", "cannot be read (JSONDecodeError)"),
            ("[" * 100_000, "cannot be read (RecursionError)"),
            ("\udcff", "cannot be read"),
        ],
    )
    def test_a_wrong_record_proves_nothing(self, proven, changed, reason):
        """A record of something else, or none at all, gives no level."""
        file, record, manifest = proven
        text = changed if isinstance(changed, str) else json.dumps(record | changed)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))

        assert "" == proof_of(manifest).level
        assert reason in proof_of(manifest).reason

    @pytest.mark.parametrize(
        ("path", "error"),
        [
            ("../record.json", "InputError"),
            ("/etc/passwd", "InputError"),
            ("absent.json", "FileNotFoundError"),
        ],
    )
    def test_a_record_is_in_the_package(self, site, path, error):
        """A manifest cannot point out of its package."""
        told = PROVEN.replace("record.json", path)
        site.plugin("acme", manifest=told)
        manifest = host(site, load="all").manifests["acme"]

        assert f"its record cannot be read ({error})" == proof_of(manifest).reason

    def test_covers_a_whole_package(self, site):
        """Each file counts with its path; what the interpreter writes does not."""
        folder = site.folder / "x_whole"
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        (folder / "a.py").write_text("A = 1\n")
        site.plugin("acme", manifest=PROVEN.replace("{factory!r}", "'x_whole.a:A'"))
        manifest = host(site, load="all").manifests["acme"]
        first = digest_of(manifest)

        (folder / "__pycache__").mkdir()
        (folder / "__pycache__" / "a.pyc").write_text("x")
        (folder / "record.json").write_text("{}")
        assert first == digest_of(manifest)

        (folder / "a.py").rename(folder / "b.py")
        assert first != digest_of(manifest)
