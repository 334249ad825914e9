"""Finds models by words of their names, across all hosts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from providers.entries import Model

_OF_A_HOST = re.compile(r"[@:]|[a-z0-9]\.[a-z]")  # without one of these no host's file need be read
_DAY = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")


def matching(models: Iterable[Model], words: str) -> list[Model]:
    """The models of which one name begins with each of `words` somewhere; the same model at several hosts stands together."""
    wanted = _parts(words)
    found = [model for model in models if wanted and any(_has(_parts(name), wanted) for name in _names(model))]
    first = {same_model(model.provider, model.id): at for at, model in reversed(list(enumerate(found)))}
    return sorted(found, key=lambda model: first[same_model(model.provider, model.id)])


def same_model(provider: str, model: str) -> str:
    """What the ids of one model at several hosts have in common.

    `anthropic/claude-haiku-4.5`, `claude-haiku-4-5@20251001` and `us.anthropic.claude-haiku-4-5-20251001-v1:0` are
    claude-haiku-4-5: without the maker, the day and what the host puts around its ids, points as hyphens.
    """
    text = model.lower().rpartition("/")[2]
    if _OF_A_HOST.search(text):
        from providers.vendors import vendor, vendor_called  # noqa: PLC0415 - `models` starts without reading the vendors' files

        text = vendor(vendor_called(provider) or provider).names.without_host_parts(text)
    while shorter := _DAY.search(text):
        text = text[: shorter.start()]
    return "-".join(_parts(text))


def _names(model: Model) -> tuple[str, ...]:
    return (model.id, model.display_name, *model.aliases, f"{model.provider} {model.id}")


def _parts(text: str) -> list[str]:
    """The words and numbers of `text`, in small letters."""
    return re.findall(r"[^\W\d_]+|\d+", text.lower())


def _has(parts: list[str], wanted: list[str]) -> bool:
    return all(any(part.startswith(one) for part in parts) for one in wanted)
