"""What texts of a log say, as expressions: whose provider, which mode, which model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from octoregistry.costing.names import CallNames
from providers.numerals import BLANK
from providers.recipe import Recipe, surfaces
from providers.recipe_parts import FieldNames, Words

_LAST_BLANK = 32  # no letter has a lower number
TEXT = "text_"  # before the name of a column that holds a text as it stands in the log
_AROUND = f"^[{BLANK}]+|[{BLANK}]+$"  # not `strip`: Spark reads the `\f` of its set as the letter f


def clean(column: ir.Value) -> ir.StringValue:
    """A text without blanks around it; most have none, and no pattern is tried on them."""
    text = column.cast("string")
    ends = text.left(1), text.right(1)
    blank = reduce(or_, ((end.ascii_str() <= _LAST_BLANK) | (end == "\u00a0") for end in ends))
    return ibis.ifelse(blank, text.re_replace(_AROUND, ""), text)


def small(text: ir.StringValue) -> ir.StringValue:
    """A text in small letters, as `providers.numerals.small` says it."""
    return ibis.ifelse(text.re_search("[^\x01-\x7f]"), text, text.lower())


def raw_texts(recipe: Recipe, column_of: Callable[[FieldNames], ir.Value | None]) -> dict[str, ir.StringValue]:
    """The texts that say of a row its provider, model, mode and place, as they stand, for `names_said`."""
    fields = {"provider": recipe.fields.get("provider", ()), "model": recipe.fields.get("model", ())}
    fields |= {f"word_{place}": one.names for place, one in enumerate((*recipe.modes, *recipe.places))}
    found = {name: column_of(names) for name, names in fields.items()}
    return {
        f"{TEXT}{name}": ibis.null("string") if column is None else column.cast("string")
        for name, column in found.items()
        if column is not None or not name.startswith("word_")
    }


def names_said(table: ir.Table, recipe: Recipe, names: CallNames) -> ir.Table:
    """`table` with provider, model, mode and place in our words for its raw texts.

    The provider is null where none is stated, "" where whoever has the model is to be found by it, and the text as it
    stands where nobody knows it.
    """
    raw = [name for name in table.columns if name.startswith(TEXT)]
    table = table.mutate(**{name: clean(table[name]).nullif("") for name in raw}).view()
    provider = table[f"{TEXT}provider"]
    words = dict(enumerate((*recipe.modes, *recipe.places)))
    words = {place: one for place, one in words.items() if f"{TEXT}word_{place}" in table.columns}
    table = table.mutate(
        **{f"{TEXT}plain": _plain(provider)},
        **{f"{TEXT}word_{place}": _meaning(table, place, one) for place, one in words.items()},
    ).view()
    modes = [table[f"{TEXT}word_{place}"] for place in words if place < len(recipe.modes)]
    places = [table[f"{TEXT}word_{place}"] for place in words if place >= len(recipe.modes)]
    owner = _owner(table, names)
    by_model = recipe.fields.get("provider", ())[-1:] == ("?",)
    table = table.mutate(
        provider=owner.fill_null("") if by_model else owner,
        model=table[f"{TEXT}model"],
        mode=_each_once(([ibis.literal(recipe.mode)] if recipe.mode else []) + modes, " + "),
        place=_each_once(places, " "),
    )
    table = table.mutate(mode=ibis.ifelse(table.mode == "", "standard", table.mode))
    return table.drop(*(name for name in table.columns if name.startswith(TEXT))).view()


def _plain(text: ir.StringValue) -> ir.StringValue:
    """A provider's name without letter case, blanks, points, hyphens and the surface that an SDK adds."""
    ending = "|".join(sorted(surfaces()))
    return small(text).re_replace(rf"\.({ending})$", "").re_replace(f"[{BLANK}_.-]+", "")


def _owner(table: ir.Table, names: CallNames) -> ir.StringValue:
    """The registry's name of a provider, or the text as it stands where nobody knows it, as `CallNames.provider` says it."""
    text, plain = table[f"{TEXT}provider"], table[f"{TEXT}plain"]
    cases = [(small(text) == host, ours) for host, ours in names.hosts.items()]
    cases += [(plain == spelling, ours) for spelling, ours in names.spelt().items()]
    return ibis.cases(*cases, else_=text) if cases else text


def _meaning(table: ir.Table, place: int, words: Words) -> ir.StringValue:
    """What the word in a field means; "" where it says nothing."""
    text = small(table[f"{TEXT}word_{place}"]).fill_null("")
    provider = small(table[f"{TEXT}provider"]).fill_null("")
    cases = [(text.isin(["", "null", "none"]), ibis.literal(""))]
    for word, meaning in sorted(words.words.items(), key=lambda pair: ":" not in pair[0]):
        whose, colon, rest = word.partition(":")
        if word != "*":
            is_word = text.startswith(word[:-1]) if word.endswith("*") else text == word
            if colon:  # of one provider, or a word with a colon of its own (https://...)
                is_word |= (text == rest) & (provider == whose)
            cases.append((is_word, ibis.literal(meaning)))
    return ibis.cases(*cases, else_=ibis.literal(words.words["*"]) if "*" in words.words else text)


def _each_once(said: Sequence[ir.StringValue], between: str) -> ir.StringValue:
    """All that is not "", each once, in their order."""
    found: ir.StringValue = ibis.literal("")
    for place, one in enumerate(said):
        repeats = reduce(or_, (one == other for other in said[:place]), one == "")
        found = ibis.cases((repeats, found), (found == "", one), else_=found + between + one)
    return found
