"""What a formula, a drawing or a field says in a price's cell is seen, and so it is read."""

from __future__ import annotations

import re

import pytest

from octoregistry.documents.nesting import LEFT_OUT
from tests.documents.test_stylesheets import text_of


@pytest.mark.parametrize(
    "drawn",
    [
        "<math><mo>x</mo><mn>2</mn></math>",
        "<svg><g><text>x</text><text>2</text></g></svg>",
        "<textarea>x 2</textarea>",
        "<select><option>x 1</option><option selected>x 2</option></select>",
        "<select><option>x 2</option><option>x 1</option></select>",
        '<input value="x 2">',
        '<input type="number" value="x 2">',
    ],
)
@pytest.mark.parametrize("place", ["$1.80{}", "{}$1.80", "<b>$1.80</b> <span>{}</span>"])
def test_it_leaves_the_price_beside_it_in_doubt(drawn: str, place: str) -> None:
    read = text_of(place.format(drawn))
    assert LEFT_OUT in read
    assert {"$1.80", *"x2"} <= set(re.findall(r"\$1\.80|x|2", read))


@pytest.mark.parametrize(
    "icon",
    [
        '<svg><path d="M1"/></svg>',
        "<svg><title>check</title></svg>",
        '<input type="checkbox" value="on">',
        '<input type="hidden" value="x2">',
        '<svg style="display: none"><text>x2</text></svg>',
        "<math></math>",
    ],
)
def test_what_shows_no_letters_changes_nothing(icon: str) -> None:
    assert text_of(f"$1.80 {icon}") == "$1.80"
