"""Small pages in the vendors' shapes, each with what is hard in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from octoregistry.reading.rates import PageRates

Read = Callable[..., PageRates]
DAY = date(2026, 8, 21)


def prices(
    page: PageRates, name: str, mode: str = "standard", above: object = None, start: date | None = None
) -> dict[str, str]:
    """The prices of one rate, as text."""
    return {
        dimension: f"{price.amount:f}"
        for rate in page.rates
        if (rate.name, rate.mode, rate.above_input_tokens, rate.start) == (name, mode, above, start)
        for dimension, price in rate.prices.items()
    }


def test_claude_prices_with_dates_tiers_and_other_clouds(page_rates: Read, own_page: Callable[[str], str]) -> None:
    """Dated rows, continuation rows, joined names, fast mode; no worked example, no other cloud's price."""
    page = page_rates(own_page("claude-dated.md"), DAY, "anthropic")
    assert prices(page, "Claude Opus 5") == {
        "input": "5", "cache_write_5m": "6.25", "cache_write_1h": "10", "cached_input": "0.50", "output": "25"
    }  # fmt: skip
    assert prices(page, "Claude Sonnet 5")["input"] == "2"
    assert prices(page, "Claude Sonnet 5", start=date(2026, 9, 1))["input"] == "3"
    assert prices(page, "Claude Opus 5", "priority") == {"input": "10", "output": "50"}
    for name in ("Claude Sonnet 4.5", "Claude Sonnet 4"):
        assert prices(page, name) == {"input": "3", "output": "15"}
        assert prices(page, name, above=200_000) == {"input": "6", "output": "22.50"}
    assert all("is another offer" in problem.reason for problem in page.problems)


def test_gemini_tables_whose_tabs_stand_in_one_line(page_rates: Read, own_page: Callable[[str], str]) -> None:
    """Modalities, dates and storage in one cell; video by the second is a charge."""
    page = page_rates(own_page("gemini-tabs.md"), DAY, "gemini")
    standard = prices(page, "Gemini 2.5 Flash")
    assert standard["input"] == "0.30"
    assert standard["input_audio"] == "1.00"
    assert standard["cached_input_audio"] == "0.1"
    assert standard["cache_storage_hour"] == "1.00"
    assert prices(page, "Gemini 2.5 Flash", "batch")["output"] == "0.75"
    assert prices(page, "Gemini 2.5 Flash", "batch", start=date(2027, 1, 1)) == {"output": "1.25"}
    assert prices(page, "Gemini Embedding") == {"input": "0.15"}
    assert not page.problems
    assert [(charge.evidence.address, charge.unit) for charge in page.charges] == [("T3R2C3", "second_video")]
    assert {rate.ids for rate in page.rates} == {("gemini-2.5-flash",), ("gemini-embedding-001",)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><title>Just a moment...</title><body>Checking your browser</body></html>", "challenge"),
        ("<html><body><div id=root></div><script>app()</script></body></html>", "empty shell"),
        ("<html><body><form><input type='password'></form>Please sign in</body></html>", "login"),
        ("# Models\n\n" + "We have many models for all your work. " * 20, "no price"),
    ],
)
def test_a_page_without_prices_is_unread_with_a_reason(page_rates: Read, text: str, reason: str) -> None:
    """It is never taken for "no change"."""
    page = page_rates(text)
    assert not page.rates
    assert reason in page.problems[0].reason


def test_an_export_that_lost_its_components_is_unread(page_rates: Read, own_page: Callable[[str], str]) -> None:
    """Its panes are there, and nothing stands in them."""
    page = page_rates(own_page("openai-stripped.md"))
    assert not page.rates
    assert "lost its tables" in page.problems[0].reason


