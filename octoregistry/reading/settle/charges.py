"""The facts of a figure's labels as a charge: a price of a search, an image, a second, for which nothing of tokens is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

from octoregistry.reading.classify import Classified, Fact
from octoregistry.reading.classify.cells import Amount, amounts, has_amount
from octoregistry.reading.classify.charge_units import ChargeUnit, charge_units, searches_in
from octoregistry.reading.classify.names import plain
from octoregistry.reading.classify.scan import fold, spaced
from octoregistry.reading.classify.tiers import Tier
from octoregistry.reading.labels import Doubt, Figure, Label, Place
from octoregistry.reading.layout import Scope
from octoregistry.reading.layout.lines import sentences
from octoregistry.reading.settle import Settler
from octoregistry.reading.settle.charge_kinds import ChargeKind, goes_in, kind_of
from octoregistry.reading.settle.currencies import NoCurrency, currency_of, dollars_of
from octoregistry.reading.settle.kinds import (
    describes_models,
    is_aside,
    is_unit_head,
    leave_out_other_models,
    models_named,
    says_no,
)
from octoregistry.reading.settle.outcome import OF_A_MODEL, Charged, Refused
from octoregistry.reading.settle.said import NEAR, OVER, TOLD, Reader, Said
from octoregistry.reading.settle.sentences import doubt_told
from octoregistry.reading.settle.slots import days_of, mode_of, place_of
from providers.dimensions import PLAIN_CURRENCY, PLAIN_PLACE

_RANKS: tuple[tuple[Place, ...], ...] = (
    NEAR, ("group_row", "caption", "pane", "tab", "lead"), ("heading", "stray"), ("sentence",),
)  # fmt: skip


def amount_starts(figure: Figure, settler: Settler) -> list[int]:
    """Where each amount that `settler.settle` speaks of begins in the figure's text."""
    reader = settler.reader
    found = amounts(figure.text, reader.vocabulary, bare=settler.scope.bare, decimal_comma=reader.decimal_comma)
    return [amount.start for amount in found if not amount.restated and not amount.past]


