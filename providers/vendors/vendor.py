"""What is known of one vendor. The keys of a vendor's file are the fields below, and what each means stands beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal


@dataclass(frozen=True, slots=True)
class ListedPriceAt:
    """Where in an entry of a model list a price stands, and in what unit."""

    at: Annotated[str, "its place in the entry"]
    per: Annotated[Literal[1, 1_000, 1_000_000, 100_000_000], "for so many tokens"]
    unit: Annotated[Literal["USD", "US cent"], "in what it is counted"] = "USD"

    @property
    def shift(self) -> int:
        """The power of ten by which it becomes USD per million tokens."""
        return {1: 6, 1_000: 3, 1_000_000: 0, 100_000_000: -2}[self.per] - (2 if self.unit == "US cent" else 0)


@dataclass(frozen=True, slots=True)
class ModelListSource:
    """Where the vendor's API lists its models, and where in an answer things stand (`a.b` is `b` within `a`)."""

    path: Annotated[str, "the list's address below base_url, or a whole one"]
    models: Annotated[str, "where the list of the models stands in an answer; empty where the answer is the list"]
    fields: Annotated[
        Mapping[str, str],
        "where a model's id, display_name, context_window, max_output_tokens, batch, lifecycle, retires_on and created "
        "stand; 'list has word' is true where the list holds the word",
    ]
    shape: Annotated[str | None, "the vendor whose list has the same form: keys that are not set are taken from it"] = (
        None
    )
    key_header: Annotated[str, "the header that carries the key; after 'Bearer ' in Authorization"] = "Authorization"
    headers: Annotated[Mapping[str, str], "further headers"] = field(default_factory=dict)
    query: Annotated[Mapping[str, tuple[str, ...]], "what every part is asked for with"] = field(default_factory=dict)
    cursor: Annotated[str | None, "what asks for the next part"] = None
    cursor_query: Annotated[str | None, "the query's key that takes the cursor"] = None
    more: Annotated[str | None, "true where another part follows; without it a cursor says so"] = None
    id_prefix: Annotated[str, "what stands before the vendor's ids in the list alone"] = ""
    stages: Annotated[Mapping[str, str], "the list's words for active, deprecated and retired"] = field(
        default_factory=dict
    )
    bad_key: Annotated[tuple[str, ...], "words of a status 400 that say that the key is wrong"] = ()
    open: Annotated[bool, "whether it answers without a key too"] = False
    prices: Annotated[Mapping[str, ListedPriceAt], "a dimension: where an entry states its price"] = field(
        default_factory=dict
    )
    money: Annotated[
        str | None,
        "a pattern in all places of an entry where prices stand; without it, whatever stands beside those of `prices`. "
        "One that nobody names and that is not 0 holds the model's prices",
    ] = None
    beside: Annotated[tuple[str, ...], "such places that leave what tokens cost as it is: charges of their own"] = ()

    def is_money(self, place: str, *, number: bool) -> bool:
        """Whether prices stand at this place of an entry; `number` says that a number does."""
        if self.money is not None:
            return _compiled(self.money).search(place) is not None
        tables = {where.at.rpartition(".")[0] for where in self.prices.values()}
        return any(place.startswith(f"{table}.") if table else number for table in tables)


