"""Provider and model names in logs, matched to the registry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache

from octoregistry.costing.rates import RateTable
from providers.numerals import BLANKS, small
from providers.recipe import surfaces
from providers.vendors import vendor, vendor_called

_BETWEEN = re.compile(f"[{BLANKS}._-]+")  # the parts of a provider's name


class CallNames:
    """Who a provider and a model of a log are. `hosts` says at whose prices a person costs another seller's calls."""

    def __init__(self, rates: RateTable, hosts: Mapping[str, str] | None = None) -> None:
        self._rates = rates
        self.hosts = {name.lower(): ours for name, ours in (hosts or {}).items()}
        self.provider = lru_cache(maxsize=4096)(self._provider)
        self.model = lru_cache(maxsize=65536)(self._model)
        self.owner = lru_cache(maxsize=4096)(self._owner)

    def spelt(self) -> dict[str, str]:
        """The spellings of every provider that the registry has, without letter case, blanks, points and hyphens."""
        spellings = {}
        for name in self._rates.providers:
            one = vendor(name)
            for text in (name, one.display_name, *one.aliases):
                spellings[_BETWEEN.sub("", small(text))] = name
        return spellings

    @cached_property
    def _known(self) -> frozenset[tuple[str, str]]:
        return frozenset((span.provider, span.name) for span in self._rates.spans)

    def _provider(self, text: str) -> str:
        """The registry's name of a provider, or the text as it stands where nobody knows it.

        What an SDK adds to the name of its vendor (`openai.responses`) changes nothing.
        """
        plain = small(text.strip(BLANKS))
        if plain in self.hosts:
            return self.hosts[plain]
        first, _, rest = plain.partition(".")
        for name in (plain, *([first] if rest in surfaces() else [])):
            if name in self._rates.providers:
                return name
            called = vendor_called(name)
            if called in self._rates.providers:
                return str(called)
        return text.strip(BLANKS)

    def _model(self, provider: str, text: str) -> str:
        """The model's name in small letters, without the prefixes of the provider's file."""
        name = small(text.strip(BLANKS))
        while (provider, name) not in self._known:
            shorter = vendor(provider).names.without_prefix(name)
            if shorter == name:
                break
            name = shorter
        return name

    def _owner(self, text: str) -> str:
        """The only provider that has a model of that name; "" where there is none, or several."""
        owners = [one for one in self._rates.providers if (one, self.model(one, text)) in self._known]
        return owners[0] if len(owners) == 1 else ""
