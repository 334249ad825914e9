"""A log costs the same read as few rows and as many: an engine answers only where every row holds plain values."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from octoregistry.costing.files import costs_of_plain_files
from octoregistry.costing.patterns import usage_files
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.small import costs_of_files
from providers import parse_registry
from tests.costing.form_logs import REGISTRY, said

RATES = compile_rates(parse_registry(REGISTRY))
WHOSE = {"day": "2026-10-01", "provider": "openai", "model": "road"}
PLAIN = {**WHOSE, "input": 1000, "output": 5}
USAGE = {"prompt_tokens": 1000, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 900}}
ANSWER = {"object": "chat.completion", "created": 1790812800, "model": "road"}
SONG = {"id": "msg_1", "type": "message", "created_at": "2026-10-01", "model": "song"}
COUNTED = {"input_tokens": 1000, "output_tokens": 10}
LANGFUSE = {"id": "1", "type": "GENERATION", "start_time": "2026-10-01", "model": "road"}
GEMINI = {
    "promptTokenCount": 9,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 4}, {"modality": "AUDIO", "tokenCount": 5}],
}
LITELLM = {"call_type": "acompletion", "custom_llm_provider": "openai", "model": "road", "startTime": "2026-10-01"}
COUNTS = {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}


def as_csv(*rows):
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(
        [{name: json.dumps(cell) if isinstance(cell, dict) else cell for name, cell in row.items()} for row in rows]
    )
    return text.getvalue().encode()


def as_lines(*rows):
    return "".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows).encode()


def as_parquet(*rows, **kinds):
    names = dict.fromkeys(name for row in rows for name in row)
    file = io.BytesIO()
    pq.write_table(pa.table({name: pa.array([row.get(name) for row in rows], kinds.get(name)) for name in names}), file)
    return file.getvalue()


NUMBERS = pa.map_(pa.string(), pa.int64())
# What an engine must answer: else a long log would take minutes.
ON_ENGINE = {
    "plain csv": {"a.csv": as_csv(PLAIN, {**PLAIN, "model": "path"})},
    "plain lines": {"a.jsonl": as_lines(PLAIN, {**PLAIN, "cached_input": 3}, {**PLAIN, "model": "raod"})},
    "plain parquet": {"a.parquet": as_parquet(PLAIN, {**PLAIN, "model": "path"})},
    "texts with brackets": {"a.jsonl": as_lines({**PLAIN, "team": "a [b] {c}"}), "b.jsonl": as_lines(PLAIN)},
    "texts that are called as fields of forms": {
        "a.csv": as_csv({**PLAIN, "custom_id": "x", "response": "yes", "usage": "much"})
    },
    "numbers that are none": {
        "a.csv": as_csv(PLAIN, {**PLAIN, "input": "many"}, {**PLAIN, "input": "1.0"}, {**PLAIN, "input": ""})
    },
    "totals that are none": {
        "a.csv": as_csv(
            {**PLAIN, "total_tokens": 1005}, *({**PLAIN, "total_tokens": one} for one in ("x", "1005.5", "5k"))
        )
    },
    "lines of another length": {"a.csv": as_csv(PLAIN) + b"2026-10-01,openai\n\n"},
    "lines that are torn": {"a.jsonl": as_lines(PLAIN, "\n", "{torn\n", {**PLAIN, "model": "x"}, '{"input": ')},
    "columns that only some files have": {
        "a.csv": as_csv(PLAIN),
        "b.csv": as_csv({**PLAIN, "cached_input": 7, "team": "a"}),
    },
    "forms side by side": {
        "a.csv": as_csv(PLAIN),
        "b.csv": as_csv({"request_created_at": "2026-10-01", **COUNTS, **WHOSE}),
    },
    "forms in parquet": {
        "a.parquet": as_parquet(PLAIN),
        "b.parquet": as_parquet({"ai_org": "openai", "ai_model": "road", "req_units": 9}),
    },
    "folders that are columns": {
        "day=2026-10-01/a.parquet": as_parquet({"provider": "openai", "model": "road", "input": 5})
    },
    "folders of a csv, which are none": {
        "day=2026-10-01/a.csv": as_csv({"provider": "openai", "model": "road", "input": 5})
    },
    "numbers of any type": {
        "a.parquet": as_parquet({**PLAIN, "output": 1.0, "cached_input": True}, {**PLAIN, "output": 1.5})
    },
}
# What only Python reads.
IN_PYTHON = {
    "json in a cell": {"a.csv": as_csv({**ANSWER, "service_tier": "flex", "usage": USAGE})},
    "json in a cell of responses": {
        "a.csv": as_csv({**ANSWER, "object": "response", "service_tier": "flex", "usage": COUNTED})
    },
    "json in a cell of the other vendor": {
        "a.csv": as_csv({**SONG, "usage": {**COUNTED, "cache_read_input_tokens": 5}})
    },
    "json in a late cell": {
        "a.csv": as_csv(
            *[{**LITELLM, **COUNTS, "metadata": ""}] * 99, {**LITELLM, **COUNTS, "metadata": {"usage_object": USAGE}}
        )
    },
    "no json in a cell": {
        "a.csv": as_csv({**LITELLM, **COUNTS, "metadata": "{'usage': SECRET}"}, {**LITELLM, **COUNTS, "metadata": ""})
    },
    "json in a text": {"a.parquet": as_parquet({**ANSWER, "usage": json.dumps(USAGE)}, {**ANSWER, "usage": None})},
    "json in a text of lines": {
        "a.jsonl": as_lines({**LITELLM, **COUNTS, "metadata": json.dumps({"usage_object": USAGE})})
    },
    "an object": {"a.jsonl": as_lines({**ANSWER, "usage": USAGE}, {**ANSWER, "usage": None})},
    "an object in a late line": {"a.jsonl": as_lines(*[PLAIN] * 99, {**PLAIN, "more": {"audio_tokens": 5}})},
    "a struct": {"a.parquet": as_parquet({**ANSWER, "usage": USAGE}, {**ANSWER, "usage": None})},
    "a map": {
        "a.parquet": as_parquet({**LANGFUSE, "usage_details": [("input", 9), ("output", 1)]}, usage_details=NUMBERS)
    },
    "a map beside plain numbers": {"a.parquet": as_parquet({**PLAIN, "more": [("audio_tokens", 9)]}, more=NUMBERS)},
    "a list": {"a.parquet": as_parquet({**PLAIN, "audio_tokens": [500]})},
    "a list of structs": {
        "a.parquet": as_parquet({"modelVersion": "road", "createTime": "2026-10-01", "usageMetadata": GEMINI})
    },
    "iterations": {"a.jsonl": as_lines({**SONG, "usage": {**COUNTED, "iterations": [{"type": "message", **COUNTED}]}})},
    "bytes": {"a.parquet": as_parquet({**PLAIN, "audio_tokens": b"500"})},
    "numbers here and texts there": {"a.parquet": as_parquet(PLAIN), "b.parquet": as_parquet({**PLAIN, "input": "7"})},
    "rows of no form": {"a.jsonl": as_lines(*[PLAIN] * 99, *[{**WHOSE, "tokens_in": 5}] * 5)},
    "nested rows of no form": {"a.jsonl": as_lines(PLAIN, {**WHOSE, "stats": {"tokens_in": 5}})},
    "two names that are one": {"a.csv": as_csv({**PLAIN, "Input": 7})},
    "two keys that are one": {"a.jsonl": as_lines(PLAIN, {**PLAIN, "Input": 7})},
    "a key that is one of another line": {"a.jsonl": as_lines(PLAIN, {**WHOSE, "Input": 7})},
    "a key twice": {
        "a.jsonl": as_lines(
            PLAIN, '{"day": "2026-10-01", "provider": "openai", "model": "road", "input": 1, "input": 9}\n'
        )
    },
    "deep": {"a.jsonl": as_lines({**ANSWER, "usage": {**USAGE, "a": {"b": {"c": {"d": {"e": {"image_tokens": 7}}}}}}})},
    "a byte order mark": {"a.jsonl": b"\xef\xbb\xbf" + as_lines(PLAIN, PLAIN)},
    "a line that is a list": {"a.jsonl": as_lines(PLAIN, "[1, 2]\n", PLAIN)},
    "two kinds": {"a.jsonl": as_lines(PLAIN), "b.csv": as_csv(PLAIN)},
    "a column that is a folder too": {"day=2026-10-02/a.parquet": as_parquet(PLAIN)},
    "spans of agents": {
        "a.csv": as_csv(
            {
                "trace_id": "t",
                "start_time": "2026-10-01",
                "gen_ai.system": "openai",
                "gen_ai.request.model": "road",
                "gen_ai.usage.input_tokens": 9,
                "gen_ai.operation.name": "invoke_agent",
            }
        )
    },
    "a line of csv in other bytes": {"a.csv": as_csv(PLAIN) + b"2026-10-01,openai,\xff,1,1\n"},
    "lines that end differently": {"a.csv": as_csv(PLAIN) + b"2026-10-01,openai,road,1,1\r\n"},
    "times with a zone and without": {
        "a.jsonl": as_lines({**PLAIN, "day": "2026-10-01T10:00:00"}, {**PLAIN, "day": "2026-10-01T10:00:00Z", "x": {}})
    },
}


def written(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return usage_files([str(folder)])


@pytest.mark.parametrize("name", ON_ENGINE)
def test_a_plain_log_costs_on_an_engine_what_it_costs_in_python(tmp_path, name):
    files = written(tmp_path, ON_ENGINE[name])

    many = costs_of_plain_files(files, RATES, ["model"])

    assert many is not None
    assert said(many) == said(costs_of_files(files, RATES, ["model"]))


def test_groups_have_the_same_names_whoever_reads_the_log(tmp_path):
    """A text that is empty names none."""
    own = {"a": "x", "d": ""}
    rows = [{**PLAIN, **own}, {**PLAIN, **dict.fromkeys(own)}]
    files = written(tmp_path, {"a.parquet": as_parquet(*rows)})

    plain = costs_of_plain_files(files, RATES, [*own])

    assert [[row[key] for key in own] for row in plain.groups] == [[None, None], ["x", None]]
    assert said(plain) == said(costs_of_files(files, RATES, [*own]))


@pytest.mark.parametrize("name", IN_PYTHON)
def test_a_log_that_holds_more_is_left_to_python(tmp_path, name):
    assert costs_of_plain_files(written(tmp_path, IN_PYTHON[name]), RATES, ["model"]) is None


def test_only_what_rows_add_up_to_is_kept_of_them_and_a_late_zone_is_known_of_the_first(tmp_path):
    rows = [{**PLAIN, "day": "2026-10-01T10:00:00"}] * 3 + [{**PLAIN, "day": "2026-10-01T10:00:00Z"}]
    files = written(tmp_path, {"a.jsonl": as_lines(*rows)})

    costs = costs_of_files(files, RATES, ["model"])

    assert (costs.rows, costs.unpriced) == (4, 3)
    assert [one.reason.partition(":")[0] for one in costs.problems] == ["a time without a zone among times with one"]
    assert said(costs) == said(costs_of_plain_files(files, RATES, ["model"]))
