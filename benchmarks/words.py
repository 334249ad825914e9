"""Which rows of the vocabulary does nothing notice? Each is left out in turn, and its example read again: `make words`."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from octoregistry.reading.classify import Classified, Families, classify
from octoregistry.reading.labels import Place
from octoregistry.reading.vocabulary import Row, Vocabulary, shipped

_DAY = date(2026, 9, 1)


def said_of(row: Row, vocabulary: Vocabulary) -> Classified:
    """What the example of `row`, or else its text, says in the row's place."""
    place: Place = row.place[0] if row.place else "column_head"
    return classify(row.example or row.text, place, vocabulary, Families(), _DAY)


def unnoticed(vocabulary: Vocabulary) -> list[Row]:
    """The first text of every row of the files whose absence changes nothing that its texts say."""
    found = []
    for _, rows in groupby(
        vocabulary.rows, key=lambda row: (row.language, row.means, row.place, row.example, row.seen)
    ):
        group = tuple(rows)
        without = Vocabulary(tuple(row for row in vocabulary.rows if row not in group))
        if all(said_of(row, without).facts == said_of(row, vocabulary).facts for row in group if row.text):
            found.append(group[0])
    return found


def main() -> int:
    """Prints them, one a line; 1 where there are any."""
    rows = unnoticed(shipped())
    for row in rows:
        print(f"{row.language}: {row.means} {row.text or row.pattern!r}: nothing notices that it is gone")
    return 1 if rows else 0


if __name__ == "__main__":
    raise SystemExit(main())
