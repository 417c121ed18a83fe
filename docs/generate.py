"""
Write the parts of the pages that the code itself knows.

``python docs/generate.py`` fills every part between ``<!-- generated: NAME -->`` and
``<!-- end of NAME -->``; ``tests/test_docs_generated.py`` fails when one is stale.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pathlib
import re
import textwrap
from typing import TYPE_CHECKING, Any, get_type_hints

import attrs

import pmkit
from pmkit.core import clauses, errors, plugin_errors, roles
from pmkit.core.events import Event
from pmkit.core.order import OrderStage
from pmkit.core.parties import Role
from pmkit.core.payment import PLAIN_REASON, HeldReason, PaymentState
from pmkit.core.service import ServiceStage
from pmkit.facts.aql import tables
from pmkit.testing.conformance.listing import checks_markdown, saboteurs_markdown

if TYPE_CHECKING:
    import enum
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pmkit.core.sampling import Cell

PAGES = pathlib.Path(__file__).parent


def _neighbour(name: str) -> Any:
    """Import a script of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, PAGES / f"{name}.py")
    assert spec is not None  # noqa: S101 - the file stands beside this one
    assert spec.loader is not None  # noqa: S101 - and is Python
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


matrix = _neighbour("matrix")
readings = _neighbour("readings")
#: A part of a page: its opening comment, its name, its text, its closing comment.
_PART = re.compile(
    r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end of (?P=name) -->)",
    flags=re.DOTALL,
)
#: The clauses along the road of a service.
_CLAUSES = (
    "ship_day_after",
    "book_by",
    "pay_link_until",
    "visit_date_by",
    "appointment_by",
    "change_by",
    "change_by_full_days",
    "change_by_hours",
    "report_by",
    "review_until",
    "revise_review_until",
    "answer_by",
    "escalates_at",
    "escalation_opens",
    "refund_expected_by",
)
#: The parts of the road, in its order, as the events are grouped.
_ROAD = (
    "ordering",
    "booking",
    "paying",
    "visiting",
    "reporting",
    "reviewing",
    "asking",
    "leaving",
    "rechecking",
)
#: What to do about an error, by its code.
WHAT_TO_DO = {
    "error": "Catch it where you catch everything of pmkit; show `str(error)`.",
    "bad-input": "Correct the argument named by `field`; the remedy says how.",
    "naive-time": "Give the datetime its zone, such as `+08:00`.",
    "currency": "Use one ISO 4217 currency for everything on the order.",
    "money": "Give the amount as a text or a Decimal with the currency's digits.",
    "ship-date": "Give a later day, or agree on one that the terms allow.",
    "unknown-kind": "Choose a code of the catalogue; the remedy lists them.",
    "unknown-plugin": "Choose an attached name, or attach the plugin.",
    "unknown-calendar": "Give an ISO 3166-1 code, and a subdivision that exists.",
    "zone-required": "Pass `zone=`, one of `candidates`.",
    "sampling": "Choose a lot, level, severity and AQL of the tables.",
    "document": "Correct the key at the path in `field`.",
    "calendar-horizon": "Wait for the announcement, or ask for a provisional answer.",
    "not-found": "Check the id and the actor's party; show a 404.",
    "refused": "Show `message` and `allowed` to the person.",
    "not-allowed": "Ask somebody with a role named in `allowed`.",
    "out-of-order": "Do first what `allowed` names, or do nothing.",
    "too-late": "Show the explanation in `allowed`; agree on a later ship date.",
    "not-yet": "Do first what `allowed` names.",
    "unavailable": "Show the reason; choose another agency or method.",
    "conflict": "Use a new idempotency key for a new command.",
    "plugin": "Repair the plugin, or leave it out with `skip=`.",
    "plugin-call": "Read `certainty`, `retry` and `blame`; the leaves say more.",
    "plugin-settings": "Correct the setting named by `field`; nothing was called.",
    "plugin-auth": "Renew the credentials of the instance; the call is made again.",
    "plugin-unsupported": "Choose a plugin whose capabilities name this operation.",
    "plugin-request": "Correct what `fields` names.",
    "plugin-coverage": "Choose another agency.",
    "plugin-slot": "Propose another time.",
    "plugin-deadline": "Agree on a later time with the far side.",
    "plugin-declined": "Show the message to the payer; another method may do.",
    "plugin-conflict": "Look at both sides; then `pmkit ops resolve`.",
    "plugin-not-found": "Check the reference in the order's timeline.",
    "plugin-rate": "Nothing: the call is made again after `after`.",
    "plugin-unavailable": "Nothing: the call is made again; look at the network.",
    "plugin-unknown": "Nothing: pmkit looks it up, or shows it in `pmkit ops`.",
    "plugin-protocol": "Report it to the plugin's author, with the call record.",
    "plugin-address": "Name the host in the manifest; a sandbox may name exceptions.",
    "webhook-rejected": "Nothing: the message is dropped; look for a wrong secret.",
    "plugin-fault": "Report it to the plugin's author, with the call record.",
    "store": "Catch it around `Desk.open`; one of those below says more.",
    "foreign-store": "Check the path: the file belongs to something else.",
    "newer-store": "Install the pmkit that wrote it, or a newer one.",
    "corrupt-store": "Restore a backup; do not repair it by hand.",
    "lost-connection": "Give the command again with the same idempotency key.",
    "stale-write": "Load the order again and repeat the command.",
}
_SECTION = re.compile(
    r"^(Clause|Counting|Args|Returns|Raises|Examples):\n", re.MULTILINE
)
_ROW = re.compile(r"^(Unit|Day zero|Cut-off|Unknown)  +(.*)$")


