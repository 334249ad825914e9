"""The service that keeps models.yaml true: sources, documents, reading, planning, publishing, costing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octoregistry.costing.frames import cost_frame as cost_frame

__all__ = ["cost_frame"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """`cost_frame`, imported when it is first asked for: nothing else here needs the extra `scale`."""
        if name != "cost_frame":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            from octoregistry.costing.frames import cost_frame  # noqa: PLC0415 - see the docstring
        except ModuleNotFoundError as error:
            raise ImportError(f"cost_frame needs the extra: pip install 'octoregistry[scale]' ({error})") from error
        return cost_frame
