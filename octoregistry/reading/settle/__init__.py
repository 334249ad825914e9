"""The facts of a figure's labels as one price: the only place where precedence is decided."""

from __future__ import annotations

from collections.abc import Iterator

from octoregistry.reading.classify import Classified, Fact
from octoregistry.reading.classify.cells import Amount, amounts
from octoregistry.reading.classify.names import looks_like_id, looks_like_name, plain
from octoregistry.reading.classify.units import Unit
from octoregistry.reading.labels import Figure, Label, Place
from octoregistry.reading.layout import Scope
from octoregistry.reading.settle.currencies import NoCurrency, currency_of, dollars_of
from octoregistry.reading.settle.edges import beside
from octoregistry.reading.settle.kinds import (
    SOFT,
    as_lead,
    begins_above,
    begun,
    by_custom,
    describes_models,
    describes_prices,
    heads_names,
    is_aside,
    is_cached,
    is_name,
    is_praise,
    is_taken_off,
    is_unit_head,
    leave_out_other_models,
    left_over,
    models_named,
    of_all_rows,
    only_qualifies,
    paired_in,
    said_of_all,
    says_no,
    says_whose_discount,
    says_yes,
    switches,
    titles_of_caches,
    told_apart,
    units_by_turns,
    without_ratings,
)  # fmt: skip
from octoregistry.reading.settle.outcome import Priced, Refused
from octoregistry.reading.settle.said import DENIES, NEAR, OVER, TOLD, Reader, Said
from octoregistry.reading.settle.sentences import doubt_told, is_of_the_day, speaks_of_table
from octoregistry.reading.settle.slots import days_of, dimension_of, modalities_of, mode_of, place_of, tier_of, unit_of

__all__ = ["DENIES", "Priced", "Reader", "Refused", "Settler"]


