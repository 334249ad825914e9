"""Signs and words beside a figure that mean it is not a plain price: "...", "n/a", "free"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from octoregistry.reading.classify import Classified
from octoregistry.reading.classify.cells import Amount

_FINE_BEFORE = "(（:：,，;[/·•|。、）)」*\"'"
_FINE_BEHIND = '/).,;:]*†‡§·•|（(，。、"'
_MORE = re.compile(r"\.\s?\.")  # "$2.50 ..."
_DENY = {"none", "free"}
_OPEN, _CLOSED = re.compile(r"[(\[（]\s*+"), re.compile(r"[)\]）]\W*+")


def beside(amount: Amount, before: Classified, behind: Classified) -> str:
    """What of the words and signs around `amount` says that it may be no plain price, "" for nothing of the kind.

    `before` and `behind` are what the words say. "- $5" is below 0, "$5 (n/a)" no price, "$5 and" a part of something,
    "($5)" a sum below 0 where it stands alone.
    """
    found = [amount.before] if _denies(before) else []
    found += [amount.behind] if _denies(behind) else []
    found += _signs(amount)
    found += [text for text in (amount.before, amount.behind) if _MORE.search(text)]
    if _OPEN.fullmatch(amount.before.lstrip()) and _CLOSED.fullmatch(amount.behind.lstrip()):
        found.append(f"{amount.before}…{amount.behind}")
    return " … ".join(text.strip() for text in found)


def _denies(said: Classified) -> bool:
    """True for words that state that there is no price, and for one that joins or begins something and has nothing to join."""
    slots = {fact.slot for fact in said.facts}
    return bool(slots & _DENY) or slots == {"function"}


def _signs(amount: Amount) -> Iterator[str]:
    """The signs right beside the figure that belong to no word: "'100", "+", "-"."""
    before, behind = amount.before[-1:], amount.behind[:1]
    for sign, fine in ((before, _FINE_BEFORE), (behind, _FINE_BEHIND)):
        if sign and not (sign.isspace() or sign in fine or sign.isalpha()):
            yield sign
    if before.isalpha() and amount.text[:1].isdigit():
        yield before
