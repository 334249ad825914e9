"""A plan in the text of models.yaml: the lines that change and no others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from octoregistry.merging.diff import diff
from octoregistry.merging.merge import MergeError, merge
from octoregistry.planning.plan import Change, ChangeKind, Plan, Reason, Verdict
from octoregistry.planning.values import Value
from providers.registry import parse_registry

TEXT = """\
# Prices, looked after by hand.
default_provider: acme
providers:
  acme:
    env_var: ACME_KEY   # ask Jo
    default_model: road
    realtime_multiplier: 2.0
    models:

      # the cheap one
      road:
        display_name: "Road Runner"
        input_per_million: 1.0    # per million!
        output_per_million: 6.0
        # rates as the page has them
        rates:
          - {mode: standard, input: 2.0, output: 12.0}  # base
          # long prompts
          - {mode: standard, above_input_tokens: 200000, input: 4.0, output: 18.0}
          - mode: batch
            input: 1.0   # half
            output: 6.0
        source: {page: https://acme.example/pricing, checked: 2026-01-02, sha256: 'aa11'}

      coyote: {display_name: Coyote, input_per_million: 0.5, output_per_million: 1.0}  # flow

  # nothing here yet
  empty: {env_var: E, default_model: x, models: {x: {display_name: X, input_per_million: 1, output_per_million: 1}}}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
# the end
"""


def change(
    dimension: str,
    new: Value,
    mode: str | None = None,
    above: int | None = None,
    start: date | None = None,
    *,
    model: str = "road",
    provider: str = "acme",
    kind: ChangeKind = "price",
    old: Value = None,
    verdict: Verdict | None = None,
) -> Change:
    return Change(provider, model, kind, dimension, old, new, mode, above, start, verdict=verdict or Verdict())


def changed_lines(old: str, new: str) -> tuple[list[str], list[str]]:
    lines = diff(old, new).splitlines()[2:]
    return [line[1:] for line in lines if line[0] == "-"], [line[1:] for line in lines if line[0] == "+"]


def test_a_scalar_is_replaced_where_it_stands() -> None:
    merged = merge(TEXT, Plan((change("input_per_million", Decimal("1.50")),)))

    assert changed_lines(TEXT, merged) == (
        ["        input_per_million: 1.0    # per million!"],
        ["        input_per_million: 1.5    # per million!"],
    )


def test_a_rate_in_block_style_is_edited_in_block_style() -> None:
    merged = merge(
        TEXT, Plan((change("input", Decimal("1.1"), "batch"), change("cached_input", Decimal("0.1"), "batch")))
    )

    assert changed_lines(TEXT, merged) == (
        ["            input: 1.0   # half"],
        ["            input: 1.1   # half", "            cached_input: 0.1"],
    ) or changed_lines(TEXT, merged)[1] == ["            input: 1.1   # half", "            cached_input: 0.1"]


def test_a_rate_in_flow_style_is_edited_in_flow_style() -> None:
    merged = merge(TEXT, Plan((change("cached_input", Decimal("0.2"), "standard"),)))

    assert changed_lines(TEXT, merged)[1] == [
        "          - {mode: standard, input: 2.0, output: 12.0, cached_input: 0.2}  # base"
    ]


def test_a_new_rate_stands_behind_the_last_of_its_mode_a_line_a_rate() -> None:
    day = date(2026, 9, 7)
    plan = Plan(
        (
            change("input", Decimal(3), "standard", None, day),
            change("input", Decimal(5), "standard", 200_000, day),
            change("input", Decimal(1), "flex"),
        )
    )

    merged = merge(TEXT, plan)

    assert changed_lines(TEXT, merged) == (
        [],
        [
            "          - {mode: standard, from: 2026-09-07, input: 3.0}",
            "          - {mode: standard, above_input_tokens: 200000, from: 2026-09-07, input: 5.0}",
            "          - {mode: flex, input: 1.0}",
        ],
    )


def test_what_does_not_change_stays_in_any_layout_beside_what_does() -> None:
    laid_out = (
        "        aliases: [ a,b ]  # both\n        modalities: { input: [text,image],\n           output: [ text ] }\n"
    )
    text = TEXT.replace("{mode: standard, above", "{ mode:   standard,above").replace(
        "        source:", f"{laid_out}        source:"
    )

    merged = merge(text, Plan((change("input", Decimal("3.0"), "batch"),)))

    assert changed_lines(text, merged) == (["            input: 1.0   # half"], ["            input: 3.0   # half"])


def test_quotes_stay_where_people_put_them() -> None:
    merged = merge(TEXT, Plan((change("display_name", "Runner"), change("source.sha256", "bb22"))))

    assert changed_lines(TEXT, merged)[1] == [
        '        display_name: "Runner"',
        "        source: {page: https://acme.example/pricing, checked: 2026-01-02, sha256: 'bb22'}",
    ]


def test_keys_and_rates_go_into_an_entry_on_one_line() -> None:
    plan = Plan(
        (
            change("context_window", 1000, model="coyote"),
            change("input", Decimal(1), "standard", model="coyote"),
            change("source.checked", date(2026, 1, 1), model="coyote"),
        )
    )

    assert changed_lines(TEXT, merge(TEXT, plan))[1] == [
        "      coyote: {display_name: Coyote, input_per_million: 0.5, output_per_million: 1.0, context_window: 1000, "
        "rates: [{mode: standard, input: 1.0}], source: {checked: 2026-01-01}}  # flow"
    ]


NEW = (
    change("display_name", "Acme: Beep", model="beep", kind="new_model"),
    change("aliases", ("beep-1", "1e5"), model="beep", kind="new_model"),
    change("input_per_million", Decimal(1), model="beep", kind="new_model"),
    change("output_per_million", Decimal(2), model="beep", kind="new_model"),
    change("batch_support", True, model="beep", kind="new_model"),
    change("input", Decimal(2), "standard", model="beep", kind="new_model"),
    change("output", Decimal(4), "standard", model="beep", kind="new_model"),
    change("source.page", "https://acme.example/a?b=c#d", model="beep", kind="new_model"),
)


def test_a_new_model_stands_behind_its_neighbours_in_their_layout() -> None:
    merged = merge(TEXT, Plan(NEW))

    assert changed_lines(TEXT, merged) == (
        [],
        [
            "      beep:",
            "        display_name: 'Acme: Beep'",
            "        input_per_million: 1.0",
            "        output_per_million: 2.0",
            "        batch_support: true",
            "        aliases: [beep-1, '1e5']",
            "        rates:",
            "          - {mode: standard, input: 2.0, output: 4.0}",
            "        source: {page: 'https://acme.example/a?b=c#d'}",
        ],
    )


def test_a_new_model_goes_into_models_on_one_line() -> None:
    plan = Plan(tuple(change(c.dimension, c.new, c.mode, model="y", provider="empty", kind="new_model") for c in NEW))

    merged = merge(TEXT, plan)

    assert set(parse_registry(merged).models("empty")) == {"x", "y"}
    assert len(changed_lines(TEXT, merged)[1]) == 1


@pytest.mark.parametrize("flow", [False, True])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_new_provider_stands_behind_its_neighbours_in_their_layout(newline: str, flow: bool) -> None:
    """In the same run as a new model of the last one; comments below stay below, and the first living model is the default."""
    text = TEXT.replace("\n", newline)
    if flow:
        text = "default_provider: a\nproviders: {a: {models: {}}}\n" + TEXT.splitlines()[-2]
    last = "a" if flow else "empty"
    models = [(last, "z", []), ("new", "gone", [change("status", "retired")]), ("new", "x", [])]
    plan = Plan(
        tuple(
            change(c.dimension, c.new, c.mode, model=model, provider=provider, kind="new_model")
            for provider, model, more in models
            for c in (*NEW, *more)
            if c.dimension != "aliases"
        )
    )

    merged = merge(text, plan)

    assert "z" in parse_registry(merged).models(last)
    assert parse_registry(merged).provider("new").default_model == "x"
    assert changed_lines(text, merged)[0] == ([text.splitlines()[1]] if flow else [text.splitlines()[-3]])
    assert f"{newline}  new:{newline}    default_model: x{newline}    models:{newline}" in merged or flow


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("start", ["", "---\n"])
def test_bom_line_ends_document_mark_and_last_line_stay(newline: str, bom: str, end: str, start: str) -> None:
    text = bom + (start + TEXT.rstrip("\n") + end).replace("\n", newline)
    plan = Plan(
        (
            *NEW,
            change("input", Decimal(3), "standard", None, date(2026, 9, 7)),
            change("output_per_million", Decimal(7)),
        )
    )

    merged = merge(text, plan)

    plain = merged.removeprefix("\ufeff").replace("\r\n", "\n").removeprefix("---\n")
    assert plain == merge(TEXT, plan).rstrip("\n") + end
    assert merged.startswith(bom)
    assert merged.count("\n") == merged.count(newline)


def test_held_changes_are_not_written() -> None:
    held = Verdict("hold", (Reason("moved", "moved ×9"),))

    assert merge(TEXT, Plan((change("input_per_million", Decimal(9), verdict=held),))) == TEXT


def test_a_key_is_taken_out_with_its_line() -> None:
    text = TEXT.replace("        # rates as", "        missing_since: 2026-01-01\n        # rates as")

    assert merge(text, Plan((change("missing_since", None),))) == TEXT


def test_the_mark_of_a_derived_rate_is_taken_out() -> None:
    text = TEXT.replace("output: 12.0}", "output: 12.0, derived: true}")

    assert merge(text, Plan((change("derived", False, "standard"),))) == TEXT


def test_a_multiline_list_of_aliases_grows_by_a_line() -> None:
    text = TEXT.replace(
        "        # rates as", "        aliases:\n        - road-1   # first\n        - road-2\n        # rates as"
    )

    merged = merge(text, Plan((change("aliases", ("road-1", "road-2", "road-3")),)))

    assert changed_lines(text, merged) == ([], ["        - road-3"])


SHARED = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: a
    realtime_multiplier: &double 2.0
    models:
      a: &a
        display_name: A
        input_per_million: &price 1.0
        output_per_million: *price
      b:
        display_name: B
        input_per_million: *price
        output_per_million: 1.0
        realtime_multiplier: *double
      c:
        <<: *a
        display_name: C
      d: *a
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""


def test_a_value_that_others_refer_to_is_not_changed_behind_their_back() -> None:
    with pytest.raises(MergeError, match="line 8: &a is used elsewhere"):
        merge(SHARED, Plan((change("input_per_million", Decimal(2), model="a"),)))


def test_a_reference_is_replaced_by_the_models_own_value() -> None:
    merged = merge(SHARED, Plan((change("input_per_million", Decimal(2), model="b"),)))

    assert changed_lines(SHARED, merged) == (["        input_per_million: *price"], ["        input_per_million: 2.0"])


def test_a_key_of_its_own_overrides_a_merged_one_but_lists_do_not() -> None:
    merged = merge(SHARED, Plan((change("input_per_million", Decimal(2), model="c"),)))

    assert parse_registry(merged).model("acme", "c").input_per_million == 2
    with pytest.raises(MergeError, match="may come from <<"):
        merge(SHARED, Plan((change("input", Decimal(2), "standard", model="c"),)))
    with pytest.raises(MergeError, match="is a reference"):
        merge(SHARED, Plan((change("input_per_million", Decimal(2), model="d"),)))


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (change("input_per_million", Decimal(1), model="nobody"), "is not in this file"),
        (change("input_per_million", Decimal(1), provider="nobody"), "has no models in this file"),
        (change("display_name", "Road", kind="new_model"), "is in this file already"),
    ],
)
def test_a_change_without_a_place_is_refused(plan: Change, reason: str) -> None:
    with pytest.raises(MergeError, match=reason):
        merge(TEXT, Plan((plan,)))


@pytest.mark.parametrize("text", ["", "- a", "a: [", "a: 1\n---\nb: 2\n"])
def test_what_is_no_registry_is_refused(text: str) -> None:
    with pytest.raises(MergeError):
        merge(text, Plan((change("input_per_million", Decimal(1)),)))


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '=HYPERLINK("x")',
        '"]({{7*7}})',
        "'", "- x", "a: b", "a #b", "yes", "1e-07", "2026-09-04",
        "null", "~", "*x", "&x", "!x", "{", "[a]", "%", "@a", "`",
        "a\nb", "\u202eabc", "a\u200bb", "\U0001f34c", "x" * 10_000, "\\", "\x85", "é", " a ", "0x1f", "12:30", "=",
    ],
)  # fmt: skip
def test_any_name_is_written_so_that_it_is_read_back_to_the_letter(name: str) -> None:
    merged = merge(TEXT, Plan((change("display_name", name), change("source.page", name))))

    assert len(merged.splitlines()) == len(TEXT.splitlines())


def test_references_are_followed_when_the_result_is_checked() -> None:
    """Of a model that borrows some of its keys, those that it has itself are changed."""
    text = TEXT.replace("coyote: {", "coyote: &base {").replace(
        "  # flow", "\n      bird:\n        <<: *base\n        status: active"
    )
    merged = merge(
        text, Plan((change("status", "retired", model="bird"), change("batch_support", False, model="bird")))
    )
    assert changed_lines(text, merged) == (
        ["        status: active"],
        ["        status: retired", "        batch_support: false"],
    )
    assert parse_registry(merged).model("acme", "bird").display_name == "Coyote"


def test_a_rate_of_a_region_stays_when_the_plain_rate_of_its_mode_changes() -> None:
    """It is another rate, whatever else is the same."""
    apart = "          - {mode: standard, place: us, input: 2.2, output: 13.2}  # by hand\n"
    text = TEXT.replace("          # long prompts\n", f"{apart}          # long prompts\n")
    merged = merge(text, Plan((change("input", Decimal(3), "standard", old=Decimal(2)),)))
    assert apart in merged
    road = parse_registry(merged).model("acme", "road")
    assert [rate.prices["input"] for rate in road.rates if rate.mode == "standard"] == [3, 4]
    assert [rate.prices["input"] for rate in road.apart] == [Decimal("2.2")]
