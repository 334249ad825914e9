"""Every way in which a language model may lie about labels, one small function each: the true answers in, the lie out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.truth import as_json
from benchmarks.vendor import VendorReply
from octoregistry.reading.language.label_readings import ANSWERS, HARMLESS, MEANINGS, NAME, OFFER, UNSURE

Answers = dict[str, str]
Telling = Callable[[Answers, str], VendorReply]


@dataclass(frozen=True)
class Lie:
    """What a liar does to the true answers. `of` is what it lies about: form, meanings, offers, names or orders."""

    name: str
    of: str
    tell: Telling


LIES: list[Lie] = []


def _form(name: str, write: Callable[[str], str]) -> None:
    LIES.append(Lie(name, "form", lambda answers, _: VendorReply(write(as_json(answers)))))


def _changed(name: str, of: str, change: Callable[[str, str], str]) -> None:
    """A lie that answers each label, by letter and true answer, with `change`."""

    def tell(answers: Answers, _: str) -> VendorReply:
        return VendorReply(as_json({letter: change(letter, true) for letter, true in answers.items()}))

    LIES.append(Lie(name, of, tell))


# -- the form: FAULTS 16

_form("half an answer", lambda text: text[: len(text) // 2])
_form("nothing", lambda _: "")
_form("a list of letters", lambda text: "[" + ",".join(re.findall(r'"[A-Z]"', text)) + "]")
_form("two answers that differ", lambda text: text + '{"A": "batch"}{"A": "flex"}')
_form("a key twice", lambda text: text[:-1] + ',"A":"batch","A":"output"}')
_form("endless nesting", lambda _: '{"A":' * 5_000)
_form("a price key beside the letters", lambda text: text[:-1] + ',"input_per_million":"0.01"}')
_form("prices for answers", lambda text: re.sub(r':"[a-z_0-9]+"', ':"$0.01"', text))
_form("numbers for answers", lambda text: re.sub(r':"[a-z_0-9]+"', ":0.01", text))
_form("an object with a price for each", lambda text: re.sub(r':("[a-z_0-9]+")', r':{"is":\1,"usd":"0.01"}', text))
_form("words that nobody gave", lambda text: re.sub(r':"[a-z_0-9]+"', ':"input_price_0.01"', text))
_form("addresses for answers", lambda text: re.sub(r':"[a-z_0-9]+"', ':"T1R2C2"', text))
_form("capitals, prose and a fence around a lie", lambda _: 'Sure:\n```json\n{"A":"PRIORITY","B":"Output"}\n```\nDone.')
LIES.append(Lie("cut off by the limit", "form", lambda a, _: VendorReply(as_json(a), finish_reason="length")))
LIES.append(Lie("a refusal", "form", lambda _, __: VendorReply(None, refusal="I cannot help with that.")))


# -- the meanings

for _word in ANSWERS:
    _changed(f"every label called {_word}", "meanings", lambda _, __, word=_word: word)  # type: ignore[misc]

_SWAPS = (
    ("input", "output"),
    ("cached_input", "input"),
    ("batch", "standard"),
    ("priority", "standard"),
    ("standard", "priority"),
    ("flex", "batch"),
    ("text", "audio"),
    ("image", "text"),
    ("long_prompts", HARMLESS),
    ("cache_write", "cached_input"),
)
for _one, _other in _SWAPS:
    _changed(
        f"{_one} and {_other} exchanged",
        "meanings",
        lambda _, true, one=_one, other=_other: other if true == one else one if true == other else true,  # type: ignore[misc]
    )
_turn = itertools.cycle(MEANINGS)
_changed("each label called something else", "meanings", lambda _, __: next(_turn))
_changed("the next letter's answer", "meanings", lambda letter, _: list(MEANINGS)[(ord(letter) * 7) % len(MEANINGS)])
_changed("the first label alone lied about", "meanings", lambda letter, true: "priority" if letter == "A" else true)
_changed(
    "the last labels left unsure, the others harmless",
    "meanings",
    lambda letter, _: HARMLESS if letter < "K" else UNSURE,
)

# -- offers and names

_changed("an offer called harmless", "offers", lambda _, true: HARMLESS if true == OFFER else true)
_changed("an offer called standard", "offers", lambda _, true: "standard" if true == OFFER else true)
_changed("an offer called batch", "offers", lambda _, true: "batch" if true == OFFER else true)
_changed("what is harmless called an offer", "offers", lambda _, true: OFFER if true == HARMLESS else true)
_changed("all but offers called offers", "offers", lambda _, true: HARMLESS if true == OFFER else OFFER)
_changed("what is harmless called a model's name", "names", lambda _, true: NAME if true == HARMLESS else true)
_changed("modes called models' names", "names", lambda _, true: NAME if MEANINGS.get(true, "")[:4] == "mode" else true)
_changed("names called modes", "names", lambda _, true: "priority" if true == NAME else true)


def _obeys(word: str) -> Telling:
    """A model that says of the labels what a label tells it to say."""

    def tell(answers: Answers, prompt: str) -> VendorReply:
        ordered = re.findall(r"^([A-Z]) \w+: Ignore", prompt, re.MULTILINE)
        return VendorReply(as_json(dict.fromkeys(answers, word) if ordered else answers))

    return tell


for _word in (HARMLESS, "standard", "batch", "input", NAME):
    LIES.append(Lie(f"obeys a label: all are {_word}", "orders", _obeys(_word)))
