"""The progress of a batch run on standard error: a bar on a terminal, else a line a change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from providers.batches import BatchProgress
from providers.batches.values import Progress as Listener


@contextmanager
def progress_display() -> Iterator[Listener]:
    """What to tell progress to."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        noted: str | None = None

        def draw(progress: BatchProgress) -> None:
            nonlocal noted
            bar.update(
                task, description=money(progress), total=progress.rows, completed=progress.done + progress.running
            )
            if progress.note and progress.note != noted:  # said once, and gone with its reason
                bar.console.print(progress.note, markup=False, highlight=False)
            noted = progress.note

        yield draw


def _lines() -> Listener:
    last = ""

    def tell(progress: BatchProgress) -> None:
        nonlocal last
        line = progress_line(progress)
        if line != last:
            click.echo(line, err=True)
        last = line

    return tell


def progress_line(progress: BatchProgress) -> str:
    """Where a run stands, in a line."""
    running = f", {progress.running} done at the vendor" if progress.running else ""
    retrying = f", {progress.retrying} sent again" if progress.retrying else ""
    failed = f", {progress.failed} failed" if progress.failed else ""
    note = f" ({progress.note})" if progress.note else ""
    batches = f" {progress.batches_ended} of {progress.batches} batches ended;" if progress.batches else ""
    return (
        f"{progress.answered} of {progress.rows} rows answered{failed}{running}{retrying};{batches}"
        f" {money(progress)}{note}"
    )


def money(progress: BatchProgress) -> str:
    """What was spent, and what was expected."""
    more = f" + about {progress.cost_running:.4f} running" if progress.cost_running else ""
    unknown = f" + {progress.unpriced} rows at an unknown price" if progress.unpriced else ""
    return f"{progress.step}: {progress.cost:.4f} USD{more}{unknown} of about {progress.estimate:.4f}"
