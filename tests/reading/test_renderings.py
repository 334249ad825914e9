"""The same prices as other renderings of a page show them: grouped headers, lost line breaks, units in lines of their own."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from tests.reading.plain import plain, told

DAY = date(2026, 9, 10)
Slot = tuple[str, str, int | str | None, str]


def read(text: str, provider: str = "anthropic") -> tuple[dict[Slot, str], str]:
    """({(name, mode, above, dimension): price}, problems)."""
    document = read_document(text, "https://example.org/pricing")
    assert isinstance(document, Document), document
    page = read_rates(document, provider, DAY)
    prices = {(r.name, r.mode, r.above_input_tokens, d): f"{p.amount.normalize():f}" for r, d, p in plain(page)}
    return prices, told(page)


def of(name: str, above: int | None = None, mode: str = "standard", **prices: str) -> dict[Slot, str]:
    return {(name, mode, above, dimension): usd for dimension, usd in prices.items()}


GROUPED: dict[Slot, str] = {
    **of("Claude Opus 9", input="4", output="20", cache_write_5m="5", cache_write_1h="8", cached_input="0.2"),
    **of("Claude Haiku 9", input="1"),
    **of("Claude Haiku 9", 90_000, input="3"),
    **of("Claude Opus 8", input="6", output="30", cache_write_5m="7.5", cache_write_1h="12", cached_input="0.6"),
}


def _cell(price: str, remark: str = "") -> str:
    return f"<td><div>{price}<!-- --> <span>/ MTok</span><span>{remark}</span></div></td>"


def _cells(*prices: str) -> str:
    return "".join(map(_cell, prices))


HTML = f"""<h1>Pricing</h1><h2>Models</h2><table><thead>
<tr><th>Model</th><th colspan="2">Base tokens</th><th colspan="3">Prompt caching</th></tr>
<tr><th>Name</th><th>Input</th><th>Output</th><th>5m writes</th><th>1h writes</th><th>Hits and refreshes</th></tr></thead><tbody>
<tr><td><div><a href="/o">Claude Opus 9</a><span>For long drafts and enterprise research</span></div></td>
{_cells("$4", "$20", "$5", "$8", "$0.20")}</tr>
<tr><td rowspan="2"><div><a href="/h">Claude Haiku 9</a><span>For high-volume chat</span></div></td>
{_cell("$1", "for prompts up to 90,000 tokens")}{_cells("$5", "$1.25", "$2", "$0.05")}</tr>
<tr>{_cell("$3", "for prompts over 90,000 tokens")}{_cells("$9", "$3.50", "$6", "$0.30")}</tr>
<tr><th colspan="6"><button>More models</button></th></tr>
<tr><td>Claude Opus 8</td>{_cells("$6", "$30", "$7.50", "$12", "$0.60")}</tr></tbody></table>"""

OPUS = "[Claude Opus 9](/o)For long drafts and enterprise research"
HAIKU = "[Claude Haiku 9](/h)For high-volume chat rooms"
ROWS = f"""| {OPUS} | $4 / MTok | $20 / MTok | $5 / MTok | $8 / MTok | $0.20 / MTok |
| {HAIKU} | $1 / MTokfor prompts up to 90,000 tokens | $5 / MTok | $1.25 / MTok | $2 / MTok | $0.05 / MTok |
| $3 / MTokfor prompts over 90,000 tokens | $9 / MTok | $3.50 / MTok | $6 / MTok | $0.30 / MTok |
| More models |
| Claude Opus 8 | $6 / MTok | $30 / MTok | $7.50 / MTok | $12 / MTok | $0.60 / MTok |
"""
LABELS = "| Name | Input | Output | 5m writes | 1h writes | Hits and refreshes |\n"


@pytest.mark.parametrize(
    "page",
    [
        HTML,
        f"# Pricing\n\n| Model | Base tokens | | Prompt caching | | |\n|---|---|---|---|---|---|\n{LABELS}{ROWS}",
        f"# Pricing\n\n| Model | Base tokens | Prompt caching |\n|---|---|---|\n{LABELS}{ROWS}",
    ],
    ids=["html", "copied", "copied without spans"],
)
def test_a_header_in_groups_names_below_and_rows_told_apart_by_one_cell(page: str) -> None:
    """Two header rows, praise under a name (a doubt), a prompt size in one cell of its row only (the others contradict)."""
    stated = read_document(page, "https://example.org/pricing")
    assert isinstance(stated, Document)
    rates = read_rates(stated, "anthropic", DAY)
    values = {
        (r.name, r.mode, r.above_input_tokens, d): f"{p.amount.normalize():f}"
        for r in rates.rates
        for d, p in r.prices.items()
    }
    assert values == GROUPED
    assert read(page)[0] == {slot: usd for slot, usd in GROUPED.items() if slot[0] == "Claude Opus 8"}
    assert "two prices for output of Claude Haiku 9" in told(rates)


def test_what_follows_a_name_in_another_line_can_still_be_another_offer() -> None:
    """Praise is no offer; another cloud is."""
    row = "<tr><td>Claude Opus 9<br>hosted with care on Bedrock</td><td>$4 / MTok</td></tr>"
    prices, problems = read(f"<h1>Pricing</h1><table><tr><th>Model</th><th>Input</th></tr>{row}</table>")
    assert prices == {}
    assert "hosted with care on Bedrock" in problems


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_unit_in_a_line_of_its_own_belongs_to_the_price_above_it(between: str) -> None:
    """Text copied from cards, one piece a line."""
    lines = [
        *("Opus 9", "Prompt caching", "Read", "$0.20", "/ MTok"),
        *("Write", "$5", "/ MTok", "Input", "$4", "/ MTok", "Output", "$20", "/ MTok"),
        *("Haiku 9.1", "Prompt caching", "Prompts ≤ 90K tokens", "Read", "$0.05", "/ MTok"),
        *("Prompts > 90K tokens", "Read", "$0.30", "/ MTok", "Input", "Prompts ≤ 90K tokens", "$1", "/ MTok"),
        *("Prompts > 90K tokens", "$3", "/ MTok"),
    ]
    assert read("# Pricing\n\n" + between.join(lines))[0] == {
        **of("Opus 9", input="4", output="20", cache_write_5m="5", cached_input="0.2"),
        **of("Haiku 9.1", input="1", cached_input="0.05"),
        **of("Haiku 9.1", 90_000, input="3", cached_input="0.3"),
    }


PAID = "  * Paid Tier, per 1M tokens in USD:"


def test_tables_that_a_copy_made_into_lists() -> None:
    """Each row an item, its columns items in it, line breaks lost; what another row of another thing costs is not taken."""
    prices, problems = read(
        "# Prices\n\n## Gemini 9 Pro\n\n* Input price\n  * Free Tier: Free of charge\n"
        f"{PAID} $1.50, prompts <= 90k tokens$3.00, prompts > 90k tokens\n* Output price\n{PAID} $9.00\n"
        f"* Context caching price\n{PAID} $0.31, prompts <= 90k tokens$0.62, prompts > 90k$4.50 / 1,000,000 tokens per hour\n"
        f"* Live API\n{PAID} Input: $0.35 (text), Output: $8.50 (audio)\n",
        "gemini",
    )
    assert prices == {
        **of("Gemini 9 Pro", input="1.5", output="9", cached_input="0.31", cache_storage_hour="4.5"),
        **of("Gemini 9 Pro", 90_000, input="3", cached_input="0.62"),
    }
    assert "another offer than the plain call" in problems


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("付费层级，每 100 万个令牌（美元）", "0.30 美元（文字 / 图片）<br>1.20 美元（音频）", ("0.3", "1.2")),
        ("有料枠、100 万トークンあたり（USD）", "0.30 ドル（テキスト / 画像）<br>1.20 ドル（音声）", ("0.3", "1.2")),
        ("유료 등급, 토큰 100만 개당(USD)", "0.30달러(텍스트/이미지)<br>1.20달러(오디오)", ("0.3", "1.2")),
    ],
)
def test_dollars_in_words_and_wide_parentheses(header: str, cell: str, expected: tuple[str, str]) -> None:
    """As translated pages write prices."""
    words = {"付": "输入价格", "有": "入力価格", "유": "입력 가격"}[header[0]]
    rows = f"<tr><th></th><th>{header}</th></tr><tr><td>{words}</td><td>{cell}</td></tr>"
    page = f"<h1>Pricing</h1><h2>Gemini 9 Flash</h2><table>{rows}</table>"
    assert read(page, "gemini")[0] == of(
        "Gemini 9 Flash", input=expected[0], input_image=expected[0], input_audio=expected[1]
    )


def test_a_unit_before_its_price_is_not_that_of_the_price_before() -> None:
    """Chinese says "every hour, every million" first."""
    rows = "<tr><td>上下文缓存价格</td><td>$0.05（文字）<br>$0.10（音频）<br>每小时每 100 万个令牌$1.00（存储价格）</td></tr>"
    rows += "<tr><td>图片输出价格</td><td>每张图片 $0.04</td></tr>"
    table = f"<table><tr><th></th><th>付费层级，每 100 万个令牌（美元）</th></tr>{rows}</table>"
    page = f"<h1>Pricing</h1><h2>Gemini 9 Flash</h2>{table}"
    prices, _ = read(page + "<p>[*] 图片输出按每 100 万个 token 30 美元的价格收费。</p>", "gemini")
    wanted = of("Gemini 9 Flash", cached_input="0.05", cached_input_audio="0.1", cache_storage_hour="1")
    assert prices.items() <= wanted.items()
    assert prices


@pytest.mark.parametrize(
    ("sizes", "prices"),
    [
        (("≤ 90K tokens d'entrée", "> 90K tokens d'entrée"), ("Entrée : 3 $", "Entrée : 6 $", "Sortie : 22,50 $")),
        (("≤ 90K Eingabe-Token", "> 90K Eingabe-Token"), ("Eingabe: 3 $", "Eingabe: 6 $", "Ausgabe: 22,50 $")),
        (("≤ 90K 入力トークン", "> 90K 入力トークン"), ("入力：$3", "入力：$6", "出力：$22.50")),
        (("≤ 90K 输入令牌", "> 90K 输入令牌"), ("输入：$3", "输入：$6", "输出：$22.50")),
    ],
)
def test_a_size_in_tokens_of_input_is_no_price_of_input(sizes: tuple[str, str], prices: tuple[str, str, str]) -> None:
    """The cells say what they price."""
    below, above, output = (f"{price} / MTok" for price in prices)
    page = (
        f"# Pricing\n\nClaude Opus 9は\n\n| {' | '.join(sizes)} |\n|---|---|\n| {below} | {above} |\n| - | {output} |\n"
    )
    page += "\n| Model | Output |\n|---|---|\n| Claude Opus 9 | $15 / MTok |\n"
    assert read(page)[0] == {
        **of("Claude Opus 9", input="3", output="15"),
        **of("Claude Opus 9", 90_000, input="6", output="22.5"),
    }


@pytest.mark.parametrize(
    "remark", ["已停用，Bedrock 除外", "eingestellt, außer auf Bedrock", "retiré, sauf sur Bedrock"]
)
def test_where_a_retired_model_still_runs_is_no_other_offer(remark: str) -> None:
    """In the languages of the pages."""
    prices, _ = read(f"# Pricing\n\n| Model | Input |\n|---|---|\n| Claude Haiku 9（{remark}） | $1 / MTok |\n")
    assert prices == of("Claude Haiku 9", input="1")


@pytest.mark.parametrize("other", ["HK$5", "S$5", "NT$5"])
def test_other_dollars_are_still_told_apart(other: str) -> None:
    """A word before the sign is no currency, up to three letters are."""
    assert not read(f"# Pricing\n\n| Model | Input |\n|---|---|\n| Claude Haiku 9 | {other} / MTok |\n")[0]


@pytest.mark.parametrize(
    ("columns", "labels", "nothing", "free", "storage"),
    [
        (
            "Free Tier\n\nPaid Tier, per 1M tokens in USD",
            ("Input price", "Context caching price", "Live API", "Context caching (storage)"),
            "Not available",
            "Free of charge",
            "$4.50 / 1,000,000 tokens per hour",
        ),
        (
            "免费层级\n\n付费层级，每 100 万个令牌（美元）",
            ("输入价格", "上下文缓存价格", "Live API", "上下文缓存（存储）"),
            "不可用",
            "免费",
            "每小时每 100 万个令牌 $4.50",
        ),
    ],
)
def test_cells_written_below_each_other(
    columns: str, labels: tuple[str, ...], nothing: str, free: str, storage: str
) -> None:
    """A copy that knows no tables: each label, its free cell and its paid one; nothing says which is which."""
    cells = [
        *(columns, labels[0], free, "$1.50 (text)\n$3.00 (audio)", labels[1], nothing, "$0.15"),
        *(labels[2], free, "Input: $0.35 (text), Output: $8.50 (audio)", labels[3], nothing, storage),
    ]
    prices, problems = read("# Pricing\n\n## Gemini 9 Pro\n\n" + "\n\n".join(cells) + "\n", "gemini")
    assert prices == {}
    assert "another offer than the plain call" in problems


def test_a_read_and_a_write_in_one_line() -> None:
    """Under a name, all of a card in a line; the caches' two prices are told apart by one word each."""
    line = "Input $4 / MTok Output $20 / MTok Prompt caching Write $5 / MTok Read $0.20 / MTok"
    assert read(f"# Pricing\n\nOpus 9\n\n{line}\n")[0] == of(
        "Opus 9", input="4", output="20", cache_write_5m="5", cached_input="0.2"
    )