@dataclass(frozen=True, slots=True)
class Calls:
    """What calls of a vendor come to; but for `spent` where they differ from OpenAI's, whose protocol it speaks."""

    max_tokens_field: Annotated[str, "what it calls the longest answer"] = "max_completion_tokens"
    reasoning_outside_completion: Annotated[bool, "whether its completion_tokens leave thoughts out"] = False
    cached_tokens_field: Annotated[
        str | None, "where its usage says what of the prompt was cached, if not as OpenAI"
    ] = None
    usage_at: Annotated[
        str | None, "where an answer or a stream's last event states its usage besides 'usage': choices.usage"
    ] = None
    strict_schemas: Annotated[bool, "whether it enforces a JSON schema"] = True
    cache_controls: Annotated[bool, "whether it takes OpenAI's cache controls; else its cache is its own affair"] = (
        False
    )
    spent: Annotated[
        tuple[str, ...], "words of an error that say that the account has nothing left, whatever the status"
    ] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What is said of batches where a page states no batch price."""

    offered: Annotated[bool, "whether the vendor has batches"] = False
    discount: Annotated[
        Decimal | Literal["unstated", "none"],
        "the share that batches cost less: 0.5 is 50%; 'unstated', 'none': no batch price follows from another",
    ] = "unstated"
    on: Annotated[Literal["all"] | tuple[str, ...], "the dimensions that the discount is on, or 'all' usage"] = ()

    @property
    def share(self) -> Decimal | None:
        """The share that batches cost less in general; None where nothing follows for them."""
        return self.discount if self.offered and isinstance(self.discount, Decimal) else None

    def covers(self, dimension: str) -> bool:
        """Whether the discount is on this dimension."""
        return self.share is not None and (self.on == "all" or dimension in self.on)


@dataclass(frozen=True, slots=True)
class Names:
    """How the vendor names its models. Patterns are regular expressions over small letters."""

    families: Annotated[tuple[str, ...], "words, as patterns, that only names of its models have: gpt, o\\d"] = ()
    words: Annotated[tuple[str, ...], "product words, as patterns, that stand in names beside a family: mini"] = ()
    id_prefixes: Annotated[tuple[str, ...], "what an id may begin with besides a family, before a hyphen"] = ()
    called: Annotated[tuple[str, ...], "what its pages call the vendor, its API and the makers of what it hosts"] = ()
    makers: Annotated[
        tuple[str, ...], "of what is called so those who make models: their names beside one say who made it"
    ] = ()
    remarks: Annotated[tuple[str, ...], "whole lines beside its models that qualify no price: 'Private'"] = ()
    id_pattern: Annotated[str, "what a whole id looks like"] = r"[a-z][a-z0-9]*(?:[-.:][a-z0-9]+)+"
    strip_prefixes: Annotated[tuple[str, ...], "what may stand before an id and changes nothing"] = ()
    host_parts: Annotated[
        tuple[str, ...],
        "patterns of what a host's ids have around the maker's own, with an @, a colon or a point: a region",
    ] = ()
    names_are_ids: Annotated[bool, "its pages print ids: an unknown name in the form of one is a new model"] = False
    optional_prefix: Annotated[str | None, "the word that a page may leave out before a name"] = None
    id_shape: Annotated[str | None, "a pattern of names that an id is made of"] = None
    id_form: Annotated[str, "the id made of the groups of id_shape"] = ""
    id_replace: Annotated[tuple[str, ...], "two texts: in the groups the first becomes the second"] = ("", "")
    ids: Annotated[Mapping[str, tuple[str, ...]], "a name as pages print it: its ids, the current one first"] = field(
        default_factory=dict
    )
    snapshots_are_models: Annotated[bool, "an id with a day and the id without it are one model, and end together"] = (
        False
    )
    without_output: Annotated[tuple[str, ...], "patterns of ids of models that bill no output tokens"] = ()
    kinds: Annotated[
        Mapping[str, tuple[str, ...]],
        "a kind (chat, embedding, ...): patterns of the ids of such models; the first kind that fits counts",
    ] = field(default_factory=dict)

    def kind_of(self, model: str) -> str | None:
        """What the model is for, as its id says it; None where it says nothing."""
        return next(
            (kind for kind, patterns in self.kinds.items() if any(_compiled(one).search(model) for one in patterns)),
            None,
        )

    def derived_id(self, name: str) -> str | None:
        """The id that the vendor would give to a model of this (lower-case, plain) name, or None."""
        found = _compiled(self.id_shape).match(name) if self.id_shape else None
        if not found:
            return None
        old, new = self.id_replace
        groups = found.groupdict(default="")
        return self.id_form.format(**{key: text.replace(old, new) for key, text in groups.items()})

    def bills_no_output(self, model: str) -> bool:
        """True for models whose answers are no tokens (embeddings): their output price is 0 because there is none."""
        return any(_compiled(pattern).search(model) for pattern in self.without_output)

    def without_host_parts(self, model: str) -> str:
        """`model`, in small letters, without what a host puts around the maker's own id."""
        for pattern in self.host_parts:
            model = _compiled(pattern).sub("", model)
        return model

    def without_prefix(self, model: str) -> str:
        """`model` without what may stand before an id and changes nothing, in any letter case."""
        for prefix in self.strip_prefixes:
            if model.lower().startswith(prefix.lower()):
                return model[len(prefix) :]
        return model


@dataclass(frozen=True, slots=True)
class Schemas:
    """Which of its models can hold their answers to a JSON schema, by patterns of their ids."""

    can: Annotated[str | None, "a pattern of the ids that can"] = None
    cannot: Annotated[str | None, "a pattern of those among them that cannot"] = None

    def enforced_by(self, model: str) -> bool:
        """True for a model that is known to hold its answers to a schema."""
        if not self.can or not _compiled(self.can).search(model):
            return False
        return not (self.cannot and _compiled(self.cannot).search(model))


