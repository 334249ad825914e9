"""Which model a page means: exact after normalisation, or not at all."""

from __future__ import annotations

import pytest

from octoregistry.planning.matching import (
    AmbiguousMatch,
    Matched,
    ModelNames,
    NewModel,
    Unmatched,
    normalised,
    remarks_of,
)
from octoregistry.sources.listings import ListedModel
from providers.entries import Model
from providers.vendors import vendor


def names(provider: str, *models: Model, listed: tuple[ListedModel, ...] = ()) -> ModelNames:
    return ModelNames(models, listed, vendor(provider).names)


def model(provider: str, id_: str, display_name: str | None = None, aliases: tuple[str, ...] = ()) -> Model:
    return Model(provider, id_, display_name or id_, aliases=aliases)


OPENAI = (
    model("openai", "gpt-4"),
    model("openai", "gpt-4o", aliases=("gpt-4o-2024-08-06",)),
    model("openai", "gpt-4o-mini"),
    model("openai", "gpt-5.5"),
)
CLAUDES = (
    model("anthropic", "claude-opus-4-20250514", "Claude Opus 4"),
    model("anthropic", "claude-opus-4-1-20250805", "Claude Opus 4.1"),
    model("anthropic", "claude-haiku-4-5-20251001", "Claude Haiku 4.5", ("claude-haiku-4-5",)),
    model("anthropic", "claude-opus-4-8", "Claude Opus 4.8"),
)


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("gpt-4", "gpt-4"),
        ("GPT-4o", "gpt-4o"),
        ("GPT-4o mini", "gpt-4o-mini"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-5.5 (<272K context length)", "gpt-5.5"),
        ("[gpt-5.5](/docs/models/gpt-5.5)", "gpt-5.5"),
        ("`gpt-5.5`", "gpt-5.5"),
        ("gpt-5.5 ¹", "gpt-5.5"),
        ("gpt-5.5 ^\\*^", "gpt-5.5"),
    ],
)
def test_a_name_with_decoration_is_the_model_without_it(shown: str, meant: str) -> None:
    assert names("openai", *OPENAI).match(shown) == Matched((meant,))


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("Claude Opus 4", "claude-opus-4-20250514"),
        ("Claude Opus 4.1", "claude-opus-4-1-20250805"),
        ("Opus 4.8", "claude-opus-4-8"),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        ("Claude Haiku 4.5", "claude-haiku-4-5-20251001"),
        ("Claude Opus 4 ([deprecated](/docs/deprecations))", "claude-opus-4-20250514"),
    ],
)
def test_claude_names_lead_to_ids_through_display_names(shown: str, meant: str) -> None:
    assert names("anthropic", *CLAUDES).match(shown) == Matched((meant,))


@pytest.mark.parametrize("stranger", ["gpt-4o-2024-05-13", "gpt-4-32k", "gpt-4.5", "o4-mini", "gpt-40"])
def test_a_near_name_is_a_new_model_never_the_near_one(stranger: str) -> None:
    assert names("openai", *OPENAI).match(stranger) == NewModel(stranger, stranger)


@pytest.mark.parametrize("words", ["Fine-tuning", "Web search", "All models", "GPT image generation"])
def test_words_that_are_no_id_stay_unmatched_with_a_reason(words: str) -> None:
    found = names("openai", *OPENAI).match(words)

    assert isinstance(found, Unmatched)
    assert words in found.reason


def test_the_ids_that_the_page_gives_come_before_its_name() -> None:
    known = names("gemini", model("gemini", "gemini-a", "Gemini B"), model("gemini", "gemini-b", "Gemini A"))

    assert known.match("Gemini A", ("gemini-a", "gemini-a-tools")) == Matched(("gemini-a",), ("gemini-a-tools",))


def test_one_heading_over_two_known_ids_prices_both() -> None:
    known = names("gemini", model("gemini", "veo-fast"), model("gemini", "veo-best"))

    assert known.match("Veo", ("veo-fast", "veo-best")) == Matched(("veo-fast", "veo-best"))


def test_a_heading_with_new_ids_is_one_new_model_with_aliases() -> None:
    found = names("gemini").match("Gemini 3.1 Pro \U0001f34c", ("gemini-3.1-pro", "gemini-3.1-pro-customtools"))

    assert found == NewModel("gemini-3.1-pro", "Gemini 3.1 Pro", ("gemini-3.1-pro-customtools",))


