"""The text of a body, in a charset that pages are written in."""

from __future__ import annotations

import pytest

from octoregistry.sources.charset import NO_CHARSETS, WrongCharset, text_of


@pytest.mark.parametrize("name", [*sorted(NO_CHARSETS), "a\0b", "x" * 10_000])
def test_what_is_no_charset_of_a_page_is_refused(name: str) -> None:
    """Python decodes by more names than pages are written in, one of them in the square of the length."""
    with pytest.raises(WrongCharset, match="which is unknown"):
        text_of(b"prices " * 10_000, f"text/html; charset={name}")
