"""What is billed besides tokens: the units of charges, and the words for one and for several of each."""

from __future__ import annotations

UNITS = {
    "web_search": ("web search", "web searches"),
    "file_search": ("file search", "file searches"),
    "grounded_prompt": ("grounded prompt", "grounded prompts"),
    "code_session": ("code session", "code sessions"),
    "image": ("image", "images"),
    "second_audio": ("second of audio", "seconds of audio"),
    "minute_audio": ("minute of audio", "minutes of audio"),
    "second_video": ("second of video", "seconds of video"),
    "character": ("character", "characters"),
    "page": ("page", "pages"),
    "request": ("request", "requests"),
    "session": ("session", "sessions"),
    "session_hour": ("hour of a session", "hours of sessions"),
    "container_hour": ("hour of a container", "hours of containers"),
    "gb_day": ("GB and day", "GB and days"),
}

UNIT_CALLED = {several: unit for unit, (_, several) in UNITS.items()}
"""The unit by the words for several of it."""


def per_words(unit: str, per: object) -> str:
    """ "1,000 web searches", "image": what the price of a charge buys."""
    one, several = UNITS.get(unit, (unit, unit))
    number = int(per) if isinstance(per, int) else int(str(per))
    return one if number == 1 else f"{number:,} {several}"
