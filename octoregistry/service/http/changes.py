"""/api/changes: what was changed, what is held, and the decisions of people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from octoregistry.service.assembly import Service
from octoregistry.service.decisions import Decider, HeldChanges
from octoregistry.service.http.responses import error_responses, respond, response_body
from octoregistry.service.http.sessions import Sessions
from octoregistry.service.review_decisions import ConflictError, DecisionResult, accept, refuse, undo

State = Literal["waiting", "accepted", "refused", "gone"]
By = Annotated[
    str, Query(max_length=100, description="Who decides, where the token is sent; a log-in has its own name.")
]
Why = Annotated[str, Query(max_length=500, description="And why; kept with the decision.")]
Name = Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{20}$", description="The id of a held model.")]


class HeldLine(BaseModel):
    """All that is held of one model; its changes are in the form of a kept plan."""

    id: str
    provider: str
    model: str
    state: State
    first_seen: datetime
    last_seen: datetime
    decided_at: datetime | None
    changes: list[dict[str, Any]]


class WrittenLine(BaseModel):
    """What a run has written or proposed."""

    run: str
    at: datetime
    changes: list[dict[str, Any]]


class Changes(BaseModel):
    """What is held, and what was written lately; the latest first."""

    held: list[HeldLine]
    written: list[WrittenLine]


class Decision(BaseModel):
    """What became of a decision. `written`: the registry's file says it now, and not only with the next pull request."""

    id: str
    state: State
    written: bool


def router(service: Service, sessions: Sessions) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/changes", tags=["changes"])
    bearer = Depends(HTTPBearer(auto_error=False, description="The service's token."))

    @routes.get("", response_model=Changes, responses=error_responses(304, 503))
    def changes(
        request: Request,
        state: Annotated[State | None, Query(description="Held changes in this state only.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """What is held, and what was written lately."""
        written = [
            {"run": run.id, "at": _text(run.ended_at or run.started_at), "changes": (run.outcome or {})["changes"]}
            for run in service.log.latest(limit, changed=True)
        ]
        held = [_line(one) for one in service.decisions.all(state, limit)]
        return respond(request, response_body({"held": held, "written": written}))

    decided = error_responses(401, 403, 404, 409, 429, 503)

    @routes.post("/{id}/accept", response_model=Decision, responses=decided, dependencies=[bearer])
    def accept_held(request: Request, name: Name, by: By = "", why: Why = "") -> Decision:
        """Write what is held of a model, just as it was shown; or propose it with the next pull request."""
        who = sessions.may_decide(request)
        return _decision(decide(service, name, "accept", Decider(by if who is None else who, why)))

    @routes.post("/{id}/refuse", response_model=Decision, responses=decided, dependencies=[bearer])
    def refuse_held(request: Request, name: Name, by: By = "", why: Why = "") -> Decision:
        """Leave out what is held of a model, until its page says something else."""
        who = sessions.may_decide(request)
        return _decision(decide(service, name, "refuse", Decider(by if who is None else who, why)))

    @routes.post("/{id}/undo", response_model=Decision, responses=decided, dependencies=[bearer])
    def undo_decision(request: Request, name: Name, by: By = "", why: Why = "") -> Decision:
        """Take back a decision that has written nothing: what is held of the model waits again."""
        who = sessions.may_decide(request)
        return _decision(decide(service, name, "undo", Decider(by if who is None else who, why)))

    return routes


def decide(service: Service, name: str, word: Literal["accept", "refuse", "undo"], who: Decider) -> DecisionResult:
    """What became of the decision; HTTPException 404 or 409."""
    held = service.decisions.find(name)
    if held is None:
        raise HTTPException(404, f"nothing is held as {name}")
    try:
        if word == "refuse":
            return refuse(service.decisions, held, who)
        if word == "undo":
            return undo(service.decisions, service.runner, held, who)
        return accept(service.decisions, service.runner, held, who)
    except ConflictError as error:
        raise HTTPException(409, str(error)) from None


def _line(held: HeldChanges) -> dict[str, Any]:
    return {
        "id": held.id,
        "provider": held.provider,
        "model": held.model,
        "state": held.state,
        "first_seen": _text(held.first_seen),
        "last_seen": _text(held.last_seen),
        "decided_at": _text(held.decided_at) if held.decided_at else None,
        "changes": list(held.changes),
    }


def _decision(decided: DecisionResult) -> Decision:
    return Decision(id=decided.held.id, state=decided.state, written=decided.written)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
