"""Of what modality the output of rows is, as an expression: what `providers.unsaid` says of one row."""

from __future__ import annotations

from functools import reduce
from operator import add, or_

import ibis
import ibis.expr.types as ir

from octoregistry.costing.counts import UsageTable, count_at, stands
from octoregistry.costing.plain_tables import COLUMNS
from providers.recipe import Recipe
from providers.unsaid import MODALITIES, fields_of, says_text


def unsaid_output(log: UsageTable, recipe: Recipe) -> ir.StringValue:
    """The dimensions that may be among the output of a row, with a comma after each."""
    texts = [count_at(log, name).value != 0 for name in log.columns if says_text(name, recipe)]
    said = reduce(or_, texts) if texts else ibis.literal(False)
    parts = []
    for modality in MODALITIES:
        columns = [log[name] for name in log.columns if name in fields_of(modality, recipe)]
        own = [name for name in log.columns if name in fields_of(modality, recipe) and name not in log.made]
        if own and COLUMNS not in log.table.columns:
            continue
        there = [stands(column) for column in columns]
        there += [log.table[COLUMNS].contains(f"|{name}|") for name in own]
        test = ~reduce(or_, there, said)
        parts.append(ibis.ifelse(test, f"output_{modality}, ", ""))
    return reduce(add, parts) if parts else ibis.literal("")
