"""Costs as files for machines: Parquet, CSV or JSON, by the file's suffix."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from octoregistry.costing.errors import CostingError
from octoregistry.costing.values import Costs, UnpricedRows
from providers.files import real_path

SUFFIXES = (".parquet", ".csv", ".json")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_place(path: Path) -> None:
    """Raises CostingError where nothing can be written to `path`: to be known before an hour of costing, not after."""
    if path.suffix.lower() not in SUFFIXES:
        raise CostingError(f"{path}: write to one of {', '.join(SUFFIXES)}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise CostingError(f"{path}: {path.parent} is no folder that can be written to")


def write_costs(costs: Costs, path: Path) -> None:
    """Writes the costs to `path`, all or nothing; raises CostingError as `check_place` does."""
    check_place(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq  # noqa: PLC0415 - other files need none

            pq.write_table(costs.table, partial)
        elif path.suffix.lower() == ".csv":
            partial.write_text(_csv(costs), encoding="utf-8", newline="")
        else:
            partial.write_text(json_text(costs_json(costs)) + "\n", encoding="utf-8")
        partial.replace(real_path(path))
    finally:
        partial.unlink(missing_ok=True)


def json_text(values: Mapping[str, Any]) -> str:
    """`values` as JSON that any file takes: half a character, which no encoding has, as JSON escapes it."""
    return json.dumps(values, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode()


def costs_json(costs: Costs) -> dict[str, Any]:
    """`costs` as plain values; USD as text, so that no reader makes a binary float of it."""
    return {
        "total": plain(costs.total),
        "rows": costs.rows,
        "unpriced": costs.unpriced,
        "form": costs.form,
        "groups": [{name: plain(value) for name, value in row.items()} for row in costs.groups],
        **{
            name: None if one is None else {key: plain(value) for key, value in asdict(one).items()}
            for name, one in (("assumed", costs.assumed), ("derived", costs.derived), ("uncertain", costs.uncertain))
        },
        "retired": [{key: plain(value) for key, value in asdict(one).items()} for one in costs.retired],
        "problems": [problem_json(problem) for problem in costs.problems],
    }


def problem_json(problem: UnpricedRows) -> dict[str, Any]:
    """`problem` as plain values, without what is not known."""
    example = problem.example
    shown = {key: plain(value) for key, value in example.items()} if isinstance(example, dict) else example
    fields = {name: plain(getattr(problem, name)) for name in problem.__slots__ if name != "example"}
    return {name: value for name, value in {**fields, "example": shown}.items() if value not in (None, False)}


def plain(value: Any) -> Any:
    """A value as JSON has it: whole decimals as numbers, others as text, days as ISO text."""
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else f"{value:f}"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _csv(costs: Costs) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(costs.groups.columns)
    rows.writerows([_cell(row[name]) for name in costs.groups.columns] for row in costs.groups)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A value as a spreadsheet may open it: a model's name comes from a log, and must not run as a formula."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else plain(value)