class ChargeSettler(Settler):
    """Settles the figures of one scope that are charges; its reader knows the words of charges, `purpose` says by the vendor's
    file what a model is for.
    """

    def __init__(self, scope: Scope, reader: Reader, purpose: Callable[[str], str | None]) -> None:
        super().__init__(scope, reader)
        self.purpose = purpose

    def _speaks_of_table(self, label: Label, said: Classified) -> bool:
        """True also for "Prices per image.", wherever it stands over the table."""
        if super()._speaks_of_table(label, said):
            return True
        priced = said.values("price") or said.values("speaks_of_table")
        own = charge_units(plain(label.text), self.reader.vocabulary)
        return bool(priced and own) and not said.leftover and not has_amount(label.text, self.reader.vocabulary)

    def of_sentence(self, figure: Figure) -> dict[int, tuple[Charged, ...] | Refused]:
        """The charges of sentences that are understood to the last word, by themselves and the headings over them."""
        over, self.over = self.over, [pair for pair in self.over if pair[0].place == "heading"]
        found: dict[int, tuple[Charged, ...] | Refused] = {}
        told = sentences(figure.text)
        for sentence in told:
            start = figure.text.find(sentence)
            own = self.charges(Figure(sentence, sentence, figure.address))
            others = [other for other in told if other != sentence and self._without_free(other)[1]]
            own = {at: _in_doubt(charges, [_FREE] if others else []) for at, charges in own.items()}
            found |= {
                start + at: charges
                for at, charges in own.items()
                if start >= 0
                and isinstance(charges, tuple)
                and not any(doubt.reason != _FREE for charge in charges for doubt in charge.doubts)
            }
        self.over = over
        return found

    def charges(self, figure: Figure) -> dict[int, tuple[Charged, ...] | Refused]:
        """What the amounts of `figure` are the charge of, by where each begins: charges, one for each condition that it
        holds under, or why it is none. Amounts of tokens are left out."""
        found = amounts(
            figure.text, self.reader.vocabulary, bare=self.scope.bare, decimal_comma=self.reader.decimal_comma
        )
        current = [amount for amount in found if not amount.restated and not amount.past]
        if not current:
            return {}
        near = self._near(figure)
        names: tuple[str, ...] = ()
        name_label = None
        of_tool = any(said.values("tool") for _, said in near)
        if self.scope.kind == "table" and not of_tool:
            near, names, name_label = self._named(near)
        cells = [self._parts(amount, figure) for amount in current]
        shared = self._shared(current, [unit for _, _, unit in cells])
        outcomes: dict[int, tuple[Charged, ...] | Refused] = {}
        strange = []
        for amount, (label, own, unit) in zip(current, cells, strict=True):
            said = Said([(label, own), *near, *self.over])
            got = self._charge(figure, amount, said, unit or shared, (names, name_label))
            if got is not None:
                outcomes[amount.start] = got
            if isinstance(got, Refused) or (got is None and (own.leftover or not said.facts("unit"))):
                strange.append(f"of {amount.text!r} beside it in one cell nobody knows what it is the price of")
        if len(current) > 1 and any(own.values("days") for _, own, _ in cells):
            strange.append("of which figure of its cell a day is meant nobody knows")
        return {at: _in_doubt(got, strange) for at, got in outcomes.items()}

    def _shared(self, current: list[Amount], units: list[ChargeUnit | None]) -> ChargeUnit | None:
        """The unit behind the last amount of a list that is told once: "1 GB $0.03, 4 GB $0.12 per session"."""
        listed = all(amount.before.strip(" ,;") and not amount.behind.strip(" ,;") for amount in current[:-1])
        return units[-1] if len(current) > 1 and listed and not any(units[:-1]) else None

    def _model(self, figure: Figure, said: Said) -> tuple[tuple[str, ...], Label | None, tuple[str, ...]]:
        """The models that the nearest label names; one that names a tool names none."""
        tools = [pair for pair in said.labels if pair[1].values("tool")]
        if not tools:
            return super()._model(figure, said)
        named = [
            (label, names) for label, own in said.labels if not own.values("tool") and (names := models_named(own))
        ]
        for places in (("row_head", "column_head", "in_line"), OVER):
            for label, names in named:
                if label.place in places:
                    return names, label, self._codes(label)
        return (), None, ()

    def _parts(self, amount: Amount, figure: Figure) -> tuple[Label, Classified, ChargeUnit | None]:
        """The cell's own label, what it says beside its unit, and the unit: of those behind the amount the first, else before."""
        place: Place = "cell" if self.scope.kind == "table" else "in_line"
        before, free_before = self._without_free(amount.before)
        behind, free_behind = self._without_free(amount.behind)
        units = charge_units(behind, self.reader.vocabulary)[:1] or charge_units(before, self.reader.vocabulary)[-1:]
        unit = units[0] if units else None
        if unit is not None:
            text = behind if unit.text and behind[unit.start : unit.end] == unit.text else before
            blank = text[: unit.start] + " " * (unit.end - unit.start) + text[unit.end :]
            before, behind = (before, blank) if text is behind else (blank, behind)
        facts: list[Fact] = [*free_before, *free_behind]
        left: list[str] = []
        for text, where in ((before, place), (behind, place), (unit.between.replace("/", ", ") if unit else "", place)):
            said = self.reader.says(plain(text).strip(), where)
            facts += said.facts
            left += [said.leftover.strip(" .;,+")] if said.leftover.strip(" .;,") else []
        own = Classified(tuple(facts), " … ".join(left))
        return Label(plain(f"{amount.before} … {amount.behind}"), "cell", 0, figure.address), own, unit

    def _without_free(self, text: str) -> tuple[str, list[Fact]]:
        """`text` less what it says of a free allowance, and that as facts: before a unit can be taken for the price's own."""
        facts: list[Fact] = []
        folded = spaced(fold(text))
        for row in self.reader.vocabulary.rows:
            if row.means.startswith("free:") and row.pattern:
                for match in re.finditer(row.pattern, folded):
                    count = re.search(r"\d[\d,]*", match.group())
                    facts.append(Fact("allowance", _allowance(count, row.means[5:]), *match.span(), row))
                    if searches_in(match.group(), self.reader.vocabulary):
                        facts.append(Fact("searched", True, *match.span()))
                    text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
                    folded = spaced(fold(text))
        return text, facts

    def _near(self, figure: Figure) -> list[tuple[Label, Classified]]:
        """The labels around it. A condition is never left out because its column describes something: "Size", "Quality"; and
        a column that states one has to be understood: "Landscape".
        """
        found = []
        for label in figure.labels:
            said = self.reader.said(label)
            if is_aside(label, said, self.reader.vocabulary) or (label.place == "below" and said.values("tool")):
                continue
            if label.place in ("beside", "row_head") and label.head:
                head = self.reader.said(Label(label.head, "column_head", 0, label.address))
                if self._tells_nothing(label, head) or says_no(label, said, head):
                    continue
                if head.values("unit") or is_unit_head(head):
                    said = self._unit_cell(label, said)
                elif "id" in head.values("head"):
                    said = Classified((Fact("id", label.text.strip(), 0, 0),))
                elif label.place == "beside" and said.values("when") and (head.leftover or head.witnesses):
                    found.append((Label(label.head, "column_head", 0, label.address), head))
            found.append((label, said))
        return found

    def _tells_nothing(self, label: Label, head: Classified) -> bool:
        """True for a cell of a column that describes, states another price, or is of the free plan."""
        if describes_models(head) and "condition" not in head.values("head"):
            return True
        if "free" in head.values("offer") or (label.place == "beside" and self._none(label.text)):
            return True
        return label.place == "beside" and bool(head.values("price")) and any(c.isdigit() for c in label.text)

    def _charge(
        self,
        figure: Figure,
        amount: Amount,
        said: Said,
        unit: ChargeUnit | None,
        named: tuple[tuple[str, ...], Label | None],
    ) -> tuple[Charged, ...] | Refused | None:
        of_tokens = any(fact.value.factor is not None for _, fact in said.facts("unit", ("cell",)))
        unit, place = (unit, "cell") if unit is not None else self._unit_over(said)
        if of_tokens or unit is None or (place not in ("cell", *NEAR) and self.scope.kind == "card"):
            return None
        if refused := self._not_plain(figure, amount, said):
            return refused
        names, name_label = named
        ids: tuple[str, ...] = ()
        if not names:
            names, name_label, ids = self._model(figure, said)
        made = {found for name in names if (found := self.purpose(name.lower().replace(" ", "-")))}
        kind = kind_of(said, unit, self._noun_near(said, unit), made, of_model=bool(names))
        if isinstance(kind, str):
            return Refused(kind, figure)
        if unit.per is None:
            return Refused(f"{unit.text!r} can be read in two ways", figure)
        if names:
            leave_out_other_models(said, names, name_label)
            ids = ids or tuple(dict.fromkeys(fact.value for _, fact in said.facts("id")))
        elif not kind.tool:
            return self._unsaid("no model is named", figure, said)
        return tuple(self._charged(figure, amount, said, unit, kind, (names, ids)))

    def _charged(
        self,
        figure: Figure,
        amount: Amount,
        said: Said,
        unit: ChargeUnit,
        kind: ChargeKind,
        of: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> Iterator[Charged]:
        """The charges that the amount is: "720p and 1080p" is one for each."""
        mode = mode_of(said)
        span = days_of(said)
        self._doubts(said, provider=not of[0])
        if span.until is not None and span.until >= self.reader.page_date:
            label = next(label for label, fact in said.facts("days") if fact.value.until is not None)
            said.doubt(label, f"it is a price until {span.until} or one from then on")
        usd = dollars_of(said, amount)
        free = next((fact.value for _, fact in said.facts("allowance")), None)
        if free is None:
            self._doubt_of_free(figure, said)
        conditions = self._conditions(said, kind)
        self._open(said)
        doubt_told(said, (mode, PLAIN_PLACE, Tier(), (kind.unit, *_ANY_TOKENS)), card=False)
        doubts = tuple(dict.fromkeys(said.doubts))
        estimated = bool(said.facts("estimate", ("cell", *NEAR)))
        keys = sorted(conditions)
        for values in product(*(conditions[key] for key in keys)):
            when = tuple(zip(keys, values, strict=True))
            yield Charged(
                *of, kind.unit, (unit.per or Decimal(1)) * kind.times, usd, mode, when,
                free, span, figure, doubts, estimated,
            )  # fmt: skip

    def _doubt_of_free(self, figure: Figure, said: Said) -> None:
        """Adds a doubt where a label around, heard or not, says that so many are free first."""
        for label in (*figure.labels, *self.scope.over):
            if (label.place not in TOLD or label.distance < _BESIDE) and self._without_free(label.text)[1]:
                said.doubt(label, _FREE)
                return

    def _unit_over(self, said: Said) -> tuple[ChargeUnit | None, Place]:
        """The unit of the nearest rank of labels that states any, where that is one of a charge."""
        for places in _RANKS:
            stated = said.facts("unit", places)
            if not stated:
                continue
            nearest = min(label.distance for label, _ in stated) if places == ("sentence",) else None
            stated = [pair for pair in stated if nearest is None or pair[0].distance == nearest]
            label = stated[0][0]
            if any(fact.value.factor is not None for _, fact in stated):
                return None, label.place
            found = charge_units(plain(label.text), self.reader.vocabulary)
            return (found[0] if found else None), label.place
        return None, "cell"

    def _noun_near(self, said: Said, unit: ChargeUnit) -> str | None:
        """The noun of the column's or row's unit, where that of the cell is another."""
        for label, fact in said.facts("unit", NEAR):
            if fact.value.factor is None:
                for found in charge_units(plain(label.text), self.reader.vocabulary):
                    if found.noun != unit.noun:
                        return found.noun
        return None

    def _not_plain(self, figure: Figure, amount: Amount, said: Said) -> Refused | None:
        """Why the amount is none of a plain call in US dollars; a tool is no other offer here."""
        for label, own in said.labels:
            if label.place in ("cell", *NEAR, *OVER):
                for offer in own.values("offer"):
                    if offer != "tools":
                        return Refused(f"{label.text[:80]!r} is another offer than the plain call", figure)
        if amount.currency == "" and not self.scope.bare:
            return Refused("no currency", figure, quiet=True)
        currency = currency_of(said, amount.currency, amount.text, self.reader.yen_sign)
        if isinstance(currency, NoCurrency):
            return Refused(currency.reason, figure)
        if currency != PLAIN_CURRENCY:
            return Refused(f"{amount.text!r} is a charge in {currency}: not in US dollars", figure)
        if (place := place_of(said)) != PLAIN_PLACE:
            return Refused(f"{amount.text!r} is a charge of the place {place!r} alone", figure)
        if amount.number is None:
            return Refused(f"the figure {amount.text!r} can be read in two ways", figure)
        return None

    def _conditions(self, said: Said, kind: ChargeKind) -> dict[str, tuple[str, ...]]:
        """What must hold for it, by key, several values where it is the price of each: of the nearest labels that say so."""
        found: dict[str, tuple[str, ...]] = {key: (value,) for key, value in kind.when}
        if goes_in(kind, said):
            found["direction"] = ("input",)
        for places in (("cell",), NEAR, OVER):
            of_rank: dict[str, dict[str, Label]] = {}
            for label, fact in said.facts("when", places):
                key, _, value = said.use(fact).partition("=")
                key, value = _normal(key, value, kind)
                of_rank.setdefault(key, {}).setdefault(value, label)
            for key, values in of_rank.items():
                known = found.get(key)
                if known is None:
                    found[key] = tuple(values)
                    if places != ("cell",) and len({label.address for label in values.values()}) > 1:
                        said.doubt(next(iter(values.values())), f"several conditions of one kind ({key})")
                elif set(known) != set(values):
                    said.doubt(next(iter(values.values())), f"another {key} than a nearer label says")
        return found

    def _doubts(self, said: Said, *, provider: bool) -> None:
        """Adds doubts for what is understood of labels and has no place in a charge: a prompt size, a cache, a free one."""
        for label, own in said.labels:
            if label.place in TOLD and own.values("when"):
                said.doubt(label, "it states a condition that no label settles")
            if label.place in ("neighbour_head", "section", *TOLD):
                continue
            if label.place == "cell" and own.leftover:
                said.doubt(label, f"not understood: {own.leftover}")
            if set(own.values("dimension")) - {"input", "output", "embedding", *_IMPLIED_DIMENSIONS}:
                said.doubt(label, "it names a kind of tokens beside a charge")
            if own.values("tier"):
                said.doubt(label, "it states a prompt size beside a charge")
            if label.place == "cell" and own.values("free") and not said.facts("allowance"):
                said.doubt(label, "it says that something is free, and not how much")
            if label.place == "cell" and own.values("none"):
                said.doubt(label, "it says that there is no price beside a charge")
            names = provider and label.place in ("beside", "row_head", "cell") and own.values("model")
            if names and not any(value.startswith("models=") for value in own.values("when")):
                said.doubt(label, OF_A_MODEL)
            if own.values("estimate"):
                said.doubt(label, "it is called an estimate")


def _in_doubt(found: tuple[Charged, ...] | Refused, reasons: list[str]) -> tuple[Charged, ...] | Refused:
    """`found` with a doubt for the first of `reasons`: another figure of its cell may be one end of a range, an old price, or
    the price until a day."""
    if isinstance(found, Refused) or not reasons:
        return found
    return tuple(
        replace(each, doubts=(*each.doubts, Doubt(each.figure.text[:600], "cell", each.figure.address, reasons[0])))
        for each in found
    )


_FREE = "it says that so many are free first"
_BESIDE = 3
"""In how many sentences around a charge what is free first may be said of it."""
_ANY_TOKENS = ("input", "output", "cached_input", "input_image", "input_audio", "input_video")
_IMPLIED_DIMENSIONS = ("storage",)


def _allowance(count: re.Match[str] | None, period: str) -> str:
    number = count.group().replace(",", "") if count else "1"
    return f"{number} per {period}" if period else number


def _normal(key: str, value: str, kind: ChargeKind) -> tuple[str, str]:
    """A condition in one spelling: sizes without blanks, "1K" of images, "4k" of video a resolution."""
    if key in ("size", "resolution"):
        value = value.replace(" ", "").replace("×", "x").removesuffix("px")
        if value.endswith("k"):
            video = kind.unit.endswith("video")
            return ("resolution", value) if video else ("size", value.upper())
    if key == "memory":
        value = value.replace(" ", "").upper()
    return key, value
