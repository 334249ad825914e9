"""One slot of a price from all that its labels say: what is counted, by which unit, how served, for which prompts, when."""

from __future__ import annotations

from typing import TypeAlias

from octoregistry.reading.classify import Fact
from octoregistry.reading.classify.days import NO_SPAN, Span
from octoregistry.reading.classify.names import plain
from octoregistry.reading.classify.tiers import Bound, Tier
from octoregistry.reading.classify.units import PER_MILLION, Unit
from octoregistry.reading.labels import Label, Place
from octoregistry.reading.settle.kinds import is_feature
from octoregistry.reading.settle.said import NEAR, OVER, RANK, TOLD, Said
from providers.dimensions import PLAIN_PLACE

_OF_MODALITY = {
    "input": {"text": "input", "audio": "input_audio", "image": "input_image", "video": "input_video"},
    "output": {"text": "output", "audio": "output_audio", "image": "output_image", "video": "output_video"},
    "cached_input": {"text": "cached_input", "audio": "cached_input_audio", "image": "cached_input_image", "video": "cached_input_video"},
}  # fmt: skip
_BESIDE_MODALITY = {"modality", "token", "price", "mode", "function", "model", "vendor", "head"}


_Pairs: TypeAlias = "list[tuple[Label, Fact]]"
_FAR_DIMENSION: tuple[Place, ...] = ("group_row", "lead")


def dimension_of(said: Said, paired: str | None, titles: frozenset[str] = frozenset()) -> str | None:
    """What is counted, or None where nothing says it. `paired` is what a head that lists several says of this amount;
    `titles` stand over prices of a cache, and over this one perhaps no more.

    Row and column are one: "Cached" beside "Input" is cached input; where they contradict each other it is a doubt.
    """
    if paired:
        return paired
    own = [fact.value for _, fact in said.facts("dimension", ("cell",))]
    near = [pair for pair in said.facts("dimension", NEAR) if not (pair[0].place == "beside" and own)]
    if any(
        label.place == "column_head" for label, _ in near
    ):  # "Input ≤ 32k" beside an output is the size of its prompts
        sized = {label for label, _ in said.facts("tier", ("beside", "row_head"))}
        sized -= {label for label, fact in near if fact.value != "input"}
        near = [pair for pair in near if pair[0] not in sized]
    atoms = {*own, *(said.use(fact) for _, fact in near)}
    if not atoms - {"read", "embedding"}:
        atoms |= {said.use(fact) for _, fact in said.facts("dimension", _FAR_DIMENSION)}
        if atoms == {"read"}:
            atoms |= {f.value for _, f in said.facts("dimension", ("heading",)) if f.value == "cached"}
    elif atoms & {"read", "write"}:
        atoms |= {f.value for _, f in said.facts("dimension", (*_FAR_DIMENSION, "heading")) if f.value == "cached"}
    _other_over(said, atoms, titles)
    lasting = said.facts("ttl", ("cell", *NEAR)) or said.facts("ttl", OVER)
    dimension = _combined(atoms, {fact.value for _, fact in lasting})
    if dimension in ("input", "output"):
        for label, _ in lasting:
            if label.place not in OVER or _alone(said, label):
                said.doubt(label, f"it says how long a cache lasts, which is no matter of {dimension}")
    if dimension == "?":
        where = near[0][0] if near else said.labels[0][0]
        said.doubt(where, "its labels say several things that are counted: " + ", ".join(sorted(atoms)))
        first = next(iter((*own, *(fact.value for _, fact in near))), None)
        return first if first in ("input", "output") else None
    if dimension is None and any(fact.value == "embedding" for _, fact in said.facts("dimension", (*NEAR, *OVER))):
        return "input"
    return dimension


def _other_over(said: Said, atoms: set[str], titles: frozenset[str]) -> None:
    """A doubt where what stands over the prices names a kind of count that none of their own labels does: "Cached"."""
    for label, own in said.labels:
        kinds = set(own.values("dimension")) & {"cached", "write", "storage"}
        plain = kinds and not kinds & atoms and atoms & {"input", "output"}
        if label.place in ("lead", "stray") and is_feature(own):
            continue
        if label.place in OVER and plain and label.text not in titles and _alone(said, label):
            said.doubt(label, f"are these prices of {', '.join(sorted(kinds))} tokens?")


