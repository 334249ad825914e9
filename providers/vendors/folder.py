"""What the settings file of the working folder may say: whoever cloned the folder did not write it.

The rule: it decides about the models.yaml of its own folder, and says nothing that names a secret or the way of one, opens
a door of this machine, or leads out of the folder. A file that a person names may say everything.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .table import VendorError

CURE = "put it into a file that you name with --settings or $OCTOREGISTRY_SETTINGS"
# What it may say, each with all that is below it; a star is any name. What does not stand here is refused.
MAY = (
    *(f"fetch.{name}" for name in ("user_agent", "contact", "connect_timeout", "read_timeout", "total_deadline")),
    *(f"fetch.{name}" for name in ("max_bytes", "max_redirects", "retries", "backoff", "max_wait", "crawl_delay")),
    *(f"fetch.{name}" for name in ("max_crawl_delay", "full_fetch_days", "ignore_robots", "cache_dir")),
    *("costing", "guards", "witnesses", "registries", "update", "workloads", "budget", "fx"),
    *("reading.deadline", "reading.max_megabytes"),
    *(f"pull_request.{name}" for name in ("branch", "each_provider", "remote", "base", "report", "report_url")),
    *(f"pull_request.{name}" for name in ("usage", "author_name", "author_email")),
    *(f"service.{name}" for name in ("jobs", "jitter", "pull_request", "report", "lease", "deadline", "notices.about")),
    *(f"providers.*.{name}" for name in ("display_name", "aliases", "hosts_of", "calls", "prices", "lifecycle")),
    *(f"providers.*.{name}" for name in ("redirect_hosts", "batch", "names", "schemas", "witnesses", "guards")),
    *("providers.*.unnamed_columns", "providers.*.one_input_price", "providers.*.level", "providers.*.token_encodings"),
    "providers.*.places",
    *(f"providers.*.model_list.{name}" for name in ("models", "fields", "shape", "query", "cursor", "cursor_query")),
    *(f"providers.*.model_list.{name}" for name in ("more", "id_prefix", "stages", "bad_key", "open")),
    *(f"providers.*.model_list.{name}" for name in ("prices", "money", "beside")),
)
# Besides, of a vendor of its own, which is asked without a key.
MAY_OF_ITS_OWN = tuple(
    f"providers.*.{name}"
    for name in ("protocol", "base_url", "model_list.path", "model_list.key_header", "model_list.headers")
)
# What it may not, and why.
MAY_NOT = {
    "fetch.allow_private_hosts": "opens your own network",
    "prices": "says what you have negotiated",
    "reading.base_url": "says who is sent your questions",
    "reading.model": "says who is sent your questions",
    "reading.key_env": "names a secret",
    "pull_request.forge": "says where the forge's token goes",
    "pull_request.api_url": "says where the forge's token goes",
    "pull_request.token_env": "names a secret",
    "service.llm": "says who is sent your questions",
    "service.database": "says where the database's password goes",
    "service.database_secret": "names a secret",
    "service.token": "names a secret",
    "service.hosts": "opens the service to other names",
    "service.address": "says where notices lead",
    "service.notices.webhook": "says where what is signed with your secret goes",
    "service.notices.email": "says where the mail server's password goes",
    "providers.*.protocol": "says how a key is sent",
    "providers.*.base_url": "says where a key goes",
    "providers.*.base_url_env": "names a variable of yours",
    "providers.*.key_env": "names a secret",
    "providers.*.model_list.path": "says where a key goes",
    "providers.*.model_list.key_header": "says how a key is sent",
    "providers.*.model_list.headers": "says how a key is sent",
}
# But for these values: nothing is sent, or as without them.
HARMLESS = {"pull_request.forge": ("none",), "service.llm": ("off", "auto")}
# Files and folders that it may name, as long as they lie in the folder.
PLACES = ("fetch.cache_dir", "service.report", "pull_request.usage")
# What decides about the prices that are written: of another registry than the folder's it may say none of it.
DECIDES = ("fetch", "guards", "witnesses", "registries", "update", "reading", "providers")


def check_folder_file(own: Mapping[str, Any], built_in: Collection[str]) -> None:
    """None. Raises VendorError, which names the key and the cure, for what the working folder's file may not say; `built_in`
    are the vendors that are not its own.
    """
    for name, value in _stated(own):
        if value in HARMLESS.get(name, ()):
            continue
        stranger = name.startswith("providers.") and name.split(".")[1] not in built_in
        if not any(_below(name, one) for one in MAY + MAY_OF_ITS_OWN * stranger):
            why = next((why for one, why in MAY_NOT.items() if _below(name, one)), "is not among what it may say")
            raise VendorError(f"{name}: the file in the working folder must not set this: it {why}; {CURE}")
        for place in value if isinstance(value, list) else [value]:
            if name in PLACES and not is_inside(str(place)):
                raise VendorError(f"{name}: {place!r} leads out of the working folder, and its file may not; {CURE}")


def check_target(own: Mapping[str, Any], registry: str | os.PathLike[str]) -> None:
    """None. Raises VendorError where the working folder's file decides what is written into a registry elsewhere."""
    if is_inside(os.fspath(registry)):
        return
    for name, _ in _stated(own):
        if name.partition(".")[0] in DECIDES:
            raise VendorError(
                f"{name}: a file of the working folder decides about the registry of that folder alone, and "
                f"{os.fspath(registry)} is another; {CURE}"
            )


def is_inside(place: str) -> bool:
    """True for a file or folder below the working folder, links followed."""
    here, there = (os.path.realpath(one) for one in (os.curdir, place))
    return there == here or there.startswith(here.rstrip(os.sep) + os.sep)


def _stated(own: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The dotted name and value of all that a file says; a table without keys says nothing."""
    for key, value in own.items():
        if isinstance(value, Mapping):
            yield from _stated(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _below(name: str, place: str) -> bool:
    """True where `name` is `place` or below it."""
    said, meant = name.split("."), place.split(".")
    return len(said) >= len(meant) and all(part in ("*", mine) for part, mine in zip(meant, said, strict=False))
