"""Harmless is a phrase in its place, never a word: what is added to it makes a doubt."""

from __future__ import annotations

from datetime import date

from octoregistry.reading.classify import Families, classify
from octoregistry.reading.classify.scan import key
from octoregistry.reading.vocabulary import Row, Vocabulary, shipped

DAY = date(2026, 9, 1)


def test_a_harmless_entry_with_a_word_more_is_a_doubt() -> None:
    """W, (W), W prices and W pricing: only what is an entry itself is harmless."""
    vocabulary = shipped()
    entries = {key(row.text) for row in vocabulary.rows if row.means == "harmless"}
    for row in vocabulary.rows:
        if row.means == "harmless":
            place = row.place[0] if row.place else "heading"
            assert not classify(row.text, place, vocabulary, Families(), DAY).leftover, row.text
            for form in (f"({row.text})", f"{row.text} prices", f"{row.text} pricing"):
                if key(form) not in entries:
                    said = classify(form, place, vocabulary, Families(), DAY)
                    assert said.leftover or said.values("negation"), form


def test_every_row_says_where_it_was_seen() -> None:
    """A word without a page is nobody's fact."""
    assert [row for row in shipped().rows if not row.seen] == []


def test_a_language_counts_only_when_it_is_complete() -> None:
    """With "harga" = harmless alone, fast prices under "harga cepat" became standard ones."""
    from octoregistry.reading.vocabulary import is_complete

    assert not is_complete([Row("harmless", "harga"), Row("price", "harga")])
    own = [row for row in shipped().rows if row.language == "id"]
    assert is_complete(own)
    assert not is_complete([row for row in own if row.means != "mode:priority"])


def test_a_word_without_its_row_is_left_over() -> None:
    """Rows are all that is known: without them "flex" is a word that nobody understands."""
    without = Vocabulary(tuple(row for row in shipped().rows if row.text != "flex"))
    assert not classify("Input (flex)", "column_head", shipped(), Families(), DAY).leftover
    assert classify("Input (flex)", "column_head", without, Families(), DAY).leftover


def test_the_example_of_every_row_is_understood() -> None:
    """What a page would say with its word leaves nothing over; words of grammars (a unit, a day) say nothing alone."""
    vocabulary = shipped()
    left = {}
    for row in vocabulary.rows:
        if row.example and not row.means.startswith(("word:", "month:")):
            said = classify(row.example, row.place[0] if row.place else "column_head", vocabulary, Families(), DAY)
            if said.leftover:
                left[row.language, row.means, row.example] = said.leftover
    assert left == {}