def table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def first_line(thing: object) -> str:
    """Give the first sentence of a docstring."""
    return marked((inspect.getdoc(thing) or "").split("\n\n")[0])


def marked(text: str) -> str:
    """Turn the marks of a docstring into Markdown, on one line."""
    return " ".join(text.replace("``", "`").split())


# ---------------------------------------------------------------------- clauses


def sections_of(function: object) -> dict[str, str]:
    """Take a docstring apart: section by name, the summary under an empty one."""
    words, _, source = (inspect.getdoc(function) or "").partition("\nSource:")
    parts = _SECTION.split(words)
    found = {"": parts[0], "Source": source.strip()}
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        found[name] = textwrap.dedent(text).strip("\n")
    return found


def counting_rows(text: str) -> dict[str, str]:
    """Read the four rows of a Counting table."""
    rows: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        row = _ROW.match(line)
        if row:
            last = row[1]
            rows[last] = row[2]
        elif last and not line.startswith("="):
            rows[last] += " " + line.strip()
    return {name: marked(words) for name, words in rows.items()}


def argument(text: str, name: str) -> str:
    """Find what the Args section says of one argument."""
    found = re.search(rf"^{name}: (.*?)(?=^\w+:|\Z)", text, re.MULTILINE | re.DOTALL)
    return marked(found[1]) if found else ""


def clause_code(sections: Mapping[str, str]) -> str:
    """Find the name of a clause, such as BOOK-1."""
    return sections["Clause"].split("``")[1]


def _numbers_of(code: str) -> str:
    """Tell which fields of the terms set the numbers of a clause."""
    words = sections_of(pmkit.Terms)["Args"]
    fields = [
        f"`{field.name}` ({field.default})"
        for field in attrs.fields(pmkit.Terms)
        if code in argument(words, field.name)
    ]
    return ", ".join(fields)


def _default_numbers(function: Any) -> str:
    """Tell the numbers that a clause of somebody else's terms takes as arguments."""
    numbers = [
        f"`{name}` ({found.default})"
        for name, found in inspect.signature(function).parameters.items()
        if found.default is not found.empty and name != "convention"
    ]
    return f"none; as arguments {', '.join(numbers)}" if numbers else "none"


def _clause(name: str) -> str:
    """Write the section of one clause."""
    function = getattr(clauses, name)
    sections = sections_of(function)
    code = clause_code(sections)
    asked = inspect.signature(function).parameters
    convention = (
        "chosen by the terms; `exclude-event-day` unless they say otherwise"
        if "convention" in asked
        else "fixed by the clause"
    )
    place = "calendar" if "calendar" in asked else "zone"
    rows = {
        "Counts in": counting_rows(sections["Counting"]).pop("Unit"),
        **counting_rows(sections["Counting"]),
        "Convention": convention,
        "Calendar or zone": argument(sections["Args"], place) or "none is read",
        "Numbers in the terms": _numbers_of(code) or _default_numbers(function),
    }
    del rows["Unit"]
    rule = marked(sections["Clause"]).removeprefix(f"`{code}`: ")
    return "\n\n".join(
        (
            f"## {code}: `{name}`",
            marked(sections[""]),
            f"> {rule[0].upper()}{rule[1:]}",
            table(("", ""), rows.items()),
            *_examples(sections["Examples"]),
            readings.other_readings(code),
            f"Source: <{sections['Source']}>",
        )
    )


