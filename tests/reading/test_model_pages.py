"""A page about one model: its name in the title, its prices under "Pricing", a table for each modality, units in a column."""

from __future__ import annotations

from datetime import date

from octoregistry.documents import Document, read_document
from octoregistry.reading import read_rates
from octoregistry.reading.rates import PageRates
from tests.reading.plain import plain, told

HEAD = "# {title}\n\nModel ID: `{id}`\n\n## Limits\n\n- 128,000 context window\n\n## Pricing\n\n"
COLUMNS = "| Metric | Price | Unit |\n| --- | ---: | --- |\n"


def read(text: str) -> PageRates:
    page = read_document(text, "https://vendor.invalid/models/one")
    assert isinstance(page, Document)
    return read_rates(page, "openai", date(2026, 9, 10))


def facts(page: PageRates) -> dict[tuple[str, str, str], str]:
    return {(r.name, r.mode, d): f"{p.amount.normalize():f}" for r, d, p in plain(page)}


def table(*rows: str) -> str:
    return COLUMNS + "".join(f"| {row} |\n" for row in rows) + "\n"


def test_the_title_names_the_model_and_the_headings_the_modality() -> None:
    """ "Pricing" and "Audio tokens" stand between the model's name and its tables."""
    page = read(
        HEAD.format(title="GPT-9 Nova", id="gpt-9-nova")
        + "### Text tokens\n\n"
        + table("Input | $2 | 1M tokens", "Cached input | $0.2 | 1M tokens", "Output | $0.008 | 1K tokens")
        + "### Audio tokens\n\n"
        + table("Input | $30 | 1M tokens", "Output | $0.5 | minute")
    )
    assert facts(page) == {
        ("GPT-9 Nova", "standard", "input"): "2",
        ("GPT-9 Nova", "standard", "cached_input"): "0.2",
        ("GPT-9 Nova", "standard", "output"): "8",
        ("GPT-9 Nova", "standard", "input_audio"): "30",
    }
    assert {rate.ids for rate in page.rates} == {("gpt-9-nova",)}


def test_a_title_that_is_no_name_beyond_doubt_names_nothing() -> None:
    """ "GPT guide" over "Pricing" is no model, whatever stands in the table."""
    page = read("# The GPT-9 guide for beginners\n\n## Pricing\n\n" + table("Input | $2 | 1M tokens"))
    assert not facts(page)
    assert told(page)


def test_a_unit_nobody_knows_prices_no_tokens() -> None:
    """ "$2 a song" is not two dollars for a million tokens."""
    assert not facts(read(HEAD.format(title="GPT-9", id="gpt-9") + table("Input | $2 | song", "Output | $3 | credit")))


def test_a_modality_over_tables_reaches_past_the_labels_of_modes() -> None:
    """Under "Audio tokens" stand "Batch" and "Standard", each with its table."""
    rows = "| Model | Input | Output |\n|---|---|---|\n| gpt-9-voice | ${} | ${} |\n\n"
    text = "# Pricing\n\n### Audio tokens\n\nPrices per 1M tokens.\n\n"
    page = read(text + "Batch\n\n" + rows.format(15, 30) + "Standard\n\n" + rows.format(30, 60))
    assert facts(page) == {
        ("gpt-9-voice", "batch", "input_audio"): "15",
        ("gpt-9-voice", "batch", "output_audio"): "30",
        ("gpt-9-voice", "standard", "input_audio"): "30",
        ("gpt-9-voice", "standard", "output_audio"): "60",
    }


def test_cached_and_uncached_input_are_told_apart() -> None:
    """Whether "cached" stands in parentheses, or is denied by what stands before it."""
    for whole in ("Input", "Uncached input", "Non-cached input", "Input (uncached)", "Input (cache miss)"):
        for cached in ("Cached input", "Input (cached)", "Price per 1M input tokens (cached)", "Entrada (en caché)"):
            rows = f"| Model | {whole} | {cached} |\n|---|---|---|\n| gpt-9 | $2 | $1 |\n"
            found = facts(read("# Pricing\n\nPrices per 1M tokens.\n\n" + rows))
            assert found == {("gpt-9", "standard", "input"): "2", ("gpt-9", "standard", "cached_input"): "1"}, (
                whole,
                cached,
            )


def test_lines_below_a_name_are_its_snapshot_the_rest_of_it_or_a_remark() -> None:
    """One cell names a model and its dated id; what praises or limits it is no part of the name."""
    cells = ("gpt-9<br>gpt-9-2026-01-02 | $2", "GPT-9 Pro<br>Preview | $3", "GPT-8<br>For careful answers | $1")
    rows = "| Model | Input |\n|---|---|\n" + "".join(f"| {cell} |\n" for cell in cells)
    page = read("# Pricing\n\nPrices per 1M tokens.\n\n" + rows)
    assert facts(page) == {
        ("gpt-9", "standard", "input"): "2",
        ("gpt-9-2026-01-02", "standard", "input"): "2",
        ("GPT-9 Pro Preview", "standard", "input"): "3",
    }
    assert "For careful answers" in told(page)
