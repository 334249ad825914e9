"""What a style sheet can say, wherever in it that stands: read, or a doubt on the digits that it may hide."""

from __future__ import annotations

import time

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.documents.nesting import LEFT_OUT
from tests.documents.test_stylesheets import IN_DOUBT, part, text_of


@pytest.mark.parametrize(
    "selector",
    [
        ".x:not(:is(:hover))", ".x:where(:not(:hover))", ":is(:hover, .x)", "td:not(:has(:focus)) .x", ".x:is(*, :hover)",
        ".x:not(:hover, .z)", ".x:not(.z:hover)", "td:has(.x:not(:hover)) .x", ":not(:not(.x:not(:active)))",
        ":nth-child(1 of :not(:focus))", ".x:not([title=':hover'])",
    ],
)  # fmt: skip
def test_a_rule_that_holds_while_nobody_points_leaves_a_doubt(selector: str) -> None:
    assert part(f"{selector} {{ display: none }}") == IN_DOUBT


@pytest.mark.parametrize(
    "selector",
    [".x:is(:hover, :focus)", "td:has(:focus) .x", ":not(:not(:hover)).x", "td:hover :not(:hover)", ".x:focus-within"],
)
def test_a_rule_that_holds_in_a_state_alone_changes_nothing(selector: str) -> None:
    assert part(f"{selector} {{ display: none }}") == "$1.50"


@pytest.mark.parametrize(
    "css",
    [
        "@supports (color: red) {" * 20 + ".x { display: none }" + "}" * 20,
        "@scope (td) { :scope > b { display: none } }", "[data-k='Ab' s] { display: none }",
        "@import url(data:text/css,.x%7Bdisplay:none%7D);", "@import 'DATA:text/css,b%7B%7D' screen;",
        "@\\69mport 'data:text/css,x';",
        "td { &&&&{ &&&&{ &&&&{ &&&&{ b& { display: none } } } } } }", "@media{" * 60 + ".x { display: none }" + "}" * 60,
    ],
)  # fmt: skip
def test_what_of_a_sheet_cannot_be_told_leaves_a_doubt(css: str) -> None:
    cell = '$1<b class="x" data-k="Ab">.50</b>'
    assert LEFT_OUT in text_of(f"{cell}</td><td>$7", style=f"<style>{css}</style>")


def test_a_sheet_in_an_address_leaves_a_doubt() -> None:
    link = "<link rel=stylesheet href='data:text/css,b%7Bdisplay:none%7D'>"
    assert LEFT_OUT in text_of("$1<b>.50</b></td><td>$7", style=link)
    assert (
        text_of("$1<b>.50</b></td><td>$7", style="<link rel=icon href='data:a'><link rel=stylesheet href=a.css>")
        == "$1.50"
    )


@pytest.mark.parametrize(
    "css", ["a { background: url(a{b) } .x { display: none }", "@layer a {" * 9 + ".x { display: none }"]
)
def test_a_rule_behind_an_odd_address_or_in_many_layers_counts(css: str) -> None:
    assert part(css) == "$1"


@pytest.mark.parametrize(
    "css",
    [
        "@media print, (max-width:0) { .x { display: none } }", "@media only print and (color) { .x { display: none } }",
        ".y { color: red }" * 30_000, "".join(f".y{n} {{ color: red }}" for n in range(3_000)),
    ],
)  # fmt: skip
def test_a_rule_that_no_screen_takes_or_that_hides_nothing_leaves_no_doubt(css: str) -> None:
    assert part(css) == "$1.50"


@pytest.mark.parametrize("tags", ["b", "b i", "b i u em", "b i u em code", " ".join(["b"] + ["i"] * 70)])
def test_all_that_stands_around_digits_may_be_hidden(tags: str) -> None:
    names = tags.split()
    digits = "".join(f"<{name}>" for name in names) + ".50" + "".join(f"</{name}>" for name in reversed(names))
    assert LEFT_OUT in text_of(f"$1{digits}</td><td>$7", style="<style>td > b { display: none }</style>")