@pytest.mark.parametrize("label", ["Cost (Input / Output per MTok)", "Pricing per MTok (input/output)"])
def test_two_prices_in_a_cell_by_the_order_of_their_label(label: str) -> None:
    """In a row and in a column; a cell that says more than two prices is told."""
    rows = f"| | Claude Opus 9 | Claude Haiku 9 |\n|---|---|---|\n| {label} | $4.00 / $20.00 | $1 / $5, $2 / $6 for > 200K |\n"
    prices, problems = read(f"# Pricing\n\n{rows}")
    assert prices == of("Claude Opus 9", input="4", output="20")
    assert "several things that are counted" in problems
    column = f"| Model | {label} |\n|---|---|\n| Claude Opus 9 | $4.00 / $20.00 |\n"
    assert read(f"# Pricing\n\n{column}")[0] == of("Claude Opus 9", input="4", output="20")


def test_a_heading_names_a_family_that_nobody_knows_where_prices_follow() -> None:
    """And a heading of the same shape over something else names nothing."""
    card = "Input\n\n$4 / MTok\n\nOutput\n\n$20 / MTok\n"
    assert read(f"# Pricing\n\n### Saga 9.1\n\n{card}")[0] == of("Saga 9.1", input="4", output="20")
    assert read(f"# Pricing\n\n### Tier 4\n\n{card}")[0] == {}