def _alone(said: Said, label: Label) -> bool:
    """True for a label that says what is counted, and beside it which mode or size, or that it is cheaper, at most."""
    facts = [fact for other, own in said.labels if other is label for fact in own.facts]
    return all(fact.slot in _COUNTS or fact.value == "discount" for fact in facts)


_COUNTS = {"dimension", "token", "price", "function", "ttl", "mode", "tier"}


def unit_of(said: Said, dimension: str | None) -> tuple[Unit, bool]:
    """(the unit, whether it is stated): of the cell, then of its row and column, then of what stands over it.

    The cell and the nearest label must not differ in factor or hour; what is priced by the hour may say so in either. A
    cell's own unit beside a lead or sentence that says "per million", as the field does anyway, is read and counts as not stated:
    an update holds it until known prices or a witness confirm it.
    """
    places: tuple[tuple[Place, ...], ...] = (
        ("cell",), NEAR, ("group_row", "caption", "pane", "tab", "lead"), ("heading", "stray"), TOLD,
    )  # fmt: skip
    chosen: tuple[Label, Unit] | None = None
    for group in (said.facts("unit", wanted) for wanted in places):
        if not group:
            continue
        label, unit = _unit_among(said, group, first=chosen is None)
        if chosen is None:
            chosen = (label, unit)
            if label.place not in ("cell", *NEAR) and not (unit.per_hour and unit.factor is None):
                break
            continue
        before = chosen[1]
        if (
            before.factor is None
            and before.per_hour
            and unit.factor
            and dimension in ("cached_input", "cache_storage_hour")
        ):
            return Unit(f"{unit.name} and hour", unit.factor, per_hour=True), True
        if chosen[0].place == "beside" and label.place in TOLD:
            break  # a column of units says of its row what differs from the sentence over the table
        if label.place in TOLD and before.factor and unit.factor is None and _states_amount(said, label):
            break  # "$3 / 1M tokens", and below: "that comes to about $0.009 per minute"
        if _price_of(unit) != _price_of(before) and not before.per_hour:
            custom = label.place in ("lead", *TOLD) and _price_of(unit) == _price_of(PER_MILLION)
            if custom and chosen[0].place == "cell" and before.factor is not None:
                return before, False
            said.doubt(label, f"its unit is not that of {chosen[0].text[:40]!r}")
        break
    _noted(said, chosen[1] if chosen else PER_MILLION)
    return (chosen[1], True) if chosen else (PER_MILLION, False)


def _noted(said: Said, unit: Unit) -> None:
    """A doubt where a note speaks of no unit but another: "$2.50*" by the million tokens, and below "* per image", or, over
    prices per million, "Prices are per 1K tokens."."""
    for label, own in said.labels:
        of_tokens = all(other.factor for other in own.values("unit")) and own.values("speaks_of_table")
        told = label.place in TOLD and of_tokens and not own.values("model") and not unit.per_hour
        says = label.place == "footnote" or told
        units = own.values("unit") if says else ()
        if units and all(_price_of(other) != _price_of(unit) for other in units) and not _states_amount(said, label):
            said.doubt(label, f"a note by another unit than {unit.name}")


def _states_amount(said: Said, label: Label) -> bool:
    """True for a label with a sum of money, of which its units are."""
    text = plain(label.text)
    ends = [fact.end for other, fact in said.facts("currency") if other is label]
    return any(text[end : end + 2].strip()[:1].isdigit() for end in ends)


def _unit_among(said: Said, group: _Pairs, *, first: bool) -> tuple[Label, Unit]:
    """The unit of labels of one rank, with a doubt where they state two."""
    place = group[0][0].place
    if place in TOLD:
        group = sorted(group, key=lambda pair: pair[0].distance)
    label, fact = next((pair for pair in group if pair[1].value.factor is not None), group[0])
    if place in ("cell", *NEAR):
        label, fact = group[0]
        other = next((la for la, f in group if _price_of(f.value) != _price_of(fact.value)), None)
        if other and first:
            if place == "cell" or all(f.value.factor is not None for _, f in group):
                said.doubt(other, "two units are stated")
            fact = next((f for _, f in group if f.value.per_hour), fact)
    elif (
        place == "lead" and first
    ):  # "Per 1K tokens" beside "Per 1M tokens": which side of the switch is on cannot be seen
        leads = (pair for pair in group if pair[0].place == "lead" and pair[1].value.factor)
        same = (la for la, f in leads if _price_of(f.value) != _price_of(fact.value))
        if fact.value.factor is not None and (other := next(same, None)):
            said.doubt(other, "two units are stated")
    unit: Unit = said.use(fact)
    return label, unit


