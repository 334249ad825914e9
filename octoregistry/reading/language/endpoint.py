"""A language model of one's own: any endpoint that speaks OpenAI's chat completions, a server in the house too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from octoregistry.reading.language.llm_call import Ask, NotAskedError, Reply, why_incomplete

_SECONDS = (10, 120)  # to connect, and between two pieces of the answer
_LONGEST = 1_000_000  # bytes of an answer
_TAKES_NO_SCHEMA = frozenset({400, 422})


def endpoint(base_url: str, model: str, key: str | None = None) -> Ask:
    """How `model` at `base_url` is asked. The key goes to that host alone; a redirect is not followed."""
    url = f"{base_url.rstrip('/')}/chat/completions"

    def post(body: Mapping[str, Any]) -> tuple[int, bytes]:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        try:
            with requests.post(
                url,
                json=body,
                headers=headers,
                timeout=_SECONDS,
                allow_redirects=False,
                stream=True,
                auth=lambda prepared: prepared,  # else a .netrc would put its own key in place of ours
            ) as response:
                return response.status_code, response.raw.read(_LONGEST, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise NotAskedError(f"{urlsplit(url).netloc} cannot be reached: {type(error).__name__}") from None

    def ask(prompt: str, schema: dict[str, Any]) -> Reply:
        body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": prompt}], "temperature": 0}
        form = {"type": "json_schema", "json_schema": {"name": "labels", "strict": True, "schema": schema}}
        status, said = post(body | {"response_format": form})
        if status in _TAKES_NO_SCHEMA:  # the prompt says the form as well
            status, said = post(body)
        if status != 200:
            raise NotAskedError(f"{urlsplit(url).netloc} says HTTP {status}")
        return _reply(said, url)

    return ask


def _reply(said: bytes, url: str) -> Reply:
    try:
        values = json.loads(said)
        choice = values["choices"][0]
        message = choice["message"]
        usage = values.get("usage") or {}
        tokens = (int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))
        wrong = why_incomplete(choice.get("finish_reason"), message.get("refusal"))
        return Reply(str(message.get("content") or ""), *tokens, None, wrong)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise NotAskedError(f"{urlsplit(url).netloc} does not speak chat completions") from None
