"""Keys and prompts stay where they were sent, and no error holds a key."""

from __future__ import annotations

import traceback

import pytest
from servers.base import Reply

from providers import AuthenticationError, ProviderError


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_takes_a_key_or_a_prompt_to_another_origin(vendor, stranger, status):
    vendor.server.fail(Reply(b"", status, {"location": f"{stranger.url}/elsewhere"}))
    with pytest.raises(ProviderError, match="another origin: nothing was sent there") as error:
        vendor.make().generate_realtime("my prompt")
    assert (error.value.code, error.value.retryable) == ("other_origin", False)
    assert not stranger.requests


def test_no_error_leads_back_to_one_that_holds_the_key(vendor, monkeypatch):
    monkeypatch.setenv(
        {"openai": "OPENAI", "anthropic": "ANTHROPIC", "gemini": "GOOGLE"}[vendor.name] + "_API_KEY", "sk-secret-1"
    )
    vendor.server.fail(
        Reply(vendor.unanswered(401, "bad key sk-secret-1, 1-terces-ks"), 401, {"x-request-id": "sk-secret-1"})
    )
    try:
        vendor.make().generate_realtime("hi")
    except AuthenticationError as error:
        told = traceback.format_exc() + str(error.__cause__) + str(error.__context__) + str(error.request_id)
        assert "sk-secret-1" not in told
        assert "1-terces-ks" not in told
    else:
        pytest.fail("the key was taken")
