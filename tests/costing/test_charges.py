"""Charges that usage counts are in the sum where the registry has their price; else the row says what it lacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from octoregistry.costing.rates import compile_rates
from octoregistry.costing.small import costs_of_files
from octoregistry.costing.values import Costs
from providers.interpretation import BELOW
from providers.registry import parse_registry
from tests.costing.form_logs import costs_in_json

REGISTRY = """\
default_provider: anthropic
providers:
  anthropic:
    charges:
      {charges}
    models:
      claude-nine:
        display_name: Claude Nine
        input_per_million: 1.0
        output_per_million: 5.0
        rates:
          - {{mode: standard, input: 2.0, output: 10.0}}
          - {{mode: batch, input: 1.0, output: 5.0}}
defaults: {{input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}}
"""


def log(folder: Path, *searches: tuple[str, int]) -> str:
    """A usage report: of each day so many searches, and 1,000,000 tokens of input."""
    rows = [
        {
            "starting_at": f"{day}T00:00:00Z",
            "model": "claude-nine",
            "uncached_input_tokens": 1_000_000,
            "cache_read_input_tokens": 0,
            "output_tokens": 0,
            "server_tool_use": {"web_search_requests": count},
        }
        for day, count in searches
    ]
    file = folder / "report.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    return str(file)


def both(file: str, *charges: str) -> tuple[Costs, Costs]:
    """What the file costs in Python, and on an engine."""
    registry = REGISTRY.format(charges="\n      ".join(f"- {charge}" for charge in charges))
    rates = compile_rates(parse_registry(registry))
    rows = [json.loads(line) for line in Path(file).read_text().splitlines()]
    return costs_of_files([(file, "jsonl")], rates, ()), costs_in_json(rows, rates)


@pytest.mark.parametrize(
    ("charges", "cost", "lacking"),
    [
        (["{unit: web_search, per: 1000, usd: 10}"], "4.07", 0),
        (
            ["{unit: web_search, per: 1000, usd: 10}", "{unit: web_search, per: 1000, usd: 20, from: 2026-03-02}"],
            "4.10",
            0,
        ),
        (["{unit: web_search, per: 1000, usd: 10, from: 2026-03-02}"], "4.03", 1),
        (["{unit: web_search, per: 1000, usd: 10, mode: batch}"], "4", 2),
        (["{unit: web_search, per: 1000, usd: 10, free: 100 per day}"], "4", 2),
        (["{unit: web_search, per: 1000, usd: 10, when: {a: b}}", "{unit: web_search, usd: 1, when: {a: c}}"], "4", 2),
        (["{unit: image, usd: 1}"], "4", 2),
    ],
)
def test_searches_are_in_the_sum_where_their_price_is_known(
    tmp_path: Path, charges: list[str], cost: str, lacking: int
) -> None:
    """By day, mode and condition; what may be free first has no certain price. Python and an engine agree."""
    for costs in both(log(tmp_path, ("2026-03-01", 4), ("2026-03-02", 3)), *charges):
        assert costs.total == Decimal(cost)
        assert sum(problem.rows for problem in costs.problems) == lacking
        assert all(problem.in_sum and "web searches" in problem.reason for problem in costs.problems)


def test_a_count_below_zero_is_no_charge(tmp_path: Path) -> None:
    """It would lower the sum, or hide in that of others: its row has no price."""
    for costs in both(log(tmp_path, ("2026-03-01", -4), ("2026-03-01", 4)), "{unit: web_search, per: 1000, usd: 10}"):
        assert costs.total == Decimal("2.04")
        assert [(problem.reason, problem.rows) for problem in costs.problems] == [(BELOW, 1)]


RESPONSES = """\
default_provider: openai
providers:
  openai:
    charges: [{unit: web_search, per: 1000, usd: 10}]
    models:
      road: {display_name: Road, input_per_million: 1.0, output_per_million: 5.0}
  gemini:
    models:
      song: {display_name: Song, input_per_million: 1.0, output_per_million: 5.0}
  anthropic:
    models:
      poem: {display_name: Poem, input_per_million: 1.0, output_per_million: 5.0}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
