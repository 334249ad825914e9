"""What the person who runs the service has set: the table `[service]` of `octoregistry.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])", re.ASCII)


def _duration(value: Any) -> Any:
    """`6h`, `90s` or `1.5d` as a timedelta; what is no text, pydantic judges: seconds."""
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value)
    if found is None:
        raise ValueError(f"{value!r}: write 90s, 15m, 6h or 1.5d")
    return timedelta(seconds=float(found[1]) * _UNITS[found[2]])


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(ge=timedelta(0), le=timedelta(days=366))]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
HostName = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?$")]
Address = Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]


class Frozen(BaseModel):
    """A table of the settings: no key that is not known, and no change once it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SecretSource(Frozen):
    """Where a secret is: in an environment variable, else in a file; never in the settings themselves."""

    env: Variable
    file: Path | None = None


class Password(SecretSource):
    """The mail server's."""

    env: Variable = "OCTOREGISTRY_SMTP_PASSWORD"


class WebhookSecret(SecretSource):
    """What webhooks are signed with."""

    env: Variable = "OCTOREGISTRY_WEBHOOK_SECRET"


class DatabaseSecret(SecretSource):
    """The run log's URL with its password."""

    env: Variable = "OCTOREGISTRY_DATABASE"


class Token(SecretSource):
    """Who has it may decide on what is held."""

    env: Variable = "OCTOREGISTRY_SERVICE_TOKEN"


class JobSettings(Frozen):
    """When some providers are updated: `every` so long, counted from 1970 in UTC, or by a `cron` line in UTC.

    No `providers` means all. With `each_provider` there is one job a provider, so that one that fails holds up no other.
    """

    providers: tuple[str, ...] = ()
    every: Duration | None = None
    cron: str | None = None
    each_provider: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.every is None) == (self.cron is None):
            raise ValueError("give every or cron, one of both")
        if self.every is not None and self.every < timedelta(seconds=1):
            raise ValueError("every: a second at least")
        return self


class EmailSettings(Frozen):
    """The mail server, and whom to write. `password` is asked for only where there is a `user`."""

    host: str
    port: Annotated[int, Field(gt=0, lt=65536)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Address
    to: Annotated[tuple[Address, ...], Field(min_length=1)]
    user: str | None = None
    password: Password = Password()


class WebhookSettings(Frozen):
    """Whom to tell by HTTP. What is sent is signed with the secret. `form` is `adaptive_card` for receivers that show nothing
    else, such as workflows of Teams.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^@\s]+$")]
    form: Literal["text", "adaptive_card"] = "text"
    secret: WebhookSecret = WebhookSecret()


class NoticeSettings(Frozen):
    """What is told, and by which ways."""

    about: tuple[Literal["changes", "holds", "open_places", "staleness", "failures"], ...] = (
        "changes",
        "holds",
        "open_places",
        "staleness",
    )
    webhook: WebhookSettings | None = None
    email: EmailSettings | None = None


class ServiceSettings(Frozen):
    """How the service runs.

    `jobs` by name. A run starts up to `jitter` after its slot, so that not everybody asks the vendors at once. `llm` says
    who reads the tables that the rules cannot, as `update --llm`. `pull_request` proposes what `update --pr` does; `report` is
    the folder that each run's report goes into, "" for none. `database` is a URL without a password, else the environment's or
    the file's counts; without any it is an SQLite file in the user's data folder. A claim whose holder has given no sign for
    `lease` is free; an update that takes longer than `deadline` is ended. `hosts` are the names by which it may be asked over
    HTTP, besides addresses and `localhost`. `address` is where people reach it, without a slash at the end: notices link there.
    """

    jobs: Annotated[Mapping[str, JobSettings], Field(min_length=1)] = Field(
        default_factory=lambda: {"all": JobSettings(every=timedelta(hours=6))}
    )
    jitter: Duration = timedelta(seconds=30)
    llm: Annotated[str, Field(pattern=r"^(auto|off|[^/\s]+/\S+)$")] = "auto"
    pull_request: bool = False
    report: str = "reports"
    database: Annotated[str, Field(pattern=r"^[a-z0-9+]+://([^:/@]+@)?[^@]*$")] | None = None
    database_secret: DatabaseSecret = DatabaseSecret()
    lease: Duration = timedelta(seconds=60)
    deadline: Duration = timedelta(minutes=15)
    token: Token = Token()
    hosts: tuple[HostName, ...] = ()
    address: Annotated[str, Field(pattern=r"^(https?://[^@\s<>\"'#?]+[^@\s<>\"'#?/])?$")] = ""
    notices: NoticeSettings = Field(default_factory=NoticeSettings)

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        for name in self.jobs:
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", name):
                raise ValueError(f"jobs.{name}: a name of letters, digits, dots, dashes and underscores")
        if self.lease < timedelta(seconds=1) or self.deadline < timedelta(seconds=1):
            raise ValueError("lease and deadline: a second at least")
        return self