@pytest.mark.parametrize(
    ("below", "above"),
    [
        ("适用于不超过 90,000 个令牌的提示", "适用于超过 90,000 个令牌的提示"),
        ("90,000トークン以下のプロンプト", "90,000トークン超のプロンプト"),
        ("최대 90,000토큰 프롬프트", "90,000토큰을 초과하는 프롬프트"),
        ("für Prompts bis zu 90.000 Token", "für Prompts über 90.000 Token"),
        ("pour les prompts jusqu'à 90 000 tokens", "pour les prompts de plus de 90 000 tokens"),
    ],
)
def test_sizes_in_names_in_the_languages_of_the_pages(below: str, above: str) -> None:
    """Two rows of one model."""
    rows = f"| Claude Haiku 9 ({below}) | $1 / MTok |\n| Claude Haiku 9 ({above}) | $3 / MTok |\n"
    prices = {**of("Claude Haiku 9", input="1"), **of("Claude Haiku 9", 90_000, input="3")}
    assert read(f"# Pricing\n\n| Model | Input |\n|---|---|\n{rows}")[0] == prices


def test_prices_of_a_context_cache_without_a_word_for_reading() -> None:
    """As the lists of 2024 had them, sizes and storage behind the prices."""
    prices, _ = read(
        "# Pricing\n\n## Gemini 9 Pro\n\n**Pay-as-you-go**\n\n- Price (input)\n  - $1 / 1 million tokens\n- Context caching\n"
        "  - $0.20 / 1 million tokens (for prompts up to 90K tokens)\n"
        "  - $0.40 / 1 million tokens (for prompts longer than 90K)\n  - $4 / 1 million tokens per hour (storage)\n",
        "gemini",
    )
    assert prices == {
        **of("Gemini 9 Pro", input="1", cached_input="0.2", cache_storage_hour="4"),
        **of("Gemini 9 Pro", 90_000, cached_input="0.4"),
    }


