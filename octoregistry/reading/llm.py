"""The language model as a reader: what shapes and passages mean, from readings kept earlier or by asking once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from octoregistry.documents import Document, Passage
from octoregistry.reading.answers import SCHEMA, Answer, RefusedError, answer_of
from octoregistry.reading.asking import NotAskedError, Reply
from octoregistry.reading.choosing import Chooser, LanguageModel, NoModel
from octoregistry.reading.kept import Kept
from octoregistry.reading.meaning import Meaning, Quotes, Refusal
from octoregistry.reading.questions import Question, question_of
from octoregistry.reading.quotes import wording
from octoregistry.reading.shapes import Shape

_MOST_SHAPES = 24  # in one question; more would be one long answer that a single slip refuses
_MOST_PASSAGES = 24

Check = Callable[[Meaning | Quotes], str | None]
"""What the page says against a reading, or None."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, and what for; `cost` is in USD, None where no price is known."""

    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a page's shapes and passages: by fingerprint, and for the others the reason why nothing is."""

    meanings: dict[str, Meaning] = field(default_factory=dict)
    quotes: dict[str, Quotes] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


class Reader:
    """Reads with what is kept and, where `choose` gives one, a language model. `calls` are those made so far.

    With `second` it is asked about what the rules read, too.
    """

    def __init__(self, kept: Kept, choose: Chooser, day: date, *, second: bool = False) -> None:
        self.kept = kept
        self.second = second
        self.calls: list[Call] = []
        self._day = day
        self._choose = choose
        self._chosen: LanguageModel | NoModel | None = None

    @property
    def model(self) -> LanguageModel | NoModel:
        """The model that is asked, chosen when it is first needed."""
        if self._chosen is None:
            self._chosen = self._choose()
        return self._chosen

    @property
    def unavailable(self) -> NoModel | None:
        """Why no model was asked although there was something to ask, or None."""
        return self._chosen if isinstance(self._chosen, NoModel) else None

    @property
    def cost(self) -> Decimal:
        """USD for all calls whose price is known."""
        return sum((call.cost for call in self.calls if call.cost is not None), Decimal(0))

    def told(
        self,
        document: Document,
        provider: str,
        shapes: Sequence[Shape],
        passages: Sequence[Passage],
        known_ids: Sequence[str],
        check: Check,
    ) -> Told:
        """What `shapes` and `passages` of `document` mean; what is not known is asked once, and kept."""
        told = Told()
        for shape in shapes:
            if meaning := self.kept.meaning(provider, shape):
                told.meanings[shape.fingerprint] = meaning
        for passage in passages:
            if quotes := self.kept.quotes(provider, wording(passage.text)):
                told.quotes[quotes.fingerprint] = quotes
        new_shapes = [shape for shape in shapes if shape.fingerprint not in told.meanings]
        new = {wording(p.text): p for p in passages if wording(p.text) not in told.quotes}
        told.reasons.update(self._refused_before(provider, [*(shape.fingerprint for shape in new_shapes), *new]))
        new_shapes = [shape for shape in new_shapes if shape.fingerprint not in told.reasons]
        new = {fingerprint: passage for fingerprint, passage in new.items() if fingerprint not in told.reasons}
        new_passages = list(new.values())
        while new_shapes or new_passages:
            self._ask(
                document, provider, new_shapes[:_MOST_SHAPES], new_passages[:_MOST_PASSAGES], known_ids, check, told
            )
            new_shapes, new_passages = new_shapes[_MOST_SHAPES:], new_passages[_MOST_PASSAGES:]
        return told

    def _refused_before(self, provider: str, fingerprints: Sequence[str]) -> dict[str, str]:
        """{fingerprint: reason} of what the model could not read a short while ago: it is not paid for that again."""
        model = self.model if fingerprints else None
        if not isinstance(model, LanguageModel):
            return {}
        refusals = (self.kept.refusal(provider, one, _witness(model), self._day) for one in fingerprints)
        return {
            one.fingerprint: f"{one.reason} ({one.witness} was asked on {one.day}, and is again from {one.ends} on; "
            f"`octoregistry readings remove {one.fingerprint}` has it asked now)"
            for one in refusals
            if one
        }

    def _ask(
        self,
        document: Document,
        provider: str,
        shapes: Sequence[Shape],
        passages: Sequence[Passage],
        known_ids: Sequence[str],
        check: Check,
        told: Told,
    ) -> None:
        """Asks, and once more about what was refused, telling what was wrong."""
        fault: str | None = None
        for _ in range(2):
            question = question_of(document, provider, shapes, passages, known_ids, fault=fault)
            left = [shape.fingerprint for shape in shapes] + [wording(passage.text) for passage in passages]
            try:
                answer = self._answer(question, provider)
            except NotAskedError as why:
                told.reasons.update(dict.fromkeys(left, str(why)))
                return
            except RefusedError as why:
                fault = str(why)
                told.reasons.update(dict.fromkeys(left, f"the answer was refused: {why}"))
                continue
            self._take(answer, check, told)
            shapes = [shape for shape in shapes if shape.fingerprint not in told.meanings]
            passages = [p for p in passages if wording(p.text) not in told.quotes]
            for passage in passages:
                if passage.address in answer.dropped:
                    told.reasons[wording(passage.text)] = answer.dropped[passage.address]
            if not shapes and not passages:
                return
            unread = [*(s.fingerprint for s in shapes), *(wording(p.text) for p in passages)]
            reasons = [told.reasons.get(fingerprint, "") for fingerprint in unread]
            fault = "; ".join(dict.fromkeys(reason for reason in reasons if reason))[:280]
        self._keep_refusals(provider, [*(s.fingerprint for s in shapes), *(wording(p.text) for p in passages)], told)

    def _keep_refusals(self, provider: str, fingerprints: Sequence[str], told: Told) -> None:
        if isinstance(self.model, LanguageModel):
            witness = _witness(self.model)
            self.kept.keep(
                Refusal(one, provider, told.reasons.get(one, "it was not answered"), witness, self._day)
                for one in fingerprints
            )

    def _take(self, answer: Answer, check: Check, told: Told) -> None:
        told.reasons.update(answer.dropped)
        good: list[Meaning | Quotes] = []
        said: list[Meaning | Quotes] = [*answer.meanings, *answer.quotes]
        for found in said:
            if wrong := check(found):
                told.reasons[found.fingerprint] = wrong
                continue
            good.append(found)
            told.reasons.pop(found.fingerprint, None)
            if isinstance(found, Meaning):
                told.meanings[found.fingerprint] = found
            else:
                told.quotes[found.fingerprint] = found
        self.kept.keep(good)

    def _answer(self, question: Question, provider: str) -> Answer:
        model = self.model
        if isinstance(model, NoModel):
            raise NotAskedError(f"no language model was asked: {model.reason}")
        try:
            reply = model.ask(question.prompt, SCHEMA)
        except NotAskedError as why:
            self._chosen = NoModel(
                f"{model.name} could not be asked: {why}", wanted=True
            )  # nor is it for the next page
            raise
        try:
            answer = answer_of(reply, question, provider, _witness(model), self._day.isoformat())
        except RefusedError as why:
            self.calls.append(_call(provider, model, reply, str(why)))
            raise
        self.calls.append(_call(provider, model, reply))
        return answer


def _witness(model: LanguageModel) -> str:
    return f"llm:{model.name}"


def _call(provider: str, model: LanguageModel, reply: Reply, refused: str | None = None) -> Call:
    return Call(provider, model.name, reply.input_tokens, reply.output_tokens, reply.cost, refused)
