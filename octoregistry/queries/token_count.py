"""How many tokens a text has: by the vendor's own counter where it is there, else by a rule whose error is stated."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from providers.vendors import vendor

# Which letters share a token, as o200k_base has it: a run of these, so many letters a token, and at least so much of one.
_RUNS = (
    ("latin", r"[A-Za-z\u00c0-\u024f]+", 5.9, 0.9),
    ("digits", r"\d+", 3.0, 1.0),
    ("spaces", r"[^\S\n]{2,}|\n+", math.inf, 0.66),
    ("wide", r"[\u2e80-\U0010ffff]+", 1.33, 0.0),
    ("letters", r"(?:(?![\u2e80-\U0010ffff])[^\W\d_\u0000-\u024f])+", 2.9, 0.0),
    ("signs", r"(?:(?![\u2e80-\U0010ffff])[^\w\s]|[_\u00aa-\u00bf])+", 2.0, 0.6),
)
_RUN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern, _, _ in _RUNS))
_SHARE = {name: (letters, least) for name, _, letters, least in _RUNS}
_CODED = (20, 2.4)  # a run of so many Latin letters is no word but a code, with so few letters a token
ERROR = 25
"""By how many percent the rule missed o200k_base at most, on 35 texts: prose in seven scripts, code, tables, pages."""
OTHERS = 30
"""By how many percent another count may be higher: so many more tokens a vendor's newer tokenizer makes than its older
(said on a page of prices of 2026-10; the vendor has no counter to be measured by)."""


@dataclass(frozen=True, slots=True)
class TokenCount:
    """The tokens of a text, and how they were counted, in words. `exact` is True where the vendor's own counter did it."""

    tokens: int
    counted: str
    exact: bool = False


def token_count(text: str, provider: str, model: str) -> TokenCount:
    """The tokens of `text` for a model.

    tiktoken counts for the models that it knows (`token_encodings` of the vendor's file), where it is installed and has, or
    can fetch, its vocabulary. A rule counts for all others, and says how far it may be off.
    """
    encoding = vendor(provider).token_encoding(model)
    if encoding:
        try:
            import tiktoken  # noqa: PLC0415 - an extra, and a tenth of a second

            found = len(tiktoken.get_encoding(encoding).encode(text, disallowed_special=()))
        except ModuleNotFoundError:
            why = "pip install 'octoregistry[tokens]' counts exactly"
        except (
            OSError,
            ValueError,
        ) as error:  # requests' errors are OSErrors; ValueError: no such encoding, a torn file
            why = f"tiktoken has no vocabulary {encoding} here: {str(error)[:200]}"
        else:
            return TokenCount(found, f"counted by tiktoken's {encoding}", exact=True)
        return TokenCount(approximate(text), f"about, ±{ERROR}%; {why}")
    return TokenCount(
        approximate(text),
        f"about: a rule within {ERROR}% of o200k_base; {provider} has no counter without a call, and its own count may be "
        f"{OTHERS}% higher",
    )


def approximate(text: str) -> int:
    """The tokens of `text` by the lengths of its runs of letters, digits and signs."""
    total = 0.0
    for run in _RUN.finditer(text):
        name = run.lastgroup or "signs"
        letters, least = _SHARE[name]
        length = run.end() - run.start()
        if name == "latin" and length >= _CODED[0]:
            letters = _CODED[1]
        if name == "digits":
            total += math.ceil(length / letters)
        else:
            total += max(least, length / letters)
    return math.ceil(total)
