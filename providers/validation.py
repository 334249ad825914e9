"""What is wrong with the values of a registry: every fault at once, each with its path and what to do."""

from __future__ import annotations

from .charge_checks import charges
from .checks import (
    count,
    currency,
    day,
    days,
    dimensions,
    features,
    kind,
    mapping,
    modalities,
    mode,
    multiplier,
    number,
    place,
    sequence,
    share,
    status,
    text,
    texts,
    via,
    yes_or_no,
)
from .contradictions import contradictions
from .dimensions import DIMENSIONS, MODES
from .level_checks import level, levels
from .places import currency_of, place_of, plain_only

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Found = Iterator[tuple[tuple[object, ...], str]]

_RATE_DIMENSIONS = frozenset(DIMENSIONS)


SCHEMA_VERSION = 2
"""The version of the file's form that this program writes: 1 is a file without the key."""


def version(value: Any) -> str | None:
    """What is wrong with the version of a file's form."""
    if type(value) is int and 1 <= value <= SCHEMA_VERSION:
        return None
    return f"{value!r} is no version that this program reads: 1 to {SCHEMA_VERSION}; a newer one needs a newer octoregistry"


ROOT_KEYS: dict[str, Any] = {
    "schema_version": version,
    "default_provider": text,
    "providers": mapping,
    "more": mapping,
    "defaults": mapping,
}
DEFAULT_KEYS: dict[str, Any] = {
    "input_per_million": number,
    "output_per_million": number,
    "realtime_multiplier": multiplier,
}
PROVIDER_KEYS: dict[str, Any] = {
    "env_var": text,
    "sdk": text,
    "default_model": text,
    "realtime_multiplier": multiplier,
    "batch_discount": share,
    "charges": sequence,
    "charges_source": mapping,
    "models": mapping,
}
MODEL_KEYS: dict[str, Any] = {
    "display_name": text,
    "input_per_million": number,
    "output_per_million": number,
    "batch_support": yes_or_no,
    "aliases": texts,
    "former_aliases": days,
    "context_window": count,
    "max_output_tokens": count,
    "status": status,
    "retires_on": day,
    "missing_since": day,
    "realtime_multiplier": multiplier,
    "first_seen": day,
    "deprecated_on": day,
    "replaced_by": text,
    "kind": kind,
    "modalities": mapping,
    "features": features,
    "facts_from": mapping,
    "last_seen": mapping,
    "rates": sequence,
    "charges": sequence,
    "source": mapping,
}
RATE_KEYS: dict[str, Any] = {
    "mode": mode,
    "place": place,
    "currency": currency,
    "above_input_tokens": count,
    "up_to_input_tokens": count,
    "up_to_derived": yes_or_no,
    "from": day,
    "seen_before": day,
    "read_on": day,
    "derived": yes_or_no,
    "derived_dimensions": dimensions,
    "level": level,
    "vouched_by": texts,
    "seen_on": day,
    **dict.fromkeys(DIMENSIONS, number),
}
SOURCE_KEYS: dict[str, Any] = {"page": text, "checked": day, "sha256": text, "via": via}
MODALITY_KEYS: dict[str, Any] = {"input": modalities, "output": modalities}
LAST_SEEN_KEYS: dict[str, Any] = dict.fromkeys(MODES, day)
FACT_KEYS: dict[str, Any] = dict.fromkeys(
    (
        "kind",
        "modalities",
        "features",
        "context_window",
        "max_output_tokens",
        "status",
        "deprecated_on",
        "retires_on",
        "replaced_by",
    ),
    text,
)

REQUIRED: dict[str, tuple[str, ...]] = {
    "root": ("default_provider", "providers", "defaults"),
    "defaults": tuple(DEFAULT_KEYS),
    "provider": ("models",),
    "model": ("display_name", "input_per_million", "output_per_million"),
    "model under more": ("display_name",),
    "rate": ("mode",),
}


