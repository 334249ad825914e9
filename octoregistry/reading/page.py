"""What a page's labels mean, and the rates that stand under them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TypeVar

from octoregistry.documents import Document, read_document
from octoregistry.reading.cell_path import cell_path
from octoregistry.reading.classify import Families
from octoregistry.reading.classify.cells import money_in
from octoregistry.reading.classify.numbers import shows_decimal_comma
from octoregistry.reading.gather import beside_global, by_id, counted, rates_of, without_shared_ids
from octoregistry.reading.gather_charges import charges_of
from octoregistry.reading.ids import page_ids
from octoregistry.reading.labels import Doubt, Label, OpenLabel, Place
from octoregistry.reading.layout import Scope
from octoregistry.reading.long_prompts import bounded_by_sentences
from octoregistry.reading.order import in_order
from octoregistry.reading.rates import PageRates, Problem
from octoregistry.reading.scopes import scopes
from octoregistry.reading.settle import DENIES, Priced, Reader, Refused, Settler
from octoregistry.reading.settle.charges import ChargeSettler, amount_starts
from octoregistry.reading.settle.outcome import Charged
from octoregistry.reading.thresholds import thresholds_of
from octoregistry.reading.vocabulary import Row, Vocabulary, scripts_of, shipped, with_charges
from providers.vendors import vendor, vendors


def read_rates(
    document: Document,
    provider: str,
    page_date: date,
    known_names: Iterable[str] = (),
    *,
    vocabulary: Vocabulary | None = None,
) -> PageRates:
    """The rates that `document` states on `page_date`, with all that was not understood as doubts and problems."""
    reader = reader_of(document, provider, page_date, known_names, vocabulary)
    ids = _ids_of(document, reader)
    prices: list[Priced] = []
    problems = [Problem(document.url, gap.address, gap.reason) for gap in document.gaps]
    unsaid: Counter[Doubt] = Counter()
    charged: list[Charged] = []
    by_charge = replace(reader, vocabulary=with_charges(reader.vocabulary))
    for scope in scopes(document, reader):
        problems += [Problem(document.url, cell.address, _NO_FIGURE) for cell in scope.unread]
        found, refused, billed = _read(scope, reader, (by_charge, vendor(provider).names.kind_of))
        prices += found
        charged += billed
        problems += [Problem(document.url, no.figure.address, no.reason) for no in refused if not no.quiet]
        unsaid.update(doubt for no in refused for doubt in no.open)
    prices = [_in_full(price, prices) for price in in_order(by_id(prices))]
    unsaid.update(doubt for price in prices for doubt in price.doubts for _ in price.dimensions)
    unsaid.update(doubt for charge in charged for doubt in charge.doubts)
    rates, contradictions = rates_of(prices, document.url, page_date, ids)
    rates, shared = without_shared_ids(rates, document.url)
    rates, unsized = bounded_by_sentences(document, rates, reader)
    charges, two = charges_of(charged, document.url, page_date, ids, rates)
    problems = [*counted(problems), *contradictions, *shared, *unsized, *counted(two)]
    open_labels = tuple(_open_labels(document, unsaid, reader))
    rates = beside_global(rates)
    apart = tuple(rate for rate in rates if not rate.is_plain)
    rates = tuple(rate for rate in rates if rate.is_plain)
    return PageRates(provider, document.url, rates, tuple(problems), open_labels, apart, charges)


_NO_FIGURE = "a cell under a price's head holds digits, and no price that can be read"
_SMALLEST_PAGE = "| Model | Input |\n|-|-|\n| Sol 9 | $1 / 1M tokens, prompts > 200k, until 1 May 2026 |"


def prepare() -> None:
    """Load the words and make their patterns: a process that is forked from here need not do it again."""
    page = read_document(_SMALLEST_PAGE, "")
    if isinstance(page, Document):
        read_rates(page, "", date(2026, 1, 1))


def reader_of(
    document: Document,
    provider: str,
    page_date: date,
    known_names: Iterable[str] = (),
    vocabulary: Vocabulary | None = None,
) -> Reader:
    """What the labels of `document` are read with."""
    known = vocabulary or shipped()
    text = _text_of(document)
    words = _words_of(known, provider, scripts_of(text), known.spoken_in(text.lower()))
    families = _families().with_known(frozenset(name.lower() for name in known_names if len(name) > 2))
    reader = Reader(
        words, families, page_date, _decimal_comma(document, words), yen_sign=_yen_sign(text), address=document.url
    )
    named = families.with_known(frozenset(name.lower() for name in _ids_of(document, reader)))
    return replace(reader, families=named, thresholds=thresholds_of(document, reader))


def _ids_of(document: Document, reader: Reader) -> dict[str, tuple[str, ...]]:
    def heads_names(text: str) -> bool:
        return reader.may_say(text, "head:model") and "model" in reader.said(Label(text, "column_head")).values("head")

    return page_ids(document, heads_names)


@lru_cache(maxsize=4)
def _families() -> Families:
    """What all vendors call their models."""
    every = vendors().values()
    return Families(
        tuple(dict.fromkeys(pattern for vendor in every for pattern in vendor.names.families)),
        tuple(dict.fromkeys(pattern for vendor in every for pattern in vendor.names.words)),
    )


@lru_cache(maxsize=64)
def _words_of(vocabulary: Vocabulary, provider: str, scripts: frozenset[str], languages: frozenset[str]) -> Vocabulary:
    """`vocabulary` on pages of `provider`; one value, so that what is classified by it is found again at once."""
    return _words_in(vocabulary.for_provider(provider), _called(provider), scripts, languages)


@lru_cache(maxsize=64)
def _words_in(
    vocabulary: Vocabulary, called: tuple[Row, ...], scripts: frozenset[str], languages: frozenset[str]
) -> Vocabulary:
    return vocabulary.with_rows(called).in_scripts(scripts, languages)


def _text_of(document: Document) -> str:
    """All that is written in `document`."""
    texts = [text for table in document.tables for row in table.rows for text in row]
    texts += [text for table in document.tables for text in (table.caption or "", *table.panes)]
    texts += [text for p in document.passages for text in (p.text, p.pane or "", *p.codes)]
    headings = {h.text for where in (document.tables, document.passages) for of in where for h in of.headings}
    return "\n".join((*texts, *headings))


@lru_cache(maxsize=64)
def _called(provider: str) -> tuple[Row, ...]:
    """What pages call the vendors, as words that say nothing of a price; a host that sells others' models is one on its own
    pages alone: elsewhere its name says whose prices these are, but for the name of models that it makes itself.
    """
    rows: dict[str, str] = {}
    for name, one in vendors().items():
        for text in (*one.names.called, one.display_name):
            made = any(re.fullmatch(family, text.lower()) for family in one.names.families)
            own = name == provider or not one.hosts_of or made
            if own or text.lower() not in rows:
                rows[text.lower()] = "vendor" if own else "offer:maker" if text in one.names.makers else "offer:host"
    named = tuple(Row(means, text) for text, means in rows.items() if text)
    remarks = vendors()[provider].names.remarks if provider in vendors() else ()
    return (*named, *(Row("harmless", text, place=_OF_REMARKS) for text in remarks))


_OF_REMARKS: tuple[Place, ...] = ("lead", "stray", "beside", "row_head", "group_row")


def _in_full(price: Priced, prices: list[Priced]) -> Priced:
    """`price` by the names that the page uses elsewhere, where a sentence left out the family: "Sonnet 4.5"."""
    if not price.mentioned:
        return price
    known = {name for other in prices if not other.mentioned for name in other.names}

    def full(name: str) -> str:
        longer = {k for k in known if k.lower().endswith(f" {name.lower()}")}
        return longer.pop() if len(longer) == 1 and name not in known else name

    return replace(price, names=tuple(dict.fromkeys(map(full, price.names))))


def _read(
    scope: Scope, reader: Reader, of_charges: tuple[Reader, Callable[[str], str | None]]
) -> tuple[list[Priced], list[Refused], list[Charged]]:
    """The prices of tokens in `scope`, what is none, and the charges: only a figure that is no clear price of tokens is one."""
    settler = Settler(scope, reader)
    charges = ChargeSettler(scope, *of_charges)
    found: list[Priced] = []
    refused: list[Refused] = []
    billed: list[Charged] = []
    for figure in scope.figures:
        trouble = scope.trouble.get(figure.address.partition("C")[0]) or scope.trouble.get(figure.address)
        starts = amount_starts(figure, settler)
        outcomes = list(settler.settle(figure))
        others: dict[int, tuple[Charged, ...] | Refused] = {}
        if any(map(_is_open, outcomes)):
            others = charges.of_sentence(figure) if trouble == "a sentence" else charges.charges(figure)
        for at, settled in enumerate(outcomes):
            charge = others.get(starts[at]) if len(starts) == len(outcomes) and _is_open(settled) else None
            if isinstance(charge, tuple):
                billed += [_with(c, trouble) if trouble and trouble != "a sentence" else c for c in charge]
            elif isinstance(settled, Refused):
                refused.append(charge if isinstance(charge, Refused) and not settled.quiet else settled)
            elif trouble == "a sentence":
                refused.append(Refused("a sentence states token prices; sentences are not read", figure))
            else:
                placed = replace(settled, path=cell_path(figure, scope.over))
                found.append(_with(placed, trouble) if trouble else placed)
    return found, refused, billed


def _is_open(settled: Priced | Refused) -> bool:
    """True for a figure that is no price of tokens, or one in doubt: it may be a charge."""
    return isinstance(settled, Refused) or bool(settled.doubts)


_Read = TypeVar("_Read", Priced, Charged)


def _with(price: _Read, trouble: str) -> _Read:
    return replace(price, doubts=(*price.doubts, Doubt(price.figure.text, "cell", price.figure.address, trouble)))


def _yen_sign(text: str) -> str | None:
    """What "¥" stands for where the page does not say: yuan on one in Chinese; in any other it may be yen."""
    return "CNY" if _HAN.search(text) and not _KANA.search(text) else None


_HAN = re.compile("[\u4e00-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")


def _decimal_comma(document: Document, vocabulary: Vocabulary) -> bool | None:
    """True where more prices of the page need a decimal comma than a decimal point, None where none needs either."""
    commas = points = 0
    texts = {text for table in document.tables for _, text in table.cells()} | {
        p.text[:2000] for p in document.passages
    }
    for text in texts:
        for sum_of_money in money_in(text, vocabulary):
            figure = re.search(r"\d(?:[\d.,\u00a0\u202f]*\d)?", sum_of_money)
            if figure and shows_decimal_comma(figure.group()):
                commas += 1
            elif figure and re.match(r"\d+\.\d+$|\d{1,3},\d{3}\.\d+$", figure.group()):
                points += 1
    return commas > points if commas or points else None


_BLANKED = re.compile(r"\d+(?:[.,]\d+)*")


def _open_labels(document: Document, doubts: Counter[Doubt], reader: Reader) -> Iterator[OpenLabel]:
    """The labels that hold prices up, or may say what a figure is the price of, each once."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Doubt] = {}
    for doubt, count in doubts.items():
        if doubt.reason.startswith(("not understood: ", DENIES)):
            slot = (doubt.label, doubt.place)
            counts[slot] += count
            first.setdefault(slot, doubt)
    for (text, place), count in counts.items():
        doubt = first[text, place]
        left = text if doubt.reason == DENIES else doubt.reason.removeprefix("not understood: ")
        said = reader.said(Label(text, doubt.place))
        says = frozenset(
            f"{fact.slot}:{fact.value}" if isinstance(fact.value, str) else fact.slot for fact in said.facts
        )
        yield OpenLabel(text, doubt.place, doubt.address, left, count, _neighbour(document, doubt.address), says)


def _neighbour(document: Document, address: str) -> str:
    if match := re.match(r"T(\d+)R(\d+)", address):
        table = document.tables[int(match[1]) - 1]
        row = table.rows[min(int(match[2]), len(table.rows) - 1)]
        return " | ".join(_BLANKED.sub("#", cell)[:60] for cell in row)[:300]
    return ""
