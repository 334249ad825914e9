"""Output of a model whose images or audio cost more than its text has no price where nothing says how much of it is which."""

from decimal import Decimal

import pytest

from octoregistry.costing.values import UNSAID
from tests.costing.closed_rows import CALL, CHAT, GEMINI, LITELLM, RATES, REPORT, cost_of_rows, gen_ai, reasons
from tests.costing.form_logs import M, costs_in, costs_in_json

TUNE = {"model": "tune"}
USAGE = {"prompt_tokens": 0, "completion_tokens": M}
ROWS = {
    "plain": {**CALL, **TUNE, "output": M},
    "litellm": {**LITELLM, **TUNE, "call_type": "aimage_edit", "prompt_tokens": 0, "completion_tokens": M},
    "chat": {**CHAT, **TUNE, "usage": USAGE},
    "reasoning alone": {**CHAT, **TUNE, "usage": {**USAGE, "completion_tokens_details": {"reasoning_tokens": 9}}},
    "report": {**REPORT, **TUNE, "start_time": 1790812800, "input_tokens": 0, "input_cached_tokens": 0}
    | {"output_tokens": M},
    "portkey": {"created_at": "2026-10-01", "ai_org": "openai", "ai_model": "tune", "req_units": 0, "res_units": M},
    "text that is none": {**CHAT, **TUNE, "usage": {**USAGE, "completion_tokens_details": {"text_tokens": 0}}},
}


@pytest.fixture
def cost(tmp_path):
    return cost_of_rows(tmp_path)


@pytest.fixture
def either_way(tmp_path):
    return costs_in(tmp_path)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_output_of_a_modality_that_is_not_said_has_no_price(either_way, row):
    costs = either_way(row, by=())

    assert (costs.total, reasons(costs)) == (0, [UNSAID])


def test_a_table_of_an_engine_says_so_too():
    rows = [ROWS["plain"], {**CALL, **TUNE, "output": M}]

    assert [(one.reason, one.rows) for one in costs_in_json(rows, RATES).problems] == [(UNSAID, 2)]


@pytest.mark.parametrize(
    ("row", "usd"),
    [
        ({**CALL, **TUNE, "output": M, "output_image": 0, "output_audio": M}, 74),
        ({**CALL, **TUNE, "input": M}, 1),
        ({**CALL, "model": "path", "output": M}, 4),
    ],
)
def test_so_does_a_row_that_says_it_or_has_none_and_one_of_a_model_of_texts(either_way, row, usd):
    assert either_way(row, by=()).total == usd


DETAILS = {"audio_tokens": 0, "image_tokens": M // 2}


@pytest.mark.parametrize(("details", "usd"), [(DETAILS, 25), ({"text_tokens": M}, 10)])
def test_an_answer_with_details_has_the_price_of_each(cost, details, usd):
    row = {**CHAT, **TUNE, "usage": {**USAGE, "completion_tokens_details": details}}

    assert cost(row).total == Decimal(usd)


def test_columns_that_are_empty_say_it_too(cost):
    log = f"day,provider,model,output,output_image,output_audio\n2026-10-01,openai,tune,{M},,\n"

    assert cost(**{"log.csv": log}).total == 10


def test_gemini_and_spans_say_it_by_their_own_fields(cost):
    counts = {"promptTokenCount": 0, "candidatesTokenCount": M}
    text = {"candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": M}]}
    whose = {**GEMINI, "provider": "openai", "modelVersion": "tune"}
    span = {"startTime": "2026-10-01", **gen_ai(0), "gen_ai.request.model": "tune", "gen_ai.usage.output_tokens": M}

    assert cost({**whose, "usageMetadata": {**counts, **text}}).total == 10
    assert reasons(cost({**whose, "usageMetadata": counts}, span)) == [UNSAID]
