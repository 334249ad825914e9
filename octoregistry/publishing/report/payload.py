"""A report as plain values: whole for reports/<run>.json, and packed for the page that carries the same inside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from octoregistry.planning.decimals import plain
from octoregistry.planning.kept import as_values
from octoregistry.publishing.report.report import Report
from octoregistry.publishing.report.usage_values import packed_usage, usage_values
from providers.dimensions import DIMENSIONS, MODES
from providers.entries import Model, Rate

FORMAT = 1

# What would end the script element, or a line in readers of an older JavaScript.
_IN_SCRIPT = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def values(report: Report) -> dict[str, Any]:
    """The report as dicts, lists, text and booleans: every price is text, a plain decimal."""
    return {**_head(report), "models": [_model(report, model) for model in report.after]}


def as_json(report: Report) -> str:
    """The text of reports/<run>.json, which the page's own download repeats letter for letter."""
    return json.dumps(values(report), ensure_ascii=False, indent=1) + "\n"


def packed_json(report: Report) -> Markup:
    """The same values for a script element, with models and rates as rows: a third of the size."""
    sources: dict[tuple[str | None, ...], int] = {}
    days: dict[str, int] = {}
    rows = [_row(model, sources, days) for model in values(report)["models"]]
    head = _head(report)
    if "usage" in head:
        head["usage"] = packed_usage(head["usage"])
    packed = {
        **head,
        "modes": MODES,
        "days": list(days),
        "packed_sources": list(sources),
        "packed_models": rows,
    }
    text = json.dumps(packed, ensure_ascii=False, separators=(",", ":")).translate(_IN_SCRIPT)
    return Markup(text)  # noqa: S704 - the letters that could leave the element are gone


def _head(report: Report) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "run": report.run,
        "at": report.at.isoformat(timespec="seconds"),
        "registry": {"name": report.name, "sha256": report.after.text_sha256},
        "dimensions": DIMENSIONS,
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
        "plan": as_values(report.plan, report.before.text_sha256),
        **({} if report.usage is None else {"usage": usage_values(report.usage)}),
    }


def _model(report: Report, model: Model) -> dict[str, Any]:
    now, before = report.rates_of(model), report.rates_before.get((model.provider, model.id), ())
    source = model.source
    return {
        "provider": model.provider,
        "id": model.id,
        "display_name": model.display_name,
        "aliases": list(model.aliases),
        "status": model.status,
        "retires_on": str(model.retires_on) if model.retires_on else None,
        "missing_since": str(model.missing_since) if model.missing_since else None,
        "batch_support": model.batch_support,
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "page": source.page if source else None,
        "checked": str(source.checked) if source and source.checked else None,
        "sha256": source.sha256 if source else None,
        "rates": _rates(now),
        "rates_before": None if before == now else _rates(before),
    }


def _rates(rates: Iterable[Rate]) -> list[dict[str, Any]]:
    return [
        {
            "mode": rate.mode,
            "above_input_tokens": rate.above_input_tokens,
            "from": str(rate.start) if rate.start else None,
            "derived": rate.derived,
            "prices": {name: plain(rate.prices[name]) for name in DIMENSIONS if name in rate.prices},
        }
        for rate in rates
    ]


_SOURCE = ("page", "checked", "sha256")
_RATES = ("rates", "rates_before")


def _row(model: Mapping[str, Any], sources: dict[tuple[str | None, ...], int], days: dict[str, int]) -> list[Any]:
    """The model's values in the order of its keys, with its source as a number and its rates as rows."""
    source = sources.setdefault(tuple(model[key] for key in _SOURCE), len(sources))
    plain_keys = [value for key, value in model.items() if key not in (*_SOURCE, *_RATES)]
    before = model["rates_before"]
    return [*plain_keys, source, _packed(model["rates"], days), None if before is None else _packed(before, days)]


def _packed(rates: Iterable[Mapping[str, Any]], days: dict[str, int]) -> str:
    """The rates as text, one a part between semicolons.

    Each is: mode's number (nothing where it is that of the part before), threshold, first day's number, 1 if derived,
    then its prices in the order of DIMENSIONS.
    """
    parts = []
    mode = ""
    for rate in rates:
        number = str(MODES.index(rate["mode"]))
        fields = (
            "" if number == mode else number,
            "" if rate["above_input_tokens"] is None else str(rate["above_input_tokens"]),
            "" if rate["from"] is None else str(days.setdefault(rate["from"], len(days))),
            "1" if rate["derived"] else "",
            *(rate["prices"].get(name, "") for name in DIMENSIONS),
        )
        parts.append(",".join(fields).rstrip(","))
        mode = number
    return ";".join(parts)
