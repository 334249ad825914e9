"""One price list in many layouts: modes and prompt sizes in columns, in rows, in names; by the rules and by a reader."""

from __future__ import annotations

from datetime import date

import pytest

from octoregistry.documents import Document, read_document
from octoregistry.reading import PageRates, read_rates

DAY = date(2026, 9, 10)
TOP = "# Pricing\n\nAll prices are in US dollars per 1M tokens, for calls of each model over the API.\n\n"
HEADED = "## GPT-9\n\n"
Found = set[tuple[str, str, int | None, str, str]]
MODES: Found = {
    ("GPT-9", "standard", None, "input", "2"),
    ("GPT-9", "standard", None, "output", "15"),
    ("GPT-9", "batch", None, "input", "1"),
    ("GPT-9", "batch", None, "output", "7.5"),
}
TIERS: Found = {
    ("GPT-9", "standard", None, "input", "2"),
    ("GPT-9", "standard", None, "output", "15"),
    ("GPT-9", "standard", 200_000, "input", "4"),
    ("GPT-9", "standard", 200_000, "output", "22.5"),
}
AUDIO: Found = {
    ("GPT-9", "standard", None, "input", "2"),
    ("GPT-9", "standard", None, "output", "15"),
    ("GPT-9", "standard", None, "input_audio", "30"),
    ("GPT-9", "standard", None, "output_audio", "60"),
}
PAGES = {
    "modes in rows": (HEADED + "Mode | Input | Output\nStandard | $2 | $15\nBatch | $1 | $7.50", MODES),
    "tiers of service": (HEADED + "Service tier | Input | Output\nStandard | $2 | $15\nBatch | $1 | $7.50", MODES),
    "modes in columns": (HEADED + " | Standard | Batch\nInput | $2 | $1\nOutput | $15 | $7.50", MODES),
    "sizes in rows": (
        HEADED + "Prompt size | Input | Output\n≤ 200K tokens | $2 | $15\n> 200K tokens | $4 | $22.50",
        TIERS,
    ),
    "sizes in columns": (HEADED + " | ≤ 200K tokens | > 200K tokens\nInput | $2 | $4\nOutput | $15 | $22.50", TIERS),
    "modes beside names": (" | GPT-9 | GPT-9 (Batch)\nInput | $2 | $1\nOutput | $15 | $7.50", MODES),
    "modes over rows": (
        "Model | Input | Output\nStandard | | \nGPT-9 | $2 | $15\nBatch API (50% off) | | \nGPT-9 | $1 | $7.50",
        MODES,
    ),
    "a size below a name": ("Model | Input | Output\nGPT-9 | $2 | $15\nPrompts > 200K tokens | $4 | $22.50", TIERS),
    "sizes below a name": (
        "Model | Input | Output\n**GPT-9** | | \n≤ 200K tokens | $2 | $15\n> 200K tokens | $4 | $22.50",
        TIERS,
    ),
    "a modality below a name": ("Model | Input | Output\nGPT-9 | $2 | $15\nAudio | $30 | $60", AUDIO),
}


def document(text: str) -> Document:
    head, *rows = text.removeprefix(HEADED).split("\n")
    lines = [f"| {head} |", "|---" * (head.count("|") + 1) + "|", *(f"| {row} |" for row in rows)]
    read = read_document(
        TOP + (HEADED if text.startswith(HEADED) else "") + "\n".join(lines) + "\n", "https://v.invalid/"
    )
    assert isinstance(read, Document)
    return read


def facts(page: PageRates) -> Found:
    return {
        (r.name, r.mode, r.above_input_tokens, d, f"{p.amount.normalize():f}")  # type: ignore[misc]
        for r in page.rates
        for d, p in r.prices.items()
    }


@pytest.mark.parametrize("layout", PAGES)
def test_the_rules_read_every_layout(layout: str) -> None:
    """The same prices, wherever modes and sizes stand."""
    text, expected = PAGES[layout]
    assert facts(read_rates(document(text), "openai", DAY)) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADED + "Mode | Input | Output\nScale tier | $2 | $15", "is another offer than the plain call"),
        ("Mode | Input | Output\nStandard | $2 | $15", "no model is named"),
    ],
)
def test_what_is_no_mode_and_what_is_no_model_is_told(text: str, reason: str) -> None:
    """Nothing is guessed."""
    page = read_rates(document(text), "openai", DAY)
    assert page.rates == ()
    assert reason in page.problems[0].reason
