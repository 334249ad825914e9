"""The value of a JavaScript literal that stands somewhere in a page: arrays, objects, strings, numbers."""

from __future__ import annotations

import re
from typing import TypeAlias

JsValue: TypeAlias = "str | bool | list[JsValue] | dict[str, JsValue] | None"

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"[A-Za-z_$][\w$.]*")
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`', re.DOTALL)
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\n|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}
_DEEPEST = 40


class LiteralError(ValueError):
    """What stands there is no literal: the message says what was met, and at which character."""


def read_literal(text: str, start: int = 0) -> tuple[JsValue, int]:
    """(value, end) of the literal that begins at `start`.

    Numbers stay text, so that no price ever passes through a float; `null`, `undefined` and names of variables are
    None; a call such as `html("…")` has the value of its first argument. Raises LiteralError.
    """
    return _value(text, start, 0)


def _value(text: str, at: int, depth: int) -> tuple[JsValue, int]:
    if depth > _DEEPEST:
        raise LiteralError(f"nested deeper than {_DEEPEST} at character {at}")
    at = _skip(text, at)
    char = text[at : at + 1]
    if char == "[":
        return _list(text, at, "]", depth)
    if char == "{":
        return _object(text, at, depth)
    if string := _STRING.match(text, at):
        return _unescaped(next(g for g in string.groups() if g is not None)), string.end()
    if number := _NUMBER.match(text, at):
        return number.group().replace("_", ""), number.end()
    if word := _WORD.match(text, at):
        return _named(text, word, depth)
    raise LiteralError(f"{char!r} at character {at}")


def _object(text: str, at: int, depth: int) -> tuple[JsValue, int]:
    values: dict[str, JsValue] = {}
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        key, at = _value(text, at, depth + 1) if text[at] in "\"'" else _key(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise LiteralError(f"no ':' after a key at character {at}")
        value, at = _value(text, at + 1, depth + 1)
        values[str(key)] = value
        at = _after_comma(text, at, "}")
    return values, at + 1


def _key(text: str, at: int) -> tuple[str, int]:
    word = _WORD.match(text, at) or _NUMBER.match(text, at)
    if not word:
        raise LiteralError(f"no key at character {at}")
    return word.group(), word.end()


def _named(text: str, word: re.Match[str], depth: int) -> tuple[JsValue, int]:
    space = _SPACE.match(text, word.end())
    at = space.end() if space else word.end()
    if text[at : at + 1] != "(":
        return {"true": True, "false": False}.get(word.group()), word.end()
    arguments, at = _list(text, at, ")", depth)
    return (arguments[0] if arguments else None), at


def _list(text: str, at: int, close: str, depth: int) -> tuple[list[JsValue], int]:
    values: list[JsValue] = []
    at = _skip(text, at + 1)
    while text[at : at + 1] != close:
        value, at = _value(text, at, depth + 1)
        values.append(value)
        at = _after_comma(text, at, close)
    return values, at + 1


def _after_comma(text: str, at: int, close: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] == ",":
        return _skip(text, at + 1)
    if text[at : at + 1] != close:
        raise LiteralError(f"neither ',' nor {close!r} at character {at}")
    return at


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    at = space.end() if space else at
    if at >= len(text):
        raise LiteralError("the text ends in the middle of a literal")
    return at


def _unescaped(body: str) -> str:
    def letter(match: re.Match[str]) -> str:
        code = match.group(2) or match.group(3) or match.group(4)
        if code:
            number = int(code[-7:], 16)  # an escape in braces may have any number of digits
            return chr(number) if number < 0x110000 and not code[:-7].strip("0") else "\ufffd"
        return _ESCAPED.get(match.group(1), match.group(1))

    if "\\" not in body:
        return body
    text = _ESCAPE.sub(letter, body)
    # JSON writes a letter beyond U+FFFF as two escapes, which are one letter only together
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
