"""How many tokens a text has: by OpenAI's own counter, or by a rule that says how far it may be off."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from octoregistry.cli.estimate import command as estimate
from octoregistry.queries.token_count import ERROR, approximate, token_count

tiktoken = pytest.importorskip("tiktoken", reason="tiktoken, of the extra tokens, is not installed")
# Counted by o200k_base of tiktoken 0.14.0.
COUNTED = {
    "All human beings are born free and equal in dignity and rights. " * 3: 40,
    "def total(prices: list[Decimal]) -> Decimal:\n    return sum(prices, Decimal(0))\n" * 3: 66,
    "2026-11-30,openai,gpt-5.4,standard,1,1200,340,0\n" * 4: 108,
}


@pytest.fixture
def bytes_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vocabulary without any merge, in place of the one that tiktoken would fetch: a byte is a token."""
    letters = {bytes([byte]): byte for byte in range(256)}
    encoding = tiktoken.Encoding("o200k_base", pat_str=r"(?s:.)+", mergeable_ranks=letters, special_tokens={})
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: encoding if name == "o200k_base" else None)


@pytest.mark.usefixtures("bytes_encoding")
def test_the_vendors_own_counter_counts_where_it_is() -> None:
    found = token_count("größer <|endoftext|>", "openai", "gpt-5.4")
    assert (found.tokens, found.exact) == (len("größer <|endoftext|>".encode()), True)
    assert found.counted == "counted by tiktoken's o200k_base"


def test_without_a_vocabulary_a_rule_counts_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(name: str) -> None:
        raise OSError(f"no way to {name}")

    monkeypatch.setattr(tiktoken, "get_encoding", unreachable)
    found = token_count("Hello there", "openai", "gpt-5.4")
    assert not found.exact
    assert "no way to o200k_base" in found.counted
    assert f"±{ERROR}%" in found.counted


def test_without_the_counter_a_rule_counts_and_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    assert "octoregistry[tokens]" in token_count("Hello there", "openai", "gpt-5.4").counted


def test_a_vendor_without_a_counter_is_told_as_such() -> None:
    found = token_count("Hello there", "anthropic", "claude-opus-4-8")
    assert not found.exact
    assert "anthropic has no counter without a call" in found.counted


@pytest.mark.parametrize(("text", "tokens"), COUNTED.items())
def test_the_rule_is_as_near_as_it_says(text: str, tokens: int) -> None:
    assert abs(approximate(text) / tokens - 1) <= ERROR / 100


@given(st.text(), st.text())
def test_a_longer_text_has_no_fewer_tokens_and_an_empty_one_none(first: str, second: str) -> None:
    assert approximate("") == 0
    assert approximate(first + "\n\n" + second) + 1 >= max(approximate(first), approximate(second))
    assert not first.strip() or approximate(first) > 0


@pytest.mark.usefixtures("bytes_encoding")
def test_an_estimate_counts_a_file_or_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_text("x" * 1_000_000)
    asked = ["openai/gpt-5.4-mini", "--requests", "2"]
    by_file = CliRunner().invoke(estimate, [*asked, "--prompt", str(file)])
    by_count = CliRunner().invoke(estimate, [*asked, "--input", "1000000"])
    piped = CliRunner().invoke(estimate, [*asked, "--prompt", "-"], input=file.read_text())
    assert by_file.stdout == by_count.stdout == piped.stdout
    assert "1,000,000 tokens, counted by tiktoken's o200k_base" in by_file.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prompt", "-"], "of one MODEL: name it"),
        (["openai/gpt-5.4", "--prompt", "-", "--input", "5"], "leave --input out"),
    ],
)
def test_a_text_is_counted_for_one_model_and_not_beside_a_count(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(estimate, arguments, input="x")
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_what_is_no_text_is_told_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "prompt.bin"
    file.write_bytes(b"\xff\xfe\x00")
    result = CliRunner().invoke(estimate, ["openai/gpt-5.4", "--prompt", str(file)])
    assert result.exit_code == 2
    assert "prompt.bin is no text in UTF-8" in " ".join(result.output.split())