def test_a_display_name_of_two_models_is_ambiguous() -> None:
    known = names("gemini", model("gemini", "g-1", "Gemini Pro"), model("gemini", "g-2", "Gemini Pro"))

    assert known.match("Gemini Pro") == AmbiguousMatch(("g-1", "g-2"))


def test_an_id_and_its_dated_snapshot_in_the_list_are_one_new_model() -> None:
    listed = (ListedModel("claude-nova-6", "Claude Nova 6"), ListedModel("claude-nova-6-20270101", "Claude Nova 6"))

    found = names("anthropic", listed=listed).match("Claude Nova 6")

    assert found == NewModel("claude-nova-6", "Claude Nova 6", ("claude-nova-6-20270101",))


def test_two_listed_models_of_one_name_are_ambiguous() -> None:
    listed = (ListedModel("nova-a", "Claude Nova 6"), ListedModel("nova-b", "Claude Nova 6"))

    assert names("anthropic", listed=listed).match("Claude Nova 6") == AmbiguousMatch(("nova-a", "nova-b"))


def test_an_id_made_by_the_vendors_rule_says_that_it_is_derived() -> None:
    found = names("anthropic").match("Claude Fable 5.1")

    assert found == NewModel("claude-fable-5-1", "Claude Fable 5.1", derived=True)


def test_a_derived_model_is_called_claude_though_the_page_leaves_it_out() -> None:
    assert names("anthropic").match("Fable 5.1") == NewModel("claude-fable-5-1", "Claude Fable 5.1", derived=True)


def test_the_alias_table_knows_the_dated_ids_of_old_names() -> None:
    found = names("anthropic").match("Claude Sonnet 3.7")

    assert isinstance(found, NewModel)
    assert found.id == "claude-3-7-sonnet-20250219"
    assert not found.derived


def test_letters_that_nobody_sees_do_not_make_another_model() -> None:
    assert names("openai", *OPENAI).match("gpt-4\u200bo\u202e") == Matched(("gpt-4o",))


def test_letters_that_look_alike_do_make_another_name() -> None:
    assert isinstance(names("openai", *OPENAI).match("gpt-4\u043e"), Unmatched)


def test_a_superscript_digit_is_a_footnote_not_a_version() -> None:
    assert normalised("Claude Opus 4²", "claude") == "opus-4"


def test_remarks_in_parentheses_are_kept_apart() -> None:
    assert remarks_of("Claude Haiku 3.5 (Retired, except on clouds)") == ("retired, except on clouds",)


def test_a_name_that_a_page_gives_to_another_model_brings_its_price_to_no_one_else() -> None:
    """Beside a model's own id stands what was another's alias: its old owner is not priced by the row."""
    sonnet = model("anthropic", "claude-sonnet-5", "Claude Sonnet 5", ("claude-sonnet-latest",))
    found = names("anthropic", sonnet, *CLAUDES).match("Claude Opus 4.8", ("claude-opus-4-8", "claude-sonnet-latest"))

    assert found == Matched(("claude-opus-4-8",), (), ("claude-sonnet-latest",))


MOVING = (model("gemini", "gemini-3-flash", "Gemini 3 Flash", ("gemini-3-flash-2026-05-01", "gemini-flash-latest")),)


@pytest.mark.parametrize("shown", ["gemini-3-flash", "Gemini 3 Flash", "gemini-3-flash-2026-05-01"])
def test_an_id_a_display_name_and_either_on_a_day_are_the_models_own_names(shown: str) -> None:
    assert names("gemini", *MOVING).match(shown) == Matched(("gemini-3-flash",))


@pytest.mark.parametrize(("shown", "ids"), [("gemini-flash-latest", ()), ("Flash, newest", ("gemini-flash-latest",))])
def test_an_alias_alone_is_a_name_that_another_model_may_have_now(shown: str, ids: tuple[str, ...]) -> None:
    assert names("gemini", *MOVING).match(shown, ids) == Matched(("gemini-3-flash",), alias=True)
    assert names("gemini", *MOVING).match("Flash", ("gemini-flash-latest", "gemini-3-flash")) == Matched(
        ("gemini-3-flash",)
    )
