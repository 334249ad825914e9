"""A page that draws itself in the browser: the data that it hands to its script is read like what others show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.documents import Document, Unread, read_document
from octoregistry.documents.page_data import data_markup

URL = "https://acme.example/pricing"
ROADS = [
    {"name": "Road 9", "pricing": {"input": "$1.00 / 1M tokens", "output": "$4.00 / 1M tokens"}},
    {"name": "Road 9 mini", "pricing": {"input": "$0.10 / 1M tokens", "output": "$0.40 / 1M tokens"}},
]
CARDS = [
    {
        "id": 7,
        "icon": "5b1f4c9e-1c1e-4b7a-9b77-0d7a5f0a9d11",
        "name": "Road 9",
        "description": "<p>For long ways.</p>",
        "api_endpoint": "road-9",
        "rates": [
            {"value": "Input (/M tokens)", "usd": "<p>$1</p>", "eur": "<p>0.9&euro;</p>", "locale": "en"},
            {"value": "Output (/M tokens)", "usd": "<p>$4</p>", "eur": "<p>3.6&euro;</p>", "locale": "en"},
        ],
    }
]


def page(*scripts: str, body: str = "<div id='app'></div>") -> str:
    """A page whose body shows nothing by itself."""
    return f"<!doctype html><html><body>{body}{''.join(scripts)}</body></html>"


def data(value: Any, kind: str = "application/json") -> str:
    return f'<script type="{kind}">{json.dumps(value)}</script>'


def streamed(*rows: str) -> list[str]:
    """The calls that stream rows of a tree, a call broken in the middle of each row."""
    text = "".join(f"{row}\n" for row in rows)
    pieces = [text[at : at + 61] for at in range(0, len(text), 61)]
    return [f"<script>self.__next_f.push({json.dumps([1, piece])})</script>" for piece in pieces]


def escaped(value: Any) -> str:
    """JSON of a streamed tree, in which a text that begins with the tree's own sign has it twice."""

    def twice(each: Any) -> Any:
        if isinstance(each, dict):
            return {key: twice(one) for key, one in each.items()}
        if isinstance(each, list):
            return [twice(one) for one in each]
        return f"${each}" if isinstance(each, str) and each.startswith("$") else each

    return json.dumps(twice(value))


def read(markup: str) -> Document:
    document = read_document(markup, URL)
    assert isinstance(document, Document), document
    return document


def over(document: Document, table: int = 0) -> list[str]:
    return [heading.text for heading in document.tables[table].headings]


def test_records_are_the_rows_of_a_table_under_the_keys_that_lead_to_them() -> None:
    document = read(page(data({"props": {"pageProps": {"models": ROADS}}})))
    assert document.tables[0].rows == (
        ("model", "pricing input", "pricing output"),
        ("Road 9", "$1.00 / 1M tokens", "$4.00 / 1M tokens"),
        ("Road 9 mini", "$0.10 / 1M tokens", "$0.40 / 1M tokens"),
    )
    assert over(document) == ["models"]


def test_a_record_with_a_list_of_its_own_is_a_section_with_its_texts_and_its_id() -> None:
    document = read(page(data({"apis": CARDS})))
    assert over(document) == ["apis", "Road 9", "rates"]
    assert document.tables[0].rows[1] == ("Input (/M tokens)", "$1", "0.9€")
    assert document.tables[0].rows[0] == ("", "usd", "eur")
    assert [passage.text for passage in document.passages] == ["For long ways.", "road-9"]
    assert document.passages[1].codes == ("road-9",)


def test_what_stands_around_a_list_stays_in_its_scope() -> None:
    tabs = {"tabs": [{"title": "Batch API", "models": ROADS}, {"title": "Fine-tuning", "note": "x", "models": ROADS}]}
    document = read(page(data(tabs)))
    assert over(document) == ["Batch API", "models"]
    assert over(document, 1) == ["Fine-tuning", "models"]


def test_a_streamed_tree_is_read_in_the_order_in_which_it_is_shown() -> None:
    batch = f'["$","h3",null,{{"children":"Batch"}}],["$","$L5",null,{escaped({"rows": ROADS})}]'
    rows = f'["$","section",null,{{"children":[{batch}]}}]'
    document = read(
        page(*streamed('1:["$","main",null,{"children":[["$","h2",null,{"children":"Prices"}],"$L2"]}]', f"2:{rows}"))
    )
    assert over(document) == ["Prices", "Batch"]
    assert document.tables[0].rows[1] == ("Road 9", "$1.00 / 1M tokens", "$4.00 / 1M tokens")


