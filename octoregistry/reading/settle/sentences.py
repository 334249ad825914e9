"""Which of the sentences and lines around a table speak of its prices."""

from __future__ import annotations

import re
from datetime import date
from itertools import takewhile

from octoregistry.reading.classify import Classified
from octoregistry.reading.classify.cells import has_amount
from octoregistry.reading.classify.tiers import Tier
from octoregistry.reading.labels import Label
from octoregistry.reading.layout.lines import is_label, word_count
from octoregistry.reading.settle.kinds import few_unknown, is_feature, qualifying
from octoregistry.reading.settle.said import TOLD, Said
from octoregistry.reading.vocabulary import Vocabulary
from providers.dimensions import PLAIN_CURRENCY, PLAIN_PLACE

_FEW_WORDS = 6
_TWO_WORDS = 2
_SHORTEST = 24  # letters of a line that is a label though nobody understands all of it: "Batch only"
_SUBJECT = 16  # in how many letters the subject of a sentence has begun
_QUALIFY = ("mode", "tier", "offer", "place", "unit", "modality")


def speaks_of_table(label: Label, said: Classified, vocabulary: Vocabulary) -> bool:
    """True for a sentence whose subject is the prices or the table, or that ends in ":" right over it, and for a line below
    that says what its prices are."""
    if label.distance == 0 and label.place == "sentence":
        return True
    if _of_another_thing(said) or _not_in(said):
        return False
    far = label.distance > 2 or (label.place == "below" and label.distance > 0)
    few = few_unknown(said) and word_count(label.text) <= _FEW_WORDS
    if said.values("speaks_of_table"):
        return not far or _states(label, said) or few
    if has_amount(label.text, vocabulary):
        return False  # it speaks of that price
    if (few or (not said.leftover and "cached" in said.values("dimension"))) and _stands_alone(label, said):
        return True
    if any(currency != PLAIN_CURRENCY for currency in said.values("currency")):
        return not far or (bool(said.values("price")) and _states(label, said))
    if ((label.place == "below" and not label.distance) or not is_label(label.text)) and _qualifies_table(label, said):
        return True
    # "Our prices per 1K tokens, in Canadian dollars.", wherever it stands over the table
    priced = any(
        fact.slot == "speaks_of_table" or (fact.slot == "price" and fact.start < _SUBJECT) for fact in said.facts
    )
    return (
        priced and any(unit.factor is not None for unit in said.values("unit")) and not _EQUATES.search(said.leftover)
    )


def _stands_alone(label: Label, said: Classified) -> bool:
    """True for a few words by themselves right below a table, or with prices as their subject alone: "Turbo", "Note: Turbo
    prices.", and for a sum right over it: "Multiply by 2."."""
    if label.distance > 1 or said.values("model") or said.values("pointer"):
        return False
    if label.place == "sentence":
        return any(map(str.isdigit, said.leftover))
    return is_label(label.text) or ("price" in said.by_slot and set(said.by_slot) <= _OF_PRICES)


def _states(label: Label, said: Classified) -> bool:
    """True for a sentence that says of prices what they are, not only that some are offered, or may change."""
    if label.text.rstrip().endswith(("?", "？")) or _elsewhere(said):
        return False
    return not said.leftover or any(map(said.values, _STATES))


def _elsewhere(said: Classified) -> bool:
    """True for what says of no prices that are shown that somebody may have them: "Prices in EUR on request"."""
    offered = said.values("offered")
    return "elsewhere" in offered or (bool(offered) and not _points(said))


def _points(said: Classified) -> bool:
    """True for what says of which prices it speaks: "these", "all", "below"."""
    return bool({"these", "all"} & {*said.values("speaks_of_table")}) or "here" in said.values("function")


def _of_another_thing(said: Classified) -> bool:
    """True for a sentence whose subject is no price but a way to be served, an offer or a kind of count: "Cached input is
    billed at a discount.", "Batch processing is available at 50% of the prices listed below."."""
    facts = sorted(said.facts, key=lambda fact: fact.start)
    while facts and facts[0].slot in ("function", "token") and facts[0].value != "here":
        facts = facts[1:]
    subject = list(takewhile(lambda fact: fact.slot in _THINGS, facts))
    behind = facts[len(subject) :][:1]
    if (
        not subject
        or subject[0].value == "discount"
        or any(fact.slot in ("price", "speaks_of_table") for fact in behind)
    ):
        return False
    if "discount" in said.values("offer") or "%" in said.leftover:
        return True  # whose discount it is, or the share of these prices that another thing costs
    return bool(said.values("price")) and not said.leftover and not _points(said) and not said.values("speaks_of_table")


