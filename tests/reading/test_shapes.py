"""A page made from random models and prices, in each shape that vendors use, is read back exactly."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octoregistry.documents import Unread, read_document
from octoregistry.reading import read_rates
from tests.depth import DEPTH

Key = tuple[str, str, int | None, str]
Facts = dict[Key, Decimal]


@dataclass(frozen=True)
class Model:
    """A model and its prices; a price that is None is not offered."""

    name: str
    input: Decimal
    cached: Decimal | None
    write: Decimal | None
    output: Decimal

    @property
    def write_1h(self) -> Decimal | None:
        """The price of writing to the cache for an hour, above that for five minutes."""
        return self.write * 2 if self.write is not None else None


def _prices(draw: st.DrawFn) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    steps = [draw(st.integers(1, 4000)) for _ in range(4)]
    scale = draw(st.sampled_from([Decimal("0.001"), Decimal("0.005"), Decimal("0.25"), Decimal(1)]))
    base, write, output = (sum(steps[1 : i + 1], steps[0]) * 2 * scale for i in range(3))
    cached = min(steps[3], steps[0]) * scale  # at most half of the input price: the batch price of some is that half
    return cached, base, write, output


@st.composite
def models(draw: st.DrawFn, names: st.SearchStrategy[str]) -> list[Model]:
    """Models of one vendor, cheapest price first in each: cached, input, cache write, output."""
    found = []
    for name in draw(st.lists(names, min_size=1, max_size=6, unique=True)):
        cached, base, write, output = _prices(draw)
        offers = draw(st.booleans())
        found.append(Model(name, base, cached if offers else None, write if offers else None, output))
    return found


openai_names = st.builds(
    lambda family, size: f"{family}{size}",
    st.sampled_from(["gpt-5", "gpt-5.2", "gpt-4.1", "o3", "o4-mini", "gpt-4o", "computer-use-preview"]),
    st.sampled_from(["", "-mini", "-nano", "-pro", "-2026-01-05"]),
)
claude_names = st.builds(
    lambda family, version: f"Claude {family} {version}",
    st.sampled_from(["Opus", "Sonnet", "Haiku"]),
    st.sampled_from(["3", "3.5", "4", "4.1", "4.5", "5"]),
)
gemini_names = st.builds(
    lambda version, size: f"Gemini {version} {size}",
    st.sampled_from(["2.0", "2.5", "3", "3.1"]),
    st.sampled_from(["Pro", "Flash", "Flash-Lite", "Pro Preview"]),
)


def usd(price: Decimal | None, none: str = "-") -> str:
    """A price as pages write it: two decimals at least."""
    if price is None:
        return none
    return f"${price:,.2f}" if price == price.quantize(Decimal("0.01")) else f"${price:f}"


def plain(price: Decimal | None, none: str = "null") -> str:
    """A price as component props write it."""
    return none if price is None else f"{price.normalize():f}"


def known(found: list[Model], mode: str = "standard", above: int | None = None, **fields: str) -> Facts:
    """The facts that a page states which shows `fields` (dimension=attribute) of every model."""
    return {
        (model.name, mode, above, dimension): price
        for model in found
        for dimension, attribute in fields.items()
        if (price := getattr(model, attribute)) is not None
    }


def read(text: str) -> Facts:
    """What the program reads from a page."""
    document = read_document(text, "page")
    assert not isinstance(document, Unread), document.reason
    page = read_rates(document, "vendor", date(2026, 9, 1))
    return {
        (rate.name, rate.mode, rate.above_input_tokens, dimension): price.amount  # type: ignore[misc]
        for rate in page.rates
        for dimension, price in rate.prices.items()
    }


def pipe(rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def html_table(rows: list[list[str]]) -> str:
    """An HTML table with a head."""
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


THREE = {"input": "input", "cached_input": "cached", "output": "output"}


def _mdx_panes(found: list[Model]) -> tuple[str, Facts]:
    panes = []
    facts: Facts = {}
    for mode, factor in (("standard", 1), ("batch", 2)):
        rows = []
        for model in found:
            cells = [f'"{model.name}"', plain(model.input / factor), plain(model.cached), plain(model.output / factor)]
            if model.write is not None:
                cells.insert(3, plain(model.write))
            rows.append("    [" + ", ".join(cells) + "],")
        panes.append(
            f'<div data-content-switcher-pane data-value="{mode}"{" hidden" if mode != "standard" else ""}>\n'
            f'  <PriceRows tier="{mode}" rows={{[\n' + "\n".join(rows) + "\n  ]} />\n</div>"
        )
        for model in found:
            facts[model.name, mode, None, "input"] = model.input / factor
            facts[model.name, mode, None, "output"] = model.output / factor
            if model.cached is not None and model.write is not None:
                facts[model.name, mode, None, "cached_input"] = model.cached
                facts[model.name, mode, None, "cache_write_5m"] = model.write
    return "# Prices\n\nPrices per 1M tokens.\n\n" + "\n\n".join(panes), facts


def _island(found: list[Model]) -> tuple[str, Facts]:
    rows = [[1, [[0, m.name], [0, plain(m.input)], [0, plain(m.cached, "-")], [0, plain(m.output)]]] for m in found]
    props = html.escape(json.dumps({"tier": [0, "batch"], "rows": [1, rows]}))
    island = f'<astro-island component-export="PriceRows" props="{props}"></astro-island>'
    return (
        f"<html><body><h1>Prices</h1><p>Per 1M tokens.</p><div role='tabpanel' hidden aria-label='Batch'>{island}</div>"
        "</body></html>",
        known(found, "batch", **THREE),
    )


def _side_by_side(found: list[Model]) -> tuple[str, Facts]:
    header = [
        "Model",
        *(
            f"{tier} context {what}"
            for tier in ("Short", "Long")
            for what in ("input", "cached input", "cache writes", "output")
        ),
    ]
    rows = [header]
    facts = known(found, input="input", cached_input="cached", cache_write_5m="write", output="output")
    for m in found:
        short = [m.input, m.cached, m.write, m.output]
        long = [None if p is None else p * 2 for p in short]
        rows.append([f"{m.name} (<272K context length)", *map(usd, [*short, *long])])
        names = ("input", "cached_input", "cache_write_5m", "output")
        facts |= {(m.name, "standard", 272000, d): p for d, p in zip(names, long, strict=True) if p is not None}
    return "## Text tokens\n\nPrices per 1M tokens.\n\n" + pipe(rows), facts


def _reader_copy(found: list[Model]) -> tuple[str, Facts]:
    navigation = "\n".join(f"* [Guide {i}](https://example.org/{i})" for i in range(80))
    table = [["Model", "Input", "Cached input", "Output"]]
    table += [[m.name, usd(m.input), usd(m.cached), usd(m.output)] for m in found]
    return (
        f"Title: Prices\n\nURL Source: https://example.org/prices\n\nMarkdown Content:\n{navigation}\n\nText tokens\n\n"
        f"Prices per 1M tokens.\n\nBatch\n\n{pipe(table)}\n\nStandard\n\n{pipe(table)}\n",
        known(found, **THREE) | known(found, "batch", **THREE),
    )


def _mtok(price: Decimal | None) -> str:
    return "N/A" if price is None else f"{usd(price)} / MTok"


CLAUDE = {
    "input": "input",
    "cache_write_5m": "write",
    "cache_write_1h": "write_1h",
    "cached_input": "cached",
    "output": "output",
}


def _claude_rows(found: list[Model], name: Callable[[str], str], cell: Callable[[str], str]) -> list[list[str]]:
    header = [
        "Model",
        "Base Input Tokens",
        "5m Cache Writes",
        "1h Cache Writes",
        "Cache Hits & Refreshes",
        "Output Tokens",
    ]
    return [header] + [
        [name(m.name), *(cell(_mtok(p)) for p in (m.input, m.write, m.write_1h, m.cached, m.output))] for m in found
    ]


def _claude_markdown(found: list[Model]) -> tuple[str, Facts]:
    rows = _claude_rows(found, lambda n: f"{n} ([deprecated](/docs/retired))", lambda c: c.replace("$", r"\$"))
    batch = [
        ["Model", "Batch input", "Batch output"],
        *([m.name, _mtok(m.input / 2), _mtok(m.output / 2)] for m in found),
    ]
    facts = known(found, **CLAUDE)
    for m in found:
        facts[m.name, "batch", None, "input"] = m.input / 2
        facts[m.name, "batch", None, "output"] = m.output / 2
    return f"# Pricing\n\n## Models\n\n{pipe(rows)}\n\n### Batch processing\n\n{pipe(batch)}\n", facts


def _claude_html(found: list[Model]) -> tuple[str, Facts]:
    header = ["Model", "Base input", "Cache writes", "Cache hits", "Output tokens"]
    rows = [header] + [[m.name, *map(_mtok, (m.input, m.write, m.cached, m.output))] for m in found]
    return (
        f"<!DOCTYPE html><html><body><h2>Model pricing</h2>{html_table(rows)}</body></html>",
        known(found, input="input", cache_write_5m="write", cached_input="cached", output="output"),
    )


def _german(found: list[Model]) -> tuple[str, Facts]:
    def cell(price: Decimal | None) -> str:
        return "-" if price is None else f"{price:.3f}".removesuffix("0").replace(".", ",") + " $ / MTok"

    # "1,001" alone reads two ways; one price that can only have a decimal comma settles them all
    whole = [*found, Model("Claude Haiku 9", Decimal("0.25"), None, None, Decimal("1.25"))]
    header = ["Modell", "Basis-Eingabetoken", "Cache-Schreibvorgänge (5 Min.)", "Cache-Treffer", "Ausgabetoken"]
    rows = [header] + [[m.name, *(cell(p) for p in (m.input, m.write, m.cached, m.output))] for m in whole]
    return (
        f"# Preise\n\n{pipe(rows)}\n",
        known(whole, input="input", cache_write_5m="write", cached_input="cached", output="output"),
    )


def _cards(found: list[Model]) -> tuple[str, Facts]:
    cards = ["<div><h3>Pro</h3><p>$17</p><p>Per month with annual subscription</p></div>"]
    for m in found:
        caching = (
            ""
            if m.cached is None
            else (
                f"<div>Prompt caching</div><div>Write</div><div>{_mtok(m.write)}</div><div>Read</div><div>{_mtok(m.cached)}</div>"
            )
        )
        cards.append(
            f"<div><h3>{m.name.removeprefix('Claude ')}</h3><p>Most intelligent model for agents</p>"
            f"<div><span>Input</span><span>{_mtok(m.input)}</span></div><div>Output {_mtok(m.output)}</div>{caching}</div>"
        )
    facts = known(found, input="input", cache_write_5m="write", cached_input="cached", output="output")
    return (
        "<html><body><h1>Pricing</h1>" + "".join(cards) + "</body></html>",
        {(key[0].removeprefix("Claude "), *key[1:]): price for key, price in facts.items()},
    )


def _transposed(found: list[Model]) -> tuple[str, Facts]:
    rows = [
        ["Feature", *(m.name for m in found)],
        ["Description", *("Fast and capable" for _ in found)],
        ["Pricing", *(f"{usd(m.input)} / input MTok<br/>{usd(m.output)} / output MTok" for m in found)],
    ]
    return f"# Models overview\n\n{pipe(rows)}\n", known(found, input="input", output="output")


def _gemini(found: list[Model]) -> tuple[str, Facts]:
    sections = ["# Developer API pricing"]
    facts: Facts = {}
    for m in found:
        high = [m.input * 2, m.output * 2]
        cached, storage = m.cached, Decimal("4.50")
        sections.append(f"## {m.name}\n\n*`{m.name.lower().replace(' ', '-')}`*\n\nA model for all work.")
        for mode, factor in (("Standard", 1), ("Batch", 2)):
            rows = [
                ["", "Free Tier", "Paid Tier, per 1M tokens in USD"],
                [
                    "Input price",
                    "Free of charge",
                    f"{usd(m.input / factor)}, prompts \\<= 200k tokens {usd(high[0] / factor)}, prompts \\> 200k tokens",
                ],
                [
                    "Output price (including thinking tokens)",
                    "Free of charge",
                    f"{usd(m.output / factor)}, prompts \\<= 200k tokens {usd(high[1] / factor)}, prompts \\> 200k",
                ],
                [
                    "Context caching price",
                    "Not available",
                    "Not available"
                    if cached is None
                    else f"{usd(cached)} (text / image / video) {usd(cached * 2)} (audio) "
                    f"{usd(storage)} / 1,000,000 tokens per hour (storage price)",
                ],
                ["Grounding with Google Search", "500 RPD (free)", "1,500 RPD (free), then $35 / 1,000 requests"],
                ["Used to improve our products", "Yes", "No"],
            ]
            sections.append(f"### {mode}\n\n{pipe(rows)}")
            for above, i, o in ((None, m.input, m.output), (200000, high[0], high[1])):
                facts[m.name, mode.lower(), above, "input"] = i / factor
                facts[m.name, mode.lower(), above, "output"] = o / factor
            if cached is not None:
                facts[m.name, mode.lower(), None, "cached_input"] = cached
                facts[m.name, mode.lower(), None, "cached_input_audio"] = cached * 2
                facts[m.name, mode.lower(), None, "cache_storage_hour"] = storage
    return "\n\n".join(sections) + "\n", facts


def _gemini_list(found: list[Model]) -> tuple[str, Facts]:
    sections = ["# Pricing"]
    for m in found:
        sections.append(
            f"## {m.name}\n\n* Input price\n  * Free Tier: Free of charge\n  * Paid Tier, per 1M tokens in USD: {usd(m.input)}\n"
            f"* Output price\n  * Free Tier: Free of charge\n  * Paid Tier, per 1M tokens in USD: {usd(m.output)}\n"
            "* Used to improve our products\n  * Free Tier: Yes\n  * Paid Tier, per 1M tokens in USD: No"
        )
    return "\n\n".join(sections) + "\n", known(found, input="input", output="output")


def _divs(found: list[Model]) -> tuple[str, Facts]:
    def row(cells: list[str], role: str) -> str:
        return "<div role='row'>" + "".join(f"<div role='{role}'>{html.escape(c)}</div>" for c in cells) + "</div>"

    rows = [row(["Model", "Input", "Cached input", "Output"], "columnheader")]
    rows += [row([m.name, usd(m.input), usd(m.cached), usd(m.output)], "cell") for m in found]
    return (
        f"<html><body><h2>Flex</h2><p>Prices per 1M tokens</p><div role='table'>{''.join(rows)}</div></body></html>",
        known(found, "flex", **THREE),
    )


def _grouped_header(found: list[Model]) -> tuple[str, Facts]:
    head = (
        "<tr><th rowspan=2>Model</th><th colspan=2>Standard</th><th colspan=2>Batch</th></tr>"
        "<tr><th>Input</th><th>Output</th><th>Input</th><th>Output</th></tr>"
    )
    body = "".join(
        f"<tr><th scope=row>{m.name}</th><td>{usd(m.input)}</td><td>{usd(m.output)}</td>"
        f"<td>{usd(m.input / 2)}</td><td>{usd(m.output / 2)}</td></tr>"
        for m in found
    )
    facts = known(found, input="input", output="output")
    for m in found:
        facts[m.name, "batch", None, "input"] = m.input / 2
        facts[m.name, "batch", None, "output"] = m.output / 2
    return (
        f"<html><body><p>USD per 1M tokens</p><table><thead>{head}</thead><tbody>{body}</tbody></table></body></html>",
        facts,
    )


SHAPES = {
    "JSX rows in panes": (openai_names, _mdx_panes),
    "Astro islands": (openai_names, _island),
    "short and long context side by side": (openai_names, _side_by_side),
    "reader copy": (openai_names, _reader_copy),
    "div grid": (openai_names, _divs),
    "grouped header": (openai_names, _grouped_header),
    "Claude Markdown": (claude_names, _claude_markdown),
    "Claude HTML with one cache write": (claude_names, _claude_html),
    "decimal comma": (claude_names, _german),
    "cards": (claude_names, _cards),
    "models in columns": (claude_names, _transposed),
    "Gemini sections": (gemini_names, _gemini),
    "Gemini lists": (gemini_names, _gemini_list),
}


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=15 * DEPTH, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_page_of_random_prices_is_read_back_exactly(shape: str, data: st.DataObject) -> None:
    """No price is lost, none is changed, none is made up."""
    names, render = SHAPES[shape]
    text, facts = render(data.draw(models(names)))
    assert read(text) == facts