@pytest.mark.parametrize(
    "css",
    [
        ":root { --a: var(--b); --b: transparent } .x { color: var(--a) }",
        "@property --c { initial-value: transparent } .x { color: var(--c) }",
        "".join(f".v{n} {{ --c: #{n:03} }}" for n in range(12)) + ".w { --c: transparent } .x { color: var(--c) }",
        ".x { text-decoration: var(--c) }", ":root { --c: var(--c) var(--c) } .x { color: var(--c) }",
        "td { background: #eee } .x { color: #f1f1f1 }",
        "body { background: #111 } .x { color: rgb(12 12 12) }",
    ],
)  # fmt: skip
def test_a_value_that_nobody_knows_or_a_colour_like_the_ground_leaves_a_doubt(css: str) -> None:
    assert part(css) == IN_DOUBT


@pytest.mark.parametrize("ground", ["style='background:#101010'", "bgcolor=black", "style='--c:transparent'"])
def test_a_tag_may_give_a_ground_or_a_value_as_a_sheet_does(ground: str) -> None:
    style = "color:var(--c)" if "--c" in ground else "color:#111"
    assert text_of(f'<div {ground}>$1<b style="{style}">.50</b></div>', style="") == IN_DOUBT


@pytest.mark.parametrize(
    ("style", "cut"),
    [
        ("width:2ch;overflow:hidden", True), ("width:20px;overflow:clip", True), ("max-width:1.5em;overflow-x:hidden", True),
        ("overflow:clip;inline-size:calc(2ch)", True), ("width:min(2ch, 9px);overflow:hidden", True),
        ("width:60px;padding-left:38px;overflow:hidden", True), ("text-indent:-9px;overflow:hidden", True),
        ("max-width:calc(2rem - 9px);overflow:hidden", True), ("width:calc(.25rem*80);padding:1rem;overflow:hidden", False),
        ("max-width:min(100%, 40rem);overflow:hidden", False), ("max-height:calc(100vh - 4rem);overflow:auto", False),
        ("width:20rem;padding:1rem 2rem;overflow:hidden", False), ("width:80px;overflow:hidden", False),
        *((f"width:{size};overflow:hidden", True) for size in (
            ".3cm", "3mm", ".1in", "12q", "1pc", "1lh", "2cap", "1ic", "1rlh", "2zz", "fit-content(2ch)")),
        ("width:9cm;overflow:hidden", False), ("width:90cqw;overflow:hidden", False),
        ("width:fit-content;overflow:hidden", False),
        ("width:2ch", False), ("width:50%;overflow:hidden", False),
    ],
)  # fmt: skip
def test_a_figure_that_is_wider_than_its_place_is_a_doubt(style: str, cut: bool) -> None:
    doubted = f"{LEFT_OUT}$129.50" if cut else "$129.50"
    assert text_of(f'<div style="{style}">$129.50</div>', style="") == doubted
    assert text_of('<div class="w">$129.50</div>', style=f"<style>.w {{ {style} }}</style>") == doubted
    assert text_of('<div class="w">$129.50</div>', style=f"<style>td > div {{ {style} }}</style>") == doubted


@pytest.mark.parametrize(("around", "cut"), [("width:2ch", True), ("inline-size:1em", True), ("width:9rem", False)])
def test_a_figure_is_cut_by_the_width_of_what_stands_around_it(around: str, cut: bool) -> None:
    doubted = f"{LEFT_OUT}$129.50" if cut else "$129.50"
    inner = '<div class="w">$129.50</div>'
    style = f"<style>.w {{ overflow: hidden }} .o {{ {around} }}</style>"
    assert text_of(f'<div class="o">{inner}</div>', style=style) == doubted
    assert text_of(f'<div style="{around}">{inner}</div>', style=style) == doubted
    assert text_of(f'<div style="{around}">$129.50</div></td><td style="{around}">{inner}', style=style) == "$129.50"


