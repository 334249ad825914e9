"""Rows of several forms, and what they cost by the registry of two vendors, in Python alone."""

import json

from octoregistry.costing.patterns import usage_files
from octoregistry.costing.rates import compile_rates
from octoregistry.costing.small import costs_of_files
from providers import parse_registry
from tests.costing.form_logs import REGISTRY, M

RATES = compile_rates(parse_registry(REGISTRY))
CALL = {"day": "2026-10-01", "provider": "openai", "model": "road"}
PLAIN = {**CALL, "input": M}
CHAT = {"object": "chat.completion", "created": 1790812800, "model": "road"}
MESSAGE = {"type": "message", "created_at": "2026-10-01", "model": "song"}
SPAN = {"traceId": "t", "startTime": "2026-10-01T10:00:00Z"}
GEN_AI = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "road"}
LANGFUSE = {**SPAN, "type": "GENERATION", "model": "road"}
LITELLM = {"custom_llm_provider": "openai", "model": "road", "startTime": "2026-10-01", "prompt_tokens": M}
LITELLM |= {"completion_tokens": 0}
CLAUDE = {"type": "assistant", "sessionId": "s", "timestamp": "2026-10-01T10:00:00Z"}

REPORT = {"object": "organization.usage.completions.result", "model": "road", "num_model_requests": 1}
GEMINI = {"modelVersion": "road", "createTime": "2026-10-01"}
ONE = {"prompt_tokens": M, "completion_tokens": 0}


def gen_ai(tokens, **said):
    return {**GEN_AI, "gen_ai.usage.input_tokens": tokens, **said}


def cost_of_rows(tmp_path):
    """What rows cost that are written as JSON lines, or whatever files are given by name."""

    def of(*rows, how=None, **files):
        if rows:
            files = {"log.jsonl": "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)}
        for name, held in files.items():
            (tmp_path / name).write_bytes(held if isinstance(held, bytes) else held.encode())
        return costs_of_files(usage_files([str(tmp_path)]), RATES, (), how)

    return of


def reasons(costs):
    return [problem.reason for problem in costs.problems]