def test_a_reference_of_a_streamed_tree_is_no_price_and_its_text_is_found() -> None:
    record = '{"name":"Road 9","input":"$$1.50","output":"$9","more":"$a"}'
    document = read(page(*streamed(f'1:["$","$L5",null,{{"rows":[{record}]}}]', "9:T6,Größe", 'a:["x"]')))
    assert document.tables[0].rows == (("", "input", "output"), ("Road 9", "$1.50", "Größ"))


def test_an_offer_in_the_form_of_search_engines_is_read() -> None:
    offer = {"@type": "Offer", "price": "USD 0.50", "description": "per 1M input tokens"}
    document = read(page(data({"@type": "Product", "name": "Road 9", "offers": offer}, "application/ld+json")))
    assert [passage.text for passage in document.passages] == [
        "offers price: USD 0.50",
        "offers description: per 1M input tokens",
    ]
    assert document.passages[0].headings[0].text == "Road 9"


def test_a_page_that_shows_its_prices_is_read_as_it_is_shown() -> None:
    shown = "<h2>Prices</h2><table><tr><th>Model</th><th>Input</th></tr><tr><td>Road 9</td><td>$2</td></tr></table>"
    document = read(page(data({"models": ROADS}), body=shown))
    assert [table.rows[1] for table in document.tables] == [("Road 9", "$2")]


def test_data_without_a_price_leaves_the_page_unread() -> None:
    assert isinstance(read_document(page(data({"models": [{"name": "Road 9"}]})), URL), Unread)
    assert data_markup(page("<script>var x = {</script>", '<script type="application/json">{"a": </script>')) is None


def test_markup_in_data_is_text_and_never_a_tag_of_the_page() -> None:
    records = [{"name": "Road <b>9</b>", "input": "$1</td><td>$2", "k<i>": "$3 &lt;x&gt;"}]
    document = read(page(data({"rows": records}).replace("</td>", "<\\/td>")))
    assert document.tables[0].rows == (("", "input", "k<i>"), ("Road 9", "$1 $2", "$3 <x>"))


@pytest.mark.parametrize(
    "shown",
    [
        "<del>$1</del>", "<s>$1</s>", "$1<sup>50</sup>", "<span style='display:none'>$1</span>", "<span hidden>$1</span>",
        "<span class='hidden'>$1</span>", "<span class='line-through'>$1</span>", "<span class='old'>$1</span>",
        "<small>$1</small>",
    ],
)  # fmt: skip
def test_markup_that_may_show_a_price_otherwise_stays_beside_it(shown: str) -> None:
    """So that its words are a doubt: struck through, hidden or raised, it is no plain price."""
    records = [{"name": "Road 9", "input": shown}, {"name": "Road 8", "input": "<p class='col-span-2'>$2</p>"}]
    document = read(page("<style>.old{display:none}</style>", data({"rows": records})))
    assert [row[1] for row in document.tables[0].rows[1:]] == [shown, "$2"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("unit", "/image"), ("per", "/hour"), ("order", "batch"), ("sort", "Batch prices"), ("lang", "Batch"),
        ("tier_id", "batch"), ("mode-id", "flex"),
        ("locale", "Starting prices"), ("background", "for the first 1M tokens"), ("slug", "batch-only"),
        ("id", "batch20260101"), ("color", "promotional"), ("@type", "first month"), ("path", "per image"),
    ],
)  # fmt: skip
def test_words_beside_a_price_are_kept_under_any_key(key: str, value: str) -> None:
    """What a key is for does not say what its value says."""
    document = read(page(data({"rows": [{"name": "Road 9", "input": "$1", key: value}]})))
    assert value in document.tables[0].rows[1]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("order", 3), ("id", "5b1f4c9e-1c1e-4b7a-9b77-0d7a5f0a9d11"), ("_id", "cl9x1a2b3c0001"), ("slug", "road-9-mini"),
        ("locale", "en"),
        ("lang", "en-US"), ("color", "#ff8800"), ("background", "rgb(0, 0, 0)"), ("logo", "/img/acme.svg"), ("href", "/pricing"),
        ("url", "https://acme.example/x"), ("docs", "/docs/road-9"), ("image", "/acme.png"),
        ("updatedAt", "2026-05-01T10:00:00Z"),
        ("@type", "Offer"),
    ],
)  # fmt: skip
def test_values_without_a_word_for_a_price_are_left_out(key: str, value: object) -> None:
    """Numbers of an order, ids, colours, paths."""
    document = read(page(data({"rows": [{"name": "Road 9 (mini)", "input": "$1", key: value}]})))
    assert document.tables[0].rows[1] == ("Road 9 (mini)", "$1")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["$1", "$L2", "$$3", "$"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6) | st.just("name"), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(VALUES, VALUES)
