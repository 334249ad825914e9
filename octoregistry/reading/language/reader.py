"""Who explains the labels of a page: answers that were kept, and a language model, asked once about what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from octoregistry.reading.labels import OpenLabel
from octoregistry.reading.language.choice import LanguageModels
from octoregistry.reading.language.label_readings import UNSURE, LabelReading, allowed_for, fault_in, pieces
from octoregistry.reading.language.llm_call import NotAskedError, Reply
from octoregistry.reading.language.question import MOST_LABELS, Question, RefusedError, answers_in, question_of
from octoregistry.reading.language.readings_store import ReadingsStore


@dataclass(frozen=True, slots=True)
class LanguageModelCall:
    """A call that was made, and what for; `cost` is in USD, None where no price is known."""

    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class PageOfLabels:
    """The open labels of one page, and the ids and names of models that are known."""

    provider: str
    url: str
    labels: Sequence[OpenLabel]
    known_names: Sequence[str] = ()


class LanguageReader:
    """Explains labels with what is kept and, where `models` gives one, a language model. `calls` are those made so far."""

    def __init__(self, kept: ReadingsStore, models: Callable[[], LanguageModels], day: date) -> None:
        self.kept = kept
        self.calls: list[LanguageModelCall] = []
        self.day = day
        self._choose = models
        self._models: LanguageModels | None = None

    @property
    def models(self) -> LanguageModels:
        """The models that may be asked, chosen when the first is needed."""
        if self._models is None:
            self._models = self._choose()
        return self._models

    @property
    def passed_over(self) -> tuple[str, ...]:
        """Who was tried and did not answer, with the reasons; where nobody was to be asked, why."""
        if self._models is None:
            return ()
        why = self._models.why_none if self._models.name is None and not self._models.tried else ""
        return (*self._models.tried, *([why] if why else []))

    @property
    def cost(self) -> Decimal:
        """USD for all calls whose price is known."""
        return sum((call.cost for call in self.calls if call.cost is not None), Decimal(0))

    def explain(self, page: PageOfLabels) -> bool:
        """True where a language model said something of `page` that was not known; it is asked about each label once.

        What it could not explain is kept as `unsure` and asked again after a week.
        """
        asked = (piece for label in page.labels for piece in pieces(label))
        left = [piece for piece in dict.fromkeys(asked) if not self._is_known(page.provider, piece)]
        said = False
        while left and self.models.name is not None:
            said |= self._ask(page, left[:MOST_LABELS])
            left = left[MOST_LABELS:]
        return said

    def _is_known(self, provider: str, label: OpenLabel) -> bool:
        answer = self.kept.of(provider, label)
        return answer is not None and answer.holds(self.day)

    def _ask(self, page: PageOfLabels, labels: Sequence[OpenLabel]) -> bool:
        """Asks, and once more about what was refused, telling what was wrong."""
        faults: dict[OpenLabel, str] = {}
        good: list[LabelReading] = []
        witness = ""
        for _ in range(2):
            allowed = [(label, allowed_for(label)) for label in labels]
            fault = "; ".join(dict.fromkeys(faults.values()))[:280] or None
            question = question_of(page.provider, allowed, page.known_names, fault=fault)
            try:
                name, said, wrong = self._answered(question, page.provider)
            except NotAskedError:
                break  # nothing is kept: the next run asks again
            witness = f"llm:{name.replace('+', '_')}"
            faults = {}
            for letter, label in question.labels.items():
                why = wrong or _fault(said.get(letter), label, question.allowed[letter], page.known_names)
                if why:
                    faults[label] = why
                else:
                    good.append(self._answer(page, label, said[letter], witness))
            labels = list(faults)
            if not labels:
                break
        unsure = [self._answer(page, label, UNSURE, witness, why) for label, why in faults.items()] if witness else []
        self.kept.keep([*good, *unsure])
        return bool(good)

    def _answered(self, question: Question, provider: str) -> tuple[str, dict[str, str], str | None]:
        """(who answered, {letter: answer}, what is wrong with the whole reply or None). Raises NotAskedError."""
        name, reply = self.models.ask(question.prompt, question.schema)
        said: dict[str, str] = {}
        wrong = reply.wrong
        if not wrong:
            try:
                said = answers_in(reply.text, question)
            except RefusedError as why:
                wrong = str(why)
        self.calls.append(_call(provider, name, reply, wrong))
        return name, said, wrong

    def _answer(self, page: PageOfLabels, label: OpenLabel, said: str, witness: str, reason: str = "") -> LabelReading:
        return LabelReading(
            page.provider, label.text, label.place, label.leftover, said, witness, self.day, page.url, reason=reason
        )


def _fault(said: str | None, label: OpenLabel, allowed: Sequence[str], names: Iterable[str]) -> str | None:
    return "it is not answered" if said is None else fault_in(said, label, allowed, names)


def _call(provider: str, model: str, reply: Reply, refused: str | None) -> LanguageModelCall:
    return LanguageModelCall(provider, model, reply.input_tokens, reply.output_tokens, reply.cost, refused)
