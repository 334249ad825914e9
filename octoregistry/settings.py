"""What the person who runs it has set: `octoregistry.toml` over built-in defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FILE_NAME = "octoregistry.toml"

Seconds = Annotated[float, Field(gt=0, le=600)]
Pause = Annotated[float, Field(ge=0, le=600)]


class SettingsError(Exception):
    """The settings cannot be used; the text names the file and every faulty key."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _user_agent() -> str:
    """The honest name under which pages are asked for."""
    return f"octoregistry/{version('octoregistry')} (+octoregistry)"


class FetchSettings(_Frozen):
    """How pages are fetched. Times are in seconds.

    `allow_private_hosts` names hosts that may have a loopback or private address (a mirror in the house), and
    `ignore_robots` the hosts whose robots.txt is overridden. Nothing is overridden by default.
    """

    user_agent: Annotated[str, Field(min_length=1, pattern=r"^[\x20-\x7e]+$")] = Field(default_factory=_user_agent)
    connect_timeout: Seconds = 3.0
    read_timeout: Seconds = 10.0
    total_deadline: Seconds = 30.0
    max_bytes: Annotated[int, Field(gt=0)] = 20_000_000
    max_redirects: Annotated[int, Field(ge=0, le=5)] = 5
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    backoff: Pause = 0.5
    max_wait: Pause = 10.0
    crawl_delay: Pause = 0.5
    max_crawl_delay: Pause = 10.0
    full_fetch_days: Annotated[float, Field(ge=0)] = 7.0
    allow_private_hosts: tuple[str, ...] = ()
    ignore_robots: tuple[str, ...] = ()
    cache_dir: Path | None = None


class ModelListSettings(_Frozen):
    """Where a vendor lists its models, and how it wants the key.

    `shape` says whose form the answer has. The first variable of `key_env` that is set holds the key; it travels in
    `key_header` alone, after `Bearer ` where that is `Authorization`.
    """

    shape: Literal["openai", "anthropic", "gemini"]
    base_url: str
    path: str
    key_env: Annotated[tuple[str, ...], Field(min_length=1)]
    base_url_env: str | None = None
    key_header: str = "Authorization"
    headers: Mapping[str, str] = Field(default_factory=dict)


class GuardSettings(_Frozen):
    """How far a change may go unseen; octoregistry.planning.limits says what each means."""

    moved: Annotated[Decimal, Field(gt=1)] = Decimal(3)
    share: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.6")
    share_from: Annotated[int, Field(ge=1)] = 3
    witness_days: Annotated[int, Field(ge=0)] = 7


class RegistrySettings(_Frozen):
    """Where another public registry of prices is fetched, and the hosts it may redirect to."""

    url: str
    redirect_hosts: tuple[str, ...] = ()


class ProviderSettings(_Frozen):
    """The facts about one vendor: its pages in order of trust, the hosts they may redirect to, its batch discount.

    `guards` lie over those for all providers, key by key.
    """

    prices: Annotated[tuple[str, ...], Field(min_length=1)]
    lifecycle: tuple[str, ...] = ()
    redirect_hosts: tuple[str, ...] = ()
    batch_discount: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.5")
    model_list: ModelListSettings | None = None
    guards: GuardSettings | None = None


class Settings(_Frozen):
    """All settings. `witnesses` name those of `registries` that an update hears."""

    fetch: FetchSettings = Field(default_factory=FetchSettings)
    guards: GuardSettings = Field(default_factory=GuardSettings)
    witnesses: tuple[str, ...] = ()
    registries: Mapping[str, RegistrySettings] = Field(default_factory=dict)
    providers: Mapping[str, ProviderSettings]

    @model_validator(mode="after")
    def _witnesses_have_addresses(self) -> Self:
        strangers = [name for name in self.witnesses if name not in self.registries]
        if strangers:
            raise ValueError(f"witnesses: {', '.join(strangers)} is not among the registries")
        return self

    def guards_of(self, provider: str) -> GuardSettings:
        """The guards of one provider: its own keys over those for all."""
        own = self.providers[provider].guards
        return self.guards.model_copy(update=own.model_dump(exclude_unset=True)) if own else self.guards


def load_settings(path: Path | None = None) -> Settings:
    """The settings of `path`, or of ./octoregistry.toml where there is one, over the built-in defaults.

    A `path` that is given must exist. Raises SettingsError, which names the file and the keys.
    """
    file = path if path is not None else Path(FILE_NAME)
    own: dict[str, Any] = {}
    if path is not None or file.is_file():
        own = _read(file)
    try:
        return Settings.model_validate(_laid_over(_defaults(), own))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(f"{file}: {faults}") from None


def _defaults() -> dict[str, Any]:
    folder = resources.files("octoregistry.sources")
    texts = (folder.joinpath(name).read_text(encoding="utf-8") for name in ("vendors.toml", "registries.toml"))
    return {key: value for text in texts for key, value in tomllib.loads(text, parse_float=Decimal).items()}


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{file}: not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: {error}") from None


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below`: tables are joined key by key, everything else is replaced."""
    joined = dict(below)
    for key, value in above.items():
        under = joined.get(key)
        joined[key] = _laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return joined
