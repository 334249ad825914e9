"""`octoregistry extract`: what a person sees, what a program gets, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from octoregistry.cli.extract import command

PAGE = "# Prices\n\nPer 1M tokens.\n\n" + (
    "| Model | Input | Output |\n|---|---|---|\n| {} | $1.25 | $10.00 |\n| gpt-5-mini | €1 | $2 |\n| gpt-5-nano | ¥1 | - |\n"
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with two models, one of them priced in part in euros, and a price of nobody knows what."""
    path = tmp_path / "page.md"
    path.write_text(PAGE.format("gpt-5"), encoding="utf-8")
    return path


def test_a_rate_is_one_line_with_its_dimensions_side_by_side(page: Path) -> None:
    """Nothing is wrapped, and what was not read is said."""
    result = CliRunner().invoke(command, ["openai", str(page), "--date", "2026-09-01", "--url", "https://example.org"])
    lines = [line.replace("│", " ").split() for line in result.output.splitlines()]
    assert result.exit_code == 0
    assert ["gpt-5", "standard", "1.25", "10.00", "T1R2C2"] in lines
    assert ["gpt-5-mini", "standard", "EUR", "1", "T1R3C2"] in lines
    assert any(line[:2] == ["not", "read:"] and "https://example.org" in line for line in lines)


def test_a_word_that_left_figures_unread_is_named_as_one_that_holds_prices_is(page: Path) -> None:
    """Who looks for the word to add sees it: "nothing says what is counted" names none."""
    page.write_text(PAGE.format("gpt-5").replace("Input", "Ingress").replace("Output", "Output (lunar)"), "utf-8")
    result = CliRunner().invoke(command, ["openai", str(page), "--llm", "off", "--date", "2026-09-01"])
    assert "? 'Output (lunar)' (column head, T1R1C3): not understood: (lunar): 2 prices" in result.output
    assert "? 'Ingress' (neighbour head, T1R1C2): not understood: Ingress: 2 prices" in result.output
    assert "nothing says what is counted (2 times)" in result.output


def test_json_holds_evidence_and_problems(page: Path) -> None:
    """Prices are text, so that no reader rounds them."""
    result = CliRunner().invoke(command, ["openai", str(page), "--date", "2026-09-01", "--url", "u", "--json"])
    read = json.loads(result.output)
    assert read["rates"][0]["input"] == "1.25"
    assert read["rates"][0]["evidence"]["input"] == {"address": "T1R2C2", "text": "$1.25"}
    assert [(rate["input"], rate["currency"]) for rate in read["rates"] if "currency" in rate] == [("1", "EUR")]
    assert read["problems"][0].startswith("u T1R4C2: ")


def test_a_page_without_prices_ends_with_status_1(tmp_path: Path) -> None:
    """And says why."""
    path = tmp_path / "page.html"
    path.write_text("<html><body>Just a moment</body></html>", encoding="utf-8")
    result = CliRunner().invoke(command, ["openai", str(path)])
    assert result.exit_code == 1
    assert "challenge" in result.output


def test_a_name_with_escape_codes_reaches_no_terminal(tmp_path: Path) -> None:
    """A page's text is shown, never acted upon."""
    path = tmp_path / "page.md"
    path.write_text(PAGE.format("gpt-5\x1b[31m"), encoding="utf-8")
    result = CliRunner().invoke(command, ["openai", str(path)])
    assert "\x1b" not in result.output


def test_a_registry_that_cannot_be_read_is_said_in_a_line(page: Path, tmp_path: Path) -> None:
    """It says which models are whose; without it a page of the wrong vendor would pass."""
    result = CliRunner().invoke(command, ["openai", str(page), "--registry", str(tmp_path / "none.yaml")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {tmp_path / 'none.yaml'}: No such file or directory")
