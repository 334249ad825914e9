"""models.yaml: found, read fast, validated, looked up by the cascade model -> provider -> defaults."""

from __future__ import annotations

import os
from decimal import Decimal
from functools import partial

from .dimensions import PLAIN_PLACE, UnknownModelError, UnknownPriceError
from .faults import Fault as Fault
from .faults import RegistryError as RegistryError
from .files import bytes_of
from .more import pricing_of_more, with_hosts, with_more
from .places import known_places, placed, plain_only
from .pricing import Pricing
from .rates import bounded

TYPE_CHECKING = False  # typing and dataclasses take longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .entries import Model, Provider, Rate

# os.path, since pathlib takes 3 ms to import, a tenth of what a program waits for its first price
VARIABLE = "OCTOREGISTRY_MODELS"
PACKAGED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models.yaml")


class Registry:
    """A valid registry. Entries are made when they are asked for, so that one price costs no more than itself."""

    def __init__(
        self,
        values: Mapping[str, Any],
        path: str,
        text_sha256: str,
        unusable: Mapping[tuple[str, str], Fault] | None = None,
    ) -> None:
        self.unusable = unusable or {}  # (provider, model) that contradict themselves: no price of theirs is given
        self.written = values  # numbers as Decimal or int, dates as ISO text; not to be changed
        self.values = with_hosts(values) if "more" in values else values
        self.path = path
        self.text_sha256 = text_sha256
        self._pricings: dict[tuple[str, str, str], Pricing] = {}
        self._providers: dict[str, Provider] | None = None
        self.wider: dict[bool, Registry] = {}  # this one with what stands under `more`, kept by `with_more`

    def __repr__(self) -> str:
        return f"<Registry {self.path}: {len(self)} models>"

    def __iter__(self) -> Iterator[Model]:
        """Every model, provider by provider."""
        for provider in self.providers.values():
            yield from provider.models.values()

    def __len__(self) -> int:
        return sum(len(provider["models"]) for provider in self.values["providers"].values())

    @property
    def default_provider(self) -> str:
        """The provider of calls that name none."""
        return str(self.values["default_provider"])

    @property
    def providers(self) -> Mapping[str, Provider]:
        """Every provider by name."""
        if self._providers is None:
            self._providers = {name: self._provider(name) for name in self.values["providers"]}
        return self._providers

    def provider(self, name: str) -> Provider:
        """The provider of this name; one that the registry lacks has no models yet, and the multiplier of the defaults."""
        from .entries import Provider  # noqa: PLC0415 - see TYPE_CHECKING above

        found = self.providers.get(name)
        return found or Provider(name, None, None, Decimal(self.values["defaults"]["realtime_multiplier"]))

    def provider_called(self, text: str) -> str:
        """The provider that `text` calls, by its name or by any of the vendor's in any letter case; a stranger's as it is."""
        providers = self.values["providers"]
        if text in providers:
            return text
        from .vendors import vendor_called  # noqa: PLC0415 - read for a name that is not there as it is written

        small = text.casefold()
        return vendor_called(text) or next((name for name in providers if name.casefold() == small), text)

    def models(self, provider: str) -> Mapping[str, Model]:
        """The models of a provider by id; raises UnknownModelError for an unknown provider."""
        self.entries(provider)
        return self.providers[provider].models

    def model(self, provider: str, model: str) -> Model:
        """The model of this id or alias; raises UnknownModelError."""
        name = self.id_of(provider, model)
        if self._providers is not None:
            return self._providers[provider].models[name]
        from .entries import Model  # noqa: PLC0415 - see TYPE_CHECKING above

        return Model.from_entry(provider, name, self.entries(provider)[name])

    def id_of(self, provider: str, model: str) -> str:
        """The id for an id or alias, in any letter case, without the prefixes of the vendor's file that change nothing;
        raises UnknownModelError, saying what is known.
        """
        found = self._id_as_written(provider, model) or self._id_spelt(provider, model)
        if found is None:
            raise self._unknown(f"{provider} has no model", model, self.entries(provider))
        return found

    def owners(self, model: str) -> list[tuple[str, str]]:
        """(provider, id) of every model of this id or alias: of those called just so, if any, else as `id_of` finds them."""
        for id_in in (self._id_as_written, self._id_spelt):
            if found := [(name, one) for name in self.values["providers"] if (one := id_in(name, model)) is not None]:
                return found
        return []

    def _id_as_written(self, provider: str, model: str) -> str | None:
        """The id for an id or alias."""
        entries = self.entries(provider)
        if model in entries:
            return model
        return next((name for name, entry in entries.items() if model in entry.get("aliases", ())), None)

    def _id_spelt(self, provider: str, model: str) -> str | None:
        """The id for an id or alias in other letter case, and with what may stand before it."""
        if not isinstance(model, str):
            return None
        from .vendors import vendor  # noqa: PLC0415 - read for a name that is not there as it is written

        small = model.strip().lower()
        names = {name.lower(): model for model, entry in self.entries(provider).items() for name in (
            *entry.get("aliases", ()), model)}  # fmt: skip
        while small not in names:
            shorter = vendor(provider).names.without_prefix(small)
            if shorter == small:
                return None
            small = shorter
        return names[small]

    def pricing(self, provider: str, model: str, place: str = PLAIN_PLACE) -> Pricing:
        """The prices of a model by id or alias, of calls that are answered in a region or anywhere ("global").

        Raises UnknownModelError, and UnknownPriceError where no price in the region is known, or registries alone vouch for it.
        """
        found = self._pricings.get((provider, model, place))
        if found is None:
            try:
                name = self.id_of(provider, model)
            except UnknownModelError:
                if "more" not in self.values:
                    raise
                return pricing_of_more(self, provider, model, place)
            if (provider, name) in self.unusable:
                raise UnknownModelError(f"{provider}/{name} has no price to rely on: {self.unusable[provider, name]}")
            entry = self._placed(provider, name, place)
            entry = self._with_former(provider, model, entry, place)
            found = self._pricings[provider, model, place] = Pricing(
                provider,
                name,
                entry,
                multiplier=entry.get("realtime_multiplier", self._multiplier(provider)),
                input_per_million=entry["input_per_million"],
                output_per_million=entry["output_per_million"],
                place=place,
                elsewhere=partial(self.pricing, provider, model),
            )
        if place != PLAIN_PLACE and not found.modes:
            known = ", ".join((PLAIN_PLACE, *known_places(provider, found.model, self.entries(provider)[found.model])))
            raise UnknownPriceError(f"{provider}/{found.model} has no known price in {place}; known places: {known}")
        return found

    def _placed(self, provider: str, name: str, place: str) -> Mapping[str, Any]:
        """The entry of a model, of a region with its rates there for its own."""
        entry = self.entries(provider)[name]
        return (
            entry if place == PLAIN_PLACE else placed(provider, name, entry, place, self._plain_rates(provider, entry))
        )

    def rates_of(self, provider: str, model: str) -> Sequence[Mapping[str, Any]]:
        """The rates that costs of a model of this id follow from, as the file has them or as its plain prices imply."""
        return self._plain_rates(provider, self.entries(provider)[model])

    def _plain_rates(self, provider: str, entry: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """The rates of an entry that costs of calls anywhere are computed by."""
        from .plain_prices import plain_rates  # noqa: PLC0415 - few registries need it

        factor = entry.get("realtime_multiplier", self._multiplier(provider))
        return bounded(plain_only(entry.get("rates", ())) or plain_rates(entry, factor))

    def on_day(self, provider: str, model: str, day: str) -> Model:
        """The model that answered to an id or alias on a day, as ISO text; raises UnknownModelError."""
        from .former_names import former_owners  # noqa: PLC0415 - needed by name and day alone

        former = (owner for until, owner in former_owners(model, self.entries(provider)) if day < until)
        return self.model(provider, next(former, model))

    def _with_former(self, provider: str, name: str, entry: Mapping[str, Any], place: str) -> Mapping[str, Any]:
        """The entry of a name, with the prices of the models whose name it was before."""
        entries = self.entries(provider)
        if not any("former_aliases" in one for one in entries.values()):
            return entry
        from .former_names import former_owners, with_former  # noqa: PLC0415 - few registries need it

        former = [
            (day, {} if (provider, owner) in self.unusable else self._placed(provider, owner, place))
            for day, owner in former_owners(name, entries)
        ]
        return with_former(entry, former, partial(self._plain_rates, provider)) if former else entry

    def rates(self, model: Model) -> tuple[Rate, ...]:
        """The rates that costs of a model of this registry are computed by, as its pricing has them; none of one that
        contradicts itself.
        """
        if (model.provider, model.id) in self.unusable:
            return ()
        stated = plain_only(self.entries(model.provider)[model.id].get("rates", ()))
        if stated and bounded(stated) is stated:
            return model.rates  # which were read with the model
        return self.pricing(model.provider, model.id).rates

    def estimator(self, provider: str, model: str) -> Pricing:
        """The prices of a model; of an unknown one the defaults: `estimate_cost` warns once, `cost` raises."""
        try:
            return self.pricing(provider, model)
        except (UnknownModelError, UnknownPriceError) as unknown:
            from .default_pricing import DefaultPricing  # noqa: PLC0415 - needed for an unknown model alone

            known = provider in self.values["providers"]
            defaults = self.values["defaults"]
            return DefaultPricing(
                provider,
                model,
                self._multiplier(provider) if known else defaults["realtime_multiplier"],
                (defaults["input_per_million"], defaults["output_per_million"]),
                str(unknown),
            )

    def entries(self, provider: str) -> Mapping[str, Any]:
        """The models of a provider as the file has them, by id; raises UnknownModelError for an unknown provider."""
        providers = self.values["providers"]
        if provider not in providers:
            raise self._unknown("no provider", provider, providers)
        models: Mapping[str, Any] = providers[provider]["models"]
        return models

    def _unknown(self, what: str, name: Any, known: Mapping[str, Any]) -> UnknownModelError:
        from .near_names import unknown_name  # noqa: PLC0415 - only for the message

        return UnknownModelError(unknown_name(what, name, list(known), self.path))

    def _multiplier(self, provider: str) -> Any:
        entry = self.values["providers"][provider]
        return entry.get("realtime_multiplier", self.values["defaults"]["realtime_multiplier"])

    def _provider(self, name: str) -> Provider:
        from .charge import Charge  # noqa: PLC0415 - as below
        from .entries import Model, Provider, Source  # noqa: PLC0415 - see TYPE_CHECKING above

        entry = self.values["providers"][name]
        return Provider(
            name=name,
            env_var=entry.get("env_var"),
            default_model=entry.get("default_model"),
            realtime_multiplier=Decimal(self._multiplier(name)),
            sdk=entry.get("sdk"),
            batch_discount=Decimal(entry["batch_discount"]) if "batch_discount" in entry else None,
            models={model: Model.from_entry(name, model, values) for model, values in entry["models"].items()},
            charges=tuple(map(Charge.from_entry, entry.get("charges", ()))),
            charges_source=Source.from_entry(entry["charges_source"]) if "charges_source" in entry else None,
        )


def get_pricing(
    provider: str,
    model: str,
    registry: Registry | None = None,
    *,
    place: str = PLAIN_PLACE,
    own: Mapping[str, Any] | None = None,
    vouched: bool = False,
) -> Pricing:
    """The prices of a model by id or alias, from `registry` or the one in force; needs no key and no SDK.

    `place` is the region in which calls are answered ("us"); "global" is anywhere. `own` are prices that a person has
    negotiated, as `[prices]` of the settings has them (`Pricing.yours` names their modes). `vouched` asks for prices, too,
    that no vendor states and other registries alone agree on (`Pricing.vouched_by` names these). Raises UnknownModelError
    for what the registry does not hold, and UnknownPriceError where no such price is known: none is ever guessed.
    """
    known = load_registry() if registry is None else registry
    if (own or vouched) and "more" in known.values:
        known = with_more(known, vouched=vouched)
    if own:
        from .own_prices import with_own_prices  # noqa: PLC0415 - few have any

        known = with_own_prices(known, own)
    return known.pricing(provider, model, place.strip().lower())


def own_place() -> str:
    """Where a person's own registry stands, whether there is one or not: octoregistry/models.yaml in their data folder,
    which $XDG_DATA_HOME names (an absolute path, by the XDG Base Directory Specification), else ~/.local/share.
    """
    folder = os.environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(folder):
        folder = os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(folder, "octoregistry", "models.yaml")


def find_registry(path: str | os.PathLike[str] | None = None) -> str:
    """The file to read: the argument, else what OCTOREGISTRY_MODELS names, else the person's own one in their data folder,
    else the packaged one. The working folder is never looked at: a program has the same prices wherever it is started.
    """
    if path is not None:
        return os.fspath(path)
    if named := os.environ.get(VARIABLE):
        return named
    own = own_place()
    return own if os.path.isfile(own) else PACKAGED


_loaded: dict[str, tuple[tuple[int, int], Registry]] = {}


def load_registry(path: str | os.PathLike[str] | None = None) -> Registry:
    """The registry of a file, read again only when the file changes; raises RegistryError with every fault."""
    name = find_registry(path)
    try:
        found = os.stat(name)
        as_it_is = (found.st_mtime_ns, found.st_size)
        place = os.path.abspath(name)
        if place in _loaded and _loaded[place][0] == as_it_is:
            return _loaded[place][1]
        written = bytes_of(name)
    except OSError as error:
        cure = f"name another with {VARIABLE} or as an argument"
        raise RegistryError([Fault(name, None, "", f"{error.strerror or error}: {cure}")]) from error
    registry = _read(written, name)
    _loaded[place] = (as_it_is, registry)
    return registry


def parse_registry(text: str | bytes, name: str = "models.yaml") -> Registry:
    """The registry that `text` states; raises RegistryError with every fault, each with its line in `name`."""
    written = text.encode() if isinstance(text, str) else text
    return _parsed(written, name, _sha256(written))


def _read(written: bytes, name: str) -> Registry:
    from . import compiled  # noqa: PLC0415 - its json is for files only, not for texts

    sha256 = _sha256(written)
    values = compiled.find(name, sha256)
    if values is not None:
        return Registry(values, name, sha256)
    try:
        registry = _parsed(written, name, sha256)
    except RegistryError:
        usable = _without_contradictions(written, name, sha256)
        if usable is None:
            raise
        return usable
    compiled.keep(name, sha256, registry.written)
    return registry


def _without_contradictions(written: bytes, name: str, sha256: str) -> Registry | None:
    """The registry of a file in which nothing is wrong but that models contradict themselves, with a warning for each:
    whichever program wrote one of them must not take all the others away.
    """
    from .validated import set_aside  # noqa: PLC0415 - for a faulty file only

    values, unusable = set_aside(written, name)
    if values is None:
        return None
    import warnings  # noqa: PLC0415 - for a faulty file only

    for (provider, model), fault in unusable.items():
        warnings.warn(f"{provider}/{model} is not used: {fault}", stacklevel=4)
    return Registry(values, name, sha256, unusable)


def _parsed(written: bytes, name: str, sha256: str) -> Registry:
    from .validated import validated  # noqa: PLC0415 - programs that find the compiled copy never need it

    values, faults = validated(written, name)
    if faults:
        raise RegistryError(faults)
    return Registry(values, name, sha256)


def _sha256(written: bytes) -> str:
    from hashlib import sha256  # noqa: PLC0415 - beside its only use

    return sha256(written).hexdigest()
