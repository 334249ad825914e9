"""What the person who runs it has set: `octoregistry.toml` over the built-in facts."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from octoregistry.errors import UnknownProviderError, UserFacingError
from octoregistry.settings.service import Frozen, ServiceSettings
from providers.dimensions import DIMENSIONS
from providers.exchange_rates import exchange_rate
from providers.own_prices import check_own_prices
from providers.vendors import (
    FILE_NAME,
    VARIABLE,
    Vendor,
    VendorError,
    Vendors,
    built_in_tables,
    check_folder_file,
    check_registry,
    use_settings_file,
    vendors_of,
)
from providers.vendors.catalogue import read_toml
from providers.vendors.table import laid_over

Seconds = Annotated[float, Field(gt=0, le=600)]
Pause = Annotated[float, Field(ge=0, le=600)]


class SettingsFileError(UserFacingError):
    """The settings cannot be used; the text names the file and every faulty key."""


def _user_agent() -> str:
    """The honest name under which pages are asked for."""
    return f"octoregistry/{version('octoregistry')} (+octoregistry)"


class FetchSettings(Frozen):
    """How pages are fetched. Times are in seconds.

    `contact` is an address of whoever runs it, which goes with the name under which pages are asked for: a web page or a
    mailbox. `allow_private_hosts` names hosts that may have a loopback or private address (a mirror in the house), and
    `ignore_robots` the hosts whose robots.txt is overridden. Nothing is overridden by default.
    """

    user_agent: Annotated[str, Field(min_length=1, pattern=r"^[\x20-\x7e]+$")] = Field(default_factory=_user_agent)
    contact: Annotated[str, Field(pattern=r"^[\x21-\x27\x2a-\x7e]+$")] | None = None
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

    @property
    def asked_by(self) -> str:
        """The name under which pages are asked for, with the contact where there is one."""
        return f"{self.user_agent} ({self.contact})" if self.contact else self.user_agent


class GuardSettings(Frozen):
    """Thresholds of the guards; octoregistry.planning.limits says what each means."""

    moved: Annotated[Decimal, Field(gt=1)] = Decimal(3)
    share: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.6")
    share_from: Annotated[int, Field(ge=1)] = 3
    witness_days: Annotated[int, Field(ge=0)] = 7
    unwitnessed: Annotated[Decimal, Field(ge=1)] | None = Decimal("1.5")
    month: Annotated[int, Field(ge=0)] = 30
    pause_days: Annotated[int, Field(ge=0)] = 7

    @field_validator("unwitnessed", mode="before")
    @classmethod
    def _off(cls, given: object) -> object:
        return None if given == "off" else given


class RegistrySettings(Frozen):
    """Where another public registry of prices is fetched, and the hosts it may redirect to."""

    url: str
    redirect_hosts: tuple[str, ...] = ()


class UpdateSettings(Frozen):
    """How updates are planned. `recheck_days`: a model's `source.checked` is renewed by a page that says nothing new
    once it is so many days older than the page."""

    recheck_days: Annotated[int, Field(ge=1)] = 30


class PullRequestSettings(Frozen):
    """How changes are proposed.

    `branch` is what our branch is called; with `each_provider` there is one a provider, its name behind a hyphen.
    `base` is the branch that changes go into (None: the default one of `remote`). `forge` and `api_url` follow from the
    remote's host unless they are set. The first variable of `token_env` that is set holds the token (None: those of the
    forge). The commit is the registry; `report = "commit"` puts a report of the update into it as well, into `reports`.
    `report_url` is where the reports stand that a service or a pipeline keeps; without it the pipeline's own run is
    linked. `usage` are logs of calls: what the update does to their cost is what the text says first.
    """

    branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] = "octoregistry/update"
    each_provider: bool = False
    remote: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] = "origin"
    base: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] | None = None
    forge: Literal["github", "gitlab", "none"] | None = None
    api_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    token_env: tuple[str, ...] | None = None
    report: Literal["link", "commit"] = "link"
    report_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None
    usage: tuple[str, ...] = ()
    author_name: Annotated[str, Field(pattern=r"^[^<>\x00-\x1f]+$")] = "octoregistry"
    author_email: Annotated[str, Field(pattern=r"^[^<>\s]+@[^<>\s]+$")] = "octoregistry@users.noreply.invalid"


class WorkloadSettings(Frozen):
    """A workload of a month: so many `requests` of so many `tokens` each, by dimension, to `model` (PROVIDER/MODEL)."""

    model: Annotated[str, Field(pattern=r"^[^/\s]+/\S+$")]
    tokens: Mapping[str, Annotated[int, Field(ge=0)]]
    requests: Annotated[int, Field(ge=0)]
    name: str = ""
    mode: Literal["standard", "batch", "flex", "priority"] = "standard"
    batch_percent: Annotated[int, Field(ge=0, le=100)] = 0

    @field_validator("tokens")
    @classmethod
    def _dimensions(cls, given: Mapping[str, int]) -> Mapping[str, int]:
        if strangers := sorted(given.keys() - set(DIMENSIONS)):
            raise ValueError(f"{', '.join(strangers)}: there are {', '.join(DIMENSIONS)}")
        return given


class BudgetSettings(Frozen):
    """What calls may cost: `monthly` is in USD."""

    monthly: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)] | None = None


class ReadingSettings(Frozen):
    """How pages are read. A page whose reading takes more than `deadline` seconds of CPU time (four times as
    many by the clock) or `max_megabytes` of memory is unread.

    `base_url`, `model` and `key_env` are the language model that is asked what labels mean, where it is one's own: any
    endpoint that speaks OpenAI's chat completions. `key_env` names the variable that holds its key, None for an
    endpoint without one. Where it is set, `auto` asks it and no vendor.
    """

    deadline: Seconds = 20.0
    max_megabytes: Annotated[int, Field(ge=64)] = 1024
    base_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] | None = None
    model: Annotated[str, Field(min_length=1)] | None = None
    key_env: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.base_url is None) != (self.model is None):
            raise ValueError("base_url and model are given together")
        return self


class CostingSettings(Frozen):
    """How usage logs are read: `columns` says which column of the logs stands for which of ours, `hosts` at which
    provider's prices the calls of another seller are costed (`vertex_ai = "gemini"`).
    """

    columns: Mapping[str, str] = Field(default_factory=dict)
    hosts: Mapping[str, str] = Field(default_factory=dict)


class Settings(Frozen):
    """All settings. `witnesses` name those of `registries` that an update hears; `providers` are the vendors' facts, `prices`
    a person's own, used where they are asked for (`--own-prices`), `fx` the dated rates by which `cost` shows its total in other
    currencies (`CNY = "0.139@2026-11-01"`)."""

    fetch: FetchSettings = Field(default_factory=FetchSettings)
    costing: CostingSettings = Field(default_factory=CostingSettings)
    guards: GuardSettings = Field(default_factory=GuardSettings)
    witnesses: tuple[str, ...] = ()
    registries: Mapping[str, RegistrySettings] = Field(default_factory=dict)
    update: UpdateSettings = Field(default_factory=UpdateSettings)
    pull_request: PullRequestSettings = Field(default_factory=PullRequestSettings)
    workloads: tuple[WorkloadSettings, ...] = ()
    budget: BudgetSettings = Field(default_factory=BudgetSettings)
    reading: ReadingSettings = Field(default_factory=ReadingSettings)
    service: ServiceSettings = Field(default_factory=ServiceSettings)
    prices: Mapping[str, Any] = Field(default_factory=dict)
    fx: Mapping[str, str] = Field(default_factory=dict)
    providers: Mapping[str, Vendor]

    @model_validator(mode="after")
    def _own_prices_are_prices(self) -> Self:
        check_own_prices(self.prices)
        return self

    @model_validator(mode="after")
    def _exchange_rates_are_dated(self) -> Self:
        for currency, said in self.fx.items():
            try:
                exchange_rate(f"{currency}={said}")
            except ValueError as error:
                raise ValueError(f'fx.{currency}: {error}; here CNY = "0.139@2026-11-01"') from None
        return self

    @model_validator(mode="after")
    def _witnesses_have_addresses(self) -> Self:
        strangers = [name for name in self.witnesses if name not in self.registries]
        if strangers:
            raise ValueError(f"witnesses: {', '.join(strangers)} is not among the registries")
        return self

    @model_validator(mode="after")
    def _witnesses_and_guards_are_known(self) -> Self:
        for name, vendor in self.providers.items():
            if strangers := vendor.witnesses.keys() - self.registries.keys():
                known = ", ".join(self.registries)
                raise ValueError(f"providers.{name}.witnesses.{min(strangers)}: no such registry; there are {known}")
            try:
                GuardSettings.model_validate(vendor.guards)
            except ValidationError as error:
                raise ValueError(_faults(error, f"providers.{name}.guards.")) from None
        return self

    def with_pages(self, known: Iterable[str], wanted: Sequence[str] = ()) -> tuple[str, ...]:
        """The providers to read: those `wanted`, by any of their names, else those whose pages are set and that the
        registry (`known`) has, or of which a person has set the pages.

        A registry may hold providers that nobody reads pages of; they stay as a person wrote them. Raises
        UnknownProviderError for a wanted one whose pages are not set, and where none is left.
        """
        here = tuple(known)
        spelt = {name.casefold(): name for name in here}
        vendors = Vendors(self.providers)
        called = {
            name: name if name in here else vendors.called(name) or spelt.get(name.casefold(), name) for name in wanted
        }
        for given, name in called.items():
            if not self._has_pages(name):
                where = "settings" if name in here else f"registry, which has {', '.join(here)}, nor in the settings"
                raise UnknownProviderError(
                    f"no provider {given!r} in the {where}: name its pages in [providers.{name}]"
                )
        built_in = {} if called or all(name in here for name in self.providers) else built_in_tables()
        own = (name for name in self.providers if name not in here and name not in built_in)
        found = tuple(dict.fromkeys(called.values() or filter(self._has_pages, (*here, *own))))
        if not found:
            raise UnknownProviderError(f"no provider of the registry has pages in the settings: {', '.join(here)}")
        return found

    def _has_pages(self, provider: str) -> bool:
        facts = self.providers.get(provider)
        return facts is not None and (bool(facts.prices) or facts.has_priced_list)

    def guards_of(self, provider: str) -> GuardSettings:
        """The guards of one provider: its own keys over those for all."""
        own = GuardSettings.model_validate(self.providers[provider].guards)
        return self.guards.model_copy(update=own.model_dump(exclude_unset=True))


def load_settings(path: Path | None = None) -> Settings:
    """The settings of `path`, or of the file that $OCTOREGISTRY_SETTINGS names, over the built-in facts.

    Such a file must exist. Raises SettingsFileError, which names the file and the keys.
    """
    return _loaded(SettingsFile.named(path))


def command_settings(path: Path | None = None) -> Settings:
    """The same for a command, which reads ./octoregistry.toml too where no file is named; it holds for the whole process.

    The file of the working folder may not say all (providers.vendors.folder). Raises SettingsFileError.
    """
    file = SettingsFile.of_command(path)
    settings = _loaded(file)
    use_settings_file(file.path, of_folder=file.of_folder)
    return settings


def check_written(registry: Path) -> None:
    """None. Raises SettingsFileError where a command's settings are those of the working folder and decide what is written into
    a registry elsewhere: it decides about its own alone.
    """
    try:
        check_registry(registry)
    except VendorError as error:
        raise SettingsFileError(str(error)) from None


def built_in_settings() -> Settings:
    """The settings of somebody who has set nothing."""
    return _loaded(SettingsFile(None))


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A person's own file of settings, None for none; `of_folder`: it was merely found in the working folder."""

    path: Path | None
    of_folder: bool = False

    @classmethod
    def named(cls, path: Path | None) -> Self:
        """The file that is given, or that $OCTOREGISTRY_SETTINGS names."""
        named = os.environ.get(VARIABLE)
        return cls(path or (Path(named) if named else None))

    @classmethod
    def of_command(cls, path: Path | None) -> Self:
        """The same, else the file of the working folder."""
        named = cls.named(path)
        return cls(Path(FILE_NAME), of_folder=True) if named.path is None and Path(FILE_NAME).is_file() else named


