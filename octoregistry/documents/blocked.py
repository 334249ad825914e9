"""Why nothing can be read from a page: a challenge, a login, an empty shell, or no price."""

from __future__ import annotations

import re

from octoregistry.documents.document import Document, Table

# Words that stand on challenge and login pages only; each is looked for where the page holds no price.
_CHALLENGES = re.compile(
    r"just a moment|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human|cf-chl|challenge-platform|captcha|"
    r"attention required|enable javascript and cookies|access denied|unusual traffic|are you a robot|ddos protection",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"type=[\"']password|sign in to continue|log in to continue|please (?:sign|log) in", re.IGNORECASE)
_SIGNS = "[$€£¥￥₹₩₽₺₫₪฿]|Rp|zł"
_CODES = "USD|EUR|GBP|CNY|RMB|JPY|INR|KRW|IDR|CAD|AUD|NZD|CHF|SEK|NOK|DKK|PLN|BRL|SGD|HKD|TWD|MXN|RUB|TRY|ZAR|AED|ILS"
_PRICE = re.compile(
    rf"(?:{_SIGNS}|\b(?:{_CODES}))\s*\d|\d\s*(?:{_SIGNS}|[元円원]|(?:{_CODES}|yuan|euros?|rubles?|руб\w*)\b|美元|ドル|달러)"
)
# A table whose figures carry no currency, since its header or a sentence says it for all of them.
_CURRENCY = re.compile(
    rf"\b(?:{_CODES})\b|{_SIGNS}|\b(?:dollars?|yuan|renminbi|euros?|pounds|yen|rupees|francs|rubles?|pesos|руб\w*)\b|[元円원币幣]|ドル|달러",
    re.IGNORECASE,
)
_BARE = re.compile(r"\s*\d+(?:[.,]\d+)?\s*(?:/\s*\d+(?:[.,]\d+)?\s*)?")
_MODE = re.compile(
    r"^(?:standard|batch|flex|priority|fast(?: mode)?)$", re.IGNORECASE
)  # panes that exist to hold prices
_WHOLE_PAGE = 4000  # a page with more text is one of its own, whatever it says of captchas
_LITTLE = 400  # letters of visible text; an application's empty shell has fewer


def why_unread(source: str, document: Document, *, priced: bool = True) -> str | None:
    """The reason why `document` cannot be read, or None where it holds prices, or if it need not be `priced` tables."""
    wanted = "price" if priced else "table"
    modes = [label for label in document.empty_panes if _MODE.search(label)]
    if modes and not any(table.pane for table in document.tables):
        panes = ", ".join(dict.fromkeys(modes))
        return f"the page lost its tables: nothing stands in any of its panes ({panes})"
    if any(table.component for table in document.tables) or (_has_price(document) if priced else document.tables):
        return None
    letters = sum(len(p.text) for p in document.passages) + sum(
        len(text) for t in document.tables for _, text in t.cells()
    )
    if _CHALLENGES.search(source) and letters < _WHOLE_PAGE:
        return f"a challenge page for browsers stands in place of the {wanted}s"
    if _LOGIN.search(source):
        return f"a login page stands in place of the {wanted}s"
    if letters < _LITTLE:
        return f"the page is an empty shell: {letters} letters of text and no {wanted}"
    return f"no {wanted} on the page"


def _has_price(document: Document) -> bool:
    return (
        any(_PRICE.search(text) for table in document.tables for _, text in table.cells())
        or any(_PRICE.search(passage.text) for passage in document.passages)
        or _has_bare_price(document)
    )


def _has_bare_price(document: Document) -> bool:
    told = any(_CURRENCY.search(p.text) and "token" in p.text.lower() for p in document.passages)

    def over(table: Table) -> list[str]:
        headers = [text for row in table.rows[: table.header_rows] for text in row]
        units = [text for row in table.body for text in row if "token" in text.lower()]
        return [table.caption or "", *(heading.text for heading in table.headings), *headers, *units]

    return any(
        (told or any(map(_CURRENCY.search, over(table))))
        and any(_BARE.fullmatch(text) for row in table.body for text in row)
        for table in document.tables
    )
