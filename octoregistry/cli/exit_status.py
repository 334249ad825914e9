"""The exit statuses of an update, in order of precedence."""

from __future__ import annotations

from octoregistry.sources import Failed
from octoregistry.updating.update import Update

DONE, ERROR, UNREAD, CHANGED, HELD = 0, 1, 3, 4, 5


def status(update: Update, *, exit_code: bool = False, new_open: bool = False) -> int:
    """1 where no provider could be read; 3 where one could not, or its page of endings; 5 where changes are held, or, if
    wanted, where a page leaves something new open; 4 for changes if wanted; 0."""
    if update.unread:
        return ERROR if len(update.unread) == len(update.runs) else UNREAD
    if any(isinstance(run.endings, Failed) for run in update.runs):
        return UNREAD
    if update.plan.held or (exit_code and new_open):
        return HELD
    return CHANGED if exit_code and update.new_text != update.old_text else DONE
