"""Harmless is a phrase in its place, never a word: what is added to it makes a doubt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.classify import Families, classify
from octoregistry.reading.classify.scan import key
from octoregistry.reading.rates import PageRates
from octoregistry.reading.vocabulary import Row, Vocabulary, shipped
from tests.reading import plain as pages

DAY = date(2026, 9, 1)


def test_a_harmless_entry_with_a_word_more_is_a_doubt() -> None:
    """W, (W), W prices and W pricing: only what is an entry itself is harmless."""
    vocabulary = shipped()
    entries = {key(row.text) for row in vocabulary.rows if row.means == "harmless"}
    for row in vocabulary.rows:
        if row.means == "harmless":
            place = row.place[0] if row.place else "heading"
            assert not classify(row.text, place, vocabulary, Families(), DAY).leftover, row.text
            for form in (f"({row.text})", f"{row.text} prices", f"{row.text} pricing"):
                if key(form) not in entries:
                    said = classify(form, place, vocabulary, Families(), DAY)
                    assert said.leftover or said.values("negation"), form


def test_every_row_says_where_it_was_seen() -> None:
    """A word without a page is nobody's fact."""
    assert [row for row in shipped().rows if not row.seen] == []


def test_a_language_counts_only_when_it_is_complete() -> None:
    """With "harga" = harmless alone, fast prices under "harga cepat" became standard ones."""
    from octoregistry.reading.vocabulary import is_complete

    assert not is_complete([Row("harmless", "harga"), Row("price", "harga")])
    own = [row for row in shipped().rows if row.language == "id"]
    assert is_complete(own)
    assert not is_complete([row for row in own if row.means != "mode:priority"])


def test_a_word_without_its_row_is_left_over() -> None:
    """Rows are all that is known: without them "flex" is a word that nobody understands."""
    without = Vocabulary(tuple(row for row in shipped().rows if row.text != "flex"))
    assert not classify("Input (flex)", "column_head", shipped(), Families(), DAY).leftover
    assert classify("Input (flex)", "column_head", without, Families(), DAY).leftover


def test_the_example_of_every_row_is_understood() -> None:
    """What a page would say with its word leaves nothing over; words of grammars (a unit, a day) say nothing alone."""
    vocabulary = shipped()
    left = {}
    for row in vocabulary.rows:
        if row.example and not row.means.startswith(("word:", "month:")):
            said = classify(row.example, row.place[0] if row.place else "column_head", vocabulary, Families(), DAY)
            if said.leftover:
                left[row.language, row.means, row.example] = said.leftover
    assert left == {}


PRICED = "| Model | Input | Output |\n|---|---|---|\n| GPT-9 | $5.50 | $27.50 |\n"
Read = Callable[..., PageRates]


def is_plain(page: PageRates) -> bool:
    """True where two prices are read of `page`, and nothing leaves one in doubt."""
    return len(list(pages.plain(page))) == 2 and not pages.told(page)


@pytest.mark.parametrize("heading", [
    "Serverless", "Serverless Inference", "Inference pricing", "Foundation models", "Large language models", "Open-source models",
    "Text generation", "Featured models", "Popular models", "Generative AI", "Usage-based pricing", "Pricing overview",
    "AI models",
    "Model catalog", "Price table", "Last updated: November 2026", "Updated 11/2026",
])  # fmt: skip
def test_a_heading_of_plain_calls_leaves_no_doubt(page_rates: Read, heading: str) -> None:
    """With a word that nobody knows it does."""
    assert is_plain(page_rates(f"# Pricing\n\n## {heading}\n\n{PRICED}"))
    assert not is_plain(page_rates(f"# Pricing\n\n## {heading} Turnip\n\n{PRICED}"))