def _examples(text: str) -> Iterator[str]:
    """Put the sessions of an Examples section into blocks that are run."""
    for block in text.split("\n\n"):
        if block.startswith(">>>"):
            yield f"```pycon\n{block}\n\n```"
        else:
            yield marked(block)


def all_clauses() -> str:
    """Write the section of every clause, along the road."""
    assert set(_CLAUSES) == set(clauses.__all__)  # noqa: S101 - none is forgotten
    return "\n\n".join(map(_clause, _CLAUSES))


def clause_list() -> str:
    """Write the table of the clauses."""
    rows = []
    for name in _CLAUSES:
        sections = sections_of(getattr(clauses, name))
        summary = marked(sections[""]).removeprefix("Tell ")
        code = clause_code(sections)
        rows.append((f"[{code}](#{code.lower()}-{name})", f"`pmkit.{name}`", summary))
    return table(("clause", "function", "tells"), rows)


# ------------------------------------------------------------------------ roles


def _stages(found: frozenset[Any], every: type[enum.StrEnum]) -> str:
    if len(found) == len(every):
        return "any"
    return ", ".join(stage.value for stage in every if stage in found)


def _role_rows(
    allowed: Mapping[roles.Action, Mapping[Role, frozenset[Any]]],
    every: type[enum.StrEnum],
) -> Iterator[tuple[str, str, str]]:
    """Write one row for each action and each set of stages."""
    for action, by_role in allowed.items():
        together: dict[str, list[str]] = {}
        for role, found in by_role.items():
            together.setdefault(_stages(found, every), []).append(role.value)
        for stages, names in together.items():
            yield f"`{action.value}`", ", ".join(names), stages


def roles_overview() -> str:
    """Write a mark for each role that may ever take an action."""
    both = {**roles.ON_ORDER, **roles.ON_SERVICE}
    rows = [
        (f"`{action.value}`", *("●" if role in who else "" for role in Role))
        for action, who in both.items()
    ]
    return table(("action", *(role.value for role in Role)), rows)


def roles_on_order() -> str:
    """Write who may do what on an order."""
    head = ("action", "who", "while the order is")
    return table(head, _role_rows(roles.ON_ORDER, OrderStage))


def roles_on_service() -> str:
    """Write who may do what on a service."""
    head = ("action", "who", "while the service is")
    return table(head, _role_rows(roles.ON_SERVICE, ServiceStage))


def openers() -> str:
    """Write who may bring an order to pmkit."""
    return ", ".join(role.value for role in Role if role in roles.OPENERS) + "."


# ----------------------------------------------------------------------- events


def _type(hint: object) -> str:
    """Write a type as people read it."""
    text = hint.__name__ if isinstance(hint, type) else str(hint)
    return re.sub(r"\b(?:pmkit|datetime)(?:\.\w+)*\.", "", text).replace("|", "or")


def _fields(kind: type[Event]) -> str:
    """Write the fields of an event beside when and by whom."""
    known = {"Order": pmkit.Order, "Service": pmkit.Service}
    hints = get_type_hints(kind, localns=known)
    fields = [
        f"`{field.name}`: {_type(hints[field.name])}".replace("[", r"\[")
        for field in attrs.fields(kind)
        if field.name not in {"at", "by"}
    ]
    return ", ".join(fields) or "nothing more"


