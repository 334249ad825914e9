"""A run's state to begin with: the one that was left, or a new one for requests that were checked and can be paid."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..base import LLMProvider
from ..request import DEFAULTS
from .errors import BatchError, BatchTooExpensiveError
from .plan import Planner, name_of, refuse_without_batches
from .realtime_state import RealtimeState
from .requests import KeptRequests, fingerprint, keep
from .soundness import came_to_nothing, check_kept, load, never_submitted
from .state import OPEN, PLANNED, RunFiles, RunState
from .values import BatchSettings


def opened(
    provider: LLMProvider,
    requests: Iterable[Any] | None,
    files: RunFiles,
    allowed: Decimal | None,
    settings: BatchSettings,
) -> RunState:
    """The state to go on from, safely on disk; nothing was uploaded for it yet, or only what it says."""
    state = load(files.state)
    if state is None:
        if requests is None:
            raise BatchError(f"{files.state}: there is no run to take up")
        return _begun(provider, requests, files, allowed, settings)
    nothing_came = came_to_nothing(files.results, state.rows) if state.finished else never_submitted(state)
    if requests is not None and nothing_came and not files.cancelled.exists():
        return _begun(provider, requests, files, allowed, settings)
    _check_it_is_ours(provider, requests, files, state, settings)
    if any(part.status == PLANNED for part in state.parts):
        still = sum((part.estimate for part in state.parts if part.status in OPEN), Decimal(0))
        spent = sum((part.expected for part in state.parts if part.status not in OPEN), Decimal(0))
        _allow(still, spent, allowed)
    return state


def _allow(expected: Decimal, spent: Decimal, allowed: Decimal | None) -> None:
    """Raises where all together may cost more than is allowed."""
    if allowed is not None and spent + expected > allowed:
        raise BatchTooExpensiveError(expected, spent, allowed)


def _begun(
    provider: LLMProvider,
    requests: Iterable[Any],
    files: RunFiles,
    allowed: Decimal | None,
    settings: BatchSettings,
) -> RunState:
    """The state of a new run."""
    refuse_without_batches(provider)
    files.cancelled.unlink(missing_ok=True)
    rows, digest = keep(requests, files.requests)
    try:
        parts, estimate = Planner(provider, KeptRequests(files.requests), settings).parts(((0, rows),), 1, 1)
        _allow(estimate.cost, Decimal(0), allowed)
    except BaseException:
        files.requests.unlink()
        raise
    terms = terms_of(provider, settings, allowed)
    return files.save(RunState(name_of(provider), provider.model, rows, digest, parts, terms=terms))


def terms_of(provider: LLMProvider, settings: BatchSettings, allowed: Decimal | None) -> dict[str, Any]:
    """What a run is begun with, beside its requests, that whoever takes it up must not change unawares."""
    return {
        **shape_of(provider),
        "max_cost": None if allowed is None else str(allowed),
        "attempts": settings.attempts,
        "rows": settings.rows,
        "output_tokens": settings.output_tokens,
    }


def shape_of(provider: LLMProvider) -> dict[str, Any]:
    """What of a provider's settings is sent with each request that says nothing of it, as JSON holds it."""
    api = getattr(provider, "config", {}).get("api") or {}
    stated = {name: api.get(name) for name in DEFAULTS}
    shape = {"max_tokens": provider.max_tokens, "surface": getattr(provider, "surface", None), **stated}
    kept: dict[str, Any] = json.loads(json.dumps(shape, default=str))
    return kept


def check_model(provider: LLMProvider, state: RunState | RealtimeState, path: Path) -> None:
    """Raises BatchError for another model than that of the run."""
    asked = f"{name_of(provider)}/{provider.model}"
    if asked != f"{state.provider}/{state.model}":
        raise BatchError(f"{path} is of a run on {state.provider}/{state.model}, not {asked}: give another state file")


def check_shape(provider: LLMProvider, terms: Mapping[str, Any], path: Path) -> None:
    """Raises BatchError where requests would now be sent with other settings than those that the run was begun with."""
    for name, now in shape_of(provider).items():
        if (begun := terms.get(name)) != now:
            raise BatchError(
                f"{path} is of a run with {name} {begun!r:.60}, not {now!r:.60}: give that api.{name}, or another state file"
            )


def kept_settings(state: RunState | None) -> BatchSettings:
    """The settings of a run that was begun, where its caller states none."""
    terms = (state.terms if state else None) or {}
    names = ("attempts", "rows", "output_tokens")
    return BatchSettings(**{name: terms[name] for name in names if terms.get(name) is not None})


def kept_allowance(state: RunState | None) -> Decimal | None:
    """The most that a run may cost, as it was begun with."""
    allowed = ((state.terms if state else None) or {}).get("max_cost")
    return None if allowed is None else Decimal(allowed)


def _check_it_is_ours(
    provider: LLMProvider, requests: Iterable[Any] | None, files: RunFiles, state: RunState, settings: BatchSettings
) -> None:
    check_model(provider, state, files.state)
    if state.terms and not state.finished:
        check_shape(provider, state.terms, files.state)
    rows = (state.terms or {}).get("rows")
    if settings.rows is not None and settings.rows != rows and state.terms and not state.finished:
        raise BatchError(
            f"{files.state} is of a run with {rows or 'the most'} rows in a batch, not {settings.rows}: its batches are cut"
            " already; give that number or none, or another state file"
        )
    if requests is not None and fingerprint(requests) != state.requests_sha256:
        raise BatchError(f"{files.state} is of a run over other requests: give another state file, or those requests")
    if not (files.results if state.finished else files.requests).exists():
        raise BatchError(f"{files.state}: what was kept beside it is gone, so the run cannot be taken up")
    if not state.finished:
        check_kept(state, files)
