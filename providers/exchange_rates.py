"""The rate by which a sum is shown in another currency, as a person gives it with its day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

_FORM = re.compile(r"(?P<currency>[A-Z]{3})=(?P<usd>\d{1,9}(?:\.\d{1,12})?)@(?P<day>\d{4}-\d{2}-\d{2})", re.ASCII)
_DIGITS = 50
_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of a currency was worth in US dollars on a day, as a person said it."""

    currency: str
    usd: Decimal
    day: date

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.usd:f} USD on {self.day}, as given"

    def of(self, usd: Decimal) -> Decimal:
        """A sum of US dollars in the currency, rounded to six digits behind the point."""
        with localcontext() as context:
            context.prec = _DIGITS
            return (usd / self.usd).quantize(_PLACES)

    def as_values(self, usd: Decimal) -> dict[str, Any]:
        """The sum and the rate as plain values."""
        converted = f"{self.of(usd):f}"
        return {"currency": self.currency, "usd": f"{self.usd:f}", "day": self.day.isoformat(), "total": converted}


def exchange_rate(text: str) -> ExchangeRate:
    """The rate that `CNY=0.139@2026-11-01` says: 1 CNY was 0.139 USD on that day. Raises ValueError for what says none."""
    form = _FORM.fullmatch(text)
    try:
        rate = form and ExchangeRate(form["currency"], Decimal(form["usd"]), date.fromisoformat(form["day"]))
    except ValueError:
        rate = None
    if not rate or not rate.usd:
        raise ValueError("write CODE=USD@DAY, as in CNY=0.139@2026-11-01")
    if rate.currency == "USD":
        raise ValueError("one rate for each currency but USD")
    return rate
