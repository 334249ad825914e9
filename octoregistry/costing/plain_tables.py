"""What an engine needs to know of the rows of plain files, as columns beside theirs: which table a row is of, and whether any of
its cells holds more than a plain value, which only Python reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from octoregistry.costing.reading import How, forms_of, recipes_with
from octoregistry.costing.records import Torn, json_columns
from octoregistry.costing.sql import name_of, text_of
from providers.flat import plain_name

FILE, LINE = "octoregistry_file", "octoregistry_line"  # of each row, where it is asked for
INSIDE = "octoregistry_inside"  # whether a cell holds an object or a list, be it as text
COLUMNS = "octoregistry_columns"  # the columns of a row's own table, where tables differ; "" for objects of JSON
_OURS = "octoregistry_"


class TableQueries(NamedTuple):
    """Rows that hold plain values: a query; the same with FILE and LINE; how many they are; the lines that are none, and a
    query for those that only reading them all finds.
    """

    query: str
    placed: str
    rows: int
    torn_query: str = ""
    torn: tuple[Torn, ...] = ()


def can_be_columns(names: Iterable[str]) -> bool:
    """Whether each of these names is of one column to us, and to an engine."""
    plain = [plain_name(name) for name in names]
    return len(set(plain)) == len(plain) and "" not in plain and not any(name.startswith(_OURS) for name in plain)


def marks(names: Sequence[str], texts: Sequence[str], tables: Sequence[Sequence[str]]) -> str:
    """INSIDE, and COLUMNS where not all `tables` have the same, for a table of columns `names`, of which `texts` hold texts."""
    may = [name for name in texts if plain_name(name) in json_columns()]
    inside = " OR ".join(f"coalesce(left(ltrim({name_of(name)}), 1) IN ('{{', '[', '\"'), false)" for name in may)
    found = f"{inside or 'false'} AS {INSIDE}"
    if all(set(names) == set(table) for table in tables):
        return found
    return f"{found}, {text_of(columns_text(names))} AS {COLUMNS}"


def columns_text(names: Iterable[str]) -> str:
    """The plain names of columns, each between bars."""
    return "".join(f"|{plain_name(name)}|" for name in names)


def is_told_by_others(names: Sequence[str], how: How) -> bool:
    """Whether rows of such columns may be of a form whose rows are told, or counted, by rows beside them; or of none."""
    forms = forms_of(names, recipes_with(how))
    return not forms or any(
        one.once_by or one.moved or one.carried or one.rows or one.sums or one.sum_of_others or one.states_costs
        for one in forms
    )
