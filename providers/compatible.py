"""A vendor, or a server of one's own, that speaks OpenAI's protocol: all that is known of it stands in its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from .base import BatchStatusInfo
from .errors import ProviderError, RequestError
from .numerals import whole
from .openai import OpenAIProvider
from .openai_requests import CHAT, request_body
from .request import Request
from .vendors import Vendor, VendorError, vendor_called, vendors
from .wire import section

_NO_KEY = "unused"  # a server of one's own may want none, and the SDK wants one


class CompatibleProvider(OpenAIProvider):
    """One model of a vendor whose table says `protocol = "openai"`. Made by `provider_of`, which fills in the facts."""

    facts: ClassVar[Vendor]

    def __init__(self, config: dict[str, Any]) -> None:
        api = dict(config.get("api") or {})
        address = self.facts.base_url if api.get("base_url") is None else api["base_url"]
        if (
            address is None
        ):  # the SDK would send this vendor's key to OpenAI, or to where the environment says that it is
            raise RequestError(f"{self.name}: no base_url is set for it", provider=self.name, code="no_address")
        super().__init__({**config, "api": {"surface": "chat", **api, "base_url": address}})
        self.config = config

    def _is_elsewhere(self) -> bool:
        """Always: what the environment says of OpenAI (organisation, project, headers, another key) is for OpenAI alone."""
        return True

    def _find_key(self) -> str:
        return super()._find_key() if self.env_vars else _NO_KEY

    def _body(self, request: Request) -> Any:
        if request.schema is not None and not self.facts.calls.strict_schemas:
            told = f"{self.name} enforces no schema: ask for JSON in the prompt, or give its own key in extra"
            raise RequestError(told, provider=self.name, code="unsupported_schema")
        if request.cache and not self.facts.calls.cache_controls:
            told = f"{self.name} is not known to take OpenAI's cache controls: give its own key in extra, if it has one"
            raise RequestError(told, provider=self.name, code="bad_request")
        field = "max_completion_tokens" if self.surface != CHAT else self.facts.calls.max_tokens_field
        return request_body(self.surface, self.model, request, field)

    def _read(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """An answer with its usage in OpenAI's words: what was cached, and thoughts among the output. What is no count, or says
        two things, stays as it came: nobody can read it.
        """
        calls = self.facts.calls
        usage = dict(section(fields, "usage") or _within(fields, calls.usage_at))
        if not usage:
            return fields
        details = section(usage, "prompt_tokens_details")
        given, stated = usage.get(str(calls.cached_tokens_field)), details.get("cached_tokens")
        if given is not None and (not given or not stated or given == stated):
            del usage[str(calls.cached_tokens_field)]  # its own name is one that no recipe knows
            usage["prompt_tokens_details"] = {**details, "cached_tokens": given or stated}
        thoughts = whole(section(usage, "completion_tokens_details").get("reasoning_tokens"))
        answer = whole(usage.get("completion_tokens"))
        if calls.reasoning_outside_completion and thoughts and answer is not None:
            usage["completion_tokens"] = answer + thoughts
        return {**fields, "usage": usage}

    def upload_batch_file(self, file_path: Any) -> str:
        """The id of the uploaded file; ProviderError where the vendor has no batches."""
        self._check_batches()
        return super().upload_batch_file(file_path)

    def list_batches(self) -> Iterator[BatchStatusInfo]:
        """The account's batches; ProviderError where the vendor has none."""
        self._check_batches()
        return super().list_batches()

    def _check_id(self, given: Any, what: str) -> None:
        self._check_batches()
        super()._check_id(given, what)

    def _check_batches(self) -> None:
        if not self.offers_batches:
            told = f"{self.name} has no batches: run_realtime makes many calls at once"
            raise ProviderError(told, provider=self.name, code="no_batches")


def _within(fields: Mapping[str, Any], path: str | None) -> Mapping[str, Any]:
    """The mapping at a path, of a list in its first entry; an empty one where there is none."""
    held: Any = fields if path else {}
    for step in (path or "").split("."):
        held = held[0] if isinstance(held, list) and held else held
        held = held.get(step) if isinstance(held, Mapping) else None
    return held if isinstance(held, Mapping) else {}


def _kind_of(vendor: Vendor) -> type[CompatibleProvider]:
    facts = {
        "name": vendor.name,
        "env_vars": vendor.key_env,
        "facts": vendor,
        "offers_batches": vendor.batch.offered,
    }
    return type(f"{vendor.name.title()}Provider", (CompatibleProvider,), facts)


def compatible_names() -> list[str]:
    """The vendors that speak OpenAI's protocol and have an address, the three with a room of their own left out."""
    return sorted(
        name for name, one in vendors().items() if one.protocol == "openai" and one.base_url and name != "openai"
    )


def provider_of(name: str, config: dict[str, Any]) -> CompatibleProvider | None:
    """The provider of the vendor that is called `name`; None where no table knows one that speaks OpenAI's protocol."""
    try:
        known = vendor_called(name)
        vendor = vendors()[known] if known is not None else None
    except VendorError as error:
        raise ValueError(str(error)) from error
    if vendor is None or vendor.protocol is None:
        return None
    if vendor.protocol != "openai":
        told = f"its protocol is {vendor.protocol!r}: a server by its table alone is called where it is 'openai'"
        raise ValueError(f"providers.{known}.protocol: {told}")
    if not vendor.base_url:
        raise ValueError(f"providers.{known}.base_url: it is not set, so {known} cannot be called")
    return _kind_of(vendor)(config)
