"""In which currency is a price? What the figure says itself, held against what its labels say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from octoregistry.reading.classify.cells import Amount
from octoregistry.reading.labels import Place
from octoregistry.reading.settle.said import NEAR, OVER, TOLD, Said
from providers.dimensions import PLAIN_CURRENCY as USD

_UNKNOWN = {"?", "other"}


@dataclass(frozen=True, slots=True)
class NoCurrency:
    """Why the currency of a figure is not known for certain."""

    reason: str


def currency_of(said: Said, own: str, text: str, yen_sign: str | None) -> str | NoCurrency:
    """The currency of the figure `text` as a code, or why it is not known for certain.

    `own` is what the figure itself says, "" for nothing. A "$", in it or a label, is one of US dollars only where no label
    names another currency; where US dollars are spelled beside another it is a doubt. `yen_sign` is what "¥" stands for on this page where nothing says which; None where that is open.
    """
    near, far = _codes(said, "cell", *NEAR), _codes(said, *OVER, *TOLD)
    if (near | far) - {USD}:
        near, far = _codes(said, "cell", *NEAR, spelled=True), _codes(said, *OVER, *TOLD, spelled=True)

    def which(code: str) -> str:
        """`code`, or for a sign of two currencies the one that the nearest words name."""
        either = set(code.split("|"))
        named = next((one for stated in ({own}, near, far) if len(one := stated & either) == 1), {code})
        code = next(iter(named))
        return yen_sign if "|" in code and yen_sign in either else code

    own, near, far = which(own), set(map(which, near)), set(map(which, far))
    if own == USD:
        stated = near if near - {USD} else far if USD not in near else set()
        others = sorted(stated - {USD})
        if others and USD not in stated:
            return NoCurrency(f"{others[0]} is stated: not US dollars")
        for label, fact in said.facts("currency", ("cell", *NEAR, *OVER, *TOLD)):
            if which(_code(fact.value)) in others:
                said.doubt(label, "US dollars are stated and another currency")
        return USD
    if own:
        if own in _UNKNOWN or "|" in own:
            return NoCurrency(f"{text!r}: nothing says in which currency")
        if near - {own}:
            return NoCurrency(f"{text!r} stands where {sorted(near - {own})[0]} is stated")
        for label, fact in said.facts("currency", (*OVER, *TOLD)):
            if which(_code(fact.value)) != own:
                said.doubt(label, f"another currency than that of {text!r}")
        return own
    stated = near | far or set(map(which, _codes(said, "neighbour_head")))
    if len(stated) > 1 or any(code in _UNKNOWN or "|" in code for code in stated):
        return NoCurrency(f"{', '.join(sorted(stated))} is stated: the currency of the figure is not known")
    return stated.pop() if stated else USD


def dollars_of(said: Said, amount: Amount) -> Decimal:
    """The number of `amount` in whole units of its currency, with a doubt where labels leave open whether it is one of cents."""
    number = amount.number or Decimal(0)
    if amount.cents:
        return number
    stated = said.facts("currency", ("cell", *NEAR, *OVER, *TOLD))
    cents = [label for label, fact in stated if fact.value == "cents"]
    if not cents:
        return number
    heads = {label for label in cents if label.place in NEAR}
    if amount.currency or not heads or any(fact.value != "cents" and label not in heads for label, fact in stated):
        said.doubt(cents[0], f"cents are stated: is {amount.text!r} one of dollars?")
    return number if amount.currency else number / 100


def _codes(said: Said, *places: Place, spelled: bool = False) -> set[str]:
    """The currencies that labels name; where they are `spelled` without those that a bare "$" says."""
    facts = (fact for _, fact in said.facts("currency", places))
    return {_code(fact.value) for fact in facts if not (spelled and fact.row and fact.row.text == "$")}


def _code(value: str) -> str:
    return USD if value == "cents" else value