TRANSLATED = {
    "ko": ("유료 등급, 토큰 100만 개당(USD)", "일괄", "$1, 프롬프트 <= 토큰 9만 개<br>$2, 프롬프트 > 토큰 9만 개"),
    "tw": (
        "付費方案，每 100 萬個符記（美元）",
        "批次",
        "$1 美元，提示詞 <= 9 萬個詞元<br>$2 美元，提示詞 > 9 萬個詞元",
    ),
    "fr": (
        "Niveau payant, par million de jetons en USD",
        "Lot",
        "1 $, requêtes <= 90 000 jetons<br>2 $, requêtes > 90 000",
    ),
    "id": (
        "Tingkat Berbayar, per 1 juta token dalam USD",
        "Batch",
        "$1, perintah <= 90 ribu token<br>$2, perintah > 90 ribu",
    ),
}
ROWS_OF = {
    "ko": (
        "입력 가격",
        "컨텍스트 캐싱 가격",
        "$0.10(텍스트)<br>$0.30(오디오)<br>$4.50/토큰 1,000,000개(시간당)(스토리지 가격)",
    ),
    "tw": (
        "輸入價格 (包括思考詞元)",
        "脈絡快取價格",
        "$0.10 美元 (文字)<br>$0.30 美元 (音訊)<br>$4.50 美元 / 每小時 1,000,000 個詞元",
    ),
    "fr": (
        "Prix d'entrée",
        "Prix de la mise en cache du contexte",
        "0,10 $ (texte)<br>0,30 $ (audio)<br>4,50 $ / 1 000 000 jetons par heure",
    ),
    "id": (
        "Harga input",
        "Harga penyimpanan cache konteks",
        "$0,10 (teks)<br>$0,30 (audio)<br>$4,50 / 1.000.000 token per jam (harga penyimpanan)",
    ),
}


@pytest.mark.parametrize("language", TRANSLATED)
def test_modes_sizes_and_storage_in_the_languages_of_the_pages(language: str) -> None:
    """The words for a batch, for so many tokens, for a cache and its storage."""
    header, mode, sizes = TRANSLATED[language]
    rows = "".join(
        f"<tr><td>{label}</td><td>{cell.replace('<=', '&lt;=').replace('> ', '&gt; ')}</td></tr>"
        for label, cell in zip(ROWS_OF[language][:2], (sizes, ROWS_OF[language][2]), strict=True)
    )
    page = (
        f"<h1>Pricing</h1><h2>Gemini 9 Pro</h2><h3>{mode}</h3><table><tr><th></th><th>{header}</th></tr>{rows}</table>"
    )
    prices, problems = read(page, "gemini")
    expected = {
        **of(
            "Gemini 9 Pro",
            mode="batch",
            input="1",
            cached_input="0.1",
            cached_input_audio="0.3",
            cache_storage_hour="4.5",
        ),
        **of("Gemini 9 Pro", 90_000, mode="batch", input="2"),
    }
    assert prices.items() <= expected.items()
    assert problems or prices == expected
