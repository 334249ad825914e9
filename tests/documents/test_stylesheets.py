"""What a page's style sheets hide, or strike through, is not read; tabs and folds, which somebody can open, are."""

from __future__ import annotations

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.documents.nesting import LEFT_OUT

STYLE = """<style>
/* .kept { display: none } */
.away { position: absolute; left: -9999px }
#gone, span.small { font-size: 0 }
.off { display: none }
.was { text-decoration: line-through }
.tab { display: none } .tab.open { display: block }
@media print { .screen { display: none } }
@media (max-width: 600px) { .phone { display: none } }
.wide { display: none } @media (min-width: 600px) { .wide { display: inline } }
.fold { display: none }
</style>"""


def text_of(cell: str, *, style: str = STYLE) -> str:
    page = (
        f"<html><head>{style}</head><body><h1>Pricing</h1><p>What each model costs when you call it over the API.</p>"
        f"<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-9</td><td>{cell}</td></tr></table></body></html>"
    )
    document = read_document(page, "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    return document.tables[0].rows[1][1]


@pytest.mark.parametrize(
    "hidden",
    [
        '<span class="away">$1</span>',
        '<i id="gone">$1</i>',
        '<span class="small">$1</span>',
        '<b class="x off y">$1</b>',
        '<span class="was">$1</span>',
        '<span class="OFF">$1</span>',
        '<span style="text-decoration: line-through">$1</span>',
        '<span style="text-decoration-line:line-through">$1</span>',
        '<span class="text-gray line-through">$1</span>',
        '<span style="margin-left:-9999px">$1</span>',
    ],
)
def test_what_is_moved_away_shrunk_not_displayed_or_struck_through_is_not_read(hidden: str) -> None:
    """A figure that nobody sees is none."""
    assert text_of(f"{hidden}$2") == "$2"


@pytest.mark.parametrize(
    "shown",
    [
        '<span class="kept">$1</span>',
        '<b class="small">$1</b>',
        '<span class="tab">$1</span>',
        '<span class="screen">$1</span>',
        '<span class="phone">$1</span>',
        '<span class="wide">$1</span>',
        '<span class="offer">$1</span>',
    ],
)
def test_what_is_shown_on_some_screen_or_by_some_rule_is_read(shown: str) -> None:
    """Only what no reader ever sees is left out."""
    assert text_of(shown) == "$1"


def test_a_block_that_is_folded_away_is_read() -> None:
    """Tabs and folds are not displayed until somebody clicks."""
    page = f"<html><head>{STYLE}</head><body><h1>Pricing</h1><p>Prices per 1M tokens, and what a fold is.</p>"
    table = "<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-9</td><td>$2</td></tr></table>"
    document = read_document(f'{page}<div class="fold">{table}</div></body></html>', "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    assert [t.rows[1] for t in document.tables] == [("gpt-9", "$2")]


def test_a_row_that_is_not_displayed_is_no_row() -> None:
    """Rows too may be hidden by their class."""
    row = '</td></tr><tr class="off"><td>gpt-8</td><td>$1'
    page = f"<html><head>{STYLE}</head><body><h1>Pricing</h1><p>What each model costs when you call it.</p>"
    table = f"<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt-9</td><td>$2{row}</td></tr></table>"
    document = read_document(f"{page}{table}</body></html>", "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    assert [r[0] for r in document.tables[0].rows] == ["Model", "gpt-9"]


@pytest.mark.parametrize("style", [".away{", "}}}{{{", "@media{.a{", ".away", "", "@a{b{}" * 50_000, "x" * 300_000])
def test_a_broken_style_sheet_hides_nothing(style: str) -> None:
    """Whatever stands there, and however much of it."""
    assert text_of('<span class="away">$1</span>', style=f"<style>{style}</style>") == "$1"


def part(css: str, attributes: str = "") -> str:
    """How "$1", and ".50" with the class x, are read under a style sheet."""
    return text_of('$1<b class="x">.50</b>', style=f"<style {attributes}>{css}</style>")


IN_DOUBT = f"$1{LEFT_OUT}.50"


@pytest.mark.parametrize("attributes", ["media=print", "type=text/plain"])
def test_a_sheet_that_no_screen_takes_hides_nothing(attributes: str) -> None:
    assert part(".x { display: none }", attributes) == "$1.50"


@pytest.mark.parametrize("attributes", ["media='(min-width: 99999px)'", "disabled"])
def test_a_sheet_that_may_not_hold_leaves_digits_in_doubt(attributes: str) -> None:
    assert part(".x { display: none }", attributes) == IN_DOUBT


@pytest.mark.parametrize(
    "css",
    [
        ".x { display: none } .x { display: inline }", "@media (min-width: 1px) { .x { display: none } }",
        "@supports (display: block) { .x { display: none } }", "@container (width > 1px) { .x { display: none } }",
        "td { .x { display: none } }", "td { & .x { display: none } }", ":root .x { display: none }",
        ".x:not(.y) { display: none }", "b:is(.x) { display: none }", "td > b:first-child { display: none }",
        ".x:not(:hover) { display: none }", ":root { --t: transparent } .x { color: var(--t) }", "[class=x] { display: none }",
        ".x { float: left }", ".x { font-size: 0 } .x { font-size: 16px }",
    ],
)  # fmt: skip
def test_a_rule_that_may_hide_digits_of_a_figure_leaves_them_in_doubt(css: str) -> None:
    assert part(css) == IN_DOUBT


@pytest.mark.parametrize(
    "css",
    [
        "@media screen { .x { display: none } }", "@media all { .x { display: none } }", "<!-- .x { display: none } -->",
        'a { content: "{" } .x { display: none }', ".x { display: none", "@layer a { .x { display: none } }",
    ],
)  # fmt: skip
def test_a_rule_that_holds_on_every_screen_counts_wherever_it_stands(css: str) -> None:
    assert part(css) == "$1"


@pytest.mark.parametrize(
    "css", ["@media print { .x { display: none } }", ".x:hover { display: none }", ".y { opacity: 0 }"]
)
def test_a_rule_that_never_holds_while_one_reads_changes_nothing(css: str) -> None:
    assert part(css) == "$1.50"


@pytest.mark.parametrize(
    "css", [".x::after { content: '9' }", "td .x:before { content: '9' }", ".x::after { content: attr(class) }"]
)
def test_text_that_a_sheet_adds_to_a_figure_leaves_it_in_doubt(css: str) -> None:
    assert LEFT_OUT in text_of('$2.5<b class="x"></b>', style=f"<style>{css}</style>")


@pytest.mark.parametrize(
    "cell",
    [
        "$1<svg><text>2</text></svg>.50", "$1<math><mn>2</mn></math>.50", "$1<input value=2>.50", "$1<img alt=2>.50",
        "$1<img src=a>.50", "$1<select><option>2</select>.50", "$1<object>2</object>.50", "$1<s>2</s>.50",
        '$1<span class="hidden md:inline">2</span>.50', '$1<span class="sr-only">2</span>.50', '$1<i class="two"></i>.50',
        '$2<span class="invisible">9</span>.50', '$2<span class="d-none">9</span>.50', '$2<span class="w-0">9</span>.50',
        "$2<dialog>9</dialog>.50", "$2<span popover>9</span>.50", "$2<meter>9</meter>.50", "$2<font color=white>9</font>.50",
        "$1<b style='visibility:hidden'><i style='visibility:visible'>2</i></b>.50", "$2<span style='font-size:0'>–9</span>",
    ],
)  # fmt: skip
def test_what_may_be_seen_within_a_figure_leaves_it_in_doubt(cell: str) -> None:
    """Whoever reads the page sees other digits than those that are read, or may see them."""
    assert LEFT_OUT in text_of(f"{cell}</td><td>$7", style="")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('$2.50<span class="hidden md:inline"> per 1M tokens</span>', "$2.50"), ("<del>$5</del>$2.50", "$2.50"),
        ("$2.50<svg><path/></svg>", "$2.50"), ("$2.50 <img alt='5 stars'>", "$2.50"), ("<b>$2</b><b>.50</b>", "$2.50"),
        ("$2.50<input type=hidden value=5>", "$2.50"), ("$2.50<span style='display:none'>9</span>", "$2.50"),
        ("<span style='float:right'>$2.50</span>", "$2.50"), ("<span style='display:flex'>$2.50</span>", "$2.50"),
    ],
)  # fmt: skip
def test_what_touches_no_digits_leaves_no_doubt(cell: str, read: str) -> None:
    """Real pages hide words, and put pictures behind prices."""
    assert text_of(cell, style="") == read


WHOLE = [
    *(f'$<span class="{name}">2.50</span>' for name in ("leading-none", "select-none", "resize-none", "text-only", "md:hidden")),
    *(f'$<span style="{style}">2.50</span>' for style in (
        "display:block", "display:flex", "animation:in 1s", "position:relative;top:1px", "margin-left:-2px", "float:right")),
    *(f'<span style="{style}">$</span>2.50' for style in ("vertical-align:super", "position:absolute", "float:left")),
]  # fmt: skip


@pytest.mark.parametrize("cell", WHOLE)
@pytest.mark.parametrize("behind", ["", " / 1M tokens", "<sup>1</sup>"])
def test_a_whole_figure_that_may_be_moved_is_no_doubt(cell: str, behind: str) -> None:
    """Behind its sign, with no digit after it, it can be seen or not, but not as another price."""
    assert text_of(f"{cell}{behind}", style="").replace(" ¹", "") == f"$2.50{behind if 'M' in behind else ''}"


@pytest.mark.parametrize(
    "cell",
    [
        '$<span class="md:hidden">2.50</span>9', '$<span class="md:hidden">2.50</span> <span class="hidden">9</span>',
        '$1 $<span style="float:left">2.50</span>', '$2<span style="float:left">$</span>.50',
        '-<span style="float:left">$</span>2.50',
        '$<span style="float:left">2.</span>50', '1<span style="position:absolute">$</span>50',
        '$<span style="float:left">2</span>.50', '$<span class="d-md-none">2</span>.50', '$<span class="mobile-only">2</span>.50',
    ],
)  # fmt: skip
def test_a_part_of_a_figure_that_may_be_moved_is_a_doubt(cell: str) -> None:
    assert LEFT_OUT in text_of(f"{cell}</td><td>$7", style="")


@pytest.mark.parametrize(
    ("label", "doubt"),
    [("Input", False), ("INPUT :", False), ("$9", True), ("$", True), ("up to", True), ("minus:", True)],
)
@pytest.mark.parametrize("content", ["attr(data-label)", 'attr(data-label) ": "'])
def test_a_head_that_a_narrow_screen_puts_before_a_cell_is_no_doubt(label: str, doubt: bool, content: str) -> None:
    """Responsive tables repeat the head of the column in each cell; a sum would be another figure."""
    sheet = f"<style>@media (max-width: 600px) {{ td::before {{ content: {content} }} }}</style>"
    page = (
        f"<html><head>{sheet}</head><body><h1>Pricing</h1><p>What each model costs when you call it over the API.</p>"
    )
    table = (
        f'<table><tr><th>Model</th><th>Input</th></tr><tr><td>gpt</td><td data-label="{label}">$2.50</td></tr></table>'
    )
    document = read_document(f"{page}{table}</body></html>", "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    assert (LEFT_OUT in document.tables[0].rows[1][1]) is doubt


MANY = "".join(f"nav .a{n} {{ display: none }}\n" for n in range(2_000))
HIDES = "td .x { display: none }"
PICTURE = f"background: url(data:image/png;base64,{'A' * 20_000});"


@pytest.mark.parametrize(
    "css",
    [
        MANY + HIDES, ", ".join(f"td .a{n}" for n in range(90)) + ", " + HIDES,
        f"table tr:not(.{'y' * 300}) td .x {{ display: none }}", f"td :is({'.q,' * 900}.x).x {{ display: none }}",
        "td .x { " + "color: red; " * 1_000 + "display: none }", f"td .x {{ {PICTURE} display: none }}",
        f".x {{ {PICTURE} display: inline }} .x {{ display: none }}", "div p { order: 0 }" * 100_000 + HIDES,
        f"p {{ {PICTURE} }}" * 60 + HIDES, "td b { display: none }" * 300 + HIDES,
    ],
)  # fmt: skip
def test_no_number_or_length_of_rules_lets_one_be_passed_over(css: str) -> None:
    """A rule behind thousands of others, or with a long selector or block, hides as well as the first."""
    assert text_of('$1<b class="x">.50</b></td><td>$7', style=f"<style>{css}</style>").endswith(IN_DOUBT)


@pytest.mark.parametrize(
    "selector",
    [
        ".x:not(:modal)", "td .x:has-slotted", "b:not(:state(on), :modal)", "b:is(:modal, :not(:modal))", "td > :modal",
        "[class='x']:-new-state", ".x:not([title=':']):modal", "td:modal b",
    ],
)  # fmt: skip
def test_a_state_that_only_browsers_know_may_hide_what_the_rest_of_its_selector_fits(selector: str) -> None:
    """What such a rule names otherwise is in doubt; what it cannot name is read."""
    style = f"<style>{selector} {{ display: none }}</style>"
    assert part(f"{selector} {{ display: none }}") == IN_DOUBT
    assert text_of("$1<i>.50</i>", style=style.replace("> :modal", "> b:modal")) == "$1.50"


def test_a_long_style_of_a_tag_hides_as_a_short_one_does() -> None:
    assert text_of(f'<b style="{PICTURE} display: none">$1</b>$2', style="") == "$2"
    assert LEFT_OUT in text_of(f'<b style="{"color:red;" * 2_000} display: none">$1</b>$2', style="")


def test_many_rules_for_other_places_leave_no_doubt() -> None:
    assert (
        text_of("$2.50", style=f"<style>{MANY} {'td i ' * 30} {{ display: none }} p {{ {PICTURE} }}</style>") == "$2.50"
    )


@pytest.mark.parametrize("selector", ["td .Nx_9", "td > #Nx", "td [data-n=Nx]", "td [data-n='Nx']"])
def test_large_letters_in_a_selector_fit_those_of_the_page(selector: str) -> None:
    cell = '$1<b class="Nx_9" id="Nx" data-n="Nx">.50</b></td><td>$7'
    assert text_of(cell, style=f"<style>{selector} {{ display: none }}</style>") == IN_DOUBT


EDGES = [
    *(f"<span class='{name}'>" for name in ("cents", "priceCents", "minor", "ref", "md:text-xs", "text-[9px]", "-top-1")),
    *(f'<a href="{to}">' for to in ("#n", "/prices#n", "https://vendor.invalid/x#n")),
    "<abbr title=x>", "<mark>", "<b>", "<i><b>", "<span epub:type=noteref>", "<span aria-describedby=n>",
]  # fmt: skip


@pytest.mark.parametrize("tag", EDGES)
@pytest.mark.parametrize(("number", "digits"), [("$2", "50"), ("$2.50", "1"), ("$2.50", "1*")])
def test_digits_in_a_tag_of_their_own_behind_digits_are_a_doubt(tag: str, number: str, digits: str) -> None:
    """Of "$2" with a 50 in a tag nobody knows whether it is 2.50, 2 or 250, and a 1 may be the mark of a note."""
    assert text_of(f"{number}{tag}{digits}") == f"{number}{LEFT_OUT}{digits}"
    assert text_of(f"$2.{tag}{digits}") == f"$2.{digits}"
    assert text_of(f"{tag}$2.50") == "$2.50"
    page = f"<html><body><h1>Pricing</h1><p>gpt-9 costs {number}{tag}{digits}</p></body></html>"
    document = read_document(page, "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    assert document.passages[0].text == f"gpt-9 costs {number}{LEFT_OUT}{digits}"


@pytest.mark.parametrize(
    ("css", "doubt"),
    [("", ""), ("td span { font-size: 9px }", ""), ("td span:last-child { font-size: 9px }", LEFT_OUT)],
)
def test_digits_that_each_stand_in_a_tag_alike_are_one_number(css: str, doubt: str) -> None:
    """A counter sets each digit by itself."""
    cell = '$<span class="d">1</span><span class="d">2</span>.<span class="d">5</span><span class="d">0</span>'
    assert text_of(f"{cell}</td><td>$7", style=f"<style>{css}</style>") == f"$12.5{doubt}0"


@pytest.mark.parametrize("style", ["", "<style>.hidden { display: none }</style>"])
@pytest.mark.parametrize("shows", ["md:inline", "lg:block", "sm:table-cell", "md:flex"])
def test_a_cell_that_wider_screens_show_is_read(style: str, shows: str) -> None:
    """A phone leaves the column out; the page still states its price."""
    assert text_of(f'<span class="hidden {shows}">$2</span></td><td>$7', style=style) == "$2"
    assert text_of(f'$7</td><td class="hidden {shows}">$2', style=style) == "$7"
    page = (
        f"<html><head>{style}</head><body><h1>Pricing</h1><p>What each model costs when you call it over the API.</p>"
    )
    table = f'<tr><th>Model<th>Input<th class="hidden {shows}">Output</tr><tr><td>gpt-9<td>$1<td class="hidden {shows}">$2</tr>'
    document = read_document(f"{page}<table>{table}</table></body></html>", "https://vendor.invalid/pricing")
    assert isinstance(document, Document)
    assert list(document.tables[0].rows) == [("Model", "Input", "Output"), ("gpt-9", "$1", "$2")]


@pytest.mark.parametrize(
    "shows",
    ["print:inline", "open:inline", "rtl:inline", "hover:block", "dark:block", "peer-checked:flex", "md:inline lg:hidden",
     "md:table-cell max-lg:hidden"],
)  # fmt: skip
def test_a_part_that_no_width_shows_for_good_is_not_read(shows: str) -> None:
    """In print, in the dark, or while somebody points at it is not how a page is read."""
    assert text_of(f'<span class="hidden {shows}">$2</span></td><td>$7', style="") == ""
    assert text_of(f'$2</td><td class="hidden {shows}">$7', style="") == "$2"


def test_one_figure_for_each_width_is_a_doubt_where_they_differ() -> None:
    """A phone shows the one, a wide screen the other."""
    cell = '<span class="md:hidden">$2.50</span><span class="hidden md:inline">{}</span></td><td>$7'
    assert text_of(cell.format("$9.50"), style="") == f"{LEFT_OUT}$2.50"
    assert text_of(cell.format("$2.50 / 1M tokens"), style="") == "$2.50"
