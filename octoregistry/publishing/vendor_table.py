"""The table of a new vendor in a settings file: what was given, and as comments what a person must fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from octoregistry.settings.templating import folder


@dataclass(frozen=True, slots=True)
class NewVendor:
    """What is known of a vendor at first: its name and pages, and what else was given."""

    name: str
    display_name: str
    pages: Sequence[str]
    base_url: str | None = None
    key_env: str | None = None
    model_list: str | None = None
    witnesses: Sequence[str] = ()


_KEPT = re.compile(r"([+-])([A-Z]+) ?")  # a line for what was given, or was not
_PLACE = re.compile(r"\b(NAME|DISPLAY|PAGES|DAY|HOSTS|BASE|KEY|LIST)\b")


def vendor_table(new: NewVendor, day: date) -> str:
    """The text of `[providers.NAME]`, each fact with its source or the question to answer."""
    hosts = dict.fromkeys(urlsplit(page).hostname or "" for page in new.pages)
    given = {"BASE": new.base_url, "KEY": new.key_env, "LIST": new.model_list, "DISPLAY": new.display_name}
    texts = {"NAME": new.name, "DAY": str(day), "PAGES": _list(new.pages), "HOSTS": _list(hosts)}
    texts |= {place: _text(text or "") for place, text in given.items()}
    lines = []
    for line in (folder() / "init" / "vendor.toml").read_text(encoding="utf-8").splitlines():
        kept = _KEPT.match(line)
        if kept is None or (kept[1] == "+") == bool(given[kept[2]]):
            lines.append(_PLACE.sub(lambda place: texts[place[1]], line[kept.end() :] if kept else line))
    prefix = _text(f"{new.name}/")
    lines += [f"{witness} = {{ name = {_text(new.name)}, prefix = {prefix} }}" for witness in new.witnesses]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"
