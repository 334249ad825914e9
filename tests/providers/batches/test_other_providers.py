"""A provider that somebody else wrote, with no more than the abstract methods."""

from __future__ import annotations

import json
import warnings
from decimal import Decimal

import pytest

from providers import BatchStatus, LLMProvider, ProviderError
from providers.batches import BatchError, read_run


class Plain(LLMProvider):
    """Answers each prompt at once; its rows state a cost, or none."""

    def __init__(self, cost=0.25):
        self.config, self.model, self.cost, self.batches, self.fails = {}, "plain-1", cost, {}, None

    def generate_realtime(self, prompt, schema=None):
        raise NotImplementedError

    def format_batch_request(self, unit_id, prompt, schema=None):
        return {"id": unit_id, "prompt": prompt}

    def upload_batch_file(self, file_path):
        return file_path.read_text()

    def create_batch(self, file_id):
        if self.fails:
            raise self.fails
        self.batches[f"b{len(self.batches)}"] = [json.loads(line) for line in file_id.splitlines()]
        return f"b{len(self.batches) - 1}"

    def get_batch_status(self, batch_id):
        return {"status": BatchStatus.COMPLETED, "progress": None, "error": None}

    def download_batch_results(self, batch_id):
        used = {"input_tokens": 1, "output_tokens": 1, "error": None, "usage": {"input": 1, "output": 1}}
        stated = {} if self.cost is None else {"cost": self.cost}
        rows = [{"unit_id": r["id"], "content": r["prompt"].upper(), **used, **stated} for r in self.batches[batch_id]]
        return rows, {}

    def cancel_batch(self, batch_id):
        return False

    def estimate_cost(self, input_tokens, output_tokens, is_batch=True):
        return 0.5


@pytest.mark.parametrize(("cost", "told"), [(0.25, Decimal("0.25")), (None, None)])
def test_its_rows_cost_what_it_says_and_otherwise_nobody_knows(run, cost, told):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = run(Plain(cost), [("a", "x"), ("b", "y")])
    assert [(row.unit_id, row.content, row.cost) for row in results] == [("a", "X", told), ("b", "Y", told)]
    assert results.unpriced == (2 if told is None else 0)


def test_it_may_cost_no_more_than_allowed_by_its_own_estimate(run):
    with pytest.raises(BatchError, match=r"1\.0 USD is more"):
        run(Plain(), [("a", "x"), ("b", "y")], max_cost=Decimal("0.9"))


def test_a_submit_without_an_answer_says_what_to_look_for(run, tmp_path):
    provider = Plain()
    provider.fails = ProviderError("cut", retryable=True, ambiguous=True)
    with pytest.raises(BatchError, match="cannot list its batches"):
        run(provider, [("a", "x")])
    assert read_run(tmp_path / "run.json").parts[0].status == "submitting"
