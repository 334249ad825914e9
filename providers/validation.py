"""What is wrong with the values of a registry: every fault at once, each with its path and what to do."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal

from .dimensions import DIMENSIONS, MODES, STATUSES
from .yamlread import Ambiguous

TYPE_CHECKING = False  # typing takes longer to import than a price takes to find
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Found = Iterator[tuple[tuple[object, ...], str]]

HIGHEST = 1_000_000  # USD per million tokens: a dollar a token. Beyond it a unit was mistaken
_ZERO, _HIGHEST = Decimal(0), Decimal(HIGHEST)
_EXACT = Context(prec=100)  # prices have 25 digits at most, and a product of two of them has 50
PLACES = 18  # digits behind the point that a price may have

_RATE_DIMENSIONS = frozenset(DIMENSIONS)
_YEAR_LONG = 10  # len("2026-09-04")


def number(value: Any) -> str | None:  # noqa: PLR0911 - a sentence for each way to be wrong
    """What is wrong with a price or multiplier."""
    kind = type(value)
    if kind is Decimal:
        if value.is_finite() and _ZERO <= value <= _HIGHEST and len(str(value)) <= PLACES:
            return None  # nearly every price there is; the exact look below takes three times as long
        if not value.is_finite():
            return f"{value} is no price: write a plain decimal, or leave the key out where it is not known"
        if value < 0:
            return f"{value} is negative"
        if value <= HIGHEST and int(value.as_tuple().exponent) >= -PLACES:
            return None
    elif kind is int:
        if 0 <= value <= HIGHEST:
            return None
        if value < 0:
            return f"{value} is negative"
    elif kind is bool:
        return f"{_yaml(value)} is a yes-or-no, not a number"
    else:
        return _not_a_number(value)
    return f"not plausible: at most {HIGHEST} and {PLACES} digits behind the point"


def count(value: Any) -> str | None:
    """What is wrong with a number of tokens."""
    if type(value) is int and value > 0:
        return None
    return f"{_yaml(value)} is not a whole number from 1 up"


def share(value: Any) -> str | None:
    """What is wrong with a share of 1, such as a discount."""
    return number(value) or (None if value < 1 else f"{value} is not a share below 1: write 0.5 for 50%")


def multiplier(value: Any) -> str | None:
    """What is wrong with a factor between two prices."""
    return number(value) or (None if value > 0 else "0 would make every realtime call free: leave the key out")


def text(value: Any) -> str | None:
    """What is wrong with a name or address."""
    if type(value) is str and value.isprintable() and value == value.strip() and value:
        return None
    if isinstance(value, Ambiguous):
        return f"{value} is a number or yes-or-no to some readers of YAML: put it in quotes"
    if isinstance(value, str):
        return "empty, or with blanks around it or letters that cannot be printed"
    return f"{_yaml(value)} is not text: put it in quotes if it is a name"


def yes_or_no(value: Any) -> str | None:
    """What is wrong with a flag."""
    return None if type(value) is bool else f"{_yaml(value)} is neither true nor false"


def day(value: Any) -> str | None:
    """What is wrong with a date."""
    if type(value) is str and len(value) == _YEAR_LONG:
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return None
    return f"{_yaml(value)} is not a day: write it as 2026-09-04"


def status(value: Any) -> str | None:
    """What is wrong with a status."""
    return None if value in STATUSES else f"{_yaml(value)} is none of {', '.join(STATUSES)}"


def mode(value: Any) -> str | None:
    """What is wrong with a mode."""
    return None if value in MODES else f"{_yaml(value)} is none of {', '.join(MODES)}"


def texts(value: Any) -> str | None:
    """What is wrong with a list of names."""
    if type(value) is not list:
        return f"{_yaml(value)} is not a list: write [{value}]"
    return next((wrong for item in value if (wrong := text(item))), None)


def mapping(value: Any) -> str | None:
    """What is wrong with a group of keys."""
    return None if type(value) is dict else f"{_yaml(value)} is not a mapping of keys to values"


def sequence(value: Any) -> str | None:
    """What is wrong with a list."""
    return None if type(value) is list else f"{_yaml(value)} is not a list"


ROOT_KEYS: dict[str, Any] = {"default_provider": text, "providers": mapping, "defaults": mapping}
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
    "models": mapping,
}
MODEL_KEYS: dict[str, Any] = {
    "display_name": text,
    "input_per_million": number,
    "output_per_million": number,
    "batch_support": yes_or_no,
    "aliases": texts,
    "context_window": count,
    "max_output_tokens": count,
    "status": status,
    "retires_on": day,
    "missing_since": day,
    "realtime_multiplier": multiplier,
    "rates": sequence,
    "source": mapping,
}
RATE_KEYS: dict[str, Any] = {
    "mode": mode,
    "above_input_tokens": count,
    "from": day,
    "derived": yes_or_no,
    **dict.fromkeys(DIMENSIONS, number),
}
SOURCE_KEYS: dict[str, Any] = {"page": text, "checked": day, "sha256": text}

REQUIRED: dict[str, tuple[str, ...]] = {
    "root": ("default_provider", "providers", "defaults"),
    "defaults": tuple(DEFAULT_KEYS),
    "provider": ("env_var", "default_model", "models"),
    "model": ("display_name", "input_per_million", "output_per_million"),
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
        path = ("providers", name)
        if type(provider) is not dict:
            yield path, mapping(provider) or ""
        else:
            yield from _provider(provider, path, general)


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


def _provider(provider: Mapping[str, Any], path: tuple[object, ...], general: Any) -> Found:
    yield from _keys(provider, PROVIDER_KEYS, REQUIRED["provider"], path)
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
    for fault in _keys(entry, MODEL_KEYS, REQUIRED["model"], path):
        sound = False
        yield fault
    source = entry.get("source")
    if type(source) is dict:
        for fault in _keys(source, SOURCE_KEYS, (), (*path, "source")):
            sound = False
            yield fault
    rates = entry.get("rates")
    if type(rates) is not list:
        return
    for fault in _rates(rates, (*path, "rates")):
        sound = False
        yield fault
    if sound and rates and number(factor) is None:
        for key, wrong in _contradictions(entry, rates, entry.get("realtime_multiplier", factor)):
            yield (*path, key), wrong


def _rates(rates: list[Any], path: tuple[object, ...]) -> Found:
    slots: dict[tuple[Any, Any, Any], int] = {}
    for place, rate in enumerate(rates):
        if type(rate) is not dict:
            yield (*path, place), mapping(rate) or ""
            continue
        for key, value in rate.items():
            if key in _RATE_DIMENSIONS:
                if wrong := number(value):
                    yield (*path, place, key), wrong
            elif key not in RATE_KEYS:
                yield (*path, place, key), f"unknown key{_nearest(key, RATE_KEYS)}"
            elif wrong := RATE_KEYS[key](value):
                yield (*path, place, key), wrong
        if "mode" not in rate:
            yield (*path, place, "mode"), f"missing: a rate is of one of {', '.join(MODES)}"
        slot = (rate.get("mode"), rate.get("above_input_tokens"), rate.get("from"))
        try:
            first = slots.setdefault(slot, place)
        except TypeError:  # a list or mapping where there should be a value, which is a fault of its own
            continue
        if first != place:
            yield (*path, place), f"the same mode, above_input_tokens and from as rates[{first}]: keep one"


def _aliases(models: Mapping[str, Any], path: tuple[object, ...]) -> Found:
    owners: dict[str, str] = {}
    for model, entry in models.items():
        aliases = entry.get("aliases") if type(entry) is dict else None
        for alias in aliases if type(aliases) is list else ():
            if type(alias) is not str:
                continue
            if alias in models:
                yield (*path, model, "aliases"), f"{alias} is the id of a model: an alias is another name of one"
            elif owners.setdefault(alias, model) != model:
                yield (*path, model, "aliases"), f"{alias} is an alias of {owners[alias]} too: keep one"


def _contradictions(entry: Mapping[str, Any], rates: list[Any], factor: Any) -> Iterator[tuple[str, str]]:
    """Where the two plain prices are not those of `rates` on the day of `source.checked`."""
    checked = (entry.get("source") or {}).get("checked")
    supported = entry.get("batch_support", True)
    standard, batch = _base_rate(rates, "standard", checked), _base_rate(rates, "batch", checked)
    if not supported and any(rate["mode"] == "batch" and _RATE_DIMENSIONS & rate.keys() for rate in rates):
        yield "batch_support", "false, but there are batch rates: make it true or delete them"
        return
    wrong = False
    for dimension in ("input", "output"):
        key = f"{dimension}_per_million"
        plain = entry[key]
        if supported and dimension in batch:
            if plain != batch[dimension]:
                wrong = True
                yield key, f"{plain} contradicts the batch rate in force, {batch[dimension]}: make them equal"
        elif dimension in standard and not batch and not _near(_EXACT.multiply(plain, factor), standard[dimension]):
            wrong = True
            yield (
                key,
                f"{plain} contradicts the standard rate in force, {standard[dimension]} ÷ {factor}",
            )
    if batch and not wrong and (better := _better_multiplier(entry, standard, factor)):
        yield (
            "realtime_multiplier",
            f"{factor} contradicts the standard rate in force: give the model realtime_multiplier: {better}",
        )


def _base_rate(rates: list[Any], of: str, checked: str | None) -> Mapping[str, Any]:
    """The rate in force for small prompts on a day; without a day only where `from` leaves no doubt."""
    base = [rate for rate in rates if rate["mode"] == of and "above_input_tokens" not in rate]
    if checked is None:
        return base[0] if len(base) == 1 else {}
    in_force = [rate for rate in base if rate.get("from", "") <= checked]
    return max(in_force, key=lambda rate: str(rate.get("from", "")), default={})


def _better_multiplier(entry: Mapping[str, Any], standard: Mapping[str, Any], factor: Any) -> Decimal | None:
    """The one multiplier that fits both plain prices where `factor` does not; None where none fits, or it does."""
    if "input" not in standard or "output" not in standard:
        return None
    pairs = [(entry[f"{name}_per_million"], standard[name]) for name in ("input", "output")]
    if all(_EXACT.multiply(plain, factor) == stated for plain, stated in pairs):
        return None
    ratios = {_EXACT.divide(Decimal(stated), plain) if plain else None for plain, stated in pairs if plain or stated}
    if len(ratios) != 1 or not (ratio := ratios.pop()):
        return None
    return ratio if all(_EXACT.multiply(plain, ratio) == stated for plain, stated in pairs) else None


def _near(left: Any, right: Any) -> bool:
    """Equal but for what a division that does not come out even leaves."""
    return bool(left == right or abs(left - right) <= Decimal("1e-6") * right)


def _not_a_number(value: Any) -> str:
    if value is None:
        return "no value: write a plain decimal, or leave the key out where it is not known"
    if isinstance(value, Ambiguous) and ("e" in value or "E" in value):
        return f"{value} is text to readers of YAML 1.1: write a plain decimal such as 0.0000001"
    if isinstance(value, str):
        return f"{_yaml(value)} is text, not a number: write a plain decimal without quotes, unit or comma"
    return f"{_yaml(value)} is not a number"


def _nearest(key: Any, known: Mapping[str, Any]) -> str:
    import difflib  # noqa: PLC0415 - only a faulty file needs it

    near = difflib.get_close_matches(str(key), list(known), 1)
    return f": did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"


def _yaml(value: Any) -> str:
    """A value as it may be shown: short, and in the words of YAML."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    shown = repr(str(value)) if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
