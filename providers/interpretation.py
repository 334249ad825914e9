"""What one row says by its recipe: the tokens of each dimension, how it was served, and what nobody can read of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from .dimensions import DIMENSIONS, PROMPT_DIMENSIONS
from .flat import Row
from .mentions import counted_as, has_key, mentioned
from .numerals import BLANKS, MOST, is_number, is_whole_number, small, whole
from .recipe import Recipe, recipes
from .recipe_parts import Condition, FieldNames, Term, Test, Whole, Words
from .unread import clash, unheard, unread, unreadable
from .unsaid import says_text, unsaid

MOST_REQUESTS = 10**9
NOT_WHOLE = "tokens that are no whole number"
BELOW = "tokens below 0, or a part that is more than its whole"
TOO_MANY = f"more tokens than anybody has: {MOST} and over"
NO_REQUESTS = f"requests that are no whole number from 1 to {MOST_REQUESTS}"
DIFFERENT = "two counts of the same that differ"
TOTAL = "the stated total is not the sum of its parts"
UNREAD = "a number that no recipe knows"
MORE = "a part that is more than its whole"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a row says. `fault` is why no sum of it can be right; None where one can.

    `requests` is None where a sum of many does not say of how many; `prompt` is the size of each prompt where it is
    stated. `counted` are the tokens of the answer and all together, whatever is wrong with the row. `charges` are what is
    paid for besides tokens. `unsaid` are the dimensions that may be among
    the output. `place` is where a call was served, "" where it costs the same everywhere.
    """

    recipe: Recipe
    tokens: Mapping[str, int]
    mode: str = "standard"
    place: str = ""
    provider: str | None = None
    model: str | None = None
    day: Any = None
    requests: int | None = 1
    of_batch: bool = False
    counted: tuple[int, int] = (0, 0)
    prompt: int | None = None
    charges: Mapping[str, int] = field(default_factory=dict)
    fault: str | None = None
    detail: str = ""  # the fault's own numbers
    free: bool = False
    call: bool = True
    repeats: bool = False
    sums: bool = False
    unsaid: tuple[str, ...] = ()


def recipe_of(row: Row, among: Iterable[Recipe] | None = None, columns: frozenset[str] = frozenset()) -> Recipe | None:
    """The recipe whose form `row` has; None where there is none. Fields of `columns` are there, even if they are empty."""
    there = _prefixes(row) | columns
    for recipe in recipes() if among is None else among:
        if all(holds(test, row, there) for test in recipe.known_by):
            return recipe
    return None


def interpretation(row: Row, recipe: Recipe, columns: frozenset[str] = frozenset()) -> Interpretation:
    """What `row` says, read by `recipe`; `columns` as above."""
    there = _prefixes(row) | columns
    call = all(holds(test, row, there) for test in recipe.calls)
    reading = _Reading(row)
    tokens = {name: reading.dimension(terms) for name, terms in recipe.counts.items()}
    counted = tokens.get("output", 0), sum(tokens.values())
    stated = reading.first(recipe.total)
    tokens = _with_needed(reading, recipe, tokens, stated)
    charges = {name: count for name, names in recipe.charges.items() if (count := reading.first(names))}
    counts = (*tokens.values(), *charges.values())
    charges |= {name: count for name, count in mentioned(row, recipe).items() if counted_as(name) not in charges}
    for one in recipe.besides:
        if not (one.alone and any(counts)) and holds(one.test, row, there) and not holds(one.unless, row, there):
            charges[one.says] = 1
    requests, of_batch, bad_requests = _requests(row, recipe, there)
    prompt = _prompt(row, recipe, reading)
    free = holds(recipe.free_if, row, there)
    fault, detail = (None, "") if free else _fault(reading, recipe, tokens, counts, stated, bad_requests=bad_requests)
    return Interpretation(
        recipe=recipe,
        tokens={name: tokens[name] for name in DIMENSIONS if tokens.get(name)} if fault is None and not free else {},
        mode=_mode(row, recipe),
        place=" ".join(dict.fromkeys(_words(row, recipe, recipe.places))),
        provider=text_of(row, recipe.fields.get("provider", ())),
        model=text_of(row, recipe.fields.get("model", ())),
        day=value_of(row, recipe.fields.get("day", ())),
        requests=requests,
        of_batch=of_batch,
        counted=counted,
        prompt=prompt,
        charges={} if free else charges,
        fault=fault,
        detail=detail,
        free=free,
        call=call,
        unsaid=_unsaid(row, recipe, tokens, columns),
        sums=bool(recipe.sums) and holds(recipe.sums, row, there),
        repeats=bool(recipe.sum_of_others) and holds(recipe.sum_of_others, row, there),
    )


