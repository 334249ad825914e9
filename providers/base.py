"""What every provider can do: one realtime call, a batch from its rows to its results, and what that costs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, NotRequired, TypedDict

from . import plain_registry
from .dimensions import UnknownPriceError
from .errors import AuthenticationError, ProviderError, RateLimitError

__all__ = [
    "AuthenticationError",
    "BatchLimits",
    "BatchMetadata",
    "BatchResult",
    "BatchStatus",
    "BatchStatusInfo",
    "LLMProvider",
    "ProviderError",
    "RateLimitError",
    "RealtimeResult",
]


class BatchStatus(Enum):
    """Where a batch stands, in the same five words for all vendors."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ToolCall(TypedDict):
    """A function that an answer asks to be called, where `extra` offered any."""

    id: str | None
    name: str
    arguments: Any  # as JSON states them; text where it is none


class _Spent(TypedDict):
    """What a call used and cost; the parts of every result that a vendor's answer may state."""

    cached_tokens: NotRequired[int]
    reasoning_tokens: NotRequired[int]
    usage: NotRequired[dict[str, int]]  # tokens by dimension, each counted once: what `cost_of` reads
    mode: NotRequired[str]  # the mode in which it was really served
    served_on: NotRequired[str]  # the day whose prices hold, ISO
    cost: NotRequired[float | None]  # USD; None where no price is known, never 0 for that
    cost_unknown: NotRequired[str]  # why `cost` is None
    refusal: NotRequired[str]  # why the vendor or the model would not answer
    model: NotRequired[str]  # the model that answered, in the vendor's words
    tool_calls: NotRequired[list[ToolCall]]  # what the answer asks to be called, beside its text or in its place


class RealtimeResult(_Spent):
    """The answer to one call. `finish_reason` is stop, length, refusal, tool or other, `vendor_finish_reason` the vendor's
    own word; a refusal is no exception: it is billed.
    """

    content: str
    input_tokens: int
    output_tokens: int
    finish_reason: str
    vendor_finish_reason: NotRequired[str]
    request_id: NotRequired[str | None]
    maybe_paid: NotRequired[int]  # earlier tries that got no answer, and may have been billed: they are in no cost
    parsed: NotRequired[Any]  # the pydantic model's instance, where one was given as the schema and the answer fits it
    unfit: NotRequired[str]  # why there is none


class BatchResult(_Spent):
    """The answer to one row. `error` is the vendor's own message; `retryable` says that the same row may work in
    another batch.
    """

    unit_id: str
    content: str | None
    input_tokens: int
    output_tokens: int
    error: str | None
    finish_reason: NotRequired[str]
    vendor_finish_reason: NotRequired[str]
    error_code: NotRequired[str]
    retryable: NotRequired[bool]


class BatchStatusInfo(TypedDict):
    """Where a batch stands. `progress` reads "45/100"; `provider_status` is the vendor's own word, known to us or
    not.
    """

    status: BatchStatus
    progress: str | None
    error: str | None
    provider_status: NotRequired[str]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]
    completed_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    counts: NotRequired[dict[str, int]]  # total, completed, failed: as far as the vendor says
    retryable: NotRequired[bool]  # a failed batch that may work when submitted again
    spent: NotRequired[
        bool
    ]  # it failed as the account has nothing left to spend: no other one will work before somebody pays
    batch_id: NotRequired[str]
    cancelling: NotRequired[bool]  # it ends as soon as the vendor can, with what was answered by then
    tag: NotRequired[str | None]  # what `create_batch` was told to mark it with


