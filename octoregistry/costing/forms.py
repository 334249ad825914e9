"""Which columns of a usage log mean what: the plain form, and the exports that are known by their columns.

Our dimensions are disjoint. Where an export counts cached tokens among the input, its recipe takes them out again, so
that no token is paid for twice; every recipe says where that is known from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from octoregistry.costing.errors import CostingError
from providers.dimensions import DIMENSIONS

FIELDS = ("day", "provider", "model", "mode", "requests", "prompt_size")

# A recipe names columns: `a|b` is the first of them that holds anything (of a dimension: more than 0), `:text` is the
# text itself. Of a dimension it may have several terms, which are added, or taken away after a `-`.
Recipe = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """How the columns of one kind of log are read.

    `known_by` are the columns that tell it from others. `words` translate what stands in a field, in small letters, and
    leave other words as they are. `totals` are logs whose rows are sums of many requests: where such a row does not say
    how many, nothing is concluded about the size of their prompts.
    """

    name: str
    known_by: frozenset[str]
    recipes: Mapping[str, Recipe]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    totals: bool = False
    free_if: tuple[str, str] | None = None
    prefixed_model: bool = False


PLAIN = Form("plain", frozenset(), {name: (name,) for name in (*FIELDS, *DIMENSIONS)})

_TIERS = {"default": "standard", "auto": "standard", "on_demand": "standard", "true": "batch", "false": "standard"}
_GEMINI = dict.fromkeys(("gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "google", "vertex_ai"), "gemini")
# The bounds as the API and the console write them; a prompt at the bound is below the tier that begins above it.
_ANTHROPIC_WINDOWS = dict.fromkeys(("0-200k", "≤ 200k", "<= 200k"), "200000") | dict.fromkeys(
    ("200k-1m", "> 200k"), "200001"
)

_OPENAI: dict[str, Recipe] = {
    "day": ("start_time_iso|start_time",),
    "provider": (":openai",),
    "model": ("model",),
    "mode": ("service_tier",),
    "batch": ("batch",),
    "requests": ("num_model_requests",),
    "cache_write_5m": ("input_cache_write_tokens",),
    "input_audio": ("input_audio_tokens",),
    "output_audio": ("output_audio_tokens",),
}
# What a call cost is in `usage_object` or, in rows of single requests, what goes beyond OpenAI's three plain counts in
# `additional_usage_values`.
_LITELLM = {
    name: "|".join(f"metadata.{place}.{key}" for key in keys for place in ("usage_object", "additional_usage_values"))
    for name, keys in {
        "mode": ("service_tier",),
        "cached_input": ("cache_read_input_tokens", "prompt_tokens_details.cached_tokens"),
        "cache_write_5m": ("cache_creation_input_tokens",),
        "input_audio": ("prompt_tokens_details.audio_tokens",),
        "output_audio": ("completion_tokens_details.audio_tokens",),
    }.items()
}

FORMS = (
    # Since cache writes are billed, the modality fields exclude cached and written tokens: "The aggregated number of
    # uncached text input tokens used, excluding cache-write tokens."
    Form(
        "OpenAI usage export",
        frozenset({"input_text_tokens", "num_model_requests"}),
        {
            **_OPENAI,
            "input": ("input_text_tokens",),
            # images that were read from the cache have no dimension of their own, and no vendor prices them apart
            "cached_input": ("input_cached_text_tokens", "input_cached_image_tokens"),
            "cache_write_1h": ("input_cache_write_12h_tokens",),
            "cached_input_audio": ("input_cached_audio_tokens",),
            "input_image": ("input_image_tokens",),
            "output": ("output_text_tokens",),
            "output_image": ("output_image_tokens",),
        },
        {"mode": _TIERS, "batch": _TIERS},
        totals=True,
    ),
    # Before: "The aggregated number of text input tokens used, including cached tokens"; audio is counted beside it.
    Form(
        "OpenAI usage export (without modalities)",
        frozenset({"input_tokens", "input_cached_tokens", "num_model_requests"}),
        {
            **_OPENAI,
            "input": ("input_tokens", "-input_cached_tokens", "-input_cache_write_tokens"),
            "cached_input": ("input_cached_tokens",),
            "output": ("output_tokens",),
        },
        {"mode": _TIERS, "batch": _TIERS},
        totals=True,
    ),
    # Anthropic never counts cached tokens among the input. The console's CSV, then the usage report of the API.
    Form(
        "Anthropic usage export",
        frozenset({"usage_input_tokens_no_cache", "usage_output_tokens"}),
        {
            "day": ("usage_date_utc",),
            "provider": (":anthropic",),
            "model": ("model_version",),
            "mode": ("usage_type",),
            "prompt_size": ("context_window",),
            "input": ("usage_input_tokens_no_cache",),
            "cached_input": ("usage_input_tokens_cache_read",),
            "cache_write_5m": ("usage_input_tokens_cache_write_5m",),
            "cache_write_1h": ("usage_input_tokens_cache_write_1h",),
            "output": ("usage_output_tokens",),
        },
        {"mode": _TIERS, "prompt_size": _ANTHROPIC_WINDOWS},
        totals=True,
    ),
    Form(
        "Anthropic usage report",
        frozenset({"uncached_input_tokens", "cache_read_input_tokens"}),
        {
            "day": ("starting_at",),
            "provider": (":anthropic",),
            "model": ("model",),
            "mode": ("service_tier",),
            "prompt_size": ("context_window",),
            "requests": ("requests",),
            "input": ("uncached_input_tokens",),
            "cached_input": ("cache_read_input_tokens",),
            "cache_write_5m": ("cache_creation.ephemeral_5m_input_tokens",),
            "cache_write_1h": ("cache_creation.ephemeral_1h_input_tokens",),
            "output": ("output_tokens",),
        },
        {"mode": _TIERS, "prompt_size": _ANTHROPIC_WINDOWS},
        totals=True,
    ),
    # "This value SHOULD include all types of input tokens, including cached tokens", and cached audio stands in both
    # audio and cached tokens.
    Form(
        "OpenTelemetry gen_ai attributes",
        frozenset({"gen_ai.usage.input_tokens"}),
        {
            "day": (
                "start_time|startTime|start_time_unix_nano|startTimeUnixNano|timestamp|time_unix_nano|timeUnixNano|"
                "Timestamp|day",
            ),
            "provider": ("gen_ai.provider.name|gen_ai.system",),
            "model": ("gen_ai.response.model|gen_ai.request.model",),
            "mode": (
                "openai.response.service_tier|gen_ai.openai.response.service_tier|"
                "openai.request.service_tier|gen_ai.openai.request.service_tier",
            ),
            "input": (
                "gen_ai.usage.input_tokens",
                "-gen_ai.usage.cache_read.input_tokens",
                "-gen_ai.usage.cache_write.input_tokens|gen_ai.usage.cache_creation.input_tokens",
                "-gen_ai.usage.audio.input_tokens",
                "gen_ai.usage.audio.cache_read.input_tokens",
            ),
            "cached_input": ("gen_ai.usage.cache_read.input_tokens", "-gen_ai.usage.audio.cache_read.input_tokens"),
            "cache_write_5m": ("gen_ai.usage.cache_write.input_tokens|gen_ai.usage.cache_creation.input_tokens",),
            "input_audio": ("gen_ai.usage.audio.input_tokens", "-gen_ai.usage.audio.cache_read.input_tokens"),
            "cached_input_audio": ("gen_ai.usage.audio.cache_read.input_tokens",),
            "output": ("gen_ai.usage.output_tokens", "-gen_ai.usage.audio.output_tokens"),
            "output_audio": ("gen_ai.usage.audio.output_tokens",),
        },
        {"mode": _TIERS, "provider": _GEMINI},
    ),
    # LiteLLM counts every provider in OpenAI's way: it adds Anthropic's cache reads and writes to `prompt_tokens`. What
    # its own cache answered (`cache_hit`) was never asked of a vendor.
    Form(
        "LiteLLM spend logs",
        frozenset({"prompt_tokens", "completion_tokens", "custom_llm_provider"}),
        {
            "day": ("startTime",),
            "provider": ("custom_llm_provider",),
            "model": ("model",),
            "mode": (f"{_LITELLM['mode']}|service_tier",),
            "input": (
                "prompt_tokens",
                *(f"-{_LITELLM[name]}" for name in ("cached_input", "cache_write_5m", "input_audio")),
            ),
            **{name: (_LITELLM[name],) for name in ("cached_input", "cache_write_5m", "input_audio", "output_audio")},
            "output": ("completion_tokens", f"-{_LITELLM['output_audio']}"),
        },
        {"mode": _TIERS, "provider": _GEMINI},
        free_if=("cache_hit", "true"),
        prefixed_model=True,
    ),
)


def form_of(columns: Sequence[str], names: Mapping[str, str] | None = None) -> Form:
    """The form that these columns have, with `names` (ours -> theirs) over what it says.

    Raises CostingError for names that are none of ours, for a column that is not there, and where no column holds
    tokens of any dimension.
    """
    known = next((form for form in FORMS if form.known_by <= set(columns)), PLAIN)
    form = _renamed(known, columns, names or {})
    if not any(_present(recipe, columns) for name, recipe in form.recipes.items() if name in DIMENSIONS):
        raise CostingError(
            f"no column counts tokens: there are {', '.join(columns) or 'none'}; the plain names are "
            f"{', '.join(DIMENSIONS[:3])} and so on, and other names are given as ours=theirs"
        )
    return form


def _renamed(form: Form, columns: Sequence[str], names: Mapping[str, str]) -> Form:
    for ours, theirs in names.items():
        if ours not in PLAIN.recipes:
            raise CostingError(f"{ours} is no name of ours: {', '.join(PLAIN.recipes)}")
        if not theirs.startswith(":") and theirs not in columns:
            raise CostingError(f"no column {theirs}, which {ours} should be read from: there are {', '.join(columns)}")
    return replace(form, recipes={**form.recipes, **{ours: (theirs,) for ours, theirs in names.items()}})


def _present(recipe: Recipe, columns: Sequence[str]) -> bool:
    return any(name in columns for term in recipe for name in term.lstrip("-").split("|"))


def known_sources() -> tuple[str, ...]:
    """Every column that any form may read."""
    return tuple(dict.fromkeys(name for form in (PLAIN, *FORMS) for name in _sources(form)))


def attribute_names() -> tuple[str, ...]:
    """The attributes of spans that are read: names with points that are keys, not paths."""
    (spans,) = (form for form in FORMS if "gen_ai.usage.input_tokens" in form.known_by)
    return tuple(dict.fromkeys(name for name in _sources(spans) if "." in name))


def is_known(columns: Sequence[str]) -> bool:
    """True where the columns are those of an export, or any of them has a plain name of ours."""
    return not PLAIN.recipes.keys().isdisjoint(columns) or any(form.known_by <= set(columns) for form in FORMS)


def _sources(form: Form) -> tuple[str, ...]:
    named = [name for recipe in form.recipes.values() for term in recipe for name in term.lstrip("-").split("|")]
    named += [*form.known_by, *((form.free_if[0],) if form.free_if else ())]
    return tuple(name for name in named if not name.startswith(":"))
