"""The secrets of the service, from the environment or from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from octoregistry.publishing.secret_mask import SecretMask
from octoregistry.settings import Settings, SettingsFileError
from octoregistry.settings.service import SecretSource
from providers.files import bytes_of

_LONGEST = 100_000  # bytes of a secret


def secret(source: SecretSource, environ: Mapping[str, str]) -> str | None:
    """The secret, None where it is not set. Raises SettingsFileError for a file that cannot be read or is empty."""
    value = environ.get(source.env, "").strip()
    if value:
        return value
    if source.file is None:
        return None
    try:
        value = bytes_of(source.file, _LONGEST).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsFileError(f"{source.file}: cannot be read ({type(error).__name__})") from None
    if not value:
        raise SettingsFileError(f"{source.file}: empty")
    return value


def all_secrets(settings: Settings, environ: Mapping[str, str]) -> SecretMask:
    """Every secret that the service may come to hold, for scrubbing: its own, the vendors' keys, the forges' tokens."""
    return SecretMask(_values(settings, environ))


def _values(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    service = settings.service
    sources = [service.token, service.database_secret]
    if service.notices.webhook:
        sources.append(service.notices.webhook.secret)
    if service.notices.email and service.notices.email.user:
        sources.append(service.notices.email.password)
    for source in sources:
        value = secret(source, environ)
        if value:
            yield value
            if "://" in value:
                yield unquote(urlsplit(value).password or "")
    names = ["OCTOREGISTRY_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", *(settings.pull_request.token_env or ())]
    for provider in settings.providers.values():
        names += provider.key_env
    yield from (environ[name].strip() for name in names if environ.get(name, "").strip())
