"""A text whose style hides it is not read, and one whose style nobody understands is in doubt."""

from __future__ import annotations

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.documents.styles import Look, look
from tests.documents.test_stylesheets import text_of

HIDDEN = [
    "display:/**/none", "DISPLAY : NONE !important", "\\64isplay:none", "visibility:collapse", "opacity:.0", "opacity:0%",
    "opacity:-1", "transform:scale(0)", "transform:translate(0) scaleX(0)", "scale:0 1", "font-size:0", "font-size:.1px",
    "font:0/0 a", "position:absolute;left:-999em", "text-indent:-50em", "margin-left:9999px", "transform:translateX(-9999px)",
    "width:0;overflow:hidden", "clip:rect(0,0,0,0)", "text-decoration:red line-through", "content-visibility:hidden", "zoom:0",
]  # fmt: skip
UNCLEAR = [
    "clip-path:inset(100%)", "color:transparent", "color:rgba(0,0,0,0)", "color:#0000", "opacity:var(--x)", "opacity:.1",
    "transform:rotate(180deg)", "transform:scaleX(-1)", "mask:url(a)", "filter:opacity(0)", "letter-spacing:-1em",
    "line-height:0", "-webkit-text-security:disc", "visibility:var(--v)",
]  # fmt: skip
SHOWN = [
    "", "color:#fff", "color:var(--text)", "opacity:.7", "transform:translateY(-50%)", "transform:none", "display:flex",
    "font-size:.8rem", "font:400 14px/1.5 a", "left:50%", "margin-left:-12px", "overflow:hidden", "width:0", "filter:none",
    "text-decoration:underline", "direction:rtl", "transform:translate3d(0,0,0) scale(1)", "visibility:visible",
]  # fmt: skip


@pytest.mark.parametrize(
    ("style", "seen"),
    [(style, seen) for seen, styles in zip(Look, (SHOWN, UNCLEAR, [], HIDDEN), strict=True) for style in styles],
)
def test_a_style_says_how_a_text_is_seen(style: str, seen: Look) -> None:
    assert look(style) is seen
    cell = {Look.SHOWN: "$1 $2", Look.UNCLEAR: "…$1 $2", Look.HIDDEN: "$2"}[seen]
    assert text_of(f'<span style="{style}">$1</span> $2') == cell
    if seen is not Look.HIDDEN:
        sheet = f"<style>.a {{ {style} }}</style>"
        assert text_of('<span class="a">$1</span> $2', style=sheet) == cell


@pytest.mark.parametrize("tag", ["span", "b", "bdo"])
def test_digits_that_are_shown_from_behind_are_marked(tag: str) -> None:
    sheet = "<style>.r { unicode-bidi: bidi-override; direction: rtl }</style>"
    assert text_of(f'<{tag} class="r">05.1$</{tag}>', style=sheet) == "\u202e05.1$"


@pytest.mark.parametrize(
    "rule", ["td b { opacity: .1 }", "tr > td b { display: none }", "b { rotate: 9deg }", "[lang] { mask: url(a) }"]
)
def test_a_rule_that_names_a_place_counts_too(rule: str) -> None:
    assert text_of('<b lang="x">$1</b> $2', style=f"<style>{rule} i:hover {{ opacity: 0 }}</style>") == "…$1 $2"


@pytest.mark.parametrize("where", ["td", "tr", "table", "div"])
def test_what_stands_in_something_unclear_is_unclear(where: str) -> None:
    opened = {name: ' style="rotate:180deg"' if name == where else "" for name in ("td", "tr", "table", "div")}
    inner = (
        f"<table{opened['table']}><tr{opened['tr']}><td>gpt-8</td><td{opened['td']}>$1</td></tr><tr><td>a<td>b</table>"
    )
    cell = f"</td></tr></table><div{opened['div']}>{inner}</div><table><tr><td>"
    document = read_document(
        f"<html><body><h1>Prices</h1><p>What it costs</p><table><tr><td>{cell}</table></body></html>", "u"
    )
    assert isinstance(document, Document)
    assert any("…$1" in row for table in document.tables for row in table.rows)