class Settler:
    """Settles the figures of one scope; what stands over all of them is looked at once."""

    def __init__(self, scope: Scope, reader: Reader) -> None:
        self.scope = scope
        self.reader = reader
        self.over = [(as_lead(label, said), said) for label in scope.over if (said := self._over(label)) is not None]
        self.over = without_ratings(self.over)
        self.titles = titles_of_caches(scope.figures, scope.over if scope.kind == "table" else (), reader.said)
        self.mentions = tuple(
            label for label in reversed(scope.over) if label.place == "sentence" and label.distance < 2
        )

    def _over(self, label: Label) -> Classified | None:
        said = self.reader.said(label)
        if label.place in TOLD and any(fact.slot == "pointer" and fact.start < 3 for fact in said.facts):
            return None
        if label.place == "sentence" and label.distance == 0 and not said.leftover:
            return said
        if label.place in TOLD and is_of_the_day(said, self.reader.page_date):
            return None
        if label.place in TOLD:
            return said if self._speaks_of_table(label, said) else None
        if label.place == "section":
            return said if said.leftover or any(map(said.values, ("mode", "tier", "offer", "place"))) else None
        return said

    def _speaks_of_table(self, label: Label, said: Classified) -> bool:
        return speaks_of_table(label, said, self.reader.vocabulary)

    def settle(self, figure: Figure) -> Iterator[Priced | Refused]:
        """Every price that `figure` states, or why it is none."""
        bare = self.scope.bare
        found = amounts(figure.text, self.reader.vocabulary, bare=bare, decimal_comma=self.reader.decimal_comma)
        near = self._near(figure)
        if self.scope.kind == "table":
            near, names, name_label = self._named(near)
        else:
            names, name_label = (), None
            named = self.scope.names_above.get(f"{figure.address}:{figure.text}", ())
            near += [(label, self.reader.named(label.text)[1]) for label in named]  # "GPT-9 (EUR)" over its prices
        current = [amount for amount in found if not amount.restated and not amount.past]
        cells = [(amount, *self._cell(amount, figure)) for amount in current]
        if found and not current and any(amount.past for amount in found):
            yield Refused("only a price of the past is stated", figure)
        pair = paired_in(near, cells)
        custom = None if pair else by_custom([*near, *self.over], cells)
        counted = pair or custom
        apart = told_apart(said for _, _, said in cells)
        left = left_over(cells, counted=counted is not None or apart)
        begins = self._beginning(current[0].before) if len(current) > 1 else Classified()
        caching = next(
            (f for _, _, said in cells for f in said.facts if f.value == "cached"), None
        )  # "caching Write $5 Read $1"
        for at, (amount, label, said) in enumerate(cells):
            own = begun(said, begins) if at else said
            if apart:  # "$1 in / $7 out per 1M tokens"
                own = begun(own, Classified(cells[-1][2].of("unit")))
            if own.values("dimension") == ("read",) and caching:
                own = Classified((*own.facts, caching), own.leftover)
            all_said = Said([(label, own), *units_by_turns(near, cells, at), *self.over])
            if left:
                all_said.doubt(Label(figure.text, "cell", 0, figure.address), f"not understood: {left}")
            if custom:
                all_said.doubt(Label(figure.text, "cell", 0, figure.address), _CUSTOM)
            if at < len(cells) - 1 and (qualified := said_of_all(own, cells[-1][2], paired=bool(counted))):
                all_said.doubt(Label(figure.text, "cell", 0, figure.address), qualified)
            yield self._price(figure, amount, all_said, (names, name_label), counted[at] if counted else None)

    def _cell(self, amount: Amount, figure: Figure) -> tuple[Label, Classified]:
        place: Place = "cell" if self.scope.kind == "table" else "in_line"
        text = plain(f"{amount.before} … {amount.behind}")
        before = self.reader.says(amount.before.strip(), place)
        behind = self.reader.says(amount.behind.strip(), "cell")
        left = " … ".join(filter(None, (before.leftover, behind.leftover, beside(amount, before, behind))))
        return Label(text, "cell", 0, figure.address), Classified((*before.facts, *behind.facts), left)

    def _beginning(self, before: str) -> Classified:
        """What a line says at its beginning of all its amounts: "Batch: input $1, output $7", "GPT-9 – $1 in, $7 out"."""
        begins, colon, _ = before.partition(":")
        said = self.reader.says(plain(begins), "in_line") if begins.strip() else Classified()
        return said if colon else Classified(said.of("model"))

    def _near(self, figure: Figure) -> list[tuple[Label, Classified]]:
        found = []
        for label in figure.labels:
            said = self.reader.said_near(label)
            if is_aside(label, said, self.reader.vocabulary):
                continue
            if label.place in ("beside", "row_head") and label.head:
                over = Label(label.head, "column_head", 0, label.address)
                head = self.reader.said(over)
                if (rest := of_all_rows(label, said, head)) is not None:
                    found.append((over, rest))
                if describes_models(head) and not begins_above(said):
                    if describes_prices(label, said, head, self.reader.vocabulary):
                        found.append((label, Classified((), label.text)))
                    continue
                if "free" in head.values("offer") or (label.place == "beside" and self._none(label.text)):
                    continue
                if says_no(label, said, head):
                    continue
                if SOFT & set(head.values("describes")) and (said.leftover or is_cached(label, said)):
                    said = self._in_kind(figure, label, said, head)
                elif head.values("unit") or is_unit_head(head):
                    said = self._unit_cell(label, said)
                elif "id" in head.values("head"):
                    said = Classified((Fact("id", label.text.strip(), 0, 0),))
                elif label.place == "beside" and says_yes(label, said):
                    said = self.reader.said(Label(label.head, "beside"))
                    said = said if said.facts or label.text != label.head else Classified()
                elif label.place == "beside" and head.values("price") and any(c.isdigit() for c in label.text):
                    continue  # another price, by another unit
            if label.place == "row_head" and said.values("describes") and not said.values("dimension"):
                said = Classified(said.facts, "")
            found.append((label, said))
        return found

    def _in_kind(self, figure: Figure, label: Label, said: Classified, head: Classified) -> Classified:
        """What a cell of a column like "Type" says: nothing in words that nobody understands, but for what may be of prices."""
        if said.leftover:
            return Classified((), label.text if describes_prices(label, said, head, self.reader.vocabulary) else "")
        heads = (over for over in figure.labels if over.place == "column_head")
        counted = any(self.reader.said(over).values("dimension") for over in heads)
        return Classified((), label.text) if counted else said

    def _none(self, text: str) -> bool:
        """True for a cell that says that there is no price, or that it is free."""
        said = self.reader.says(plain(text), "cell")
        slots = {fact.slot for fact in said.facts}
        return bool(slots & {"none", "free"}) and not said.leftover and slots <= {"none", "free", "function"}

    def _unit_cell(self, label: Label, said: Classified) -> Classified:
        if said.values("unit") and not said.leftover:
            return said
        told = self.reader.says(f"per {label.text}", "beside")
        return told if told.values("unit") else said

    def _named(
        self, near: list[tuple[Label, Classified]]
    ) -> tuple[list[tuple[Label, Classified]], tuple[str, ...], Label | None]:
        """The labels with what a name cell says beside the name, the models, and where they are named."""
        heads = {label.head: self.reader.said(Label(label.head, "column_head")) for label, _ in near if label.head}
        ranked = sorted(
            (("model" not in heads[label.head].values("head"), at) for at, (label, _) in enumerate(near)
             if label.place in ("row_head", "beside") and label.head and heads_names(heads[label.head]))
        )  # fmt: skip
        headed = any(said.values("model") for label, said in near if label.place == "column_head")
        for _, at in ranked:
            label, said = near[at]
            if headed and label.place == "beside" and label.distance:
                continue  # a row under the columns' own names: "Version"
            names, rest = self.reader.named(label.text)
            if not names or only_qualifies(said):
                continue
            if said.values("id") and any(models_named(other) for la, other in near if la is not label):
                continue  # the id of the model that another column names
            return [*near[:at], (label, rest), *near[at + 1 :]], names, label
        return near, (), None

    def _price(
        self,
        figure: Figure,
        amount: Amount,
        said: Said,
        named: tuple[tuple[str, ...], Label | None],
        paired: str | None,
    ) -> Priced | Refused:
        if refused := self._refused(figure, amount, said):
            return refused
        currency = currency_of(said, amount.currency, amount.text, self.reader.yen_sign)
        if isinstance(currency, NoCurrency):
            return Refused(currency.reason, figure)
        names, name_label = named
        of_model = bool(names or self.scope.names_above.get(f"{figure.address}:{figure.text}"))
        counted = self._counted(figure, amount, said, paired, quiet=not of_model)
        if isinstance(counted, Refused):
            return counted
        dimension, unit, stated = counted
        ids: tuple[str, ...] = ()
        if not names:
            names, name_label, ids = self._model(figure, said)
        if not names:
            return self._unsaid("no model is named", figure, said)
        leave_out_other_models(said, names, name_label)
        mode = mode_of(said)
        place = place_of(said)
        tier = tier_of(said, name_label, self.reader.thresholds.of(names))
        dimensions = modalities_of(said, dimension)
        span = days_of(said)
        self._open(said)
        doubt_told(said, (mode, place, tier, dimensions), card=self.scope.kind == "card")
        ids = ids or tuple(dict.fromkeys(fact.value for _, fact in said.facts("id")))
        price = dollars_of(said, amount) * (unit.factor or 1)
        witness = "+".join(sorted(said.rows)) or "rules"
        mentioned = name_label is not None and name_label.place == "sentence"
        doubts = tuple(dict.fromkeys(said.doubts))
        return Priced(
            names, mode, tier, dimensions, span, price, figure, stated, doubts, witness, ids, mentioned, place, currency
        )

    def _refused(self, figure: Figure, amount: Amount, said: Said) -> Refused | None:
        """Why the amount is none of a plain call, or None."""
        struck = amounts(figure.struck, self.reader.vocabulary, decimal_comma=self.reader.decimal_comma)
        offer = next(
            (
                label
                for label, own in said.labels
                if label.place in ("cell", *NEAR, *OVER)
                and own.values("offer")
                and not is_praise(label, own)
                and not says_whose_discount(own)
                and not is_taken_off(own, label, amount, struck)
            ),
            None,
        )
        if offer:
            return Refused(f"{offer.text[:80]!r} is another offer than the plain call", figure)
        if any(fact.value == "training" for _, fact in said.facts("offer", ("neighbour_head",))):
            return Refused("a column of training stands beside it: another offer than the plain call", figure)
        if amount.currency == "" and not self.scope.bare:
            return Refused("no currency", figure, quiet=True)
        if amount.number is None:
            return Refused(f"the figure {amount.text!r} can be read in two ways", figure)
        return None

    def _counted(
        self, figure: Figure, amount: Amount, said: Said, paired: str | None, *, quiet: bool
    ) -> tuple[str, Unit, bool] | Refused:
        """(what is counted, by which unit, whether that is stated), or why it is nothing of tokens."""
        dimension = dimension_of(said, paired, self.titles)
        unit, stated = unit_of(said, dimension)
        if unit.factor is None:
            return Refused(
                f"priced by another unit than tokens ({unit.name})",
                figure,
                quiet=dimension is None and self.scope.kind == "card",
            )
        if dimension is None:
            return self._unsaid("nothing says what is counted", figure, said, quiet=quiet and not stated)
        if self.scope.kind == "card" and not stated:
            return Refused("no unit of tokens is stated", figure)
        if dimension == "cache_storage_hour" or (unit.per_hour and dimension.startswith("cache")):
            if not unit.per_hour:
                return Refused(f"{amount.text!r} stands for storage, but for no hour", figure)
            return "cache_storage_hour", unit, stated
        return Refused("priced by the hour", figure) if unit.per_hour else (dimension, unit, stated)

    def _model(self, figure: Figure, said: Said) -> tuple[tuple[str, ...], Label | None, tuple[str, ...]]:
        """The models that the nearest label names; beyond the row's own come those of the rows above and what stands over."""
        near = [
            (label, own) for label, own in said.labels if label.place in ("row_head", "column_head", "in_line", "cell")
        ]
        for label, own in near:
            if names := models_named(own):
                return names, label, ()
        key = figure.address if self.scope.kind == "table" else f"{figure.address}:{figure.text}"
        for label in self.scope.names_above.get(key, ()):
            own = self.reader.said(label)
            if (
                self.scope.kind == "card"
                or heads_names(self.reader.said(Label(label.head, "column_head")) if label.head else None)
                or own.values("model")
            ):
                names, rest = self.reader.named(label.text)
                if names and not only_qualifies(own):
                    said.take_labels([*said.labels, (label, Classified(rest.facts, rest.leftover))])
                    return names, label, ()
        over = [(label, names) for label, own in said.labels if label.place in OVER and (names := models_named(own))]
        headed = [pair for pair in over if pair[0].place == "heading"]
        for label, names in over:
            if label.place == "lead" and headed and all(map(looks_like_id, names)):
                continue  # the id of the model that the heading names
            return names, label, self._codes(label)
        if over:
            return headed[0][1], headed[0][0], self._codes(headed[0][0])
        for label, own in said.labels:
            text = plain(label.text)
            shaped = looks_like_name(text.split(" (")[0]) or (
                label.place == "heading" and self.scope.codes and label.distance < 2
            )
            if (
                label.place in ("row_head", "column_head", "heading", "lead", "group_row", "pane", "caption")
                and shaped
                and not own.values("dimension")
                and not own.values("price")
                and not own.values("not_name")
            ):
                names, rest = self.reader.named(label.text)
                if names:
                    said.take_labels([(la, rest if la is label else c) for la, c in said.labels])
                    return names, label, self._codes(label)
        for label in self.mentions:
            own = self.reader.said(label)
            if own.values("model") and not own.values("negation"):
                return tuple(dict.fromkeys(own.values("model"))), label, ()
        return (), None, ()

    def _codes(self, label: Label) -> tuple[str, ...]:
        return (
            tuple(
                dict.fromkeys(
                    code
                    for code in self.scope.codes
                    if looks_like_id(code) and not self.reader.says(code, "row_head").values("place")
                )
            )
            if label.place == "heading"
            else ()
        )

    def _unsaid(self, reason: str, figure: Figure, said: Said, *, quiet: bool = False) -> Refused:
        """The figure refused for want of a word that may be among those that nobody understands."""
        self._open(said)
        return Refused(reason, figure, quiet, tuple(dict.fromkeys(said.doubts)))

    def _open(self, said: Said) -> None:
        """A doubt for each label with words that are left over, and for each that denies something."""
        for label in switches(said.labels):
            said.doubt(label, "a switch between prices: whether it is on cannot be seen")
        for label, own in said.labels:
            for row in own.witnesses:
                said.rows.add(row.witness or "")
                said.doubt(label, f"only {row.witness} says what it means: {row.means}", row.witness or "")
            if label.place == "section" and own.leftover:
                said.doubt(label, f"not understood: {own.leftover}")
            if label.place == "neighbour_head" and not label.distance and own.leftover and not own.values("dimension"):
                said.doubt(label, f"not understood: {own.leftover}")  # "Training" moves the whole table
            if label.place in ("neighbour_head", "section") or label.place == "cell":
                if label.place == "cell" and own.values("negation"):
                    said.doubt(label, DENIES)
                continue
            if own.values("negation"):
                said.doubt(label, DENIES)
            elif set(own.values("describes")) - SOFT:
                said.doubt(label, "it describes something beside what it counts")
            elif own.leftover and not is_name(label, own, self.reader.address):
                said.doubt(label, f"not understood: {own.leftover}")


_CUSTOM = "two prices and no word for either: input and output by custom"
