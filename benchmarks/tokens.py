"""What a first update of all vendors costs in tokens with every table unread, and what a second one costs: none.

Tokens are estimated as bytes / 4, of the prompt and of the JSON schema that goes with it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date
from importlib import resources
from pathlib import Path

from benchmarks.truth import Truth, as_json
from benchmarks.vendor import tokens
from octoregistry.documents import Document, Unread, read_document
from octoregistry.reading import Reader, read_rates
from octoregistry.reading.answers import SCHEMA
from octoregistry.reading.asking import Reply
from octoregistry.reading.choosing import LanguageModel
from octoregistry.reading.kept import Kept
from providers import load_registry

SHARED = Path(__file__).parent.parent.parent / "shared" / "pages"
MOST_IN, MOST_OUT = 12_000, 3_000
_DAY = date(2026, 9, 7)
_NEWEST = {  # the newest whole page of each vendor
    "openai": "openai/2026-08-21-docs-pricing.html",
    "anthropic": "anthropic/2026-08-21-docs-pricing.md",
    "gemini": "gemini/2026-09-04-devsite.html",
}


def stored_pages() -> dict[str, Document]:
    """The newest whole page of each vendor that is stored beside this checkout; none where it is absent."""
    return _documents(
        {p: (SHARED / f).read_text(encoding="utf-8") for p, f in _NEWEST.items() if (SHARED / f).exists()}
    )


def bundled_pages() -> dict[str, Document]:
    """The pages that come with the package."""
    folder = resources.files("octoregistry.sources").joinpath("bundled")
    return _documents({p: folder.joinpath(f"{p}-pricing.md").read_text(encoding="utf-8") for p in _NEWEST})


def _documents(texts: dict[str, str]) -> dict[str, Document]:
    found = {provider: read_document(text, f"{provider} pricing") for provider, text in texts.items()}
    return {provider: document for provider, document in found.items() if not isinstance(document, Unread)}


def spent(documents: dict[str, Document], folder: Path) -> tuple[int, int, int, int]:
    """(calls, tokens in, tokens out, prices read) of reading all `documents` without rules, keeping readings in `folder`."""
    calls = taken = given = prices = 0
    registry = load_registry()
    for provider, document in documents.items():
        truth = Truth(document, _DAY)

        def ask(prompt: str, schema: dict[str, object], truth: Truth = truth) -> Reply:
            answer = as_json(truth.answer(prompt))
            return Reply(answer, tokens(prompt) + tokens(json.dumps(schema)), tokens(answer))

        model = LanguageModel("vendor/model", ask)
        reader = Reader(Kept(folder, shipped=False), lambda model=model: model, _DAY)  # type: ignore[misc]
        ids = tuple(registry.models(provider))
        rates = read_rates(document, provider, _DAY, rules=False, reader=reader, known_ids=ids)
        calls += len(reader.calls)
        taken += sum(call.input_tokens for call in reader.calls)
        given += sum(call.output_tokens for call in reader.calls)
        prices += sum(len(rate.prices) for rate in rates.rates)
    return calls, taken, given, prices


def main() -> int:
    """1 where a first update costs more than it may, or a second one anything."""
    print(f"tokens as bytes / 4; the schema, sent with each call, is {tokens(json.dumps(SCHEMA))} of them")
    status = 0
    for name, documents in (("the newest stored pages", stored_pages()), ("the bundled pages", bundled_pages())):
        if not documents:
            print(f"{name}: not beside this checkout")
            continue
        with tempfile.TemporaryDirectory() as folder:
            for which in ("first", "second"):
                calls, taken, given, prices = spent(documents, Path(folder))
                print(f"{name}, {which} update: {calls} calls, {taken:,} tokens in, {given:,} out, {prices} prices")
                most = (MOST_IN, MOST_OUT) if which == "first" else (0, 0)
                status |= taken > most[0] or given > most[1]
    return status


if __name__ == "__main__":
    sys.exit(main())
