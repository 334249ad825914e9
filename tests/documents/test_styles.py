"""A text whose style hides it is not read, and one whose style nobody understands is in doubt."""

from __future__ import annotations

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.documents.nesting import LEFT_OUT
from octoregistry.documents.styles import Look, look
from tests.documents.test_stylesheets import text_of

HIDDEN = [
    "display:/**/none",
    "DISPLAY : NONE !important",
    "\\64isplay:none",
    "di\\splay:none",
    "display:no\\ne",
    "\\44 isplay:none",
]
AWAY = [
    "visibility:collapse", "opacity:.0", "opacity:0%", "opacity:-1", "transform:scale(0)", "transform:translate(0) scaleX(0)",
    "scale:0 1", "font-size:0", "font-size:.1px", "font-size:1%", "font-size:.01em", "font:0/0 a", "font:1px a",
    "position:absolute;left:-999em", "inset:auto auto auto -9999px", "inset-inline-start:-9999px", "text-indent:-50em",
    "margin-left:9999px", "transform:translateX(-9999px)", "width:0;overflow:hidden", "width:.4px;overflow:scroll",
    "inline-size:0;overflow:auto", "clip:rect(0,0,0,0)", "text-decoration:red line-through", "content-visibility:hidden",
    "zoom:0", "-webkit-opacity:0", "-o-transform:scale(0)", "width:0;contain:paint", "font-size-adjust:0", "flex:0 0 0;zoom:0",
]  # fmt: skip
UNCLEAR = [
    "clip-path:inset(100%)", "color:transparent", "color:rgba(0,0,0,0)", "color:#0000", "color:rgb(0 0 0 / 1%)",
    "color:oklch(0 0 0 / 0)", "color:#00000005", "color:var(--x, transparent)", "color:#fff;background:white", "opacity:var(--x)",
    "opacity:.1", "transform:rotate(180deg)", "transform:scaleX(-1)", "transform:matrix(0,0,0,0,0,0)", "mask:url(a)",
    "filter:opacity(0)", "letter-spacing:-1em", "line-height:0", "-webkit-text-security:disc", "visibility:var(--v)",
    "display:none;display:bogus", "display:none!important;display:inline", "content:url(a)", "offset-distance:100%",
    "flex-direction:row-reverse", "-webkit-filter:opacity(0)", "-ms-clip-path:inset(100%)", "-moz-transform:rotate(9deg)",
    "color:#222;background:#202020", "width:.3em;overflow:hidden;font-size:3px", "height:4px;overflow:clip",
    "width:calc(0px);overflow:hidden",
    "font-size:.4em",
]  # fmt: skip
MAYBE = [
    "float:right", "order:9", "position:absolute", "left:calc(-9999px)", "left:50%", "margin-left:-12px", "vertical-align:9px",
    "font-size:calc(0px)", "display:block", "font-size:0;font-size:16px", "direction:rtl",
    "transform:translateY(-50%)", "animation:a 1s", "vertical-align:super", "color:#fff", "color:#f8f9fa", "color:hsl(0 0% 99%)",
    "color:var(--text)", "contain:strict", "baseline-shift:super", "font-variant-position:super", "font-feature-settings:'sups'",
    "grid-column:2", "columns:9", "made-up:1", "-o-animation:a 1s", "font-size:.0000000000001px", "font:.0000000000001px a",
    "text-shadow:1ch 0", "writing-mode:vertical-rl",
]  # fmt: skip
SHOWN = [
    "", "color:#333", "opacity:.7", "font-feature-settings:'tnum' 1", "border:1px solid", "-webkit-user-select:none",
    "transition:opacity 1s", "filter:drop-shadow(0 1px 2px rgb(0 0 0))", "color:red;background:white", "--x:none", "padding:4px",
    "transform:none", "display:inline-flex", "font-size:.8rem",
    "font:400 14px/1.5 a", "overflow:hidden", "width:0", "filter:none", "text-decoration:underline", "margin:0 auto 1rem",
    "transform:translate3d(0,0,0) scale(1)", "visibility:visible", "vertical-align:middle", "left:0",
]  # fmt: skip


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        (style, seen)
        for seen, styles in zip(Look, (SHOWN, MAYBE, UNCLEAR, [], AWAY, HIDDEN), strict=True)
        for style in styles
    ],
)
def test_a_style_says_how_a_text_is_seen(style: str, seen: Look) -> None:
    """What may be seen or not is in doubt where its digits touch others, and what is unclear wherever it holds any."""
    assert look(style) is seen
    whole, part = f'<span style="{style}">$1</span> $2', f'$1<span style="{style}">.50</span>'
    cells = {Look.SHOWN: ("$1 $2", "$1.50"), Look.MAYBE: ("$1 $2", f"$1{LEFT_OUT}.50"), Look.HIDDEN: ("$2", "$1"),
             Look.UNCLEAR: (f"{LEFT_OUT}$1 $2", f"$1{LEFT_OUT}.50"), Look.AWAY: ("$2", f"$1{LEFT_OUT}")}[seen]  # fmt: skip
    assert (text_of(whole), text_of(part)) == cells
    sheet = f"<style>.a {{ {style} }}</style>"
    whole, part = '<span class="a">$1</span> $2', '$1<span class="a">.50</span>'
    if "content:" not in style:
        assert (text_of(whole, style=sheet), text_of(part, style=sheet)) == cells


@pytest.mark.parametrize("tag", ["span", "b", "bdo"])
def test_digits_that_are_shown_from_behind_are_marked(tag: str) -> None:
    sheet = "<style>.r { unicode-bidi: bidi-override; direction: rtl }</style>"
    assert text_of(f'<{tag} class="r">05.1$</{tag}>', style=sheet) == "\u202e05.1$"


@pytest.mark.parametrize(
    "rule", ["td b { opacity: .1 }", "tr > td b { display: none }", "b { rotate: 9deg }", "[lang] { mask: url(a) }"]
)
def test_a_rule_that_names_a_place_counts_too(rule: str) -> None:
    assert (
        text_of('<b lang="x">$1</b> $2', style=f"<style>{rule} i:hover {{ opacity: 0 }}</style>") == f"{LEFT_OUT}$1 $2"
    )


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
    assert any(f"{LEFT_OUT}$1" in row for table in document.tables for row in table.rows)
