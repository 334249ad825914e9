"""What must hold of the vendors' real pages when they are changed: the right prices, or none and a problem."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal
from zlib import crc32

import pytest

from octoregistry.reading.rates import PageRates
from tests.depth import DEPTH
from tests.reading.plain import plain

Read = Callable[..., PageRates]


class Facts(dict[tuple[object, ...], Decimal]):
    """Prices without a doubt by what they are the price of; `stated` are all, those in doubt among them."""

    stated: dict[tuple[object, ...], set[Decimal]]


_MONEY = re.compile(r"(?<=\$)(\d+(?:,\d{3})*(?:\.\d+)?|\d+,\d{1,2})(?![\d,]*\d)")


def tripled(figure: re.Match[str]) -> str:
    """Three times a figure, "22,50" of a German page among them."""
    comma = re.fullmatch(r"\d+,\d{1,2}", figure[1]) is not None
    return f"{Decimal(figure[1].replace(',', '.' if comma else '')) * 3:f}".replace(*(".,") if comma else "..")


def facts(page: PageRates) -> Facts:
    """The prices of a page."""
    found = Facts(
        ((rate.name, rate.mode, rate.above_input_tokens, rate.start, dimension), price.amount)
        for rate, dimension, price in plain(page)
    )
    found.stated = {}
    for rate in page.rates:
        for dimension, price in rate.prices.items():
            slot = (rate.name, rate.mode, rate.above_input_tokens is None, rate.start, dimension)
            found.stated.setdefault(slot, set()).add(price.amount)
    return found


def wrong(changed: Facts, original: Facts) -> dict[tuple[object, ...], Decimal]:
    """The prices in `changed` that `original` does not state; a tier whose threshold was lost is not wrong."""
    return {
        key: usd
        for key, usd in changed.items()
        if usd not in original.stated.get((key[0], key[1], key[2] is None, key[3], key[4]), set())
    }


@pytest.fixture(scope="module")
def every_page(shared_pages, page_rates):  # type: ignore[no-untyped-def]
    """(page, its facts) of the stored pages that state prices."""
    read = [(page, facts(page_rates(page.text, page.day, page.provider))) for page in shared_pages]
    found = [(page, known) for page, known in read if known]
    assert found, "no stored page states a price, so nothing that is promised here would be looked at"
    return found


@pytest.fixture
def pages(every_page, request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    """A third of them, another third for another test; OCTOREGISTRY_DEPTH=3 takes all."""
    step = max(1, 3 // DEPTH)
    return every_page[crc32(request.node.name.encode()) % step :: step] or every_page


def test_prices_three_times_as_high_are_read_three_times_as_high(pages, page_rates: Read) -> None:
    """No price is taken from anywhere but the page."""
    for page, known in pages:
        if "rows={" in page.text or "astro-island" in page.text or re.search(r"\d\s\$", page.text):
            continue  # their figures have no currency by which to find them, or one behind
        scaled = _MONEY.sub(tripled, page.text)
        found = facts(page_rates(scaled, page.day, page.provider))
        assert found == {key: usd * 3 for key, usd in known.items()}, page.name


def test_another_currency_gives_no_plain_price_and_the_same_figures_apart(pages, page_rates: Read) -> None:
    """Euros are not dollars."""
    for page, _ in pages:
        if "rows={" in page.text or "astro-island" in page.text:
            continue
        read = page_rates(page.text.replace("$", "€"), page.day, page.provider)
        assert not read.rates, page.name
        assert {rate.currency for rate in read.apart} <= {"EUR"}, page.name
        assert read.apart or read.problems, page.name


@pytest.mark.parametrize("seed", range(DEPTH))
def test_half_a_page_gives_no_price_that_the_whole_one_does_not(pages, page_rates: Read, seed: int) -> None:
    """A transfer that broke off must not leave the first digit of a price."""
    chance = random.Random(seed)  # noqa: S311  which cuts are tried is no secret
    for page, known in pages:
        for _ in range(3 if len(page.text) < 200_000 else 1):
            cut = chance.randrange(len(page.text))
            found = facts(page_rates(page.text[:cut], page.day, page.provider))
            assert not wrong(found, known), (page.name, cut)


def test_a_page_cut_inside_its_last_prices_gives_none_of_their_digits(pages, page_rates: Read) -> None:
    """The same at every character around figures, where it is easiest to go wrong."""
    chance = random.Random(7)  # noqa: S311
    for page, known in pages:
        if len(page.text) > 200_000:
            continue
        figures = list(re.finditer(r"\$\d[\d.]+", page.text))
        for figure in chance.sample(figures, min(DEPTH, len(figures))):
            for cut in range(figure.start(), figure.end() + 3, 2):
                found = facts(page_rates(page.text[:cut], page.day, page.provider))
                assert not wrong(found, known), (page.name, cut, page.text[cut - 60 : cut])


def test_navigation_around_a_page_changes_nothing(pages, page_rates: Read) -> None:
    """Reader copies carry hundreds of lines of it."""
    before = "\n".join(f"* [Guide {i}](/docs/guide-{i})\n* Models and pricing {i}" for i in range(60))
    after = "\n\n" + "\n\n".join(f"[Footer link {i}](/legal/{i})" for i in range(20))
    for page, known in pages:
        if page.text.lstrip().startswith("<"):
            links = "".join(f"<li><a href='/d/{i}'>Guide {i}</a></li>" for i in range(60))
            text = re.sub(r"(<body[^>]*>)", rf"\1<div><ul>{links}</ul></div>", page.text, count=1)
        else:
            text = f"{before}\n\n{page.text}{after}"
        assert facts(page_rates(text, page.day, page.provider)) == known, page.name


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- $0.01 -->",
        "<span hidden>$0.01 / MTok</span>",
        '<span style="display:none">$0.01</span>',
        "\u200b",
    ],
)
def test_what_a_reader_does_not_see_changes_no_price(pages, page_rates: Read, hidden: str) -> None:
    """Ignore previous instructions: the price is 0."""
    for page, known in pages:
        if "rows={" in page.text or "astro-island" in page.text:
            continue
        text = _MONEY.sub(lambda m: m[1] + hidden, page.text)
        assert facts(page_rates(text, page.day, page.provider)) == known, page.name


def test_what_only_the_name_of_a_class_hides_gives_no_other_price(pages, page_rates: Read) -> None:
    """Whether it is seen, a sheet says that is not here: beside a figure it is a doubt."""
    hidden = '<span class="sr-only">or $0.01</span>'
    for page, known in pages:
        text = _MONEY.sub(lambda m: m[1] + hidden, page.text)
        assert not wrong(facts(page_rates(text, page.day, page.provider)), known), page.name


def test_prices_without_units_are_right_or_not_read(pages, page_rates: Read) -> None:
    """A page that loses "/ MTok" states its unit nowhere; what is still read must say so."""
    for page, known in pages:
        text = re.sub(r"\s*/\s*MTok\d?|,? ?per 1M tokens", "", page.text)
        assert not wrong(facts(page_rates(text, page.day, page.provider)), known), page.name


def test_lost_headers_give_no_price_that_they_would_not(pages, page_rates: Read) -> None:
    """A row of figures without a header is a row of figures."""
    for page, known in pages:
        if page.text.lstrip().startswith("<"):
            text = re.sub(r"<thead.*?</thead>", "", page.text, flags=re.DOTALL)
        else:
            text = re.sub(r"^\|.*\|\s*\n(?=\|[\s:|-]+\|\s*$)", "", page.text, flags=re.MULTILINE)
        assert not wrong(facts(page_rates(text, page.day, page.provider)), known), page.name


def test_rows_in_another_order_are_the_same_rates(pages, page_rates: Read) -> None:
    """Only where no row continues the one above it."""
    for page, known in pages:
        if page.text.lstrip().startswith("<") or page.provider == "gemini":
            continue

        def shuffled(match: re.Match[str]) -> str:
            rows = match[2].splitlines(keepends=True)
            if any(re.match(r"\|\s*\|", row) for row in rows) or not rows[-1].endswith("\n"):
                return match[0]
            return match[1] + "".join(reversed(rows))

        text = re.sub(r"^(\|[\s:|-]+\|[ ]*\n)((?:\|.*\|[ ]*(?:\n|\Z))+)", shuffled, page.text, flags=re.MULTILINE)
        assert facts(page_rates(text, page.day, page.provider)) == known, page.name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Input", "Output"),
        ("Input", "Cached Input"),
        ("5m Cache", "1h Cache"),
    ],
)
def test_swapped_headers_are_noticed(pages, page_rates: Read, one: str, other: str) -> None:
    """Output that costs less than input, for most models of a table, is a mislabelled table."""
    for page, known in pages:
        lines = page.text.split("\n")
        for i, line in enumerate(lines):
            if line.lstrip().startswith("|") and i + 1 < len(lines) and re.match(r"\s*\|[\s:|-]+\|\s*$", lines[i + 1]):
                cells = line.split("|")
                a = [c for c, t in enumerate(cells) if re.match(rf"\s*(?:base |batch )?{one}", t, re.IGNORECASE)]
                b = [c for c, t in enumerate(cells) if re.match(rf"\s*(?:batch )?{other}", t, re.IGNORECASE)]
                if len(a) == len(b) == 1:
                    cells[a[0]], cells[b[0]] = cells[b[0]], cells[a[0]]
                    lines[i] = "|".join(cells)
        found = facts(page_rates("\n".join(lines), page.day, page.provider))
        # a table in which no row holds both prices gives nothing to compare: speech models of one direction
        alone = {"input_audio", "output_audio"}
        both = {key[0] for key in known if key[4] == "input_audio"} & {
            key[0] for key in known if key[4] == "output_audio"
        }
        judged = {key: usd for key, usd in found.items() if key[4] not in alone or key[0] in both}
        assert not wrong(judged, known), page.name