def faults_in(values: Any) -> Found:
    """(path, what is wrong and what to do) of every fault."""
    if type(values) is not dict:
        yield (), "the file is no mapping: it begins with default_provider, providers and defaults"
        return
    yield from _keys(values, ROOT_KEYS, REQUIRED["root"], ())
    defaults, providers = values.get("defaults"), values.get("providers")
    if type(defaults) is dict:
        yield from _keys(defaults, DEFAULT_KEYS, REQUIRED["defaults"], ("defaults",))
    if type(providers) is not dict:
        return
    if type(values.get("default_provider")) is str and values["default_provider"] not in providers:
        yield ("default_provider",), f"{values['default_provider']} is none of the providers: {', '.join(providers)}"
    general = defaults.get("realtime_multiplier") if type(defaults) is dict else None
    for name, provider in providers.items():
        yield from _provider(provider, ("providers", name), general)
    more = values.get("more")
    for name, provider in more.items() if type(more) is dict else ():
        own = providers.get(name)
        factor = own.get("realtime_multiplier", general) if type(own) is dict else general
        yield from _provider(provider, ("more", name), factor)


def _keys(
    values: Mapping[str, Any], known: Mapping[str, Any], required: tuple[str, ...], path: tuple[object, ...]
) -> Found:
    for key, value in values.items():
        check = known.get(key)
        if check is None:
            yield (*path, key), f"unknown key{_nearest(key, known)}"
        elif wrong := check(value):
            yield (*path, key), wrong
    for key in required:
        if key not in values:
            yield (*path, key), "missing: add it"


def _provider(provider: Any, path: tuple[object, ...], general: Any) -> Found:
    if type(provider) is not dict:
        yield path, mapping(provider) or ""
        return
    yield from _keys(provider, PROVIDER_KEYS, REQUIRED["provider"], path)
    source = provider.get("charges_source")
    if type(source) is dict:
        yield from _keys(source, SOURCE_KEYS, (), (*path, "charges_source"))
    if type(provider.get("charges")) is list:
        yield from charges(provider["charges"], (*path, "charges"), of_model=False)
    models = provider.get("models")
    if type(models) is not dict:
        return
    factor = provider.get("realtime_multiplier", general)
    for model, entry in models.items():
        if type(entry) is dict:
            yield from _model(entry, (*path, "models", model), factor)
        else:
            yield (*path, "models", model), mapping(entry) or ""
        if wrong := text(model):
            yield (*path, "models", model), wrong
    yield from _aliases(models, (*path, "models"))
    default = provider.get("default_model")
    if type(default) is not str:
        return
    chosen = models.get(default)
    if chosen is None:
        yield (*path, "default_model"), f"{default} is none of the provider's models (write its id, not an alias)"
    elif type(chosen) is dict and chosen.get("status") == "retired":
        yield (*path, "default_model"), f"{default} is retired: choose one that is active"


def _model(entry: Mapping[str, Any], path: tuple[object, ...], factor: Any) -> Found:
    sound = True
    for fault in _keys(entry, MODEL_KEYS, _required(entry, path), path):
        sound = False
        yield fault
    for group, keys in _GROUPS.items():
        values = entry.get(group)
        if type(values) is dict:
            for fault in _keys(values, keys, (), (*path, group)):
                sound = False
                yield fault
    if type(entry.get("charges")) is list:
        yield from charges(entry["charges"], (*path, "charges"), of_model=True)
    rates = entry.get("rates")
    if type(rates) is not list:
        return
    under_more = path[0] == "more"
    for fault in (*_rates(rates, (*path, "rates")), *levels(rates, (*path, "rates"), under_more=under_more)):
        sound = False
        yield fault
    if sound and rates and number(factor) is None and "input_per_million" in entry:
        for key, wrong in contradictions(entry, list(plain_only(rates)), entry.get("realtime_multiplier", factor)):
            yield (*path, key), wrong


