"""What texts of a log say, as expressions: whose provider, which mode, which model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from octoregistry.costing.names import CallNames
from providers.recipe import Recipe, Words, surfaces
from providers.vendors import vendor

_AROUND = "^[ \t\r\n]+|[ \t\r\n]+$"  # not `strip`: Spark reads the `\f` of its set as the letter f


def clean(column: ir.Value) -> ir.StringValue:
    """A text without blanks around it."""
    text = column.cast("string")
    return text.re_replace(_AROUND, "")


def owner_of(text: ir.StringValue, names: CallNames) -> ir.StringValue:
    """The registry's name of a provider, or the text as it stands where nobody knows it, as `CallNames.provider` says it."""
    known = names.spelt()
    small = text.lower()
    ending = "|".join(sorted(surfaces()))
    plain = small.re_replace(rf"\.({ending})$", "").re_replace(r"[ \t_.-]+", "")
    cases = [(small == host, ours) for host, ours in names.hosts.items()]
    cases += [(plain == spelling, ours) for spelling, ours in known.items()]
    return ibis.cases(*cases, else_=text) if cases else text


def model_key(provider: ir.StringValue, model: ir.StringValue, providers: Sequence[str]) -> ir.StringValue:
    """A model's name in small letters, without the prefixes that change nothing of the provider's models."""
    small = model.lower()
    cases = []
    for name in providers:
        prefixes = vendor(name).names.strip_prefixes
        if prefixes:
            pattern = "|".join(_escaped(prefix.lower()) for prefix in prefixes)
            short = small.re_replace(f"^({pattern})+", "")
            cases.append((provider == name, short))
    anyone = [prefix for name in providers for prefix in vendor(name).names.strip_prefixes]
    if anyone:
        pattern = "|".join(_escaped(prefix.lower()) for prefix in anyone)
        cases.append((provider == "", small.re_replace(f"^({pattern})+", "")))
    return ibis.cases(*cases, else_=small) if cases else small


def _escaped(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "/-_" else f"[{letter}]" for letter in text)


def interpretation(
    columns: Mapping[str, str],
    value: Callable[[str], ir.Value],
    recipe: Recipe,
    fields: Sequence[Words],
    between: str,
) -> ir.StringValue:
    """What the words in these fields mean, all that say anything, each once; "" where none does."""
    whose = [value(name) for name in recipe.fields.get("provider", ()) if name in columns]
    provider = clean(ibis.coalesce(*whose)).lower() if whose else ibis.literal("")
    said: ir.StringValue = ibis.literal("")
    for one in fields:
        present = [value(name).cast("string").nullif("") for name in one.names if name in columns]
        literal = [ibis.literal(name[1:]) for name in one.names if name.startswith(":")]
        if not present and not literal:
            continue
        text = clean(ibis.coalesce(*present, *literal)).lower().fill_null("")
        cases = [(text.isin(["", "null", "none"]), ibis.literal(""))]
        for word, meaning in sorted(one.words.items(), key=lambda pair: ":" not in pair[0]):
            vendor_, colon, rest = word.partition(":")
            if word != "*":
                is_word = (text == rest) & (provider == vendor_) if colon else text == word
                cases.append((is_word, ibis.literal(meaning)))
        own = ibis.cases(*cases, else_=ibis.literal(one.words["*"]) if "*" in one.words else text)
        said = ibis.cases(((said == "") | (said == own), own), (own == "", said), else_=said + between + own)
    return said