def all_events() -> str:
    """Write a table of events for each part of the road."""
    head = ("event", "what happened", "holds")
    parts = []
    for name in _ROAD:
        module = importlib.import_module(f"pmkit.core.events.{name}")
        title = (module.__doc__ or "").strip().rstrip(".")
        rows = [
            (f"`{event}`", first_line(kind), _fields(kind))
            for event, kind in Event.kinds.items()
            if kind.__module__ == module.__name__
        ]
        parts.append(f"## {title}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def opening_event() -> str:
    """Write the row of the event that begins every history."""
    kind = Event.kinds["order-opened"]
    row = (f"`{kind.name}`", first_line(kind), _fields(kind))
    return table(("event", "what happened", "holds"), [row])


# ----------------------------------------------------------------------- errors


def all_errors() -> str:
    """Write the table of errors, with what to do about each."""
    every = {
        thing: None
        for module in (errors, plugin_errors)
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, errors.PmkitError)
    }
    rows = [
        (f"`{e.__name__}`", f"`{e.code}`", first_line(e), WHAT_TO_DO[e.code])
        for e in every
    ]
    return table(("class", "`code`", "what it means", "what to do"), rows)


# ------------------------------------------------------------------------ money


def payment_states() -> str:
    """Write what each state of a payment means, in words for the payer."""
    rows = [(f"`{s.value}`", PLAIN_REASON[s]) for s in PaymentState]
    return table(("state", "what the payer reads"), rows)


def held_reasons() -> str:
    """List the reasons for which money goes back."""
    return ", ".join(f"`{reason.value}`" for reason in HeldReason) + "."


# --------------------------------------------------------------------- sampling


def sampling_conflicts() -> str:
    """List the cells in which published sources differ."""
    rows = [
        (severity, row.letter, aql, _plan_words(cell), cell.conflict)
        for severity, found in tables().rows.items()
        for row in found
        for aql, cell in row.cells.items()
        if cell.conflict
    ]
    return table(("severity", "letter", "AQL", "used", "what sources say"), rows)


def _plan_words(cell: Cell) -> str:
    return f"Ac {cell.acceptance_number}, Re {cell.rejection_number}"


# ---------------------------------------------------------- terms and catalogue


def all_terms() -> str:
    """Write the numbers of the terms, with their defaults."""
    words = sections_of(pmkit.Terms)["Args"]
    rows = [
        (f"`{field.name}`", _default(field), argument(words, field.name))
        for field in attrs.fields(pmkit.Terms)
    ]
    return table(("field", "default", "what it sets"), rows)


def _default(field: attrs.Attribute[Any]) -> str:
    return "" if field.default is attrs.NOTHING else f"`{field.default}`"


def all_kinds() -> str:
    """Write the kinds of service, with what each one looks at."""
    rows = [
        (
            kind.code,
            kind.name,
            f"{kind.readiness.finished} / {kind.readiness.packed}",
            kind.price_basis.value,
            "yes" if kind.sampled else "no",
            "several" if kind.several_visits else "one",
            ", ".join(check.value for check in kind.checks),
        )
        for kind in pmkit.CATALOGUE.kinds.values()
    ]
    head = ("code", "name", "% finished / packed", "priced by", "sampled", "visits")
    return table((*head, "looked at on site"), rows)


# ------------------------------------------------------------------------- pages

PARTS: Mapping[str, Callable[[], str]] = {
    "checks": checks_markdown,
    "clauses": all_clauses,
    "clause-list": clause_list,
    "errors": all_errors,
    "events": all_events,
    "fee-tiers": readings.fee_tiers,
    "held-reasons": held_reasons,
    "openers": openers,
    "opening-event": opening_event,
    "payment-states": payment_states,
    "plugin-matrix": matrix.matrix,
    "roles-on-order": roles_on_order,
    "roles-on-service": roles_on_service,
    "roles-overview": roles_overview,
    "catalogue": all_kinds,
    "saboteurs": saboteurs_markdown,
    "sampling-conflicts": sampling_conflicts,
    "terms": all_terms,
}


def parts_of(text: str) -> list[str]:
    """Name the generated parts of a page."""
    return [part["name"] for part in _PART.finditer(text)]


def filled(text: str) -> str:
    """
    Fill the generated parts of a page.

    Args:
        text: The page.

    Returns:
        The page as it has to be.
    """

    def part(found: re.Match[str]) -> str:
        return f"{found[1]}\n{PARTS[found['name']]()}\n\n{found[3]}"

    return _PART.sub(part, text)


def main() -> None:
    """Fill every page."""
    for page in sorted(PAGES.glob("**/*.md")):
        old = page.read_text(encoding="utf-8")
        new = filled(old)
        if new != old:
            page.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