def table_of(css: str, cells: str = "<td>$2<td>$9") -> tuple[tuple[str, ...], ...]:
    page = f"<html><head><style>{css}</style></head><body><h1>Pricing</h1><p>Prices per token and what each model costs.</p>"
    rows = f"<tr><th>Model<th>Input<th>Output</tr><tr><td>gpt{cells}</tr>"
    document = read_document(f"{page}<table>{rows}</table></body></html>", "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    return document.tables[0].rows


@pytest.mark.parametrize(
    "css",
    [
        "td:nth-child(2) { position: relative; left: 150px }", "td:nth-child(2) { transform: translateX(9em) }",
        "tr { display: flex } th:nth-child(2) { order: 3 }", "tr:nth-child(2) { direction: rtl }",
        "td:last-child { float: right }",
        "th:nth-child(2) { display: none }", "tr { display: grid } td:nth-child(2) { grid-column: 3 }",
    ],
)  # fmt: skip
def test_a_cell_that_is_moved_leaves_its_table_in_doubt(css: str) -> None:
    """Nobody knows which figure is seen below which head."""
    assert table_of(css)[1] == ("gpt", f"{LEFT_OUT}$2", f"{LEFT_OUT}$9")
    assert table_of("", "<td style='position:relative;left:9em'>$2<td>$9")[1] == (
        "gpt",
        f"{LEFT_OUT}$2",
        f"{LEFT_OUT}$9",
    )


@pytest.mark.parametrize(
    "css",
    [
        "td:first-child, td:nth-child(2) { position: sticky; left: 9em }", "td { float: left; padding-left: 50% }",
        "@media (max-width: 9em) { thead tr { position: absolute; top: -9999px; left: -9999px } td { display: block } }",
        "td { position: relative; left: 0 } td:hover { transform: scale(2) }", "tr { transform: translateY(9px) }",
    ],
)  # fmt: skip
def test_a_table_whose_cells_keep_their_order_is_read(css: str) -> None:
    assert table_of(css)[1] == ("gpt", "$2", "$9")


GROWING = {
    "rules of a class": lambda n: (".q{color:#123}" * n, "<tr><td class=q>a<td class=q>$2</tr>" * n),
    "rules of a class that differ": lambda n: (
        "".join(f".q{{color:#{i % 1000:03}}}" for i in range(n)), "<tr><td class=q>a<td class=q>$2</tr>" * n),
    "classes": lambda n: ("".join(f".q.z{i}{{color:#123}}" for i in range(n)),
        "".join(f"<tr><td class='q z{i}'>$2</tr>" for i in range(n))),
    "lists in lists": lambda n: ("a," * n + "a{" + "b," * n + "b{color:#123}}", "<tr><td>$2</tr>"),
    "parents": lambda n: (("&" * n + "{") * 6 + "color:red" + "}" * 6, "<tr><td>$2</tr>"),
    "places among siblings": lambda n: (
        "tr:nth-last-child(odd) td { font-size: 13px } tr:nth-child(even) { opacity: .2 } td:has(~ td.q) { float: left }",
        "<tr><td>$2<td>$3</tr>" * n),
    "variables of screens": lambda n: (
        "".join(f"@media(min-width:{i}px){{:root{{--a:#{i % 999:03};--b:#fff}}}} .c{i}{{color:var(--a);background:var(--b)}}"
                for i in range(n)), "".join(f"<tr><td class=c{i}>$2" for i in range(n))),
    "brackets": lambda n: (f"td{':not(' * n}.z{')' * n} {{color:#123}}", "<tr><td>$2</tr>"),
}  # fmt: skip


@pytest.mark.parametrize("what", GROWING)
def test_four_times_the_rules_take_no_square_of_the_time(what: str) -> None:
    """CPU seconds, the least of two; what is read in 50 ms is fast enough at any size tried."""
    took = {}
    for n in (200, 800):
        css, rows = GROWING[what](n)
        page = f"<html><head><style>{css}</style></head><body><table><tr><th>Model<th>Input</tr>{rows}</table></html>"
        runs = []
        for _ in range(2):
            begun = time.process_time()
            read_document(page, "https://vendor.invalid/pricing")
            runs.append(time.process_time() - begun)
        took[n] = min(runs)
    assert took[800] < max(8 * took[200], 0.05)


TURNED = [
    *(f"thead tr {{ {css} }}" for css in (
        "display:flex;flex-direction:row-reverse", "display:flex;flex-flow:row-reverse nowrap", "display:grid;direction:rtl",
        "transform:scaleX(-1)", "rotate:180deg", "display:flex;writing-mode:sideways-lr", "position:relative;left:9em")),
    "thead { direction: rtl } tr { display: flex }", "thead { transform: rotate(180deg) }", "thead { visibility: hidden }",
    "thead { display: none }", "col { visibility: collapse }", ".h { display: flex; flex-direction: row-reverse }",
    ".g { scale: -1 1 }", "table::before { content: 'Prices per 1K tokens' }", ".t::after { content: 'from' }",
    "thead::before { content: 'batch' }", "tbody tr::after { content: 'from' }",
    "tbody tr::before { content: ''; display: table-cell }", "thead tr { display: flex; margin-left: -9em }",
    "tbody tr { transform: translate(9em, 0) }", ".h { direction: var(--way) }", "thead { display: block; margin: 0 9em 0 -9em }",
]  # fmt: skip
PLAIN = [
    "tr:nth-child(2) { background: #eee; border-bottom: 1px solid }", "thead { position: sticky; top: 0; background: #fff }",
    "tbody::before { content: '-'; display: block; color: transparent }", "tr { position: relative; transition: all 1s }",
    "tr::before { content: ''; position: absolute }", "table::after { content: ''; clear: both }",
    "@media (max-width: 9em) { thead { display: none } tr { display: flex; flex-direction: column } }",
    "tr { grid-column: 1/-1 } tbody tr { margin-bottom: -1px; margin-left: -1px }", "thead { margin: 0 -1rem; direction: ltr }",
    "tr { writing-mode: horizontal-tb } tbody tr { order: -1 }", "tr::before, tr::after { content: ' '; display: table }",
    "tr { display: flex; margin: -1px -8px } tbody tr { position: relative; left: 0 }",
    "tbody tr { position: absolute; left: 0; transform: translateY(40px) }", "tr { transform: translate3d(0, 9px, 0) }",
    "@media (max-width: 9em) { thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip: rect(0,0,0,0) } }",
]  # fmt: skip


def test_rows_are_read_only_where_they_stand_as_they_are_written() -> None:
    """A head that is turned names other columns, and what a sheet writes between cells stands in none of them."""
    page = (
        "<html><head><style>{}</style></head><body><h1>Pricing</h1><p>Prices per token and what each model costs.</p>"
        "<table class=t><colgroup><col></colgroup><thead class=g{}><tr class=h{}><th>Model<th>Input<th>Output</tr></thead>"
        "<tbody><tr><td>gpt<td>$2<td>$9</tr></tbody></table></body></html>"
    )
    pages = {css: (page.format(css, "", ""), f"{LEFT_OUT}$2") for css in TURNED}
    pages |= {css: (page.format(css, "", ""), "$2") for css in PLAIN}
    pages |= {f"{said} {n}": (page.format("", *at), "$2") for said in (' dir="ltr"', " dir=auto")
              for n, at in enumerate(((said, ""), ("", said)))}  # fmt: skip
    for said in ('dir="rtl"', "style='display:flex;flex-direction:row-reverse'"):
        pages |= {f"{said} {n}": (page.format("tr { display: flex }", *at), f"{LEFT_OUT}$2")
                  for n, at in enumerate(((f" {said}", ""), ("", f" {said}")))}  # fmt: skip
    for what, (text, read) in pages.items():
        document = read_document(text, "https://vendor.invalid/pricing")
        assert isinstance(document, Document)
        assert document.tables[0].rows[1] == ("gpt", read, read.replace("2", "9")), what


def test_words_in_an_empty_tag_are_words_of_the_page() -> None:
    page = "<html><head><style>.w::before { content: 'Prices per 1K tokens' }</style></head><body><h1>Pricing</h1>"
    document = read_document(
        f"{page}<p>What each model costs: gpt-9 is $2.50</p><div class=w></div></body></html>", "https://vendor.invalid"
    )
    assert isinstance(document, Document)
    assert any("prices per 1k tokens" in passage.text for passage in document.passages)
