"""Another seller's calls never have the vendor's own price: Azure answers as OpenAI does, a gateway says whom it asked."""

from decimal import Decimal

import pytest

from octoregistry.costing.reading import How
from octoregistry.costing.values import UNKNOWN_MODE
from providers import usage_of
from tests.costing.closed_rows import CHAT, ONE, RATES, SPAN, cost_of_rows, gen_ai, reasons
from tests.costing.form_logs import M, costs_in, costs_in_json

FILTERED = {"index": 0, "content_filter_results": {}, "message": {"content": "4"}}
RESPONSE = {"id": "resp_1", "object": "response", "created_at": 1790812800, "model": "road"}
RESPONSE |= {"usage": {"input_tokens": M, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 0}}
IMAGES = {"created": 1790812800, "model": "road", "usage": {**RESPONSE["usage"], "total_tokens": M}}
OF_AZURE = {
    "prompts": {**CHAT, "usage": ONE, "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]},
    "choices": {**CHAT, "usage": ONE, "choices": [FILTERED]},
    "response": {**RESPONSE, "content_filters": [{"blocked": False, "source_type": "prompt"}]},
    "images": {**IMAGES, "data": [{"b64_json": "x", "content_filter_results": {"hate": {"filtered": False}}}]},
}
PORTKEY = {"created_at": "2026-10-01", "ai_org": "openai", "ai_model": "road", "req_units": M, "res_units": 0}


@pytest.fixture
def cost(tmp_path):
    return cost_of_rows(tmp_path)


@pytest.fixture
def either_way(tmp_path):
    return costs_in(tmp_path)


@pytest.mark.parametrize("answer", OF_AZURE.values(), ids=OF_AZURE)
def test_an_answer_with_azures_filters_is_azures(cost, answer):
    (problem,) = cost(answer).problems

    assert (problem.provider, problem.reason) == ("azure", "unknown provider")
    assert cost(answer, how=How(hosts={"azure": "openai"})).total == 1


@pytest.mark.parametrize("of", ["prompts", "choices"])
def test_so_it_is_within_a_line_of_a_batch_and_within_an_event(cost, of):
    line = {"id": "b", "custom_id": "1", "response": {"status_code": 200, "body": {**OF_AZURE[of], "id": "c"}}}
    event = {"type": "response.completed", "response": OF_AZURE["response"]}

    assert [one.provider for one in cost(line, event).problems] == ["azure", "azure"]


@pytest.mark.parametrize("of", ["prompts", "choices"])
def test_a_table_of_an_engine_says_so_too(of):
    plain = {**CHAT, "usage": ONE, "choices": [{"index": 0, "message": {"content": '"content_filter_results": 4'}}]}

    (problem,) = costs_in_json([OF_AZURE[of]], RATES).problems

    assert (problem.provider, problem.reason) == ("azure", "unknown provider")
    assert costs_in_json([plain], RATES).total == 1


def test_words_in_an_answer_make_no_other_seller_of_it(cost):
    said = {**CHAT, "usage": ONE, "choices": [{"index": 0, "message": {"content": '"content_filter_results": 4'}}]}

    assert cost(said).total == 1


def test_a_program_reads_what_azure_answered_as_what_openai_does():
    assert usage_of(OF_AZURE["choices"]).tokens.input == M


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://x.openai.azure.com/openai/deployments/d/chat/completions", "x.openai.azure.com"), ("http://me", "me")],
)
def test_portkey_says_whom_it_asked_by_the_url_of_the_request(either_way, url, host):
    costs = either_way({**PORTKEY, "request_url": url}, by=())

    assert (costs.total, reasons(costs)) == (0, [f"no known price in {host}"])


@pytest.mark.parametrize(
    "url", ["https://api.openai.com/v1/chat/completions", "https://api.portkey.ai/v1/responses", ""]
)
def test_the_vendors_own_url_and_portkeys_change_nothing(either_way, url):
    assert either_way({**PORTKEY, "request_url": url}, by=()).total == 1


@pytest.mark.parametrize("mode", ["single", "fallback", "loadbalance", "Conditional", None])
def test_portkeys_strategy_is_no_mode_of_a_call(either_way, mode):
    assert either_way({**PORTKEY, "mode": mode}, by=()).total == 1


def test_another_word_there_is_told_and_a_tier_beside_it_counts(either_way):
    assert reasons(either_way({**PORTKEY, "mode": "shadow"}, by=())) == [UNKNOWN_MODE]
    costs = either_way({**PORTKEY, "mode": "single", "response": {"service_tier": "flex"}}, by=())
    assert costs.total == Decimal("0.5")


@pytest.mark.parametrize(
    "address",
    [
        "https://bob:hunter2@proxy.corp/v1?api_key=sk-hunter2",
        "proxy.corp/v1?key=hunter2",
        "bob:hunter2@proxy.corp",
        "hunter2@proxy.corp:443/v1",
    ],
)
@pytest.mark.parametrize("field", ["url.full", "server.address"])
def test_of_an_address_its_host_alone_is_told(either_way, field, address):
    """A log's addresses hold keys and passwords; a report of its costs is for more eyes."""
    rows = [{**SPAN, "spanId": str(number), **gen_ai(M), field: address} for number in (1, 2)]

    (problem,) = either_way(*rows, by=()).problems

    assert (problem.reason, problem.rows) == ("no known price in proxy.corp", 2)
    assert "hunter2" not in str(problem)
    assert "hunter2" not in str(problem.example)
