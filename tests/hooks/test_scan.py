"""The scan finds what importlib.metadata finds, and imports nothing."""

from __future__ import annotations

import contextlib
import importlib.metadata
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import pytest
from hypothesis import given, settings, strategies as st

from pmkit.hooks import scan as scanning
from pmkit.hooks.installed import GROUP
from pmkit.hooks.scan import normalized, scan

#: What may stand in a line of entry points, odd and plain.
HEADERS = st.sampled_from(
    [
        f"[{GROUP}]",
        f"  [{GROUP}]  ",
        f"[[{GROUP}]]",
        f"[ {GROUP} ]",
        "[pmkit.plugins.v2]",
        "[pmkit.plugins.v10]",
        "[pmkit.plugin.v1]",
        "[console_scripts]",
        "[PMKIT.plugins.v1]",
        "[other.pmkit.plugins.v1]",
    ]
)
PLAIN = st.sampled_from(
    [
        "acme = acme:MANIFEST",
        "acme=acme:MANIFEST",
        "acme = other:MANIFEST",
        "  two.part-name = a.b.c:D.E  ",
        "extra = acme:MANIFEST [fast,slow]",
        "equals = a:b=c",
        "with space = acme:MANIFEST",
        "ünï = acme:MANIFEST",
        "\tacme\t=\tacme:MANIFEST\t",
        "# a comment = no entry",
        "   # another",
        "; acme = acme:MANIFEST",
        "",
        "   ",
        "= nothing",
        "empty =",
    ]
)
TEXTS = st.builds(
    lambda lines, end: end.join(lines),
    st.lists(HEADERS | PLAIN, max_size=12),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\x0c", "\u2028"]),
)
NAMES = st.sampled_from(
    ["acme", "Acme", "acme.pmkit", "acme_pmkit", "ACME-pmkit", "a__b", "a._b", "zzz"]
)
DISTS = st.tuples(
    NAMES,
    st.sampled_from(["1.0", "2.0rc1", "1!3"]),
    st.sampled_from([".dist-info", ".egg-info", ".DIST-INFO", "file"]),
    st.none() | TEXTS,
    st.booleans(),
)
FOLDERS = st.lists(
    st.tuples(st.sampled_from(["folder", "folder", "zip", "egg"]), st.lists(DISTS)),
    max_size=4,
)


def files_of(name, version, kind, text, described):
    """Give the files of one distribution: name within its folder -> content."""
    ending = ".egg-info" if kind == "file" else kind
    base = f"{name.replace('-', '_')}-{version}{ending}"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    body = "\n" + "Name: not this one\n" * (400 if described else 1)
    if kind == "file":
        return {base: head}
    metadata = "PKG-INFO" if kind == ".egg-info" else "METADATA"
    files = {f"{base}/{metadata}": head + body}
    if text is not None:
        files[f"{base}/entry_points.txt"] = text
    return files