class BatchMetadata(TypedDict, total=False):
    """The sums over a batch's rows. `total_cost` is None where the cost of any row is not known."""

    total_input_tokens: int
    total_output_tokens: int
    started_at: str | None
    completed_at: str | None
    provider: str
    model: str
    total_cost: float | None
    error: str | None  # of the batch as a whole: expired, cancelled, refused


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How large one batch may be, and what its rows may be called."""

    rows: int
    file_bytes: int
    unit_id: str  # a regular expression that a unit's id must match in full


# For a provider that states no limits of its own: what the strictest of the three vendors takes.
CAUTIOUS = BatchLimits(rows=50_000, file_bytes=20_000_000, unit_id=r"[A-Za-z0-9_-]{1,64}")


class LLMProvider(ABC):
    """One vendor behind one interface: realtime calls, batches, costs.

    `model` is the id as configured, `config` the mapping that was given. Every call raises ProviderError, or under it
    RateLimitError (wait, then repeat) or AuthenticationError (give up).
    """

    config: dict[str, Any]
    model: str
    max_tokens: int | None = None  # the longest answer, as configured
    clock_offset: float = 0.0  # seconds that the vendor's clock is ahead of ours, as far as its answers tell
    # What `run_batch` has to know, stated for a provider that says nothing of it.
    name: ClassVar[str] = ""  # the registry's word for the vendor; else the class is named
    limits: ClassVar[BatchLimits] = CAUTIOUS
    default_max_tokens: ClassVar[int | None] = None  # what is sent where no api.max_tokens is stated
    longest_life: ClassVar[float] = 96 * 3600.0  # seconds after which a batch that has not ended never will
    offers_batches: ClassVar[bool] = True  # whether the vendor has batches at all
    lists_batches: ClassVar[bool] = False  # whether `list_batches` tells of all batches of the account
    forgets_batches: ClassVar[bool] = False  # whether a batch of the account may be deleted
    tags_batches: ClassVar[bool] = False  # whether `create_batch` takes a `tag` that `list_batches` tells again

    @abstractmethod
    def generate_realtime(self, prompt: str, schema: dict[str, Any] | None = None) -> RealtimeResult:
        """The answer to one prompt; with a JSON schema the vendor enforces that the answer fits it."""

    def generate_once(self, prompt: str | None, schema: Any = None, **options: Any) -> RealtimeResult:
        """What `generate_realtime` gives, by a single call where a provider knows to repeat calls: for whoever does so."""
        generate: Any = self.generate_realtime  # a provider of the founding kind takes no options
        result: RealtimeResult = generate(prompt, schema, **options)
        return result

    @abstractmethod
    def format_batch_request(self, unit_id: str, prompt: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
        """One row of a batch, ready for `json.dumps`: a line of the file that `upload_batch_file` takes."""

    @abstractmethod
    def upload_batch_file(self, file_path: Path) -> str:
        """The id under which `create_batch` finds the rows of a JSONL file."""

    @abstractmethod
    def create_batch(self, file_id: str) -> str:
        """The id of the batch that now runs over the rows of `file_id`."""

    @abstractmethod
    def get_batch_status(self, batch_id: str) -> BatchStatusInfo:
        """Where a batch stands."""

    @abstractmethod
    def download_batch_results(self, batch_id: str) -> tuple[list[BatchResult], BatchMetadata]:
        """All rows that a batch finished, in any order, and their sums; also of one that expired or was cancelled."""

    @abstractmethod
    def cancel_batch(self, batch_id: str) -> bool:
        """Whether the batch is being cancelled; False if it had ended already."""

    @abstractmethod
    def estimate_cost(self, input_tokens: int, output_tokens: int, is_batch: bool = True) -> float:
        """USD for so many tokens by the registry's two plain prices; a model that it does not know is priced by the
        defaults.
        """

    def cost_of(self, result: Any, *, at: str | None = None) -> Decimal:  # noqa: ARG002 - for those with dated prices
        """USD of a result, UnknownPriceError where none is known: the cost that it states, for a provider that knows no
        more. One with prices of its own is exact, reads a vendor's response too, and takes the day `at` whose prices hold.
        """
        cost = result.get("cost") if isinstance(result, Mapping) else None
        if cost is None:
            raise UnknownPriceError(f"the cost is not stated, and {self.model} has no exact prices here")
        return Decimal(str(cost))

    def iter_batch_results(self, batch_id: str) -> Iterator[BatchResult]:
        """The rows that a batch finished, one at a time."""
        yield from self.download_batch_results(batch_id)[0]

    def list_batches(self) -> Iterator[BatchStatusInfo]:
        """The account's batches, where `lists_batches` says so: where to look for one whose making was not answered."""
        raise ProviderError("this provider cannot list its batches", provider=self.name, code="cannot_list")

    def discard_file(self, file_id: str) -> None:  # noqa: B027 - where nothing was uploaded, nothing is to be done
        """Deletes what `upload_batch_file` left at the vendor, where it left anything, for a batch that was not made."""

    def verify_access(self) -> bool:
        """Whether a call that costs nothing shows that the vendor takes our key and serves the model; False where there is
        no such call. Raises ProviderError as any call, for a key that is refused, a model or an address that is not there.
        """
        return False

    def get_api_key_env_var(self) -> str:
        """The environment variable that holds this provider's key."""
        return "API_KEY"

    @staticmethod
    def load_model_registry() -> dict[str, Any]:
        """The registry, as models.yaml states it."""
        return plain_registry.load_model_registry()

    @staticmethod
    def get_provider_models(provider_name: str, all: bool = False) -> dict[str, Any]:  # noqa: A002 - all of them
        """The models of a provider that can chat today, by id, or `all`; none for a provider that is not known."""
        return plain_registry.get_provider_models(provider_name, all)

    @staticmethod
    def get_provider_info(provider_name: str) -> dict[str, Any]:
        """A provider's entry: env_var, sdk, default_model, realtime_multiplier, models."""
        return plain_registry.get_provider_info(provider_name)

    @staticmethod
    def get_all_providers() -> dict[str, Any]:
        """All providers' entries by name."""
        return plain_registry.get_all_providers()

    @staticmethod
    def get_default_pricing() -> dict[str, Any]:
        """The prices of last resort."""
        return plain_registry.get_default_pricing()
