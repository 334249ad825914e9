"""The tokens of a call, by dimension."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens by dimension, each counted once (`cache_storage_hour`: tokens × hours).

    `requests` says of how many requests they are the sum, where it is not one: their mean prompt decides the tier.
    """

    input: int = 0
    output: int = 0
    cached_input: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    input_audio: int = 0
    cached_input_audio: int = 0
    input_image: int = 0
    input_video: int = 0
    output_audio: int = 0
    output_image: int = 0
    output_video: int = 0
    cache_storage_hour: int = 0
    requests: int = 0

    def tokens(self) -> dict[str, int]:
        """The dimensions of which there were any, in the order of DIMENSIONS, and `requests` of a sum."""
        return {name: count for name in self.__slots__ if (count := getattr(self, name))}

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        if not isinstance(other, Usage):
            return NotImplemented
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})