def _required(entry: Mapping[str, Any], path: tuple[object, ...]) -> tuple[str, ...]:
    """The keys that a model must have: under `more` the plain prices only beside prices that they follow from."""
    rates = entry.get("rates")
    read = [rate for rate in rates if type(rate) is dict] if type(rates) is list else []
    plain = plain_only(read) or "input_per_million" in entry or "output_per_million" in entry
    return REQUIRED["model" if path[0] == "providers" or plain else "model under more"]


_GROUPS: dict[str, dict[str, Any]] = {
    "source": SOURCE_KEYS,
    "last_seen": LAST_SEEN_KEYS,
    "modalities": MODALITY_KEYS,
    "facts_from": FACT_KEYS,
}


def _rates(rates: list[Any], path: tuple[object, ...]) -> Found:
    slots: dict[tuple[Any, ...], int] = {}
    for at, rate in enumerate(rates):
        if type(rate) is not dict:
            yield (*path, at), mapping(rate) or ""
            continue
        for key, value in rate.items():
            if key in _RATE_DIMENSIONS:
                if wrong := number(value):
                    yield (*path, at, key), wrong
            elif key not in RATE_KEYS:
                yield (*path, at, key), f"unknown key{_nearest(key, RATE_KEYS)}"
            elif wrong := RATE_KEYS[key](value):
                yield (*path, at, key), wrong
        if "mode" not in rate:
            yield (*path, at, "mode"), f"missing: a rate is of one of {', '.join(MODES)}"
        yield from (((*path, at, key), wrong) for key, wrong in _bounds(rate))
        slot = (rate.get("mode"), rate.get("above_input_tokens"), rate.get("from"), place_of(rate), currency_of(rate))
        try:
            first = slots.setdefault(slot, at)
        except TypeError:  # a list or mapping where there should be a value, which is a fault of its own
            continue
        if first != at:
            yield (
                (*path, at),
                f"the same mode, above_input_tokens, from, place and currency as rates[{first}]: keep one",
            )


def _bounds(rate: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Bounds of a rate that leave no prompt, or no day between them."""
    above, up_to = rate.get("above_input_tokens"), rate.get("up_to_input_tokens")
    if type(above) is int and type(up_to) is int and up_to <= above:
        yield "up_to_input_tokens", f"{up_to} is not above above_input_tokens, {above}: no prompt is left"
    if "up_to_derived" in rate and up_to is None:
        yield "up_to_derived", "there is no up_to_input_tokens that it could speak of"
    start, before = rate.get("from"), rate.get("seen_before")
    if before is None or day(before):
        return
    if start is None:
        yield "seen_before", "goes with a `from`: the day on which the new price was first seen"
    elif not day(start) and before >= start:
        yield "seen_before", f"{before} is not before from, {start}"


def _aliases(models: Mapping[str, Any], path: tuple[object, ...]) -> Found:
    owners: dict[str, str] = {}
    for model, entry in models.items():
        former = entry.get("former_aliases") if type(entry) is dict else None
        for name in former if type(former) is dict else ():
            if name == model or name in (entry.get("aliases") or ()):
                yield (*path, model, "former_aliases"), f"{name} is its name still: take it out of one of the two"
        aliases = entry.get("aliases") if type(entry) is dict else None
        for alias in aliases if type(aliases) is list else ():
            if type(alias) is not str:
                continue
            if alias in models:
                yield (*path, model, "aliases"), f"{alias} is the id of a model: an alias is another name of one"
            elif owners.setdefault(alias, model) != model:
                yield (*path, model, "aliases"), f"{alias} is an alias of {owners[alias]} too: keep one"


def _nearest(key: Any, known: Mapping[str, Any]) -> str:
    import difflib  # noqa: PLC0415 - only a faulty file needs it

    near = difflib.get_close_matches(str(key), list(known), 1)
    return f": did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"