def _not_in(said: Classified) -> bool:
    """True for "Prices are in USD, not CAD."."""
    no = [fact for fact in said.facts if fact.slot == "negation"]
    coins = [fact for fact in said.facts if fact.slot == "currency" and fact.value != PLAIN_CURRENCY]
    plain = [f for f in said.facts if f.slot == "note" or (f.slot == "currency" and f.value == PLAIN_CURRENCY)]
    if len(no) != 1 or not coins or said.leftover or not set(said.by_slot) <= _OF_CURRENCY:
        return False
    return all(fact.start > no[0].start for fact in coins) and any(fact.start < no[0].start for fact in plain)


def is_of_the_day(said: Classified, today: date) -> bool:
    """True for "Prices as of November 2026.", on a page of that month or of the year after it."""
    months, year = said.values("month"), said.leftover.strip(" .")
    if len(months) != 1 or not re.fullmatch(r"20\d\d", year) or not set(said.by_slot) <= _OF_DAY:
        return False
    return 0 <= (today.year - int(year)) * 12 + today.month - int(months[0]) < 12


_THINGS = {"mode", "offer", "dimension", "modality", "place"}
_STATES = (*_QUALIFY, "currency", "days", "month", "dimension")
_OF_CURRENCY = {"speaks_of_table", "price", "note", "function", "negation", "currency"}
_OF_PRICES = {"price", "function", "token"}
_OF_DAY = {"speaks_of_table", "month", "function", "price"}
_EQUATES = re.compile(r"(?<![\w.,])\d")  # "1,000 tokens are about 750 words"


def _qualifies_table(label: Label, said: Classified) -> bool:
    """True for what says by itself what prices are: "EUR", "These are batch prices.", "Per 1K tokens"."""
    if said.values("model"):
        return False
    other_unit = any(unit.factor not in (None, 1) for unit in said.values("unit"))
    if word_count(label.text) <= _FEW_WORDS and (said.values("days") or other_unit):
        return True
    qualifies = any(map(said.values, _QUALIFY))
    if said.leftover:
        return qualifies and len(label.text) <= _SHORTEST and is_label(label.text)
    line = is_label(label.text.rstrip(" .\u3002") if word_count(label.text) <= _TWO_WORDS else label.text)
    return qualifies and (line or bool(said.values("price")) or "surcharge" in said.values("offer"))


def doubt_told(said: Said, settled: tuple[str, str, Tier, tuple[str, ...]], *, card: bool) -> None:
    """Adds doubts from sentences and notes that no label explains: they settle only unit, days and currency. `settled` are
    the mode, place, tier and dimensions of the price."""
    mode, place, tier, dimensions = settled
    for label, own in said.labels:
        if label.place not in (*TOLD, "section"):
            continue
        kinds = set() if is_feature(own) else set(own.values("dimension")) & {"cached", "write", "storage"}
        modes = set(own.values("mode")) - {mode, "standard"}
        tiers = [t for t in own.values("tier") if not (t.above is None and t.up_to is None)]
        named = {*own.values("modality")}
        other = {value for value in named - {"text"} if not any(value in d for d in dimensions)}
        if "text" in named and set(dimensions) <= _OF_TEXT:
            other = set()  # it speaks of text too, of which these are the prices
        places = [other for other in own.values("place") if other not in (place, PLAIN_PLACE)]
        if own.values("offer"):
            said.doubt(label, f"it speaks of another offer ({own.values('offer')[0]})")
        elif places:
            said.doubt(label, f"it speaks of another place ({places[0]})")
        elif modes:
            said.doubt(label, f"are these {' or '.join(sorted(modes))} prices?")
        elif tiers and tier == Tier():
            said.doubt(label, "it states a prompt size that no label settles")
        elif other and not own.leftover:
            said.doubt(label, f"are these prices of {', '.join(sorted(other))}?")
        elif (
            kinds
            and not own.leftover
            and (card or _points(own) or (label.place == "below" and not label.distance))
            and dimensions[0] in ("input", "output")
        ):
            said.doubt(label, f"are these prices of {', '.join(sorted(kinds))} tokens?")
        elif label.place == "section" and qualifying(own) & {"days", "currency", "unit"}:
            said.doubt(label, "it stands behind other prices: does it hold for these?")


_OF_TEXT = {"input", "output", "cached_input"}
