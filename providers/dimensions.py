"""The words of the registry: what is counted, how a call is served, and what may go wrong when a cost is asked for."""

from __future__ import annotations

# In USD per million tokens; `cache_storage_hour` is per million tokens and hour. They are disjoint: `input` is the
# uncached text of a prompt, and a token that was read from the cache is counted in `cached_input` only.
DIMENSIONS = (
    "input",
    "output",
    "cached_input",
    "cache_write_5m",
    "cache_write_1h",
    "input_audio",
    "cached_input_audio",
    "input_image",
    "input_video",
    "output_audio",
    "output_image",
    "output_video",
    "cache_storage_hour",
)

# All that makes up a prompt: their sum decides which tier a call falls into.
PROMPT_DIMENSIONS = (
    "input",
    "cached_input",
    "cache_write_5m",
    "cache_write_1h",
    "input_audio",
    "cached_input_audio",
    "input_image",
    "input_video",
)

# All that makes up an answer, which has to fit beside the prompt.
ANSWER_DIMENSIONS = ("output", "output_audio", "output_image", "output_video")

# Vendors state a separate price for a modality only where it differs from the plain one.
PLAIN_DIMENSION = {
    "input_audio": "input",
    "input_image": "input",
    "input_video": "input",
    "cached_input_audio": "cached_input",
    "output_audio": "output",
    "output_image": "output",
    "output_video": "output",
}

# What a rate is of that says nothing else: calls that are answered wherever the vendor likes, in US dollars.
PLAIN_PLACE = "global"
PLAIN_CURRENCY = "USD"

MODES = ("standard", "batch", "flex", "priority")
STATUSES = ("active", "deprecated", "retired")
# What a model is for. A model that reasons is a chat model; one that works by itself with tools, on a computer or through
# the web, is an agent: it may take more calls, and other charges, than the prices of its text tell.
KINDS = (
    "chat",
    "embedding",
    "image",
    "speech",
    "transcription",
    "realtime",
    "moderation",
    "completion",
    "video",
    "agent",
)
MODALITIES = ("text", "audio", "image", "video", "pdf")
LEVELS = ("stated", "listed", "vouched")
"""How sure a rate is: by the vendor's page, by the vendor's own price API, by two other registries that agree."""
FEATURES = ("tools", "structured_output", "vision", "caching")


class PricingError(Exception):
    """A cost that cannot be told. Never answered with 0, nor with the price of something else."""


class UnknownModelError(PricingError, LookupError):
    """The registry has no such provider or model."""


class UnknownPriceError(PricingError, LookupError):
    """No price is known for this mode, day or dimension."""


class UncertainPriceError(UnknownPriceError):
    """The price changed on a day that nobody knows, and this call may have been made before or after it.

    `least` and `most` are the exact USD that it may have cost.
    """

    def __init__(self, text: str, least: object, most: object) -> None:
        super().__init__(text)
        self.least, self.most = least, most


class InvalidUsageError(PricingError, ValueError):
    """Tokens that cannot be counted, or a day that is none."""
