"""A report as JSON, and the same text deflated inside the page."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import date
from typing import Any
from zlib import compress

from markupsafe import Markup

from octoregistry.planning.decimals import plain
from octoregistry.planning.plan_json import as_values
from octoregistry.report.report import Report
from octoregistry.report.usage_values import usage_values
from providers.charge import Charge
from providers.charges import get_charges
from providers.dimensions import DIMENSIONS
from providers.entries import Model, Rate
from providers.selection import LEFT_DAYS, RETIRING_DAYS, kind_of

FORMAT = 1

_LEVEL = 7  # of zlib; the last two levels take three times as long for a twentieth of the size


def as_json(report: Report) -> str:
    """The text of reports/<run>.json, which the page's own download repeats letter for letter.

    Every price is text, a plain decimal. A model is a line: so two reports compare well, and are made in half the time.
    """
    head = json.dumps(_head(report), ensure_ascii=False, indent=1).removesuffix("\n}")
    models = ",\n".join(json.dumps(_model(report, model), ensure_ascii=False) for model in report.after)
    return f'{head},\n "models": [\n{models}\n ]\n}}\n'


def deflated(text: str) -> Markup:
    """`text` deflated, in base64: a data block that no text can end, in which 400 models take a tenth of the room.

    It gives back the very bytes of the file beside it.
    """
    return Markup(b64encode(compress(encoded(text), _LEVEL)).decode("ascii"))  # noqa: S704 - no letter of base64 is markup


def encoded(text: str) -> bytes:
    """`text` in UTF-8; half a letter, which no encoding has, becomes what JSON and our JavaScript write for it."""
    return text.encode("utf-8", errors="backslashreplace")


def _head(report: Report) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "run": report.run,
        "at": report.at.isoformat(timespec="seconds"),
        "registry": {"name": report.name, "sha256": report.after.text_sha256},
        "dimensions": DIMENSIONS,
        "retiring_days": RETIRING_DAYS,
        "left_days": LEFT_DAYS,
        "sources": [
            {
                "provider": source.provider,
                "page": source.page,
                "served": source.served,
                "day": str(source.day) if source.day else None,
                "prices": source.prices,
                "unread_parts": source.unread_parts,
                "failed": source.failed,
            }
            for source in report.sources
        ],
        "charges": {
            name: charges
            for name in report.after.providers
            if (charges := _charges(get_charges(name, None, report.after)))
        },
        "plan": as_values(report.plan, report.before.text_sha256),
        **({} if report.usage is None else {"usage": usage_values(report.usage, report.budget)}),
    }


def _model(report: Report, model: Model) -> dict[str, Any]:
    own = [one for one in get_charges(model.provider, model.id, report.after) if one.model is not None]
    now, before = report.rates_of(model), report.rates_before.get((model.provider, model.id), ())
    source, kind = model.source, kind_of(model)
    return {
        "provider": model.provider,
        "id": model.id,
        "display_name": model.display_name,
        "aliases": list(model.aliases),
        "status": model.status,
        "deprecated_on": _day(model.deprecated_on),
        "retires_on": _day(model.retires_on),
        "replaced_by": model.replaced_by,
        "first_seen": _day(model.first_seen),
        "last_seen": {mode: str(day) for mode, day in model.last_seen.items()},
        "kind": kind.name,
        "kind_assumed": kind.assumed,
        "features": list(model.features),
        "missing_since": _day(model.missing_since),
        "batch_support": model.batch_support,
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "page": source.page if source else None,
        "checked": _day(source.checked) if source else None,
        "sha256": source.sha256 if source else None,
        **({"charges": _charges(own)} if own else {}),
        "rates": _rates(now),
        "rates_before": None if before == now else _rates(before),
    }


def _rates(rates: Iterable[Rate]) -> list[dict[str, Any]]:
    return [
        {
            "mode": rate.mode,
            "above_input_tokens": rate.above_input_tokens,
            "up_to_input_tokens": rate.up_to_input_tokens,
            "up_to_derived": rate.up_to_derived,
            "from": _day(rate.start),
            "seen_before": _day(rate.seen_before),
            "derived": rate.derived,
            **({} if rate.level == "stated" else {"level": rate.level}),
            "prices": {name: plain(rate.prices[name]) for name in DIMENSIONS if name in rate.prices},
        }
        for rate in rates
    ]


def _charges(charges: Iterable[Charge]) -> list[dict[str, Any]]:
    """Prices besides those of tokens; a model's own go before those of its provider, which stand beside the models."""
    return [
        {
            "unit": charge.unit,
            "usd": plain(charge.usd),
            "per": charge.per,
            "mode": charge.mode,
            "when": dict(charge.when),
            "free": charge.free,
            "from": _day(charge.start),
            "seen_before": _day(charge.seen_before),
        }
        for charge in charges
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
