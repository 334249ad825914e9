"""What the person who runs it has set: `octoregistry.toml` over built-in defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from octoregistry.errors import UnknownProviderError, UserFacingError
from octoregistry.settings.service import ServiceSettings

FILE_NAME = "octoregistry.toml"

Seconds = Annotated[float, Field(gt=0, le=600)]
Pause = Annotated[float, Field(ge=0, le=600)]


class SettingsError(UserFacingError):
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
    redirect_hosts: tuple[str, ...] = ()
    batch_discount: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.5")
    model_list: ModelListSettings | None = None
    guards: GuardSettings | None = None


class UpdateSettings(_Frozen):
    """How updates are planned. `recheck_days`: a model's `source.checked` is renewed by a page that says nothing new
    once it is so many days older than the page."""

    recheck_days: Annotated[int, Field(ge=1)] = 30


class PullRequestSettings(_Frozen):
    """How changes are proposed.

    `branch` is what our branch is called; with `each_provider` there is one a provider, its name behind a hyphen.
    `base` is the branch that changes go into (None: the default one of `remote`). `forge` and `api_url` follow from the
    remote's host unless they are set. The first variable of `token_env` that is set holds the token (None: those of the
    forge). `report` is the folder of the repository that a report of the update goes into, "" for none.
    """

    branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] = "octoregistry/update"
    each_provider: bool = False
    remote: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] = "origin"
    base: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] | None = None
    forge: Literal["github", "gitlab", "none"] | None = None
    api_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    token_env: tuple[str, ...] | None = None
    report: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._/-]{0,99})?$")] = "reports"
    author_name: Annotated[str, Field(pattern=r"^[^<>\x00-\x1f]+$")] = "octoregistry"
    author_email: Annotated[str, Field(pattern=r"^[^<>\s]+@[^<>\s]+$")] = "octoregistry@users.noreply.invalid"


class ReadingSettings(_Frozen):
    """The language model that is asked what labels mean, where it is one's own: any endpoint that speaks OpenAI's chat
    completions. `key_env` names the variable that holds its key, None for an endpoint without one. Where it is set, `auto`
    asks it and no vendor.
    """

    base_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] | None = None
    model: Annotated[str, Field(min_length=1)] | None = None
    key_env: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.base_url is None) != (self.model is None):
            raise ValueError("base_url and model are given together")
        return self


class CostingSettings(_Frozen):
    """How usage logs are read: `columns` says which column of the logs stands for which of ours."""

    columns: Mapping[str, str] = Field(default_factory=dict)


class Settings(_Frozen):
    """All settings. `witnesses` name those of `registries` that an update hears."""

    fetch: FetchSettings = Field(default_factory=FetchSettings)
    costing: CostingSettings = Field(default_factory=CostingSettings)
    guards: GuardSettings = Field(default_factory=GuardSettings)
    witnesses: tuple[str, ...] = ()
    registries: Mapping[str, RegistrySettings] = Field(default_factory=dict)
    update: UpdateSettings = Field(default_factory=UpdateSettings)
    pull_request: PullRequestSettings = Field(default_factory=PullRequestSettings)
    reading: ReadingSettings = Field(default_factory=ReadingSettings)
    service: ServiceSettings = Field(default_factory=ServiceSettings)
    providers: Mapping[str, ProviderSettings]

    @model_validator(mode="after")
    def _witnesses_have_addresses(self) -> Self:
        strangers = [name for name in self.witnesses if name not in self.registries]
        if strangers:
            raise ValueError(f"witnesses: {', '.join(strangers)} is not among the registries")
        return self

    def with_pages(self, known: Iterable[str], wanted: Sequence[str] = ()) -> tuple[str, ...]:
        """The providers to read: those `wanted`, else those of the registry (`known`) whose pages are set.

        A registry may hold providers that nobody reads pages of; they stay as a person wrote them. Raises
        UnknownProviderError for a wanted one that the registry or the settings do not have, and where none is left.
        """
        here = tuple(known)
        for provider in wanted:
            if provider not in here:
                raise UnknownProviderError(f"no provider {provider!r} in the registry; it has {', '.join(here)}")
            if provider not in self.providers:
                raise UnknownProviderError(
                    f"no provider {provider!r} in the settings: name its pages in [providers.{provider}]"
                )
        found = tuple(dict.fromkeys(wanted)) or tuple(name for name in here if name in self.providers)
        if not found:
            raise UnknownProviderError(f"no provider of the registry has pages in the settings: {', '.join(here)}")
        return found

    def guards_of(self, provider: str) -> GuardSettings:
        """The guards of one provider: its own keys over those for all."""
        own = self.providers[provider].guards
        return self.guards.model_copy(update=own.model_dump(exclude_unset=True)) if own else self.guards


def load_settings(path: Path | None = None) -> Settings:
    """The settings of `path`, or of ./octoregistry.toml where there is one, over the built-in defaults.

    A `path` that is given must exist. Raises SettingsError, which names the file and the keys.
    """
    file, own = _own(path)
    try:
        return Settings.model_validate(_laid_over(_defaults(), own))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(f"{file}: {faults}") from None


def built_in_settings() -> Settings:
    """The settings of somebody who has set nothing."""
    return Settings.model_validate(_defaults())


@dataclass(frozen=True, slots=True)
class Told:
    """One setting as people see it: its dotted name, its plain value, and whether a file set it."""

    name: str
    value: Any
    origin: str

    @property
    def shown(self) -> str:
        """The value in words."""
        if isinstance(self.value, list):
            return ", ".join(map(str, self.value)) or "(none)"
        return "(not set)" if self.value is None else str(self.value)


def settings_told(path: Path | None = None) -> tuple[Told, ...]:
    """Every setting in force with its origin, in the order of the settings' own definition. Raises SettingsError."""
    settings = load_settings(path)
    file, own = _own(path)
    return tuple(_told("", settings.model_dump(mode="json"), own, str(file)))


def _told(prefix: str, values: Mapping[str, Any], own: Mapping[str, Any], file: str) -> Iterator[Told]:
    for name, value in values.items():
        mine = own.get(name)
        if isinstance(value, dict) and value:
            yield from _told(f"{prefix}{name}.", value, mine if isinstance(mine, Mapping) else {}, file)
        else:
            yield Told(f"{prefix}{name}", value, file if name in own else "built in")


def _own(path: Path | None) -> tuple[Path, dict[str, Any]]:
    """The file of a person's own settings and what it says: nothing where ./octoregistry.toml is not there."""
    file = path if path is not None else Path(FILE_NAME)
    return file, _read(file) if path is not None or file.is_file() else {}


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