def _unsaid(row: Row, recipe: Recipe, tokens: Mapping[str, int], columns: frozenset[str]) -> tuple[str, ...]:
    if not tokens.get("output"):
        return ()
    text = any(whole(row[name]) for name in row if says_text(name, recipe))
    return unsaid(recipe, row.keys() | columns, text=text)


def holds(test: Test, row: Row, there: frozenset[str]) -> bool:
    """Whether any of the conditions of `test` is true of `row`; `there` are the objects in it."""
    return any(_true(condition, row, there) for condition in test)


def value_of(row: Row, names: FieldNames) -> Any:
    """What the first of `names` holds that holds anything; the text after `:` is itself one."""
    for name in names:
        if name.startswith(":"):
            return name[1:]
        if (value := row.get(name)) is not None and value != "":
            return value
    return None


def text_of(row: Row, names: FieldNames) -> str | None:
    """The same as text, without blanks around it; None where nothing is left."""
    by_model = names[-1:] == ("?",)
    value = value_of(row, names[:-1] if by_model else names)
    if isinstance(value, bool):
        value = str(value).lower()
    return (None if value is None else str(value).strip(BLANKS) or None) or ("" if by_model else None)


class _Reading:
    """The counts of a row, and what is wrong with any of them."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.sound = True
        self.differ: FieldNames = ()
        self.more: tuple[str, str] | None = None

    def count(self, name: str) -> int:
        value = self.row.get(name)
        if value is None or value == "":
            return 0
        number = whole(value)
        if number is None:
            self.sound = False
            return 0
        return number

    def first(self, names: FieldNames) -> int:
        """The first that is not 0: where several fields may count the same, some logs leave one of them at 0."""
        found = [(name, number) for name in names if (number := self.count(name))]
        if len({number for _, number in found}) > 1:
            self.differ = tuple(name for name, _ in found)
        return found[0][1] if found else 0

    def term(self, one: Term) -> int:
        number = self.first(one.names)
        if one.parts and number:
            parts = sum(self.first(part) for part in one.parts)
            if parts > number:
                said = f"{' + '.join(self.named(part) for part in one.parts)} {parts}, {self.named(one.names)} {number}"
                self.more = self.more or (f"{MORE}: {one.parts[0][0]}", said)
            number -= parts
        return one.sign * number

    def named(self, names: FieldNames) -> str:
        """The name of the first that is not 0."""
        return next((name for name in names if self.count(name)), names[0])

    def dimension(self, terms: tuple[Term, ...]) -> int:
        return sum(self.term(one) for one in terms if not one.needed)


def _with_needed(reading: _Reading, recipe: Recipe, tokens: Mapping[str, int], stated: int) -> dict[str, int]:
    """The tokens with those that the stated total has and its parts have not."""
    found = dict(tokens)
    for name, terms in recipe.counts.items():
        for one in terms:
            if one.needed:
                more = reading.term(one)
                if more and stated and sum(found.values()) + more == stated:
                    found[name] += more
    return found


def _fault(
    reading: _Reading,
    recipe: Recipe,
    tokens: Mapping[str, int],
    counts: Sequence[int],
    stated: int,
    *,
    bad_requests: bool,
) -> tuple[str | None, str]:
    if fault := clash(reading.row, recipe):
        return fault, ""
    if not reading.sound:
        return NOT_WHOLE, ""
    if any(count < 0 for count in counts):
        return BELOW, ""
    if any(count >= MOST for count in counts):
        return TOO_MANY, ""
    if bad_requests:
        return NO_REQUESTS, ""
    return _fault_of_usage(reading, recipe, tokens, stated)


def _fault_of_usage(  # noqa: PLR0911 - as above
    reading: _Reading, recipe: Recipe, tokens: Mapping[str, int], stated: int
) -> tuple[str | None, str]:
    """The same of a row whose counts are whole numbers: what its recipe says of them."""
    if fault := unreadable(reading.row, recipe):
        return fault, ""
    if reading.more:
        return reading.more
    if reading.differ:
        return f"{DIFFERENT}: {', '.join(reading.differ)}", ""
    for demand in recipe.must:
        if not holds(demand.test, reading.row, _prefixes(reading.row)):
            return demand.says, ""
    stands = _prefixes(reading.row) if recipe.unclear else frozenset()  # an empty column says nothing
    for one in recipe.unclear:
        if all(reading.first(names) for names in one.both) and not any(name in stands for name in one.unless):
            return one.says, ""
    if (more := _more_than_whole(reading, recipe, tokens)) is not None:
        return more
    if stated and stated != (parts := sum(tokens.values())):
        return TOTAL, f"{recipe.total[0]} {stated}, parts {parts}"
    if fault := unheard(reading.row, recipe):
        return fault, ""
    if left := unread(reading.row, recipe):
        value = reading.row[left[0]]
        return f"{UNREAD}: {left[0]}", f"{left[0]} {value}" if is_whole_number(value) else ""
    return None, ""


def _more_than_whole(reading: _Reading, recipe: Recipe, tokens: Mapping[str, int]) -> tuple[str, str] | None:
    """The fault of a row that states a part above what it is counted within, with both numbers."""
    for name, terms in recipe.counts.items():
        for one in terms:
            if one.needed and (more := reading.term(one)) > tokens[name]:
                return f"{MORE}: {one.names[0]}", f"{reading.named(one.names)} {more}, {name} {tokens[name]}"
    for name in reading.row:
        within = whole_of(recipe, name)
        part = whole(reading.row[name]) if within is not None else None
        if within is not None and within.exact:
            if part is not None and part != (of := _size_of(reading, within, tokens)):
                return f"{DIFFERENT}: {name}, {within.names[0]}", f"{name} {part}, {within.names[0]} {of}"
            continue
        if within is not None and part and part > (of := _size_of(reading, within, tokens)):
            return f"{MORE}: {name}", f"{name} {part}, {'|'.join(within.names) or 'all tokens'} {of}"
    return None


@cache
def whole_of(recipe: Recipe, name: str) -> Whole | None:
    """What a field of the row is counted within; None where the recipe does not say so."""
    return next((one for one in recipe.wholes if fnmatchcase(name, one.pattern)), None)


def _size_of(reading: _Reading, one: Whole, tokens: Mapping[str, int]) -> int:
    if not one.names or one.names[0].startswith(":"):
        return sum(count for name, count in tokens.items() if name in dimensions_of(one))
    return next((number for name in one.names if (number := whole(reading.row.get(name)))), 0)


def dimensions_of(one: Whole) -> tuple[str, ...]:
    """The dimensions that a whole without fields of its own is the sum of."""
    if one.names == (":input",):
        return PROMPT_DIMENSIONS
    if one.names == (":output",):
        return tuple(name for name in DIMENSIONS if name.startswith("output"))
    return DIMENSIONS


def _requests(row: Row, recipe: Recipe, there: frozenset[str]) -> tuple[int | None, bool, bool]:
    """Of how many requests the row is the sum, whether of a whole batch, and whether that cannot be read."""
    of_batch = bool(recipe.of_batch) and holds(recipe.of_batch, row, there)
    value = value_of(row, recipe.fields.get("requests", ()))
    if value is None:
        is_sum = of_batch or (bool(recipe.sums) and holds(recipe.sums, row, there))
        return None if is_sum else 1, of_batch, False
    number = whole(value)
    if number == 0 and (of_batch or recipe.sums):
        return None, of_batch, False
    bad = number is None or not 1 <= number <= MOST_REQUESTS
    return (1 if bad else number), of_batch, bad


def _prompt(row: Row, recipe: Recipe, reading: _Reading) -> int | None:
    """The size of each prompt, where the row states it; a vendor's new word for a size leaves it unknown."""
    names = recipe.fields.get("prompt_size", ())
    value = value_of(row, names)
    if value is None:
        return None
    if recipe.windows:
        return whole(recipe.windows.get(str(value).strip().lower(), ""))
    return reading.count(names[0])


