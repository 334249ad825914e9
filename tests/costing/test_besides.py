"""What a call is paid for besides tokens, wherever a gateway keeps it, is told: no sum without it stands as if it were whole."""

import pytest

from octoregistry.costing.values import CHARGES
from tests.costing.closed_rows import LITELLM, RATES, cost_of_rows, reasons
from tests.costing.form_logs import M, costs_in, costs_in_json

CALL_TYPES = ("aspeech", "atranscription", "aimage_generation", "arerank", "aocr", "avideo_generation", "asearch")
EMPTY = {**LITELLM, "prompt_tokens": 0, "total_tokens": 0}
ALONE = f"what a call without tokens is paid by: {CHARGES}"
HELICONE = {"request_created_at": "2026-10-01", "provider": "OPENAI", "model": "road", "prompt_tokens": M}
HELICONE |= {"completion_tokens": 0}
PORTKEY = {"created_at": "2026-10-01", "ai_org": "openai", "ai_model": "road", "req_units": M, "res_units": 0}
SEARCH = {"output": [{"type": "web_search_call", "id": "ws"}, {"type": "message", "content": []}]}
ANSWERS = {
    "web searches": SEARCH,
    "citations": {"choices": [{"message": {"annotations": [{"type": "url_citation"}]}}]},
    "code executions": {"content": [{"type": "bash_code_execution_tool_result"}, {"type": "text", "text": "4"}]},
    "places of maps": {"candidates": [{"groundingMetadata": {"groundingChunks": [{"maps": {"uri": "a"}}]}}]},
}


@pytest.fixture
def cost(tmp_path):
    return cost_of_rows(tmp_path)


@pytest.fixture
def either_way(tmp_path):
    return costs_in(tmp_path)


@pytest.mark.parametrize("row", [{"call_type": "acompletion", "spend": 0.04}, *({"call_type": t} for t in CALL_TYPES)])
def test_a_call_without_tokens_that_is_paid_otherwise_is_told(either_way, row):
    costs = either_way({**EMPTY, **row}, by=())

    assert (costs.total, reasons(costs)) == (0, [ALONE])


@pytest.mark.parametrize(
    "row",
    [
        {**EMPTY, "call_type": "amoderation", "spend": 0},
        {**EMPTY, "call_type": "aspeech", "spend": 0.0, "status": "failure"},
        {**EMPTY, "call_type": "aspeech", "spend": 0.04, "cache_hit": "True"},
        {**LITELLM, "call_type": "atranscription", "spend": 0.04},
        {**LITELLM, "call_type": "acompletion", "spend": "0.04"},
    ],
)
def test_one_that_failed_or_cost_nothing_or_counts_tokens_is_whole(either_way, row):
    assert reasons(either_way(row, by=())) == []


@pytest.mark.parametrize(
    ("more", "charge"),
    [
        ({"response": {"meta": {"billed_units": {"search_units": 1}}}}, "search units"),
        ({"metadata": {"usage_object": {"type": "duration", "seconds": 33}}}, "seconds"),
        ({"metadata": {"cost_breakdown": {"tool_usage_cost": 0.02}}}, "what tools cost"),
    ],
)
@pytest.mark.parametrize("row", [LITELLM, {**EMPTY, "call_type": "arerank", "spend": 0.04}])
def test_what_litellm_names_besides_tokens_is_told_by_its_name(cost, row, more, charge):
    assert charge in reasons(cost({**row, **more}))[0].partition(":")[0].split(", ")
    assert charge in reasons(costs_in_json([{**row, **more}], RATES))[0].partition(":")[0].split(", ")


def test_tools_that_cost_nothing_are_no_charge(cost):
    row = {**LITELLM, "metadata": {"cost_breakdown": {"tool_usage_cost": 0.0, "input_cost": 0.4}}}

    assert reasons(cost(row)) == reasons(costs_in_json([row], RATES)) == []


@pytest.mark.parametrize(("charge", "answer"), ANSWERS.items(), ids=ANSWERS)
@pytest.mark.parametrize(
    ("row", "place"),
    [(LITELLM, "response"), (HELICONE, "response_body"), (PORTKEY, "response")],
    ids=["litellm", "helicone", "portkey"],
)
def test_tools_in_an_answer_that_a_gateway_keeps_are_told(cost, row, place, charge, answer):
    told = [f"{charge} in the answer: {CHARGES}"]

    assert reasons(cost({**row, place: answer})) == told
    assert reasons(costs_in_json([{**row, place: answer}], RATES)) == told


def test_searches_of_gemini_that_litellm_keeps_beside_its_answer_are_told(cost):
    row = {**LITELLM, "response": {"vertex_ai_grounding_metadata": [{"webSearchQueries": ["a"]}]}}

    assert reasons(cost(row)) == [f"web searches in the answer: {CHARGES}"]
    assert reasons(cost({**LITELLM, "response": {"vertex_ai_grounding_metadata": []}})) == []