@pytest.mark.parametrize(("heading", "url"), [
    ("SambaCloud pricing", "https://cloud.sambanova.ai/plans"), ("Token Factory prices", "https://tokenfactory.vendor.example/prices"),
    ("AI Endpoints", "https://endpoints.vendor.example/public-cloud"), ("Studio Pricing", "https://studio.vendor.example"),
])  # fmt: skip
def test_a_heading_may_name_a_product_by_the_page_s_own_address(heading: str, url: str) -> None:
    """Elsewhere the word may be a kind of price, as may another beside it."""
    assert is_plain(rates_at(url, heading))
    assert not is_plain(rates_at("https://vendor.example/prices", heading))
    assert not is_plain(rates_at(url, f"Turbo {heading}"))
    assert not is_plain(rates_at(url, f"{heading} (Batch)"))


@pytest.mark.parametrize("url", ["https://vendor.example/docs/turbo-mode", "file:///pages/turbo.md", "turbo.md"])
def test_the_path_of_an_address_names_no_product(url: str) -> None:
    """A page about a dearer mode is named after it."""
    assert not is_plain(rates_at(url, "Turbo pricing"))


def rates_at(url: str, heading: str) -> PageRates:
    document = read_document(f"# Pricing\n\n## {heading}\n\n{PRICED}", url)
    assert isinstance(document, Document)
    return read_rates(document, "openai", DAY)


@pytest.mark.parametrize("page", [
    PRICED.replace("Input", "Input (/Mt)"), PRICED.replace("Input", "Real-time input"),
    "| Model | Flavour | Input | Output |\n|---|---|---|---|\n| GPT-9 | base | $5 | $9 |\n",
    "| Model | Input | |\n|---|---|---|\n| GPT-9 | $0.26 / $0.13 cached | Try now |\n",
    "| Model | Input | Output | Action |\n|---|---|---|---|\n| GPT-9 | $5 | $9 | Open |\n",
    "The most powerful model\n\n" + PRICED,
    "### GPT-9\n\nOur smallest model\n\n- Input $5 / 1M tokens\n- Output $9 / 1M tokens\n",
])  # fmt: skip
def test_words_of_plain_prices_leave_no_doubt(page_rates: Read, page: str) -> None:
    assert is_plain(page_rates(f"# Pricing\n\n{page}"))


@pytest.mark.parametrize("page", [
    "# Preise\n\nAlle Preise zzgl. MwSt.\n\n| Modell | Eingabe | Ausgabe |\n|---|---|---|\n| GPT-9 | 2,50 € | 10,00 € |\n",
    "# Tarifs\n\n| Modèle | Entrée | Sortie |\n|---|---|---|\n| GPT-9 | 2,50 € HT | 10,00 € HT |\n",
    "# 定价\n\n| 模型 | 单位 | 输入 | 输出 |\n|---|---|---|---|\n| GPT-9 | 每百万 token | 2.50 元 | 10.00 元 |\n",
])  # fmt: skip
def test_prices_before_tax_and_columns_of_units_are_plain_in_every_language(page_rates: Read, page: str) -> None:
    """A surcharge in the same place is none."""
    (rate,) = page_rates(page).apart
    assert len(rate.prices) == 2
    assert not any(price.doubts for price in rate.prices.values())
    charged = page_rates(page.replace("MwSt.", "Aufschlag.").replace("HT", "TTC").replace("每百万", "每包"))
    assert all(price.doubts for rate in charged.apart for price in rate.prices.values())


@pytest.mark.parametrize(
    ("condition", "more"), [("Input ≤ 32k", "Input > 32k"), ("输入长度 [0, 32k]", "输入长度 (32k, 128k]")]
)
def test_the_input_of_a_condition_is_the_size_of_prompts(page_rates: Read, condition: str, more: str) -> None:
    """Not what the figures beside it count."""
    rows = f"| GPT-9 | {condition} | $2 | $10 |\n| GPT-9 | {more} | $5 | $20 |\n"
    page = page_rates(f"# Pricing\n\n| Model | Condition | Input | Output |\n|---|---|---|---|\n{rows}")
    found = {(rate.above_input_tokens, dimension, str(price.amount)) for rate, dimension, price in pages.plain(page)}
    assert found == {(None, "input", "2"), (None, "output", "10"), (32000, "input", "5"), (32000, "output", "20")}
