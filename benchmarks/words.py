"""Which rows of the vocabulary does nothing notice? Each is left out, and texts with its words read again: `make words`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from itertools import groupby

from octoregistry.documents import Document, read_document
from octoregistry.reading import vocabulary as words
from octoregistry.reading.classify import Families, classify
from octoregistry.reading.classify.cells import amounts
from octoregistry.reading.labels import Place
from octoregistry.reading.lifecycle import read_lifecycle
from octoregistry.reading.vocabulary import Row, Vocabulary, expanded, shipped

_DAY = date(2026, 9, 1)
_LABELS = {  # how the words are used that mean nothing alone, as a label; capitals stand for a word of the same language
    "word:below": "{} 200k TOKEN", "word:above": "{} 200k TOKEN", "word:size": "BELOW 200k {}",
    "word:below_behind": "200k TOKEN {}", "word:above_behind": "200k TOKEN {}",
    "word:per": "{} 1M TOKEN", "word:per_behind": "1M TOKEN {}", "word:token": "/ 1M {}", "word:other": "/ {}",
    "word:million": "/ 1 {} TOKEN", "word:thousand": "/ 1 {} TOKEN", "word:billion": "/ 1 {} TOKEN",
    "word:ten_thousand": "/ 1 {} TOKEN", "word:hour": "/ 1M TOKEN / {}", "word:hourly": "1M TOKEN {}",
    "word:from": "{} 2027-01-31", "word:until": "{} 2027-01-31", "word:lifecycle": "{} 2027-01-31",
    "word:from_behind": "2027-01-31{}", "word:until_behind": "2027-01-31{}", "month": "FROM {} 2, 2027",
}  # fmt: skip
_CELLS = {  # and in a cell, beside its amounts
    "word:was": "{} $6, $4", "word:becomes": "$6 {} $4", "word:or": "$3 {} $0.005/min", "word:starts": "{} $1 $5 output",
    "currency": "5 {}",
}  # fmt: skip
_ROWS = {  # and in the table of a page of endings
    "word:head_model": "|{}|status|\n|-|-|\n|gpt-9|active|",
    "word:head_replaced_by": "|model|status|{}|\n|-|-|-|\n|gpt-9|active|gpt-10|",
    "word:head_status": "|model|{}|\n|-|-|\n|gpt-9|active|",
    "word:head_deprecated_on": "|model|{}|\n|-|-|\n|gpt-9|2027-01-31|",
    "word:head_retires_on": "|model|{}|\n|-|-|\n|gpt-9|2027-01-31|",
    "word:status": "|model|status|\n|-|-|\n|gpt-9|{}|",
}


def entries() -> Iterator[tuple[Row, ...]]:
    """The rows of each entry of the files that count: an entry may list many texts."""
    there = set(shipped().rows)
    for file in sorted(files(words.__package__ or words.__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for entry in tomllib.loads(file.read_text(encoding="utf-8"))["rows"]:
                rows = tuple(row for row in expanded(entry, file.name.removesuffix(".toml")) if row in there)
                if rows:
                    yield rows


def said_of(row: Row, vocabulary: Vocabulary, own: Vocabulary) -> object:
    """What a text with the words of `row`, and others of `own`, says by `vocabulary`."""
    text = row.text.rstrip("*")
    if form := _form_of(row, _CELLS):
        return amounts(form.format(text), vocabulary)
    if form := _form_of(row, _ROWS):
        return _endings(form.format(text), vocabulary)
    place: Place = row.place[0] if row.place else "column_head"
    if form := _form_of(row, _LABELS):
        known = {name: own.words(f"word:{name.lower()}")[-1:] or ("",) for name in ("TOKEN", "BELOW", "FROM")}
        label = re.sub("TOKEN|BELOW|FROM", lambda match: known[match.group()][0], form).format(text)
        return classify(label, place, vocabulary, Families(), _DAY)
    texts = dict.fromkeys(filter(None, (row.text, row.example)))
    return [classify(text, place, vocabulary, Families(), _DAY) for text in texts]


def _form_of(row: Row, forms: Mapping[str, str]) -> str | None:
    return forms.get(row.means) or forms.get(row.means.rpartition("_")[0]) or forms.get(row.means.partition(":")[0])


def _endings(text: str, vocabulary: Vocabulary) -> object:
    page = read_document(f"{'These models come to an end. ' * 20}\n\n{text}", "", priced=False)
    return read_lifecycle(page, vocabulary) if isinstance(page, Document) else page


def unnoticed(vocabulary: Vocabulary) -> list[Row]:
    """The first row of every entry of the files whose absence changes nothing that texts with its words say.

    A word is read in its own language: what two languages share is known where either is.
    """
    found = []
    for language, groups in groupby(entries(), key=lambda group: group[0].language):
        spoken = {language, "common", *(("en",) if language == "common" else ())}
        own = Vocabulary(tuple(row for row in vocabulary.rows if row.language in spoken))
        for group in groups:
            without = own.without(group)
            if all(said_of(row, without, own) == said_of(row, own, own) for row in group):
                found.append(group[0])
    return found


def main() -> int:
    """Prints them, one a line; 1 where there are any."""
    rows = unnoticed(shipped())
    for row in rows:
        print(f"{row.language}: {row.means} {row.text or row.pattern!r}: nothing notices that it is gone")
    print(f"{sum(1 for _ in entries())} rows left out in turn, {len(rows)} that nothing notices")
    return 1 if rows else 0


if __name__ == "__main__":
    raise SystemExit(main())
