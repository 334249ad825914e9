"""What kind of label it is beside its facts: praise, the head of a column of names, a switch, a list of what is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from urllib.parse import urlsplit

from octoregistry.reading.classify import Classified
from octoregistry.reading.classify.cells import Amount
from octoregistry.reading.classify.scan import fold, one_of, spaced
from octoregistry.reading.classify.units import PER_MILLION
from octoregistry.reading.labels import Figure, Label
from octoregistry.reading.layout.lines import word_count
from octoregistry.reading.settle.said import TOLD, Said
from octoregistry.reading.vocabulary import Vocabulary
from providers.dimensions import PLAIN_CURRENCY as USD
from providers.dimensions import PLAIN_PLACE


def is_praise(label: Label, own: Classified) -> bool:
    """True for "For long drafts and enterprise research" below a name: words that nobody understands, so a doubt."""
    return label.place in ("row_head", "lead") and len(own.leftover.replace("…", "").split()) >= _WORDS_OF_PRAISE


_WORDS_OF_PRAISE = 2


def is_name(label: Label, own: Classified, address: str) -> bool:
    """True for the head of a column of names, and for a heading like "SambaCloud pricing" that names nothing but a product by
    which the host of the page's own `address` goes: each of its words, of one in mixed case the first part. Its path may be
    named after a way to be served."""
    if label.place == "column_head":
        return bool(own.values("head")) and not own.values("dimension")
    words = own.leftover.split()
    parts = [_HUMP.match(word) for word in words]
    plain = set(own.by_slot) <= {"price", "vendor", "function", "token", "note"}
    host = urlsplit(address).hostname or ""
    return label.place == "heading" and plain and all(part and part[0].lower() in host for part in parts)


_HUMP = re.compile("[A-Z][a-z]{3,}|[A-Z]{4,}")


def says_whose_discount(own: Classified) -> bool:
    """True for "Batch API (50% discount)": the discount is that of a mode or of cached input, and no other offer."""
    whose = set(own.values("mode")) & {"batch", "flex"} or "cached" in own.values("dimension")
    return bool(whose) and own.values("offer") == ("discount",)


def is_taken_off(own: Classified, label: Label, amount: Amount, struck: Iterable[Amount]) -> bool:
    """True for "75% off" beside a struck price of which the amount is the quarter that is left: the price is the one to pay."""
    shares = _SHARE.findall(label.text)
    if own.values("offer") != ("discount",) or len(shares) != 1 or amount.number is None:
        return False
    left = 1 - Decimal(shares[0]) / 100
    return any(
        old.number is not None and old.currency == amount.currency and old.number * left == amount.number
        for old in struck
    )


_SHARE = re.compile(r"(\d{1,2}(?:\.\d+)?)\s?%")


def begun(said: Classified, begins: Classified) -> Classified:
    """`said` with what the beginning of its line says of slots that it leaves open."""
    own = {fact.slot for fact in said.facts}
    facts = (fact for fact in begins.facts if fact.slot in _OF_ALL and fact.slot not in own)
    return Classified((*facts, *said.facts), said.leftover)


def told_apart(cells: Iterable[Classified]) -> bool:
    """True for several prices of a line of which each says itself what it is the price of, and each something else."""
    counted = [said.values("dimension") for said in cells]
    return len(counted) > 1 and all(counted) and len(set(counted)) == len(counted)


def said_of_all(own: Classified, last: Classified, *, paired: bool) -> str:
    """Why what the last price of a line says may hold for this one as well: "Input $1, output $7 (batch)". "" for no reason;
    two prices of the same thing are told apart so."""
    counted = own.values("dimension"), last.values("dimension")
    slots = [slot for slot in sorted(_OF_LINE) if set(last.values(slot)) - {USD} and not own.values(slot)]
    if not slots or not (paired or (all(counted) and counted[0] != counted[1])):
        return ""
    return f"the last price of the line states its {', '.join(slots)}: is it that of this one?"


def left_over(cells: list[tuple[Amount, Label, Classified]], *, counted: bool) -> str:
    """What nobody understands of a cell; a "/" between prices of which each says what it counts is no word."""
    told = counted or (len(cells) > 1 and all(said.values("dimension") for _, _, said in cells[1:]))
    return next((text for _, _, said in cells if (text := said.leftover) and not (told and not text.strip("/ …"))), "")


_OF_LINE = {"mode", "tier", "days", "offer", "place", "currency"}
_OF_ALL = {"model", "mode", "unit", "dimension", "modality", "tier", "days", "offer", "place", "currency"}


def without_ratings(over: list[tuple[Label, Classified]]) -> list[tuple[Label, Classified]]:
    """`over` without the values of labels that describe a model: below "Speed" the line "Fast" is no way to be served."""
    leads = [at for at, (label, _) in enumerate(over) if label.place == "lead"]
    rated = {at for at in leads if _rates(*over[at])}
    values = {at for at, above in pairwise(leads) if above in rated}
    return [pair for at, pair in enumerate(over) if at not in values | rated]


def _rates(label: Label, said: Classified) -> bool:
    """True for "Speed" and "Speed: Fast", not for "Low latency" or "Performance optimized", which may be a way to be served."""
    word = next(iter(said.of("rating")), None)
    return word is not None and word.start == 0 and label.text[word.end :].lstrip()[:1] in ("", ":", "：")


def switches(labels: list[tuple[Label, Classified]]) -> Iterator[Label]:
    """The labels of a switch between prices: "Price per 1M tokens", and beside it "Batch API price": is it on?"""
    leads = [(label, said) for label, said in labels if label.place == "lead"]
    for at, (label, said) in enumerate(leads):
        prices = sum(fact.slot == "price" for fact in said.facts)
        if not said.values("mode") or not prices or label.text.rstrip().endswith((":", "：")):
            continue
        above = leads[at + 1 : at + 3]
        priced = any(other.values("price") and other.values("unit") and not other.values("mode") for _, other in above)
        if (
            (prices > 1 and said.values("unit"))
            or priced
            or any(not other.facts for _, other in above[:1] if len(above[0][0].text) < 2)
        ):
            yield label


def titles_of_caches(
    figures: Iterable[Figure], over: Iterable[Label], said: Callable[[Label], Classified]
) -> frozenset[str]:
    """The lines of cards over reads and writes of a cache: "Prompt caching", below it "Read", "Write", and then "Input"; `over` a
    table all lines where one of its own columns or rows is that of the cache."""
    figures = list(figures)
    cached = any(
        "cached" in said(label).values("dimension")
        for figure in figures
        for label in figure.labels
        if label.place in ("column_head", "row_head")
    )
    return frozenset(
        label.text for label in over if cached and label.place in ("lead", "heading", "caption")
    ) | frozenset(
        line.text
        for figure in figures
        for line in figure.labels
        if line.place == "lead"
        for label in (*figure.labels, Label(figure.text, "row_head"))
        if label.place == "row_head" and {"read", "write"} & set(said(label).values("dimension"))
    )


def as_lead(label: Label, said: Classified) -> Label:
    """A sentence that ends in ":" right over the table, and of which every word is understood, is a label over it."""
    near = label.place == "sentence" and label.distance == 0 and not said.leftover and not said.values("model")
    return replace(label, place="lead") if near else label


def qualifying(own: Classified) -> set[str]:
    """The slots of which a line beside the prices of a card says something that is not the custom."""
    slots = _OF_LINE if own.leftover else _OF_LINE | {"dimension"}
    told = {fact.slot for fact in own.facts if fact.value not in _CUSTOM_VALUES and fact.slot in slots}
    told -= {"place"} if own.leftover else set()  # "Contact us"
    custom = all((unit.factor, unit.per_hour) == _PER_MILLION for unit in own.values("unit"))
    return told if custom else told | {"unit"}


def is_aside(label: Label, own: Classified, vocabulary: Vocabulary) -> bool:
    """True for what stands beside the prices of a card and is not said of them: words on a button, a list of tools."""
    idle = own.leftover or "tools" in own.values("offer")
    aside = label.place == "section" or (label.place in ("below", "stray") and idle)
    rated = any(fact.start == 0 for fact in own.of("rating"))  # "Latency Sub-second", not "Low latency"
    of_model = rated or _OF_A_MODEL & own.by_slot.keys()
    unknown = few_unknown(own) and is_unknown(own, vocabulary) and not of_model
    return bool(aside) and not unknown and not qualifying(own) and "%" not in own.leftover


def few_unknown(own: Classified) -> bool:
    """True where one or two words are left over that nobody knows, "Turbo", "128K+": a price may be qualified by them. More
    are prose."""
    words = (word for word in _GLUED.sub(" ", own.leftover).split() if any(map(str.isalnum, word)))
    return 0 < word_count(" ".join(words)) <= _MOST_UNKNOWN


_MOST_UNKNOWN = 2
_OF_A_MODEL = {"describes", "model", "pointer"}
_GLUED = re.compile("(?<=[a-z])(?=[A-Z])")


_CUSTOM_VALUES = ("tools", "standard", USD, PLAIN_PLACE)
_PER_MILLION = PER_MILLION.factor, PER_MILLION.per_hour


def is_unit_head(head: Classified) -> bool:
    """True for the head of a column of units."""
    return "unit" in head.values("head")


_NAMES = {"model", "id", "name"}


def heads_names(head: Classified | None) -> bool:
    """True for the head of a column of names: "Model", "Claude model", "Amazon Nova models"."""
    if head is None:
        return False
    slots = {fact.slot for fact in head.facts}
    return bool(_NAMES & set(head.values("head"))) and not slots & {
        "dimension",
        "price",
        "unit",
        "offer",
        "place",
    }


def of_all_rows(label: Label, said: Classified, head: Classified) -> Classified | None:
    """What the head of a column of labels says of the prices of all rows: of "Model (EUR)" the currency, of "Price in EUR" in
    the corner as well. None for nothing, and for the head of another column than that of names. `said` of the label, over rows
    that say what they count every word of the corner has to be understood."""
    of_names = heads_names(head) or (
        _NAMES & set(head.values("head")) and {"mode", "offer", "place"} & set(head.by_slot)
    )
    if head.values("describes") or not (label.place == "row_head" or of_names):
        return None
    facts = tuple(fact for fact in head.facts if fact.slot not in _OF_NAMES)
    kind = not of_names and not said.values("dimension") and len(head.leftover.split()) < _WORDS_OF_PRAISE  # "Platform"
    left = "" if kind else head.leftover
    return Classified(facts, left) if facts or left else None


_OF_NAMES = {"head", "model", "function", "vendor", "token", "price", "harmless", "not_name", "rating", "note"}


def says_no(label: Label, own: Classified, head: Classified) -> bool:
    """True for the "No" of a row to what its label asks: it says something only where that is custom, "Standard"."""
    alone = label.place == "beside" and label.distance > 0 and not own.leftover and set(own.by_slot) == {"negation"}
    return alone and not {"price", "token", "dimension"} & set(head.by_slot) and not _CUSTOM & {
        *head.values("mode"), *head.values("place")
    }  # fmt: skip


def says_yes(label: Label, own: Classified) -> bool:
    """True for what only says yes to its head: a tick, which stands as the head itself, and "on"."""
    return label.text == label.head or (bool(own.facts) and not own.leftover and set(own.by_slot) == {"function"})


_CUSTOM = {"standard", PLAIN_PLACE}


def begins_above(said: Classified) -> bool:
    """True for "> 200K tokens", which is the size of no context window."""
    return any(tier.above is not None for tier in said.values("tier"))


SOFT = {"soft", "kind", "details"}
"""What describes models, unless its cells say what prices are: a "Type" may be "Batch"."""


def describes_models(head: Classified) -> bool:
    """True for the head of a column that says nothing of prices: "Context window", "Speed"."""
    return bool(set(head.values("describes")) - SOFT) and not head.values("dimension")


def describes_prices(label: Label, said: Classified, head: Classified, vocabulary: Vocabulary) -> bool:
    """True for a cell of such a column that says all the same what prices are, "Batch only", "Price per 1K tokens", or may:
    few words under "Status" or "Type", or one under "Best for", that nobody knows there: "Turbo"."""
    kind = set(head.values("describes"))
    if "maker" in kind:
        return False
    most = max(_MOST_WORDS.get(each, 0) for each in kind)
    words = len(label.text.split())
    if words <= most and is_unknown(said, vocabulary):
        return True
    skipped = set() if kind & {"state", "where"} else {"tier"}
    rated = "rated" in kind and words == 1 and label.text.lower() not in said.values("mode")
    if set(said.by_slot) == {"mode"} and (rated or "features" in kind or ("use" in kind and words > 1)):
        skipped.add("mode")  # a model may be "Fast", can do "Batch", and is good for "Batch processing"
    if "where" in kind:  # "API, Bedrock", "US, EU", "us-east-1": where it is offered
        skipped |= {"place", "offer", "mode"} if _LISTED.search(label.text) else set()
        skipped |= {"place"} if label.text.lower() in {f.row.text.lower() for f in said.facts if f.row} else set()
    nothing = _SAYS_NOTHING | ({"maker"} if "provider" in kind else set())
    nothing |= {"free"} if "fine-tuning" in said.values("offer") else set()
    of_price = [fact for fact in said.facts if fact.slot in _OF_LINE - skipped and fact.value not in nothing]
    by_unit = any(
        (unit.factor or (_THOUSAND if most else 1)) >= _THOUSAND for unit in said.values("unit")
    )  # "128K tokens" is a size
    told = of_price or by_unit or is_cached(label, said)
    return bool(told) and (not said.leftover or "discount" in said.values("offer"))


def is_unknown(said: Classified, vocabulary: Vocabulary) -> bool:
    """True where what is left over is more than what models are for, how far they are, and buttons."""
    return any(map(str.isalnum, _of_models(vocabulary).sub(" ", spaced(fold(said.leftover)))))


@lru_cache(maxsize=16)
def _of_models(vocabulary: Vocabulary) -> re.Pattern[str]:
    return re.compile(one_of(vocabulary, *_OF_MODELS))


_MOST_WORDS = {"state": 4, "kind": 4, "where": 4, "details": 2, "use": 1, "features": 1, "prose": 1}
_OF_MODELS = ("word:kind", "word:lifecycle", "word:status_active", "word:status_deprecated", "word:status_retired")


def is_cached(label: Label, said: Classified) -> bool:
    """True for "Cached" or "Cache hit" alone, which is no feature of a model like "Prompt caching"."""
    word = len(label.text.split()) <= _MOST_UNKNOWN and not is_feature(said)
    return word and set(said.by_slot) == {"dimension"} and "cached" in said.values("dimension")


def is_feature(own: Classified) -> bool:
    """True for "Prompt caching", which says what a model can do, not that its prices are those of "Cached input"."""
    counted = [fact for fact in own.facts if fact.slot == "dimension"]
    named = all(fact.row is not None and fact.row.text.lower().endswith(_FEATURES) for fact in counted)
    return bool(counted) and named and not own.values("price")


_FEATURES = ("caching", "cache")
_LISTED = re.compile(r"[,;/&、，]|\band\b")
_SAYS_NOTHING = {"standard", PLAIN_PLACE, USD, "tools", "fine-tuning", "training"}
_THOUSAND = 1000


def only_qualifies(said: Classified) -> bool:
    """True for a label in a column of names that names none: "> 200K tokens", "Audio"."""
    slots = {fact.slot for fact in said.facts}
    return bool(slots) and not said.leftover and not slots & {"model", "id", "harmless"}


def paired_in(
    near: list[tuple[Label, Classified]], cells: list[tuple[Amount, Label, Classified]]
) -> tuple[str, ...] | None:
    """What each of several prices in a cell counts, where one label lists as many: "Input / Output" over "$3 / $15"."""
    if len(cells) < 2 or any(said.values("dimension") for _, _, said in cells):
        return None
    for _, said in near:
        atoms = [fact.value for fact in said.facts if fact.slot == "dimension"]
        if len(atoms) == len(cells) and len(set(atoms)) == len(atoms):
            return tuple("cached_input" if atom == "cached" else atom for atom in atoms)
    return None


def by_custom(
    labels: list[tuple[Label, Classified]], cells: list[tuple[Amount, Label, Classified]]
) -> tuple[str, ...] | None:
    """Input and output for "$10 / $50" by the token, of which nothing says what is counted: by custom, so in doubt."""
    two = len(cells) == 2 and f"{cells[0][0].behind}{cells[1][0].before}".strip() == "/"
    tokens = any(unit.factor is not None for _, said in labels for unit in said.values("unit"))
    counted = any(said.values("dimension") for _, said in labels)
    return ("input", "output") if two and tokens and not counted else None


def units_by_turns(
    near: list[tuple[Label, Classified]], cells: list[tuple[Amount, Label, Classified]], at: int
) -> list[tuple[Label, Classified]]:
    """`near` for the amount `at` of a cell, where one label lists a unit for each: "per min / per M tok" over "$0.004 / $0.1"."""
    if len(cells) < 2 or any(said.values("unit") for _, _, said in cells):
        return near

    def own(said: Classified) -> Classified:
        units = [fact for fact in said.facts if fact.slot == "unit"]
        others = {id(fact) for n, fact in enumerate(units) if n != at} if len(units) == len(cells) else set()
        return replace(said, facts=tuple(fact for fact in said.facts if id(fact) not in others)) if others else said

    return [(label, own(said)) for label, said in near]


def models_named(own: Classified) -> tuple[str, ...]:
    """The models that a label names, each once."""
    return tuple(dict.fromkeys(own.values("model")))


def leave_out_other_models(said: Said, names: tuple[str, ...], name_label: Label | None) -> None:
    """A sentence that names models speaks of those alone."""
    own_names = {name.lower() for name in names}
    kept = [
        (label, own)
        for label, own in said.labels
        if label.place not in TOLD
        or label is name_label
        or not (named := {name.lower() for name in own.values("model")})
        or named & own_names
    ]
    if len(kept) < len(said.labels):
        said.take_labels(kept)
