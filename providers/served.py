"""What a response says was billed: the tokens by dimension, and the mode in which it was really served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .usage import Usage
from .wire import field, listed, plain, section

# What vendors call a way of serving -> the registry's mode. A name that is not here stands for itself: it has no
# price, so its cost is unknown, never that of another mode.
OPENAI_MODES = {
    "auto": "standard",
    "default": "standard",
    "standard": "standard",
    "flex": "flex",
    "priority": "priority",
    "fast": "priority",
}
ANTHROPIC_MODES = {
    "standard": "standard",
    "batch": "batch",
    "priority": "priority_tier",
}  # committed capacity, not fast mode
# Ways of serving of Anthropic's own that cost what the page states; whatever else is named there has a price of its own.
_PLAIN_SPEEDS = frozenset({"", "standard"})
_PLAIN_PLACES = frozenset({"", "global", "not_available"})
GEMINI_MODES = {
    "traffic_type_unspecified": "standard",
    "on_demand": "standard",
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "unspecified": "standard",
    "standard": "standard",
    "flex": "flex",
    "priority": "priority",
    "batch": "batch",
}


@dataclass(frozen=True, slots=True)
class ServedUsage:
    """The tokens of one response. `tokens` counts each once, by what it costs; the other numbers are sums for people
    to read.
    """

    tokens: Usage
    mode: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int


def usage_of(response: Any, *, mode: str | None = None) -> ServedUsage:
    """The usage of a vendor's response: its SDK object, its JSON, or that as a mapping.

    Knows OpenAI chat completions and responses, Anthropic messages and Gemini's generateContent, by the fields of
    their usage. `mode` overrides what the response says, for rows of a batch: OpenAI calls those "default". A
    response without usage, or with counts that are no whole numbers, raises ValueError.
    """
    fields = plain(response)
    gemini = section(fields, "usage_metadata")
    if gemini:
        return _gemini(fields, gemini, mode)
    usage = section(fields, "usage")
    if "prompt_tokens" in usage:
        return _openai(
            usage, section(usage, "prompt_tokens_details"), section(usage, "completion_tokens_details"), fields, mode
        )
    if "input_tokens" in usage:
        if "input_tokens_details" in usage or fields.get("object") == "response":
            return _openai(
                usage, section(usage, "input_tokens_details"), section(usage, "output_tokens_details"), fields, mode
            )
        return _anthropic(usage, mode)
    raise ValueError("the response states no usage")


def _openai(
    usage: Mapping[str, Any],
    asked: Mapping[str, Any],
    answered: Mapping[str, Any],
    fields: Mapping[str, Any],
    mode: str | None,
) -> ServedUsage:
    """Both surfaces: input includes what was cached or written to the cache, output includes reasoning."""
    prompt = count(usage, "prompt_tokens") or count(usage, "input_tokens")
    output = count(usage, "completion_tokens") or count(usage, "output_tokens")
    cached = count(asked, "cached_tokens")
    by_life = section(asked, "cache_write_tokens_details")
    written_12h = count(by_life, "ttl_12h_tokens")
    written = max(count(asked, "cache_write_tokens") - written_12h, count(by_life, "ttl_30m_tokens"))
    audio, image = count(asked, "audio_tokens"), count(asked, "image_tokens")
    # Which modality was cached is not said: text is counted as cached first.
    text = prompt - audio - image - cached - written - written_12h
    if text < 0:
        image, text = max(0, image + text), min(0, image + text)
        audio, text = max(0, audio + text), 0
    spoken, drawn = count(answered, "audio_tokens"), count(answered, "image_tokens")
    tier = str(fields.get("service_tier") or "default").lower()
    return ServedUsage(
        tokens=Usage(
            input=text,
            cached_input=cached,
            cache_write_5m=written,
            cache_write_1h=written_12h,
            input_audio=audio,
            input_image=image,
            output=max(0, output - spoken - drawn),
            output_audio=spoken,
            output_image=drawn,
        ),
        mode=mode or OPENAI_MODES.get(tier, tier),
        input_tokens=prompt,
        output_tokens=output,
        cached_tokens=cached,
        reasoning_tokens=count(answered, "reasoning_tokens"),
    )


def _anthropic(usage: Mapping[str, Any], mode: str | None) -> ServedUsage:
    """Input leaves out what the cache gave and took; output includes thinking."""
    plain_input, cached = count(usage, "input_tokens"), count(usage, "cache_read_input_tokens")
    by_life = section(usage, "cache_creation")
    hour = count(by_life, "ephemeral_1h_input_tokens")
    # The sum and its parts, of which a gateway may have left out either.
    written = max(count(usage, "cache_creation_input_tokens"), hour + count(by_life, "ephemeral_5m_input_tokens"))
    output = count(usage, "output_tokens")
    tier, speed, place = (str(usage.get(name) or "").lower() for name in ("service_tier", "speed", "inference_geo"))
    served = "priority" if speed == "fast" else ANTHROPIC_MODES.get(tier or "standard", tier)
    if speed not in _PLAIN_SPEEDS | {"fast"}:
        served, mode = f"{mode or served} at {speed} speed", None
    if place not in _PLAIN_PLACES:
        # Charged above the list price, by a factor that no rate states.
        served, mode = f"{mode or served} with inference kept in {place.upper()}", None
    searches = count(section(usage, "server_tool_use"), "web_search_requests")
    if searches:
        # Charged by the search, beside the tokens.
        served, mode = f"{mode or served} with {searches} web searches", None
    return ServedUsage(
        tokens=Usage(
            input=plain_input,
            cached_input=cached,
            cache_write_5m=written - hour,
            cache_write_1h=hour,
            output=output,
        ),
        mode=mode or served,
        input_tokens=plain_input + cached + written,
        output_tokens=output,
        cached_tokens=cached,
        reasoning_tokens=count(section(usage, "output_tokens_details"), "thinking_tokens"),
    )


def _gemini(fields: Mapping[str, Any], usage: Mapping[str, Any], mode: str | None) -> ServedUsage:
    """Input includes what was cached but not what tools brought; output leaves out thoughts, which are billed as
    output.
    """
    prompt = count(usage, "prompt_token_count") + count(usage, "tool_use_prompt_token_count")
    thoughts = count(usage, "thoughts_token_count")
    output = count(usage, "candidates_token_count") + thoughts
    cached = count(usage, "cached_content_token_count")
    asked = _by_modality(usage, "prompt_tokens_details", "tool_use_prompt_tokens_details")
    from_cache = _by_modality(usage, "cache_tokens_details")
    answered = _by_modality(usage, "candidates_tokens_details")
    audio, image, video = (max(0, asked.get(kind, 0) - from_cache.get(kind, 0)) for kind in ("AUDIO", "IMAGE", "VIDEO"))
    cached_audio = min(cached, from_cache.get("AUDIO", 0))
    special = {kind: answered.get(kind, 0) for kind in ("AUDIO", "IMAGE", "VIDEO")}
    tier = str(
        field(usage, "service_tier") or field(usage, "traffic_type") or field(fields, "service_tier") or "standard"
    ).lower()
    return ServedUsage(
        tokens=Usage(
            input=max(0, prompt - cached - audio - image - video),
            cached_input=cached - cached_audio,
            cached_input_audio=cached_audio,
            input_audio=audio,
            input_image=image,
            input_video=video,
            output=max(0, output - sum(special.values())),
            output_audio=special["AUDIO"],
            output_image=special["IMAGE"],
            output_video=special["VIDEO"],
        ),
        mode=mode or GEMINI_MODES.get(tier, tier),
        input_tokens=prompt,
        output_tokens=output,
        cached_tokens=cached,
        reasoning_tokens=thoughts,
    )


def count(fields: Mapping[str, Any], name: str) -> int:
    """The number of tokens under a name, in either case; 0 where there is none. Google writes 64-bit numbers as text.

    Raises ValueError for anything else: tokens that cannot be counted are not 0.
    """
    value = field(fields, name)
    if value is None:
        return 0
    if (isinstance(value, str) and value.isdecimal()) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is {value!r}: that is no number of tokens")
    return value


def _by_modality(usage: Mapping[str, Any], *names: str) -> dict[str, int]:
    """Tokens by modality, summed over the named lists."""
    sums: dict[str, int] = {}
    for name in names:
        for entry in listed(usage, name):
            kind = str(entry.get("modality", "")).upper()
            sums[kind] = sums.get(kind, 0) + count(entry, "token_count")
    return sums
