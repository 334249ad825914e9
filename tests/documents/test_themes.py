"""Letters are compared with what stands behind them as the same rules colour both: dark is as good as light."""

from __future__ import annotations

import pytest

from octoregistry.documents.nesting import LEFT_OUT
from tests.documents.test_stylesheets import text_of

HSL = "--b: 0 0% 100%; --f: 240 10% 3.9%", "--b: 240 10% 3.9%; --f: 0 0% 98%"
BOOTSTRAP = (
    ":root, [data-bs-theme=light] { --body: #212529; --bg: #fff } [data-bs-theme=dark] { --body: #dee2e6; --bg: #212529 }"
    ".t { --t-type: initial; --t-color: var(--body); --t-bg: var(--bg) }"
    ".t-dark { --t-color: #fff; --t-bg: #212529 } .t-light { --t-color: #000; --t-bg: #f8f9fa }"
    ".t > * { color: var(--t-type, var(--t-color)); background-color: var(--t-bg) }"
)
STRIPED = (
    ":root, [data-bs-theme=light] { --bs-emphasis-color: #000; --bs-body-bg: #fff }"
    "[data-bs-theme=dark] { --bs-emphasis-color: #fff; --bs-body-bg: #212529 }"
    ".t { --type: initial; --state: initial; --striped: var(--bs-emphasis-color); --t-bg: var(--bs-body-bg) }"
    ".t-dark { --color: #fff; --t-bg: #212529; --striped: #fff } .t-info { --color: #000; --t-bg: #cfe2ff; --striped: #000 }"
    ".t > * { color: var(--state, var(--type, var(--striped))); background-color: var(--t-bg) }"
    ".t > b:nth-of-type(odd) { --type: var(--striped) }"
)
HONEST = [
    ":root { --b: #fff; --f: #111 } .dark { --b: #111; --f: #fff } .x { color: var(--f); background: var(--b) }",
    f":root {{ {HSL[0]} }} .dark {{ {HSL[1]} }} .x {{ color: hsl(var(--f)) }} .t {{ background-color: hsl(var(--b)) }}"
    ".x { background-color: hsl(var(--b)) }",
    ":root { --b: oklch(1 0 0); --f: oklch(.145 0 0) } @media (prefers-color-scheme: dark) { :root { --b: oklch(.145 0 0);"
    "--f: oklch(.985 0 0) } } .x { color: var(--f); background: var(--b) }",
    "[data-m=light] { --b: #fff; --f: #1f2328 } [data-m=dark] { --b: #0d1117; --f: #f0f6fc }"
    ".x { color: var(--f); background: var(--b) }",
    BOOTSTRAP, ".x { color: light-dark(#111, #eee); background: light-dark(#fff, #000) }",
    STRIPED, "[data-m=light] { --fgColor-default: #1f2328; --bgColor-default: #fff } [data-m=dark] { --fgColor-default: #f0f6fc;"
    "--bgColor-default: #0d1117 } .x { color: var(--fgColor-default); background-color: var(--bgColor-default) }",
    ".x { color: var(--fg-default); background-color: var(--bg-default) }",
    ":root { --b: light-dark(rgb(255 255 255), #000); --f: light-dark(#111, #fff) } .x { color: var(--f); background: var(--b) }",
]  # fmt: skip
UNSEEN = [
    ":root { --b: #fff; --f: #fff } .x { color: var(--f); background: var(--b) }",
    ":root { --b: #fff; --f: #111 } .t { --f: #fff } .x { color: var(--f); background: var(--b) }",
    ".t { --b: #fff } .x { --f: #fefefe; color: var(--f); background: var(--b) }",
    ":root { --b: #fff; --f: #111 } .x { color: var(--g, var(--b)); background: var(--b) }",
    ".x { color: light-dark(#fff, #000); background: light-dark(#fff, #000) }",
    BOOTSTRAP.replace("--bg: #fff", "--bg: #212529"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("css", "read"), [*((css, "$2") for css in HONEST), *((css, f"{LEFT_OUT}$2") for css in UNSEEN)]
)
def test_letters_are_held_against_the_ground_of_their_own_theme(css: str, read: str) -> None:
    assert text_of('<div class="t"><b class="x">$2</b></div>', style=f"<style>{css}</style>") == read