"""
MESSAGE = {"type": "message", "content": [{"type": "output_text", "text": '"type": "web_search_call" is what I said'}]}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "a"}}
LITELLM = {"custom_llm_provider": "openai", "model": "road", "startTime": "2026-10-01", "prompt_tokens": 1_000_000}
LITELLM |= {"completion_tokens": 0}
IMAGES = {"image_gen": {"input_tokens": 5000, "output_tokens": 4000, "total_tokens": 9000}}
RAN = {"type": "code_execution_tool_result", "content": {"type": "code_execution_result", "return_code": 0}}
QUERIES = {
    "content": {"parts": [{"text": '"webSearchQueries":["a"]'}]},
    "groundingMetadata": {"webSearchQueries": ["a"]},
}


def openai(*output: dict[str, object], **more: object) -> dict[str, object]:
    """A response of the API, of 1,000,000 tokens of input."""
    usage = {"input_tokens": 1_000_000, "output_tokens": 0, "total_tokens": 1_000_000}
    return {
        "object": "response",
        "created_at": 1790812800,
        "model": "road",
        "output": [*output],
        "usage": usage,
        **more,
    }


def gemini(*candidates: dict[str, object], **more: object) -> dict[str, object]:
    """As above, of the other vendor."""
    usage = {"promptTokenCount": 1_000_000, "totalTokenCount": 1_000_000}
    made = {"createTime": "2026-10-01T00:00:00Z", "modelVersion": "song", "candidates": [*candidates]}
    return {**made, "usageMetadata": usage, **more}


def in_python(folder: Path, *rows: dict[str, object]) -> Costs:
    """What responses cost, as a small log is read."""
    file = folder / "log.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    return costs_of_files([(str(file), "jsonl")], compile_rates(parse_registry(RESPONSES)), ())


def either(folder: Path, *rows: dict[str, object]) -> Iterator[Costs]:
    """What responses cost in Python, and on an engine, where JSON has the keys that recipes write: others are told there."""
    yield in_python(folder, *rows)
    if "usageMetadata" not in str(rows):
        yield costs_in_json(rows, compile_rates(parse_registry(RESPONSES)))


TOLD = [
    (openai(SEARCH, MESSAGE), "web searches in the answer"),
    (openai(SEARCH, {"no": "type"}), "web searches in the answer"),
    (openai({"type": "file_search_call", "id": "fs_1"}, MESSAGE), "file searches in the answer"),
    (openai({"type": "code_interpreter_call"}), "code sessions in the answer"),
    (gemini(QUERIES), "web searches in the answer"),
    (gemini({"grounding_metadata": {"web_search_queries": ["a", "b"]}}), "web searches in the answer"),
    ({"custom_id": "1", "response": {"body": openai(SEARCH)}}, "web searches in the answer"),
    ({"key": "1", "response": gemini(QUERIES)}, "web searches in the answer"),
    (gemini({"groundingMetadata": {"groundingChunks": [{"maps": {"uri": "u"}}]}}), "places of maps in the answer"),
    (gemini({"groundingMetadata": {"imageSearchQueries": ["a"]}}), "image searches in the answer"),
    ({**LITELLM, "response": openai(SEARCH)}, "web searches in the answer"),
]


def reasons(costs: Costs) -> list[tuple[str, int, bool]]:
    """Each problem without its place, with how many rows have it, and whether they are in the sum."""
    return sorted((problem.reason.partition(":")[0], problem.rows, problem.in_sum) for problem in costs.problems)


@pytest.mark.parametrize(("row", "charge"), TOLD)
def test_a_search_that_the_answer_alone_names_is_told_and_in_no_sum(
    tmp_path: Path, row: dict[str, object], charge: str
) -> None:
    """How many of them are billed is not known; the tokens are in the sum all the same, and no answer is shown."""
    costs = in_python(tmp_path, row)
    assert costs.total in (1, 2)
    (problem,) = costs.problems
    assert (problem.reason.partition(":")[0], problem.in_sum) == (charge, True)
    assert "said" not in str(problem.example)
    assert "ws_1" not in str(problem.example)


UNTOLD = [
    openai(MESSAGE),
    openai(),
    openai({"type": "function_call", "arguments": '{"type": "web_search_call"}'}),
    gemini({"content": {"parts": [{"text": '{"webSearchQueries": ["a"]}'}]}}),
    gemini({"groundingMetadata": {"webSearchQueries": []}}),
    openai(tool_usage={"image_gen": {"input_tokens": 0, "output_tokens": 0}, "web_search": {"num_requests": 0}}),
]


@pytest.mark.parametrize("row", UNTOLD)
def test_an_answer_that_only_speaks_of_searches_and_a_tool_that_used_nothing_name_none(
    tmp_path: Path, row: dict[str, object]
) -> None:
    costs = in_python(tmp_path, row)
    assert (costs.total, costs.problems) == (2, ())


CODE = {"type": "message", "created_at": "2026-10-01", "model": "poem", "content": [RAN]}
CODE |= {"usage": {"input_tokens": 1_000_000, "output_tokens": 0}}
COUNTED = openai(SEARCH, tool_usage={"web_search": {"num_requests": 1}})
DRAWN = [openai(tool_usage=IMAGES), {**LITELLM, "completion_tokens": 5000, "response": openai(tool_usage=IMAGES)}]


def test_code_that_an_answer_ran_is_told(tmp_path: Path) -> None:
    problems = in_python(tmp_path, CODE).problems
    assert [problem.reason.partition(":")[0] for problem in problems] == ["code executions in the answer"]


def test_searches_that_usage_counts_are_in_the_sum_and_not_told_again(tmp_path: Path) -> None:
    costs = in_python(tmp_path, COUNTED)
    assert (costs.total, costs.problems) == (Decimal("2.01"), ())


@pytest.mark.parametrize("row", DRAWN)
def test_tokens_of_images_that_a_tool_made_are_told(tmp_path: Path, row: dict[str, object]) -> None:
    (problem,) = in_python(tmp_path, row).problems
    assert problem.reason.startswith("a number that no recipe knows: ")
    assert "tool_usage" in problem.reason


@pytest.mark.slow
def test_an_engine_says_the_same_of_all_these(tmp_path: Path) -> None:
    """A search in one line of a log is none in the others, and one that comes late is found."""
    told = [row for row, _ in TOLD]
    rows = [openai(MESSAGE)] * 1200 + [
        row for row in (*UNTOLD, *told, CODE, COUNTED, *DRAWN) if "usageMetadata" not in str(row)
    ]

    python, engine = in_python(tmp_path, *rows), costs_in_json(rows, compile_rates(parse_registry(RESPONSES)))

    assert (engine.total, engine.rows) == (python.total, python.rows)
    assert reasons(engine) == reasons(python)
    assert len(reasons(python)) > 6


@pytest.mark.parametrize("row", [{"num_sessions": 3}, {"usage_bytes": 5}])
@pytest.mark.parametrize("more", [{}, {"num_model_requests": 5, "model": "road", "input_tokens": 1_000_000}])
def test_sessions_in_a_usage_export_are_told(tmp_path: Path, row: dict[str, object], more: dict[str, object]) -> None:
    """Beside requests and alone: a row of them is no row that cost nothing."""
    for costs in either(tmp_path, {"start_time": 1790812800, **more, **row}):
        (problem,) = costs.problems
        assert problem.in_sum == bool(more)


ALONE = RESPONSES.replace(
    "charges: [{unit: web_search, per: 1000, usd: 10}]",
    "charges: [{unit: web_search, per: 1000, usd: 10}, {unit: character, model: Voice-1, per: 1000000, usd: 15}]",
)


@pytest.mark.parametrize("model", ["Voice-1", "voice-1"])
def test_a_model_that_is_known_by_its_charges_alone_costs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    """Of tokens it has no price, and that is what is said of them."""
    monkeypatch.setitem(globals(), "RESPONSES", ALONE)
    row = {"start_time": 1790812800, "num_model_requests": 1, "model": model}
    for costs in either(tmp_path, {**row, "characters": 2_000_000}):
        assert (costs.total, costs.problems) == (30, ())
    for costs in either(tmp_path, {**row, "input_tokens": 5}):
        (problem,) = costs.problems
        assert (problem.reason, problem.in_sum) == ("no known standard price of input", False)