def put(root, number, kind, dists):
    """Write one entry of the path."""
    files = {}
    for dist in dists:
        for name, text in files_of(*dist).items():
            files.setdefault(name, text)
    if kind == "zip":
        place = root / f"{number}.zip"
        with zipfile.ZipFile(place, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        return str(place)
    place = root / (f"{number}.egg" if kind == "egg" else f"{number}")
    place.mkdir()
    for name, text in files.items():
        # A file and a folder of one name: the first one stays.
        with contextlib.suppress(OSError):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(text.encode())
    return str(place)


def theirs():
    """Ask importlib.metadata what means us on the path."""
    return [
        (entry.group, entry.name, entry.value, entry.dist.name, entry.dist.version)
        for entry in all_entry_points()
        if entry.group.startswith("pmkit.plugin")
    ]


def all_entry_points():
    """Give all entry points as a flat list, on each version of Python."""
    found = importlib.metadata.entry_points()
    groups = getattr(found, "groups", None)
    return [each for group in sorted(groups) for each in found.select(group=group)]


def ours(found):
    """Give what the scan found as plain tuples."""
    return [
        (each.group, each.name, each.target, each.distribution, each.version)
        for each in found.installed
    ]


class TestLikeImportlib:
    """The answer is that of importlib.metadata."""

    @given(folders=FOLDERS, more=st.booleans())
    @settings(max_examples=60, deadline=None)
    def test_for_any_site_packages(self, folders, more):
        """Odd names, copies, line ends, comments, zips and eggs give equal answers."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            path = [put(root, i, *each) for i, each in enumerate(folders)]
            if more:
                path = [*path, str(root / "absent"), *path]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(sys, "path", path)
                expected = theirs()
                found = scan()

        assert sorted(expected) == sorted(ours(found))
        assert () == found.unreadable

    def test_for_this_environment(self):
        """What is really installed here is found, too."""
        assert sorted(theirs()) == sorted(ours(scan()))

    @given(
        st.text(
            alphabet=st.characters(codec="ascii", categories=("L", "N", "P")),
            max_size=12,
        )
    )
    def test_names_are_compared_alike(self, name):
        """The names of distributions are compared as importlib.metadata does."""
        assert importlib.metadata.Prepared.normalize(name).lower() == normalized(name)


class TestScan:
    """What the scan does beside."""

    def test_tells_who_and_where(self, site):
        """An entry names target, distribution, version and file."""
        file = site.dist("acme-pmkit", "[pmkit.plugins.v1]\nacme = acme_x:MANIFEST\n")

        (found,) = scan(site.path).installed

        assert ("acme", "acme_x:MANIFEST") == (found.name, found.target)
        assert ("acme-pmkit", "1.2") == (found.distribution, found.version)
        assert str(file) == found.file
        assert "acme-pmkit 1.2" == found.source

    def test_the_first_copy_on_the_path_wins(self, tmp_path):
        """A distribution that an earlier folder has is not read again, even if bare."""
        for place, text in (
            ("one", "[other]\n"),
            ("two", "[pmkit.plugins.v1]\na = b\n"),
        ):
            info = tmp_path / place / "acme-1.dist-info"
            info.mkdir(parents=True)
            (info / "entry_points.txt").write_text(text)

        path = [str(tmp_path / "one"), str(tmp_path / "two")]

        assert () == scan(path).installed
        assert 1 == len(scan(path[::-1]).installed)

    def test_a_distribution_without_metadata_is_called_like_its_folder(self, tmp_path):
        """Name and version stand in the name of the folder as well."""
        info = tmp_path / "acme_pmkit-3.1.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text("[pmkit.plugins.v1]\na = b:C\n")

        (found,) = scan([str(tmp_path)]).installed

        assert "acme_pmkit 3.1" == found.source

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"[pmkit.plugins.v1]\n\xff = a:b\n", "is not UTF-8"),
            (b"[pmkit.plugins.v1]\nno equals sign\n", "a line without '='"),
            (b"[pmkit.plugins.v1]\n" + b"#" * (1 << 20), "longer than 1 MiB"),
        ],
        ids=["bytes", "line", "long"],
    )
    def test_what_cannot_be_read_is_named(self, site, data, reason):
        """A broken file is told with its distribution, and the others are found."""
        file = site.dist("broken", "")
        file.write_bytes(data)
        site.dist("good", "[pmkit.plugins.v1]\ngood = a:b\n")

        found = scan(site.path)

        assert ["good"] == [each.name for each in found.installed]
        assert [("broken", str(file))] == [
            (each.distribution, each.file) for each in found.unreadable
        ]
        assert reason in found.unreadable[0].reason

    def test_a_broken_file_of_others_is_not_our_business(self, site):
        """What does not mean us is not even decoded."""
        site.dist("other", "").write_bytes(b"[console_scripts]\n\xff\n")

        assert () == scan(site.path).unreadable

    @pytest.mark.parametrize(
        "path",
        [[""], ["."], [None], ["/nowhere", ""], ["/nowhere", "."]],
        ids=["empty", "dot", "whole", "later empty", "later dot"],
    )
    def test_never_looks_into_the_working_directory(self, site, monkeypatch, path):
        """What lies about in the present folder is not installed."""
        site.dist("acme", "[pmkit.plugins.v1]\nacme = a:b\n")
        monkeypatch.chdir(site.folder)
        path = [site.path[0] if each is None else each for each in path]
        monkeypatch.setattr(sys, "path", path)

        assert () == scan().installed

    def test_searches_a_folder_that_was_put_on_the_path_on_purpose(
        self, site, monkeypatch
    ):
        """Only the first entry is put there by Python itself."""
        site.dist("acme", "[pmkit.plugins.v1]\nacme = a:b\n")
        monkeypatch.chdir(site.folder)
        monkeypatch.setattr(sys, "path", ["/nowhere", *site.path])

        assert 1 == len(scan().installed)

    def test_asks_other_finders(self, monkeypatch, tmp_path):
        """A finder that knows distributions elsewhere is asked."""
        info = tmp_path / "far-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Name: far\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[pmkit.plugins.v1]\nfar = a:b\n")

        class Finder:
            @staticmethod
            def find_distributions(_):
                """Know one."""
                return [importlib.metadata.Distribution.at(info)]

        monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])

        assert "far" in [each.name for each in scan().installed]

    def test_a_finder_that_fails_hides_only_its_own(self, monkeypatch, site):
        """An error of a foreign finder does not hide what the path has."""

        class Finder:
            @staticmethod
            def find_distributions(_):
                """Fail."""
                raise RuntimeError

        site.dist("acme", "[pmkit.plugins.v1]\nacme = a:b\n")
        monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])

        assert "acme" in [each.name for each in scan().installed]

    def test_imports_nothing_heavy(self, site):
        """Neither the plugin nor any library is imported by a scan."""
        site.plugin("acme")
        site.dist("more", "[pmkit.plugins.v1]\nmore = x_more:MANIFEST\n")
        code = (
            "import sys; before = set(sys.modules); "
            f"sys.path[:0] = {[*site.path, *sys.path]!r}; "
            "from pmkit.hooks.scan import scan; found = scan(); "
            "assert len(found.installed) > 1; "
            "print(*sorted(set(sys.modules) - before))"
        )

        done = subprocess.run(
            [sys.executable, "-I", "-c", code],
            check=True,
            capture_output=True,
            text=True,
        )

        ours = {"pmkit", "pmkit.hooks", "pmkit.hooks.installed", "pmkit.hooks.scan"}
        free = {"__future__", "importlib", "importlib._bootstrap", "warnings"}
        free |= {"importlib._bootstrap_external", "_warnings"}

        assert set() == set(done.stdout.split()) - ours - free

    def test_entries_are_values(self):
        """Two equal entries are equal, and others are not."""
        one = scanning.Installed(name="a", target="b:C")

        assert one == scanning.Installed(name="a", target="b:C")
        assert hash(one) == hash(scanning.Installed(name="a", target="b:C"))
        assert one != scanning.Installed(name="a", target="b:D")
        assert one != "a"