def test_no_data_breaks_the_reading_of_a_page(first: Any, second: Any) -> None:
    rows = [f'1:["$","div",null,{json.dumps({"children": first})}]', f"2:{json.dumps(second)}", "3:T5,ab"]
    for markup in (page(data(first)), page(*streamed(*rows)), page(data({"props": {"pageProps": second}}))):
        assert isinstance(read_document(markup, URL), Document | Unread)


def test_data_nested_deeper_than_anybody_writes_is_no_data() -> None:
    for depth in (140, 900, 100_000):
        nested = '{"a":' * depth + '"$1"' + "}" * depth
        read_document(page(f'<script type="application/json">{nested}</script>'), URL)
        read_document(page(*streamed(f"1:{nested}")), URL)
    loop = [f'{n:x}:["$","p",null,{{"children":["$$1 ","$L{n + 1:x}"]}}]' for n in range(1, 400)]
    assert isinstance(read_document(page(*streamed(*loop, '190:["$L1"]')), URL), Document)


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"notes": ["Starting price"]}, "Starting price"), ({"notes": [{"text": "Starting price"}]}, "Starting price"),
        ({"features": ["Vision", "Billed per hour"]}, "Billed per hour"),
        ({"validFrom": "2027-01-01T00:00:00.000Z"}, "2027-01-01"), ({"priceValidUntil": "2025-01-01 00:00Z"}, "Valid Until"),
        ({"features": ["Vision"], "capabilities": ["Function calling"], "createdAt": "2025-01-01T00:00:00Z"}, ""),
        ({"aliases": ["road-9-latest"], "snapshots": ["road-9-2025-01-01"], "keywords": ["llm"], "regions": ["us-east-1"]}, ""),
        ({"links": [{"label": "Docs", "href": "/docs/road-9"}], "authors": [{"name": "Ann"}], "points": ["Most capable"]}, ""),
        ({"images": [{"url": "https://a.example/y.png", "alt": "Road 9", "width": 200}], "bullets": ["200K context window"]}, ""),
        ({"supportedFeatures": ["batch", "streaming"], "date": "2025-01-01T00:00:00Z", "revalidatedAt": "2025-01-01T00:00Z"}, ""),
        *(({key: "2027-01-01T00:00:00Z"}, "2027-01-01")
          for key in ("publishedFrom", "generatedUntil", "updateEffective", "nextUpdate")),
        *(({key: [word]}, word) for key, word in (
            ("category", "flex"), ("categories", "priority"), ("tags", "Limited time"), ("features", "Half price at night"),
            ("features", "Cached only"), ("features", "Regional uplift applies"), ("tags", "approx"), ("tags", "estimated"),
            ("tags", "Subject to change"), ("capabilities", "Starting at"))),
        ({"capabilities": ["Starting at"]}, "capabilitiesnoted"),
    ],
)  # fmt: skip
def test_words_in_lists_and_times_beside_prices_are_shown(more: dict[str, Any], shown: str) -> None:
    """What a model can do, and when a text was made, says nothing of its price."""
    document = read_document(
        page(data({"title": "Prices per 1M tokens", "models": [{**ROADS[0], **more}, ROADS[1]]})), URL
    )
    assert isinstance(document, Document)
    texts = {part for text in document.tables[0].rows for cell in text for part in cell.split("; ")}
    plain = {"model", "Road 9", "Road 9 mini", "pricing input", "pricing output", ""} | {
        price
        for road in ROADS
        for price in road["pricing"].values()  # type: ignore[attr-defined]
    }
    assert (shown in texts) if shown else (texts <= plain)


@pytest.mark.parametrize("value", [[*ROADS, "from"], ["from", *ROADS]])
def test_a_text_in_a_list_of_records_is_said_of_each(value: list[Any]) -> None:
    document = read_document(page(data({"title": "Prices", "foot": ["Starting prices"], "models": value})), URL)
    assert isinstance(document, Document)
    assert [row[-1] for row in document.tables[0].rows[1:]] == ["from", "from"]
    assert any("Starting prices" in passage.text for passage in document.passages)
