"""Which charge it is: the unit's noun, the tool that its labels name, and what a second is one of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from octoregistry.reading.classify.charge_units import ChargeUnit
from octoregistry.reading.labels import Place
from octoregistry.reading.settle.said import NEAR, OVER, Said

_OWN: tuple[tuple[Place, ...], ...] = (
    ("cell",),
    NEAR,
    ("group_row", "lead", "caption", "pane", "tab"),
    ("heading", "stray"),
)


@dataclass(frozen=True, slots=True)
class ChargeKind:
    """The `unit` of a charge. `times` is how many of it one noun of the page is: an hour of audio is 60 minutes.

    `when` are the conditions that follow from the noun and the tool; `tool` says that no model need be named.
    """

    unit: str
    times: Decimal = Decimal(1)
    when: tuple[tuple[str, str], ...] = ()
    tool: bool = False


_ITSELF = {
    "image": "image", "character": "character", "page": "page", "second_video": "second_video",
    "second_audio": "second_audio", "minute_audio": "minute_audio",
}  # fmt: skip
_OF_TIME = {
    ("second", "audio"): ("second_audio", 1), ("second", "video"): ("second_video", 1),
    ("minute", "audio"): ("minute_audio", 1), ("minute", "video"): ("second_video", 60),
    ("hour", "audio"): ("minute_audio", 60),
}  # fmt: skip
_MEDIUM = {"video": "video", "transcription": "audio", "speech": "audio"}
_CALLS = {"call", "request", "search"}
_OF_TOOLS = ("gb_day", "grounded_prompt", "session_hour", "container_hour")
_NEED_TOOL = ("session_hour", "container_hour")
_IMPLIED = {("session_hour", "agent_session"), ("container_hour", "code"), ("grounded_prompt", "web_search")}
"""Tools that their unit names already."""
_TOOL_UNIT = {"web_search": "web_search", "file_search": "file_search"}


def kind_of(
    said: Said, unit: ChargeUnit, near: str | None, made: Collection[str], *, of_model: bool
) -> ChargeKind | str:
    """The kind of a charge by `unit`, or why it is none. `near` is the noun of the column's unit, where it is another one; `made`
    is what the vendor's file says that its models are for.
    """
    noun = unit.noun
    if noun == "request" and said.facts("searched"):
        noun = "search"
    if noun == "each" and near in _CALLS:
        noun = near
    elif near not in (None, noun) and noun != "each":
        return f"its units are {noun.replace('_', ' ')} and {str(near).replace('_', ' ')}"
    tools = _nearest(said, "tool")
    if len(tools) > 1 and len({tool.partition(";")[0] for tool in tools}) > 1:
        return f"several tools are named: {', '.join(sorted(tool.partition(';')[0] for tool in tools))}"
    longest = max(tools, key=len) if tools else ""
    tool, *more = longest.split(";") if longest else ("",)
    when = tuple((key, value) for key, _, value in (part.partition("=") for part in more))
    if noun in ("second", "minute", "hour"):
        return _of_time(said, noun, when, made)
    return _kind(noun, tool, when, unit, of_model=of_model)


def _kind(
    noun: str, tool: str, when: tuple[tuple[str, str], ...], unit: ChargeUnit, *, of_model: bool
) -> ChargeKind | str:
    named = (("tool", tool),) if tool else ()
    if noun == "hour_audio":
        return ChargeKind("minute_audio", Decimal(60), when)
    if noun in _ITSELF and not (tool and noun == "page"):
        return ChargeKind(_ITSELF[noun], when=when)
    if noun in _OF_TOOLS:
        beside = () if (noun, tool) in _IMPLIED else named
        return ChargeKind(noun, when=(*when, *beside), tool=bool(tool) or noun not in _NEED_TOOL)
    if noun == "web_search" or (noun in ("call", "search") and tool):
        return ChargeKind(*_of_calls(noun, tool, (*when, *named), when))
    if noun in ("session", "container") and (tool == "code" or noun == "session"):
        length = (unit.length,) if unit.length else ()
        of_code = tool == "code"
        return ChargeKind("code_session" if of_code else "session", when=(*when, *length, *(() if of_code else named)),
                    tool=bool(tool))  # fmt: skip
    if noun in ("request", "call") and (tool or of_model):
        return ChargeKind("request", when=(*when, *named), tool=bool(tool))
    return _nothing(noun, unit.text)


def _of_calls(
    noun: str, tool: str, with_tool: tuple[tuple[str, str], ...], when: tuple[tuple[str, str], ...]
) -> tuple[str, Decimal, tuple[tuple[str, str], ...], bool]:
    """A call or search of a tool: of those that have a unit of their own that, else a search or request, by the tool's name."""
    if noun == "web_search" or tool in _TOOL_UNIT:
        return _TOOL_UNIT.get(tool, "web_search"), Decimal(1), when, True
    return "web_search" if noun == "search" else "request", Decimal(1), with_tool, True


def _nothing(noun: str, text: str = "") -> str:
    return f"priced by another unit than tokens ({text or noun})"


def _of_time(said: Said, noun: str, when: tuple[tuple[str, str], ...], of_models: Collection[str]) -> ChargeKind | str:
    """A second, minute or hour of what the nearest labels say that is made, or that goes in; else of what the models are for."""
    for places in _OWN:
        made = {fact.value for _, fact in said.facts("makes", places)}
        kinds = {value.partition(";")[0] for value in made} or {
            fact.value for _, fact in said.facts("modality", places) if fact.value in ("audio", "video")
        }
        if len(kinds) > 1:
            return f"priced by another unit than tokens ({noun}), of {' or of '.join(sorted(kinds))}"
        if kinds and (found := _OF_TIME.get((noun, kinds.pop()))):
            more = tuple(
                (key, value)
                for text in sorted(made)
                for key, _, value in (part.partition("=") for part in text.split(";")[1:])
            )
            return ChargeKind(found[0], Decimal(found[1]), (*when, *more))
    known = {_MEDIUM.get(kind) for kind in of_models}
    if len(known) == 1 and (found := _OF_TIME.get((noun, str(known.pop())))):
        return ChargeKind(found[0], Decimal(found[1]), when)
    return f"priced by another unit than tokens ({noun}), and nothing says of what"


def _nearest(said: Said, slot: str) -> set[str]:
    """What the nearest rank of labels says of `slot`."""
    for places in _OWN:
        if found := {str(fact.value) for _, fact in said.facts(slot, places)}:
            return found
    return set()


def goes_in(kind: ChargeKind, said: Said) -> bool:
    """True for a charge of what is put in, of a kind that is made as well: an image that is read costs another sum."""
    counted = {fact.value for _, fact in said.facts("dimension", ("cell", *NEAR, *OVER))}
    return kind.unit in ("image", "second_video") and "input" in counted and "output" not in counted