def _price_of(unit: Unit) -> tuple[object, object]:
    return unit.factor, unit.per_hour


def mode_of(said: Said) -> str:
    """How the call is served: what the nearest rank says; a doubt where one rank, or a farther one, says otherwise."""
    chosen = ""
    for group in _ranked(said, "mode"):
        values = {fact.value for _, fact in group}
        if len(values) > 1:
            said.doubt(group[0][0], f"{' and '.join(sorted(values))}: two ways to be served")
        value = next((fact.value for _, fact in group if fact.value != "standard"), group[0][1].value)
        if not chosen:
            chosen = value
            for _, fact in group:
                said.use(fact)
        elif value not in (chosen, "standard") and chosen != "standard":
            said.doubt(group[0][0], f"{value}, but a nearer label says {chosen}")
        elif chosen == "standard" and value != "standard" and group[0][0].place != "heading":
            said.doubt(group[0][0], f"{value}, but a nearer label says standard")
    return chosen or "standard"


def place_of(said: Said) -> str:
    """The region that it is the price of, "global" for the plain one: what the nearest rank says; a doubt where one rank,
    or a farther one, says otherwise. "Regional" or "data zone" is no other place than the region that is named beside it.
    """
    chosen = ""
    for group in _ranked(said, "place"):
        values = sorted({said.use(fact) for _, fact in group})
        if len(named := [value for value in values if value not in _UNNAMED]) == 1 and PLAIN_PLACE not in values:
            values = named
        if not chosen:
            chosen = next((value for value in values if value != PLAIN_PLACE), PLAIN_PLACE)
            if len(values) > 1:
                said.doubt(group[0][0], f"{' and '.join(values)}: two places")
        elif chosen in _UNNAMED and len(values) == 1 and PLAIN_PLACE not in values:
            chosen = values[0]
        elif chosen not in values and (chosen == PLAIN_PLACE or not _UNNAMED.issuperset(values)):
            said.doubt(group[0][0], f"{' and '.join(values)}, but a nearer label says {chosen}")
    return chosen or PLAIN_PLACE


_UNNAMED = frozenset({"regional", "data-zone", "multi-region", "non-global"})


def tier_of(said: Said, name_label: Label | None, threshold: int | None) -> Tier:
    """For which prompts it holds; "long" and "short" are told apart at `threshold` where the page states one."""
    named = next(
        (fact.value for label, fact in said.facts("tier") if label == name_label),
        None,
    )
    for group in filter(None, (said.facts("tier", ("cell",)), *_ranked_tiers(said, name_label))):
        tiers = [said.use(fact) for _, fact in group]
        joined = _joined(tiers)
        if joined is not None and joined.above == "unknown" and named is not None and isinstance(named.up_to, int):
            return Tier(named.up_to)  # "(<272K context length)" in a name tells where its long context begins
        if joined is None:
            said.doubt(group[0][0], "several prompt sizes are stated")
            return _sized(tiers[0], threshold)
        return _sized(joined, threshold)
    return Tier()


def modalities_of(said: Said, dimension: str) -> tuple[str, ...]:
    """The dimensions that it is the price of: an input of text and image is `input` and `input_image`."""
    table = _OF_MODALITY.get(dimension)
    groups: list[list[tuple[Label, Fact]]] = [
        said.facts("modality", ("cell",)),
        said.facts("modality", NEAR),
    ]
    for label, own in said.labels:
        if (
            label.place in OVER
            and own.values("modality")
            and not own.leftover
            and {f.slot for f in own.facts} <= _BESIDE_MODALITY
        ):
            groups.append([(label, fact) for fact in own.facts if fact.slot == "modality"])
    chosen = next((group for group in groups if group), None)
    if chosen is None:
        return (dimension,)
    values = tuple(dict.fromkeys(said.use(fact) for _, fact in chosen))
    over = [group for group in groups[2:] if group]
    if len({frozenset(fact.value for _, fact in group) for group in over}) > 1:
        said.doubt(over[-1][0][0], "another modality than a nearer label says")
    if table is None:
        if values != ("text",):
            said.doubt(chosen[0][0], f"{', '.join(values)}: no price of {dimension} is one of it")
        return (dimension,)
    row = {f.value for la, f in chosen if la.place == "row_head"}
    column = {f.value for la, f in chosen if la.place == "column_head"}
    if row and column and row != column:
        said.doubt(chosen[0][0], "its row and its column name different modalities")
    return tuple(dict.fromkeys(table[value] for value in values if value in table))


