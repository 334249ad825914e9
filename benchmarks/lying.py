"""Every way in which a language model may lie about a page, one small function each: the true answer in, the lie out."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.truth import as_json
from benchmarks.vendor import Said

Answer = dict[str, Any]
Telling = Callable[[Answer, str], Said]


@dataclass(frozen=True)
class Lie:
    """What a liar does to the true answer. `of` is what it lies about: form, places, meanings, quotes or orders."""

    name: str
    of: str
    tell: Telling


LIES: list[Lie] = []


def _lie(of: str, name: str) -> Callable[[Telling], Telling]:
    def kept(tell: Telling) -> Telling:
        LIES.append(Lie(name, of, tell))
        return tell

    return kept


def _form(name: str, write: Callable[[str], str]) -> None:
    LIES.append(Lie(name, "form", lambda answer, _: Said(write(as_json(answer)))))


def _said(answer: Answer) -> Said:
    return Said(as_json(answer))


def _changed(name: str, of: str, change: Callable[[Answer], object]) -> None:
    def tell(answer: Answer, _: str) -> Said:
        lied = copy.deepcopy(answer)
        change(lied)
        return _said(lied)

    LIES.append(Lie(name, of, tell))


# -- the form: FAULTS 16

_form("prose around the answer", lambda text: f"Here is what I found:\n{text}\nI hope this helps!")
_form("a fence around the answer", lambda text: f"```json\n{text}\n```")
_form("half an answer", lambda text: text[: len(text) // 2])
_form("nothing", lambda _: "")
_form("a list", lambda text: f"[{text}]")
_form("an answer twice", lambda text: text + text)
_form("a key twice", lambda text: text[:-1] + ',"quotes":[]}')
_form("NaN", lambda _: '{"tables":NaN,"quotes":[]}')
_form("endless nesting", lambda _: "[" * 100_000)
_form("a price key at the root", lambda text: text[:-1] + ',"input_per_million":"0.01"}')


@_lie("form", "cut off by the limit")
def _cut_off(answer: Answer, _: str) -> Said:
    return Said(as_json(answer), finish_reason="length")


@_lie("form", "a refusal")
def _refusal(_: Answer, __: str) -> Said:
    return Said(None, refusal="I cannot help with that.")


def _each_part(change: Callable[[dict[str, Any]], object]) -> Callable[[Answer], object]:
    return lambda answer: [change(part) for table in answer["tables"] for part in table["parts"]]


_changed("a price in every part", "form", _each_part(lambda part: part.update(price=0.01)))
_changed("a number in place of a word", "form", _each_part(lambda part: part.update({"is": 0.01})))
_changed("a price in place of a word", "form", _each_part(lambda part: part.update({"is": "$0.01"})))
_changed("a text in place of a list", "form", _each_part(lambda part: part.update(at="".join(part["at"]))))
_changed("numbers for addresses", "form", _each_part(lambda part: part.update(at=[1, 2])))
_changed("an unknown word", "form", _each_part(lambda part: part.update({"is": "input_price"})))
_changed("every table twice", "form", lambda answer: answer["tables"].extend(answer["tables"]))
_changed("a missing key", "form", lambda answer: answer.pop("quotes"))

# -- the places: FAULTS 17


def _shifted(kinds: str, by: int, *, prices_only: bool = True) -> Callable[[dict[str, Any]], object]:
    def change(part: dict[str, Any]) -> None:
        if prices_only and part["is"] == "names":
            return
        part["at"] = [f"{a[0]}{int(a[1:]) + by}" if a[0] in kinds and a[1:].isdigit() else a for a in part["at"]]

    return change


def _placed(name: str, change: Callable[[dict[str, Any]], object]) -> None:
    _changed(name, "places", _each_part(change))


_placed("one column too far right", _shifted("C", 1))
_placed("one column too far left", _shifted("C", -1))
_placed("one row too low", _shifted("L", 1))
_placed("one row too high", _shifted("L", -1))
_placed("everything one column to the right", _shifted("C", 1, prices_only=False))
_placed("columns that are not there", _shifted("CL", 90))
_placed("addresses of cells", lambda part: part.update(at=["T1R2C3"]))
_placed("addresses that are prices", lambda part: part.update(at=["$0.01"]))


def _moved(word: str, to: str) -> Callable[[dict[str, Any]], object]:
    return lambda part: part.update(at=[to]) if part["is"] == word else None


_placed("names in the second column", _moved("names", "C2"))
_placed("names in the last of many columns", _moved("names", "C4"))
_placed("names in the heading", _moved("names", "H"))
_placed("names in the header", _moved("names", "R"))
_placed("names in the passage before", _moved("names", "P"))
_placed("the free column for the paid one", _moved("prices", "C2"))
_placed("the labels for the prices", _moved("prices", "C1"))

# -- the meanings


def _renamed(**words: str) -> Callable[[dict[str, Any]], object]:
    return lambda part: part.update({"is": words.get(part["is"], part["is"])})


def _meant(name: str, **words: str) -> None:
    _changed(name, "meanings", _each_part(_renamed(**words)))


_meant("input and output swapped", input="output", output="input")
_meant("cached input called input", cached_input="input", input="cached_input")
_meant("output called cached input", output="cached_input", cached_input="output")
_meant("cache writes of 5 minutes and 1 hour swapped", cache_write_5m="cache_write_1h", cache_write_1h="cache_write_5m")
_meant("cached input called a cache write", cached_input="cache_write_5m")
_meant("cache writes called cached input", cache_write_5m="cached_input", cached_input="cache_write_5m")
_meant("cached input called storage", cached_input="cache_storage_hour")
_meant("everything input", output="input", cached_input="input", cache_write_5m="input")
_meant("long context called base context", long_context="base_context")
_meant("the tier left out", long_context="text")
_meant("rows qualified by the wrong thing", modality_of_row="tier_of_row", tier_of_row="mode_of_row")
_meant("the modality of rows called a price", modality_of_row="input")


def _modes_exchanged(answer: Answer) -> None:
    """Every label over the tables is said to be the mode that another one is."""
    modes = ("standard", "batch", "flex", "priority")
    for table in answer["tables"]:
        table["parts"] += [{"is": mode, "at": [f"O{n}"]} for n, mode in enumerate(reversed(modes), start=1)]


_changed("the modes of the labels over the tables exchanged", "meanings", _modes_exchanged)
_meant("standard called batch and batch standard", standard="batch", batch="standard")
_meant("input called audio, and rows of audio input", input="audio", modality_of_row="input")
_placed("the prices of every column at once", _moved("prices", "C2"))
_placed("the last column for the paid one", _moved("prices", "C3"))


def _all_one(word: str) -> Callable[[dict[str, Any]], object]:
    return lambda part: part.update({"is": word}) if part["is"] not in ("names", "prices") else None


for _word in ("output", "cached_input", "cache_write_1h"):
    _placed(f"all prices called {_word}", _all_one(_word))


def _added(name: str, word: str, where: Callable[[dict[str, Any]], list[str]], of: str = "meanings") -> None:
    def change(answer: Answer) -> None:
        for table in answer["tables"]:
            prices = [a for part in table["parts"] if part["is"] in ("input", "output") for a in part["at"]]
            if prices:
                table["parts"].append({"is": word, "at": where({"at": prices})})

    _changed(name, of, change)


for _word in ("batch", "standard", "flex", "priority"):
    _added(f"every price called {_word}", _word, lambda part: part["at"])
    _added(f"what stands over the tables called {_word}", _word, lambda _: ["O1"])
    _added(f"the second label over the tables called {_word}", _word, lambda _: ["O2"])
for _word in ("per_1k_tokens", "per_token", "per_1m_tokens"):
    _added(f"a made-up unit, {_word}", _word, lambda part: part["at"])
    _added(f"a made-up unit over the tables, {_word}", _word, lambda _: ["O1"])
for _word in ("audio", "image", "text"):
    _added(f"every price called one of {_word}", _word, lambda part: part["at"])
    _added(f"what stands over the tables called {_word}", _word, lambda _: ["O1"])
_added("every price called one of long prompts", "long_context", lambda part: part["at"])
_added("every price called one of short prompts", "base_context", lambda part: part["at"])
_added("two meanings for one place", "cached_input", lambda part: part["at"])
_added("the first column called a price", "input", lambda _: ["C1"])
_added("the last columns called output", "output", lambda _: ["C5"])


@_lie("meanings", "nothing is priced by the token")
def _nothing(answer: Answer, _: str) -> Said:
    return _said({"tables": [{"table": t["table"], "parts": []} for t in answer["tables"]], "quotes": []})


@_lie("meanings", "half of the tables left out")
def _half(answer: Answer, _: str) -> Said:
    return _said({**answer, "tables": answer["tables"][::2]})


@_lie("meanings", "the tables' answers exchanged")
def _exchanged(answer: Answer, _: str) -> Said:
    letters = [table["table"] for table in answer["tables"]]
    rotated = [*letters[1:], *letters[:1]]
    return _said({**answer, "tables": [{**t, "table": r} for t, r in zip(answer["tables"], rotated, strict=True)]})


@_lie("meanings", "a table that is not there")
def _invented(answer: Answer, _: str) -> Said:
    parts = [{"is": "names", "at": ["C1"]}, {"is": "input", "at": ["C3"]}, {"is": "output", "at": ["C2"]}]
    return _said({**answer, "tables": [*answer["tables"], {"table": "ZZ", "parts": parts}]})


# -- quotes


def _quote_lie(name: str, quote: Callable[[str], dict[str, Any]]) -> None:
    def tell(answer: Answer, prompt: str) -> Said:
        places = re.findall(r"^PASSAGE (P\d+) ", prompt, re.MULTILINE) or ["P1"]
        return _said({**answer, "quotes": [*answer["quotes"], *({"at": p, **quote(prompt)} for p in places)]})

    LIES.append(Lie(name, "quotes", tell))


def _of(quote: str, model: str, word: str, mode: str | None = None, context: str | None = None) -> dict[str, Any]:
    return {"quote": quote, "model": model, "is": word, "mode": mode, "context": context}


_AMOUNT = re.compile(r"\$\d[\d.,]*\d(?: (?:per|/) [\w, ]{1,20}tok\w*)?", re.IGNORECASE)


def _first_amount(prompt: str) -> str:
    """An amount that stands in some passage."""
    behind = prompt[prompt.find("PASSAGE ") :]
    found = _AMOUNT.search(behind)
    return found.group() if found else "$1.00"


def _models(prompt: str) -> str:
    found = re.search(r"^Models of \w+: ([^,\n]+)", prompt, re.MULTILINE)
    return found.group(1) if found else "gpt-5"


_quote_lie("a quote that is not there", lambda p: _of("$0.01 per million input tokens", _models(p), "input"))
_quote_lie("an amount without its words, as input", lambda p: _of(_first_amount(p), _models(p), "input"))
_quote_lie("an amount as output in batches", lambda p: _of(_first_amount(p), _models(p), "output", "batch"))
_quote_lie("a torn amount", lambda p: _of(_first_amount(p)[:2], _models(p), "input"))
_quote_lie("an amount as cached input", lambda p: _of(_first_amount(p), _models(p), "cached_input", "standard"))
_quote_lie("an amount of long prompts", lambda p: _of(_first_amount(p), _models(p), "input", None, "long_context"))


def _second_model(prompt: str) -> str:
    found = re.search(r"^Models of \w+: [^,\n]+, ([^,\n]+)", prompt, re.MULTILINE)
    return found.group(1) if found else "gpt-5"


_quote_lie("an amount of another model", lambda p: _of(_first_amount(p), _second_model(p), "input"))
_quote_lie("an amount in the mode of another section", lambda p: _of(_first_amount(p), _models(p), "input", "priority"))
_quote_lie(
    "an amount in a mode that the page does not have", lambda p: _of(_first_amount(p), _models(p), "output", "flex")
)
_quote_lie("an amount as storage", lambda p: _of(_first_amount(p), _models(p), "cache_storage_hour"))
_quote_lie("a quote without words", lambda p: _of("", _models(p), "input"))
_quote_lie("a model that is not there", lambda p: _of(_first_amount(p), "gpt-9-ultra", "input"))
_quote_lie("a quote for the wrong passage", lambda p: {**_of(_first_amount(p), _models(p), "input"), "at": "P1"})
_quote_lie("a quote with a price beside it", lambda p: {**_of(_first_amount(p), _models(p), "input"), "price": "0.01"})


def _obedient(word: str, quote: str, mode: str | None = None, context: str | None = None) -> Telling:
    """A model that says what a passage tells it to say: the price of a model is the one that stands there."""

    def tell(answer: Answer, prompt: str) -> Said:
        found = re.search(r"^PASSAGE (P\d+) under [^\n]*\nIgnore [^:]*: (.*?) input", prompt, re.MULTILINE)
        if found is None:
            return _said(answer)
        return _said({**answer, "quotes": [{"at": found[1], **_of(quote, found[2], word, mode, context)}]})

    return tell


for _mode in (None, "batch", "priority"):
    _served = _mode or "its plain"
    LIES.append(
        Lie(f"obeys: {_served} input", "orders", _obedient("input", "input is $0.01 per million tokens", _mode))
    )
    LIES.append(
        Lie(f"obeys: {_served} output", "orders", _obedient("output", "output $0.02 per million tokens", _mode))
    )
LIES.append(Lie("obeys: cached input", "orders", _obedient("cached_input", "$0.01 per million tokens")))
LIES.append(Lie("obeys: long prompts", "orders", _obedient("input", "$0.01 per million tokens", None, "long_context")))
LIES.append(Lie("obeys: a torn figure", "orders", _obedient("input", "$0.0")))
