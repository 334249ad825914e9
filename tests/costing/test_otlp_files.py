"""What OpenTelemetry's collector writes to files is read as it is, line by line or as one document."""

import gzip
import json
from decimal import Decimal

import pytest

from octoregistry.costing.rates import compile_rates
from providers.registry import PACKAGED, load_registry
from tests.costing.form_logs import costs_either_way

M = 1_000_000


def attributes(**values):
    """Attributes as OTLP has them in JSON: 64-bit numbers are texts."""
    kinds = {int: "intValue", str: "stringValue", list: "arrayValue"}
    return [
        {"key": key.replace("__", "."), "value": {kinds[type(value)]: str(value) if type(value) is int else value}}
        for key, value in values.items()
    ]


def call(model, **tokens):
    usage = {f"gen_ai__usage__{name}": count for name, count in tokens.items()}
    said = attributes(gen_ai__provider__name="openai", gen_ai__request__model=model, gen_ai__stops=[], **usage)
    return {"name": f"chat {model}", "startTimeUnixNano": "1790812800000000000", "attributes": said}


def traces(service, *spans):
    scopes = [{"scope": {"name": "sdk"}, "spans": [span]} for span in spans]
    return {"resourceSpans": [{"resource": {"attributes": attributes(service__name=service)}, "scopeSpans": scopes}]}


def cost(path, by):
    return costs_either_way([path], compile_rates(load_registry(PACKAGED)), by)


FIRST = traces("shop", call("gpt-4o", input_tokens=2 * M, cache_read__input_tokens=M), {"name": "GET /"})
SECOND = traces("desk", call("gpt-4o", input_tokens=M, output_tokens=0), call("gpt-none", input_tokens=1))


@pytest.mark.parametrize("name", ["log.jsonl", "log.jsonl.gz"])
def test_every_call_among_the_spans_is_a_row(tmp_path, name):
    """Spans that counted no tokens are no calls; attributes of the resource may be grouped by."""
    path, text = tmp_path / name, f"{json.dumps(FIRST)}\n{json.dumps(SECOND)}\n".encode()
    path.write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    price = load_registry(PACKAGED).pricing("openai", "gpt-4o").cost

    costs = cost(path, ["resource.service.name"])

    assert costs.form == "OpenTelemetry gen_ai attributes"
    assert {row["resource.service.name"]: row["cost"] for row in costs.table.to_pylist()} == {
        "shop": price(at="2026-10-01", input=M, cached_input=M),
        "desk": price(at="2026-10-01", input=M),
    }
    assert costs.rows == 3
    assert [(problem.reason, problem.model, problem.rows) for problem in costs.problems] == [
        ("unknown model", "gpt-none", 1)
    ]


def test_a_document_over_many_lines_is_read_too(tmp_path):
    (tmp_path / "log.json").write_text(json.dumps(FIRST, indent=2))

    assert cost(tmp_path / "log.json", ["model"]).table["input"].to_pylist() == [Decimal(M)]


def test_traces_that_end_in_the_middle_are_told_with_their_line(tmp_path):
    (tmp_path / "log.jsonl").write_text(json.dumps(FIRST) + "\n" + json.dumps(SECOND)[:-9])

    costs = cost(tmp_path / "log.jsonl", ["model"])

    assert costs.rows == 1
    assert [(one.rows, one.place.rpartition(":")[2]) for one in costs.problems] == [(1, "2")]


def test_traces_beside_a_plain_log_are_read_too(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps(FIRST))
    (tmp_path / "b.jsonl").write_text(
        json.dumps({"day": "2026-10-01", "provider": "openai", "model": "gpt-4o", "input": 1})
    )

    assert cost(tmp_path, ["model"]).rows == 2


def test_spans_of_other_conventions_are_read_beside_those_of_gen_ai(tmp_path):
    """A span is no call only where no convention says that it counted."""
    told = {"llm.provider": "openai", "llm.model_name": "gpt-4o", "openinference.span.kind": "LLM"}
    attributed = attributes(
        **{key.replace(".", "__"): value for key, value in told.items()}, llm__token_count__prompt=M
    )
    other = {"traceId": "t", "startTimeUnixNano": "1790812800000000000", "attributes": attributed}
    (tmp_path / "log.jsonl").write_text(f"{json.dumps(FIRST)}\n{json.dumps(traces('shop', other))}\n")

    costs = cost(tmp_path / "log.jsonl", ["model"])

    assert costs.rows == 2
    assert costs.form == "OpenInference spans, OpenTelemetry gen_ai attributes"
