"""
Records as JSON for pmkit, as JUnit XML for the rest of the world.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pmkit.testing.conformance.results import Verdict

if TYPE_CHECKING:
    from pmkit.testing.conformance.results import CheckResult, ConformanceRecord

#: The version of the JSON.
FORMAT = "pmkit-conformance/1"

#: What XML 1.0 cannot carry: https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def as_data(record: ConformanceRecord) -> dict[str, Any]:
    """
    Give a record as what JSON can hold.

    Args:
        record: The record.
    """
    counts = {
        verdict.value: sum(x.verdict is verdict for x in record.results)
        for verdict in Verdict
    }
    return {
        "format": FORMAT,
        "plugin": record.plugin,
        "kind": record.kind,
        "level": record.level.value if record.level else None,
        "ok": record.ok,
        "complete": record.complete,
        "distribution": record.distribution or None,
        "version": record.version or None,
        "digest": record.digest,
        "pmkit": record.pmkit,
        "api": record.api,
        "seed": record.seed,
        "made_at": record.made_at.isoformat(),
        "counts": counts,
        "results": [_result(x) for x in record.results],
    }


def _result(result: CheckResult) -> dict[str, Any]:
    return {
        "check": result.check,
        "level": result.level.value,
        "verdict": result.verdict.value,
        "requirement": result.requirement,
        "detail": result.detail,
        "remedy": result.remedy,
        "link": result.link,
        "replay": result.replay,
        "expires": result.expires.isoformat() if result.expires else None,
        "seconds": round(result.seconds, 4),
    }


def as_json(record: ConformanceRecord) -> str:
    """
    Give a record as JSON text, to be kept beside the manifest.

    Args:
        record: The record.
    """
    return json.dumps(as_data(record), ensure_ascii=False, indent=2) + "\n"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def as_junit(record: ConformanceRecord) -> str:
    """
    Give a record as JUnit XML, one test case per check.

    Args:
        record: The record.
    """
    suite = ET.Element("testsuite")
    suite.set("name", f"pmkit.conformance.{record.plugin}")
    suite.set("tests", str(len(record.results)))
    suite.set("failures", str(len(record.failures)))
    suite.set("errors", "0")
    idle = (Verdict.NOT_APPLICABLE, Verdict.WAIVED)
    skipped = sum(x.verdict in idle for x in record.results)
    suite.set("skipped", str(skipped))
    suite.set("time", f"{sum(x.seconds for x in record.results):.3f}")
    suite.set("timestamp", record.made_at.replace(tzinfo=None).isoformat())
    properties = ET.SubElement(suite, "properties")
    for name, value in as_data(record).items():
        if isinstance(value, str | int):
            ET.SubElement(properties, "property", name=name, value=_clean(str(value)))
    for result in record.results:
        _case(suite, record, result)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, record: ConformanceRecord, result: CheckResult) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"pmkit.conformance.{record.plugin}",
        name=result.check,
        time=f"{result.seconds:.3f}",
    )
    if result.verdict is Verdict.FAIL:
        failure = ET.SubElement(case, "failure", message=_clean(result.requirement))
        failure.text = _clean(result.report())
    elif result.verdict is not Verdict.PASS:
        text = f"{result.verdict.value}: {result.detail}"
        ET.SubElement(case, "skipped", message=_clean(text))