HEADER = "| Model | Input | Output |\n|---|---|---|\n"


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (HEADER + "| gpt-5 | ¥1.25 | ¥10 |\n", "T1R2C2", "nothing says in which currency"),
        (HEADER + "| gpt-5 | $1.25 / widget | $10 / widget |\n", "T1R2C2", "not understood: / widget"),
        (HEADER + "| gpt-5 | $1,250 | $9,375 |\n", "T1R2C2", "two ways"),
        (HEADER + "| gpt-5 | $1.25 | $10 |\n| gpt-5 | $1.50 | $10 |\n", "T1R2C2", "two prices for input"),
        (HEADER + "| gpt-5 | $10 | $1.25 |\n", "T1R2C2", "headers do not fit"),
        (
            "| Model | Widgets | Gadgets |\n|---|---|---|\n| gpt-5 | $1.25 | $10 |\n",
            "T1",
            "nothing says what is counted",
        ),
        ("| Model | Price |\n|---|---|\n| gpt-5 | $0.10 / second |\n", "T1R2C2", "another unit than tokens"),
        (
            "| Model | Input | Widgets |\n|---|---|---|\n| gpt-5 | $1.25 | $10 |\n",
            "T1R2C3",
            "nothing says what is counted",
        ),
        (HEADER + "| gpt-5 | $1.25 | $10 |\n| gpt-5-mini | $0.2", "end", "breaks off"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(page_rates: Read, text: str, where: str, why: str) -> None:
    """Page, address and reason, so that a person finds it."""
    page = page_rates(f"# Prices\n\nPrices per 1M tokens.\n\n{text}")
    doubts = [doubt for rate in page.rates for price in rate.prices.values() for doubt in price.doubts]
    told = [said for said in (*page.problems, *doubts) if said.address == where]
    assert told, page.problems
    assert why in told[0].reason
    assert all(str(problem).startswith("page ") for problem in page.problems)


@pytest.mark.parametrize("unit", ["1K", "1,000", "thousand"])
def test_prices_by_the_thousand_are_turned_into_prices_by_the_million(page_rates: Read, unit: str) -> None:
    """The unit is read, not assumed."""
    page = page_rates(f"# Prices\n\nAll prices are per {unit} tokens.\n\n{HEADER}| gpt-4 | $0.03 | $0.06 |\n")
    assert {d: p.amount for d, p in page.rates[0].prices.items()} == {"input": Decimal(30), "output": Decimal(60)}


def test_a_unit_that_stands_in_a_long_paragraph_is_read(page_rates: Read) -> None:
    """And a price in a sentence says nothing of the table's unit."""
    page = page_rates(
        "# Prices\n\nWe have many models for many kinds of work, and each of them has its own price. You pay for what you use, "
        "and for nothing else. All prices are per 1,000 tokens. Tokens are pieces of words.\n\n"
        f"## Text\n\nSearching costs $10 per 1,000 calls.\n\n{HEADER}| gpt-4 | $0.03 | $0.06 |\n"
    )
    assert prices(page, "gpt-4") == {"input": "30.00", "output": "60.00"}


TABLE = "| Model | Input | Output |\n|:---|---:|:---:|\n| gpt-5 | $1.25 | $10.00 |\n"
WRAPPED = {
    "without outer pipes": "Model | Input | Output\n---|---|---\ngpt-5 | $1.25 | $10.00\n",
    "windows line ends": TABLE.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + TABLE,
    "in a quote": "".join(f"> {line}\n" for line in TABLE.splitlines()),
    "in a list": "* Prices\n\n" + "".join(f"  {line}\n" for line in TABLE.splitlines()),
    "in a note tag": f"<Note>\n\n{TABLE}\n</Note>\n",
    "setext heading": f"Prices\n======\n\nStandard\n--------\n\n{TABLE}",
    "right under a sentence": f"These are our prices:\n{TABLE}",
    "reader lines": f"Title: Prices\n\nURL Source: https://example.org\n\nMarkdown Content:\n{TABLE}",
    "HTML in Markdown": "# Prices\n\n<table><tr><th>Model</th><th>Input</th><th>Output</th></tr>"
    "<tr><td>gpt-5</td><td>$1.25</td><td>$10.00</td></tr></table>\n",
    "a fold": f"<details><summary>Prices</summary>\n\n{TABLE}\n</details>\n",
    "a table in a layout table": "<html><body><table><tr><td><h2>Prices</h2>"
    "<table><tr><th>Model</th><th>Input</th><th>Output</th></tr>"
    "<tr><td>gpt-5</td><td>$1.25</td><td>$10.00</td></tr></table></td></tr></table></body></html>",
    "plain cells": "<html><body><table><tr><td>Model</td><td>Input (per 1M)</td><td>Output (per 1M)</td></tr>"
    "<tr><td>gpt-5</td><td>$1.25</td><td>$10.00</td></tr></table></body></html>",
}


@pytest.mark.parametrize("wrapping", WRAPPED)
def test_a_table_is_read_wherever_it_stands(page_rates: Read, wrapping: str) -> None:
    """The same two prices, however the page is written."""
    page = page_rates(WRAPPED[wrapping])
    assert prices(page, "gpt-5") == {"input": "1.25", "output": "10.00"}


def test_tabs_name_the_modes_of_their_panes(page_rates: Read) -> None:
    """A pane may say which tab opens it, or the tab which pane it opens."""
    table = "<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-5</td><td>${}</td></tr></table>"
    page = page_rates(
        "<html><body><button role=tab id=t1>Standard</button><button role=tab aria-controls=p2>Batch</button>"
        f"<div role=tabpanel aria-labelledby=t1>{table.format(2)}</div>"
        f"<div role=tabpanel id=p2 hidden>{table.format(1)}</div></body></html>"
    )
    assert (prices(page, "gpt-5"), prices(page, "gpt-5", "batch")) == ({"input": "2"}, {"input": "1"})


@pytest.mark.parametrize("tag", ["div", "span", "b", "blockquote", "table><tr><td", "ul><li"])
def test_a_page_nested_deeper_than_python_recurses_is_read(page_rates: Read, tag: str) -> None:
    """What stands in it is read; nothing is raised."""
    inner = "<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-5</td><td>$1.25</td></tr></table>"
    page = page_rates(f"<html><body>{f'<{tag}>' * 3000}{inner}</body></html>")
    assert prices(page, "gpt-5") == {"input": "1.25"}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=HYPERLINK(1)", "a" * 5000, "\u202egpt-5", "gpt-5\x1b[31m"]
)
def test_a_hostile_name_raises_nothing(page_rates: Read, name: str) -> None:
    """It is text, wherever it comes to stand."""
    page = page_rates(HEADER + f"| {name} | $1.25 | $10 |\n")
    assert all("<script>" not in rate.name and "\u202e" not in rate.name for rate in page.rates)


TRANSLATED = {
    "Japanese": (
        "| | 無料枠 | 有料枠(100 万トークンあたり、米ドル) |",
        "| 入力料金 | 無料 | $1.25、プロンプト <= 20 万トークン<br>$2.50、プロンプト > 20 万トークン |",
        "| 出力料金 | 無料 | $10.00、プロンプト <= 200,000 トークン<br>$15.00、プロンプト > 200,000 |",
        "| コンテキスト キャッシュの料金 | 不可 | $0.125<br>$4.50/1,000,000 トークン/時間(ストレージ料金) |",
    ),
    "French": (
        "| | Niveau gratuit | Niveau payant, par million de jetons en USD |",
        "| Prix d'entrée | Sans frais | 1,25 $, requêtes <= 200 000 jetons<br>2,50 $, requêtes > 200 000 jetons |",
        "| Prix de sortie | Sans frais | 10,00 $, requêtes <= 200 000 jetons<br>15,00 $, requêtes > 200 000 |",
        "| Mise en cache du contexte | Non disponible | 0,125 $<br>4,50 $ / 1 000 000 de jetons par heure (stockage) |",
    ),
    "Spanish": (
        "| | Nivel gratuito | Nivel pagado, por 1 millón de tokens en USD |",
        "| Precio de entrada | Sin costo | $1.25, instrucciones <= 200,000 tokens<br>$2.50, instrucciones > 200,000 tokens |",
        "| Precio de salida | Sin costo | $10.00, instrucciones <= 200,000 tokens<br>$15.00, instrucciones > 200,000 |",
        "| Almacenamiento en caché de contexto | No disponible | $0.125<br>$4.50 / 1,000,000 tokens por hora (almacenamiento) |",
    ),
}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translated_page_states_the_same_prices(page_rates: Read, language: str) -> None:
    """Header words, tiers and storage, in the language's own writing of figures."""
    header, *rows = TRANSLATED[language]
    page = page_rates("\n".join(["## Gemini 2.5 Pro", "", header, "|---|---|---|", *rows, ""]), DAY, "gemini")
    base = {"input": "1.25", "output": "10.00", "cached_input": "0.125", "cache_storage_hour": "4.50"}
    assert prices(page, "Gemini 2.5 Pro") == base
    assert prices(page, "Gemini 2.5 Pro", above=200_000) == {"input": "2.50", "output": "15.00"}


def test_a_unit_in_the_header_is_read(page_rates: Read) -> None:
    """Dollars per thousand are not dollars per million."""
    page = page_rates("| Model | Input ($/1K) | Output ($/1K) |\n|---|---|---|\n| gpt-4 | $0.03 | $0.06 |\n")
    assert prices(page, "gpt-4") == {"input": "30.00", "output": "60.00"}


@pytest.mark.parametrize(
    ("cell", "usd"), [("$0.0025 / 1K tokens", "2.5"), ("$2.50 / 1K tokens", "2500"), ("$2.50 / MTok", "2.5")]
)
@pytest.mark.parametrize("end", [".", ""])
def test_a_cells_own_unit_is_read_and_awaits_a_known_price(page_rates: Read, cell: str, usd: str, end: str) -> None:
    """ "Prices per 1M tokens" says of a page what the field does anyway; a cell that says otherwise may be a slip."""
    rows = f"| gpt-9 | {cell} | $5 |\n| gpt-9-mini | $1 | $4 |\n"
    page = page_rates(f"Prices per 1M tokens in USD{end}\n\n| Model | Input | Output |\n|---|---|---|\n{rows}")
    assert {name: Decimal(price) for name, price in prices(page, "gpt-9").items()} == {
        "input": Decimal(usd),
        "output": 5,
    }
    input_price = page.rates[0].prices["input"]
    assert input_price.unit_stated is ("1K" not in cell)
    assert not input_price.doubts


def test_a_heads_unit_and_a_cells_other_one_are_a_doubt(page_rates: Read) -> None:
    """Both are the figure's own."""
    page = page_rates(
        "| Model | Input ($/1M tokens) | Output |\n|---|---|---|\n| gpt-9 | $2.50 / 1K tokens | $5 / MTok |\n"
    )
    assert page.rates[0].prices["input"].doubts


def test_an_id_of_two_models_names_neither(page_rates: Read) -> None:
    """And the page's slip is told."""
    table = "| | Paid Tier, per 1M tokens in USD |\n|---|---|\n| Input price | ${} |\n\n"
    page = page_rates(
        f"## Gemini 3 Pro\n\n`gemini-3`\n\n{table.format(2)}## Gemini 3 Flash\n\n`gemini-3`\n\n{table.format(1)}"
    )
    assert [rate.ids for rate in page.rates] == [(), ()]
    assert "'gemini-3' stands for" in page.problems[0].reason


@pytest.mark.parametrize(
    "cell",
    [
        "<span style='direction:rtl;unicode-bidi:bidi-override'>05.2$</span>",
        "<span style='unicode-bidi: isolate-override; direction: rtl'>05.2$</span>",
        "<bdo dir=rtl>05.2$</bdo>",
        "$2<span style='width:0;overflow:hidden;display:inline-block'>00</span>.50",
        "$2<span style='overflow-x: clip; max-width: 0'>00</span>.50",
    ],
)
def test_a_style_sheet_makes_no_other_price_of_what_is_seen(page_rates: Read, cell: str) -> None:
    """What is shown from behind is no price, what has no width is not there."""
    head = "<tr><th>Model</th><th>Input</th></tr>"
    page = page_rates(
        f"<html><body><p>USD per 1M tokens</p><table>{head}<tr><td>gpt-5</td><td>{cell}</td></tr></table>"
    )
    plain = [price.amount for one in page.rates for price in one.prices.values() if not price.doubts]
    assert {str(usd) for usd in plain} <= {"2.50"}