def days_of(said: Said) -> Span:
    """The days on which it holds, of the nearest labels that state any."""
    span = NO_SPAN
    for places in (("cell",), NEAR, OVER, TOLD):
        found = said.facts("days", places)
        if found:
            starts = {fact.value.start for _, fact in found if fact.value.start}
            ends = {fact.value.until for _, fact in found if fact.value.until}
            if len(starts) > 1 or len(ends) > 1:
                said.doubt(found[0][0], "several days are stated")
            for _, fact in found:
                said.use(fact)
            return Span(next(iter(starts), None), next(iter(ends), None))
    return span


def _ranked(said: Said, slot: str) -> list[list[tuple[Label, Fact]]]:
    ranks: dict[int, list[tuple[Label, Fact]]] = {}
    for label, fact in said.facts(slot, ("cell", *NEAR, *OVER)):
        ranks.setdefault(RANK[label.place], []).append((label, fact))
    return [ranks[rank] for rank in sorted(ranks)]


def _ranked_tiers(said: Said, name_label: Label | None) -> list[list[tuple[Label, Fact]]]:
    """The sizes by rank; one in the name only where nothing else states one; a heading with a model gives none."""
    kept: dict[int, list[tuple[Label, Fact]]] = {}
    for label, fact in said.facts("tier", (*NEAR, *OVER)):
        of_model = label.place in ("heading", "lead", "stray") and any(
            own.values("model") for la, own in said.labels if la is label
        )
        if of_model and fact.value.above is None:  # "up to 1M context" praises a model
            continue
        named = label == name_label
        kept.setdefault(9 if named else RANK[label.place], []).append((label, fact))
    return [kept[rank] for rank in sorted(kept)]


def _joined(tiers: list[Tier]) -> Tier | None:
    """The one tier that `tiers` are: "short context" and "≤ 272K", or "> 32K" and "≤ 128K"."""
    above = {t.above for t in tiers if t.above is not None}
    up_to = {t.up_to for t in tiers if t.up_to is not None}
    above = above - {"unknown"} if len(above) > 1 else above
    up_to = up_to - {"unknown"} if len(up_to) > 1 else up_to
    if len(above) > 1 or len(up_to) > 1 or (above and up_to and "unknown" in above | up_to):
        return None
    low, high = next(iter(above), None), next(iter(up_to), None)
    return None if isinstance(low, int) and isinstance(high, int) and low >= high else Tier(low, high)


def _sized(tier: Tier, threshold: int | None) -> Tier:
    def size(bound: Bound) -> Bound:
        return threshold if bound == "unknown" and threshold else bound

    return Tier(size(tier.above), size(tier.up_to))


def _combined(atoms: set[str], ttl: set[str]) -> str | None:
    """The dimension that `atoms` make up together; "?" where they contradict each other, None for none."""
    atoms = atoms - {"embedding", "read"} if atoms - {"embedding", "read"} else atoms
    named = {
        atom
        for atom in atoms
        if atom in ("cached_input", "cache_write_5m", "cache_write_1h", "cache_storage_hour")
        or atom.startswith(("input_", "output_"))
    }
    if named:
        return named.pop() if len(named) == 1 else "?"
    if "storage" in atoms:
        return "?" if "output" in atoms else "cache_storage_hour"
    if "write" in atoms:
        return "?" if "output" in atoms else "cache_write_1h" if "1h" in ttl else "cache_write_5m"
    if "output" in atoms:
        return "?" if atoms & {"input", "cached", "uncached"} else "output"
    if "uncached" in atoms:
        return "?" if "cached" in atoms else "input"
    if "cached" in atoms:
        return "cached_input"
    if "read" in atoms:
        return "cached_input" if ttl else None
    return "input" if "input" in atoms else None