def _mode(row: Row, recipe: Recipe) -> str:
    """The mode; where several fields say one, all of them, and that is no mode that has a price."""
    said = [recipe.mode] if recipe.mode else []
    return " + ".join(dict.fromkeys([*said, *_words(row, recipe, recipe.modes)])) or "standard"


def _words(row: Row, recipe: Recipe, fields: tuple[Words, ...]) -> list[str]:
    whose = small(text_of(row, recipe.fields.get("provider", ())) or "")
    found = []
    for one in fields:
        text = small(text_of(row, one.names) or "")
        if text in ("", "null", "none"):
            continue
        meant = one.words.get(f"{whose}:{text}", one.words.get(text))
        if meant is None:
            begun = (meaning for word, meaning in one.words.items() if word[-1] == "*" and text.startswith(word[:-1]))
            meant = next(begun, text)
        if meant:
            found.append(meant)
    return found


def _true(condition: Condition, row: Row, there: frozenset[str]) -> bool:
    if condition.key:
        return has_key(row.get(condition.name), condition.key) != condition.absent
    if condition.counts:
        return is_number(row.get(condition.name)) != condition.absent
    if condition.values:
        value = (text_of(row, (condition.name,)) or "").lower()
        among = value in condition.values or (bool(condition.beginnings) and value.startswith(condition.beginnings))
        return among != condition.absent
    return (condition.name in there) != condition.absent


def _prefixes(row: Row) -> frozenset[str]:
    """Every field of a row, and every object that it has fields of."""
    found = set()
    for field_ in row:
        name = field_
        while name and name not in found:
            found.add(name)
            name = name.rpartition(".")[0]
    return frozenset(found)