def _loaded(file: SettingsFile) -> Settings:
    """The settings that a file changes. Raises SettingsFileError."""
    try:
        own, built_in = read_toml(file.path) if file.path else {}, built_in_tables()
        vendors = vendors_of(built_in, own.get("providers", {}))
        settings = Settings.model_validate({**laid_over(_registries(), own), "providers": dict(vendors)})
        if file.of_folder:
            check_folder_file(own, built_in)
    except VendorError as error:
        named = str(error).startswith(f"{file.path}:")
        raise SettingsFileError(str(error) if named else f"{file.path}: {error}") from None
    except ValidationError as error:
        raise SettingsFileError(f"{file.path}: {_faults(error)}") from None
    return settings


def _faults(error: ValidationError, before: str = "") -> str:
    """Each fault with its key, in the words of the check that found it; a key that is none in ours."""
    told = []
    for fault in error.errors():
        key = before + ".".join(map(str, fault["loc"]))
        raised = fault.get("ctx", {}).get("error")
        text = str(raised) if raised is not None else fault["msg"]
        text = "no such key" if fault["type"] == "extra_forbidden" else text
        told.append(f"{key}: {text}" if key else text)
    return "; ".join(told)


def _registries() -> dict[str, Any]:
    text = resources.files("octoregistry").joinpath("sources", "registries.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)