@dataclass(frozen=True, slots=True)
class Uplift:
    """What calls that are answered in one region cost more, in every mode and dimension."""

    share: Annotated[Decimal, "the share that it costs more than the same call anywhere: 0.1 is 10%"]
    model_ids: Annotated[str, "a pattern of the whole ids of the models that it holds for"]
    since: Annotated[str, "the day of the page that said it first: before it no such price is known"]
    hosts: Annotated[tuple[str, ...], "the hosts whose calls are answered there, whatever the answer says"] = ()

    @property
    def factor(self) -> Decimal:
        """By what the price of the same call anywhere is multiplied."""
        return 1 + self.share

    def covers(self, model: str) -> bool:
        """Whether it holds for a model."""
        return _compiled(self.model_ids).fullmatch(model) is not None


@dataclass(frozen=True, slots=True)
class Witness:
    """How another public registry writes of this vendor."""

    name: Annotated[str, "what it calls the vendor"]
    prefix: Annotated[str, "what may stand before the vendor's own ids"] = ""
    id_pattern: Annotated[str | None, "a pattern in its ids that the vendor writes differently"] = None
    id_text: Annotated[str, "what the vendor writes there"] = ""
    not_heard: Annotated[tuple[str, ...], "dimensions of which it says something else than the vendor"] = ()

    def own_id(self, model: str) -> str:
        """The vendor's own id of what the registry calls `model`."""
        model = model.removeprefix(self.prefix)
        return _compiled(self.id_pattern).sub(self.id_text, model) if self.id_pattern else model


@dataclass(frozen=True, slots=True)
class Vendor:
    """The facts of one vendor."""

    name: str
    display_name: Annotated[str, "the name that people know"]
    aliases: Annotated[
        tuple[str, ...], "what logs call it; letter case, points, hyphens and underscores never matter"
    ] = ()
    level: Annotated[
        Literal["built-in", "experimental"],
        "'experimental': its page is not known to be read without a fault, so every change of it waits for a person",
    ] = "built-in"
    hosts_of: Annotated[tuple[str, ...], "the vendors whose models it sells"] = ()
    protocol: Annotated[Literal["openai", "anthropic", "gemini"] | None, "whose protocol its API speaks"] = None
    base_url: Annotated[str | None, "the API's address"] = None
    base_url_env: Annotated[str | None, "the variable that may hold another address"] = None
    key_env: Annotated[tuple[str, ...], "the variables that may hold the key, the first that is set counts"] = ()
    calls: Annotated[Calls, "its calls"] = Calls()
    prices: Annotated[tuple[str, ...], "the pages of prices, in order of trust"] = ()
    lifecycle: Annotated[tuple[str, ...], "the pages that say which models end when"] = ()
    redirect_hosts: Annotated[tuple[str, ...], "the hosts that the pages may redirect to"] = ()
    model_list: Annotated[ModelListSource | None, "the list of its models"] = None
    batch: Annotated[Batch, "batches"] = Batch()
    places: Annotated[
        Mapping[str, Uplift], "a region (us, eu, regional: any that is not named): what it costs more there"
    ] = field(default_factory=dict)
    names: Annotated[Names, "how it names its models"] = Names()
    schemas: Annotated[Schemas, "JSON schemas"] = Schemas()
    token_encodings: Annotated[
        Mapping[str, tuple[str, ...]],
        "an encoding of tiktoken: patterns of the ids of models whose tokens it counts; the first that fits counts",
    ] = field(default_factory=dict)
    witnesses: Annotated[Mapping[str, Witness], "other public registries that know it"] = field(default_factory=dict)
    unnamed_columns: Annotated[
        tuple[tuple[str, ...], ...],
        "the columns of rows that a component of its pages draws without naming them, by their number",
    ] = ()
    one_input_price: Annotated[
        tuple[str, ...], "dimensions that are billed at the price of input where the page names no modality of input"
    ] = ()
    guards: Annotated[Mapping[str, Any], "thresholds of the guards for this vendor alone"] = field(default_factory=dict)

    @property
    def has_priced_list(self) -> bool:
        """Whether its model list states prices."""
        return self.model_list is not None and bool(self.model_list.prices)

    @property
    def is_list_only(self) -> bool:
        """Whether its model list is all that states its prices: it has no page."""
        return self.has_priced_list and not self.prices

    @property
    def is_keyless_host(self) -> bool:
        """Whether it sells others' models and no variable of a key is known: its models stand under `more`."""
        return bool(self.hosts_of) and not self.key_env

    def token_encoding(self, model: str) -> str | None:
        """The encoding of tiktoken that counts the tokens of a model; None where it counts none of the vendor's."""
        return next(
            (name for name, each in self.token_encodings.items() if any(_compiled(one).search(model) for one in each)),
            None,
        )


@cache
def _compiled(pattern: str | None) -> re.Pattern[str]:
    return re.compile(pattern or "(?!)")
