"""The panes of a page (tabs, folds), and the label that each stands under."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bs4.element import Tag

from octoregistry.documents.document import PANES
from octoregistry.documents.styles import Look
from octoregistry.documents.visible import visible_text

_TAGS = {"tab", "tabitem", "tab-item", "tab-panel", "tabpanel", "accordion", "expandable"}
_MARKS = ("data-content-switcher-pane", "data-tab-panel", "data-pane")
_LABELS = ("title", "label", "data-label", "data-title", "data-tab", "data-value", "aria-label", "value")
_LONGEST = 80
MOST_PANES = 20


@dataclass(frozen=True, slots=True)
class Position:
    """Where a walk is: under which panes (the outermost first), whether one of them stood hidden, in how long a list, and
    how what stands there is seen.
    """

    panes: tuple[str, ...] = ()
    hidden: bool = False
    listed: int = 0
    look: Look = Look.SHOWN

    @property
    def pane(self) -> str | None:
        """The labels of the panes in one line, or None outside of all."""
        return PANES.join(self.panes) or None

    def inside(self, label: str, *, hidden: bool) -> Position:
        """The place in a pane of this one; the labels of the outermost `MOST_PANES` are kept."""
        panes = (*self.panes, label) if label and len(self.panes) < MOST_PANES else self.panes
        return Position(panes, self.hidden or hidden, self.listed, self.look)


@dataclass
class Panes:
    """Says of tags whether they are panes. `root` is the page, in which a pane's tab may stand anywhere."""

    root: Tag

    def label(self, tag: Tag) -> str | None:
        """The label of the pane that `tag` is ("" where it has none), or None for what is no pane."""
        if tag.name == "details":
            summary = tag.find("summary", recursive=False)
            text = visible_text(summary, _LONGEST) if isinstance(summary, Tag) else ""
            return text if len(text) <= _LONGEST else ""
        is_pane = tag.get("role") == "tabpanel" or tag.name.lower() in _TAGS or any(key in tag.attrs for key in _MARKS)
        if not is_pane:
            return None
        owner = self._owners.get(str(tag.get("aria-labelledby") or "")) or self._controls.get(str(tag.get("id") or ""))
        if owner is not None:
            return visible_text(owner, _LONGEST)[:_LONGEST]
        return next((str(tag[key])[:_LONGEST] for key in _LABELS if tag.get(key)), "")

    @cached_property
    def _owners(self) -> dict[str, Tag]:
        return {str(tag["id"]): tag for tag in reversed(self.root.find_all(id=True))}

    @cached_property
    def _controls(self) -> dict[str, Tag]:
        """Tabs by the pane that they open; not every page says of a pane which tab opens it."""
        found = self.root.find_all(role="tab")
        return {str(tag["aria-controls"]): tag for tag in reversed(found) if tag.get("aria-controls")}
