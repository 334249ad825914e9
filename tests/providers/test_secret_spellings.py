"""A secret is found in whatever spelling a server or a log repeats it."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import quote

import pytest

from providers.secret_spellings import spellings

KEY = "sk-canary/9+Z=_42é"
MIDDLE = len(KEY) // 2
SPELT = {
    "as it is": KEY,
    "percent-encoded": quote(KEY, safe=""),
    "percent-encoded, every letter": "".join(f"%{byte:02x}" for byte in KEY.encode()),
    "percent-encoded twice": quote(quote(KEY, safe=""), safe=""),
    "basic auth": base64.b64encode(f"user:{KEY}".encode()).decode(),
    "base64 for addresses": base64.urlsafe_b64encode(f"x{KEY}y".encode()).decode(),
    "base64 in lines": base64.encodebytes(("=" * 50 + KEY).encode()).decode(),
    "split by a line end": f"{KEY[:MIDDLE]}\r\n {KEY[MIDDLE:]}",
    "split by an escaped line end": f"{KEY[:MIDDLE]}\\n{KEY[MIDDLE:]}",
    "split by a letter that nobody sees": f"{KEY[:MIDDLE]}\u200b{KEY[MIDDLE:]}",
    "escaped in JSON": json.dumps(KEY).replace("/", "\\/"),
    "escaped in JSON, every letter": "".join(f"\\u{ord(letter):04X}" for letter in KEY),
    "escaped in HTML": "".join(f"&#{ord(letter)};" for letter in KEY),
    "hexadecimal": KEY.encode().hex().upper(),
    "backwards": KEY[::-1],
}


@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT)
def test_no_spelling_of_a_key_is_left(spelt: str) -> None:
    found = spellings([KEY])
    assert found
    left = found.sub("***", f"401: the key {spelt} is wrong")
    assert "***" in left
    assert not any(KEY[at : at + 6] in left for at in range(len(KEY) - 5))


def test_words_are_no_secret_and_long_texts_take_their_length() -> None:
    found = spellings(["", "is", KEY])
    assert found
    assert found.sub("***", "the key was wrong") == "the key was wrong"
    begun = time.process_time()
    found.sub("***", KEY[:-1] * 5_000 + " " * 100_000)
    assert time.process_time() - begun < 1
    assert spellings([""]) is None
