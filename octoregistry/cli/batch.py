"""`octoregistry batch`: a file of prompts through a vendor's batch API, and what that costs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from octoregistry.cli.batch_lines import requests_in, schema_in
from octoregistry.cli.batch_progress import progress_display, progress_line
from providers import ProviderError, RegistryError, get_provider
from providers.base import LLMProvider
from providers.batches import (
    BatchError,
    BatchInputError,
    RowResult,
    cancel_run,
    read_run,
    results_so_far,
    run_batch,
    run_progress,
    run_realtime,
)
from providers.batches.beginning import kept_settings
from providers.batches.realtime_state import RealtimeState, is_realtime, load_realtime, realtime_progress, stop_realtime
from providers.batches.state import RunFiles, RunState, is_held

DONE, ERROR, SOME_FAILED, INTERRUPTED = 0, 1, 3, 130

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_state = click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of the run's state.  [default: FILE.batch.json]",
)


class Dollars(click.ParamType[Decimal]):
    """An amount of USD, exact."""

    name = "usd"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The amount that `value` states."""
        try:
            amount = Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is no amount of USD: write 2.50", param, ctx)
        return amount


@click.group(name="batch")
def command() -> None:
    """Run a file of prompts through a vendor's batch API.

    Each line of FILE is {"id": "...", "prompt": "...", "schema": {...}}, the schema only where the answer must fit
    one. A run that is stopped, by Ctrl-C or a power cut, goes on with the same command; nothing is submitted twice.

    \b
    Exit status: 0 all rows were answered; 1 error; 2 usage; 3 some rows failed, or are not there yet;
    130 stopped by Ctrl-C.
    """


@command.command(name="run")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@_state
@click.option("--realtime", is_flag=True, help="Make realtime calls, many at once, instead of batches.")
@click.option("--concurrency", type=click.IntRange(min=1), default=8, show_default=True, help="Realtime calls at once.")
@click.option("--requests-per-minute", type=click.FloatRange(min=0, min_open=True), help="The most calls a minute.")
@click.option("--tokens-per-minute", type=click.FloatRange(min=0, min_open=True), help="The most tokens a minute.")
@click.option("--provider", "-p", help="The vendor that runs it.  [default: the registry's]")
@click.option("--model", "-m", help="The model's id.  [default: the provider's]")
@click.option(
    "--schema", type=click.Path(path_type=Path, exists=True), help="The JSON schema of rows without their own."
)
@click.option("--max-tokens", type=click.IntRange(min=1), help="The longest answer, in tokens.")
@click.option("--max-cost", type=Dollars(), help="Submit nothing that may cost more in sum, in USD.")
@click.option("--attempts", type=click.IntRange(min=1), help="How often a row is sent.  [default: 3]")
@click.option(
    "--patience", type=click.FloatRange(min=0), help="Seconds to wait for a vendor that fails.  [default: 86400, a day]"
)
@click.option("--rows", type=click.IntRange(min=1), help="The most rows in one batch.  [default: the vendor's limit]")
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="Write the results here.  [default: standard output]"
)
def run_command(  # noqa: PLR0913, PLR0917 - an option each
    file: Path,
    state: Path | None,
    realtime: bool,
    concurrency: int,
    requests_per_minute: float | None,
    tokens_per_minute: float | None,
    provider: str | None,
    model: str | None,
    schema: Path | None,
    max_tokens: int | None,
    max_cost: Decimal | None,
    attempts: int | None,
    patience: float | None,
    rows: int | None,
    out: Path | None,
) -> None:
    """Submit FILE, wait, and print a line of JSON for each row, in the order of FILE. `-` is standard input.

    Ctrl-C leaves the batches running at the vendor; the same command waits for them again.
    """
    path = state or default_state(file)
    with _errors(file):
        calls = realtime or is_realtime(path)
        _refuse_options_of(
            ("concurrency", "requests_per_minute", "tokens_per_minute") if not calls else ("rows",), calls
        )
        run = read_run(path) if path.exists() and not calls else None
        maker = _provider_of(load_realtime(path) if calls else run, provider, model, max_tokens)
        own_schema = schema_in(schema) if schema else None
        entries = requests_in(file, own_schema, maker.model, getattr(maker, "surface", None))
        begun = kept_settings(run)
        settings = replace(
            begun,
            attempts=attempts or begun.attempts,
            rows=rows or begun.rows,
            patience=begun.patience if patience is None else patience,
        )
        pace: dict[str, Any] = {"requests_per_minute": requests_per_minute, "tokens_per_minute": tokens_per_minute}
        try:
            with progress_display() as progress:
                shared: dict[str, Any] = {"max_cost": max_cost, "progress": progress, "settings": settings}
                if calls:
                    results = run_realtime(maker, entries, path, concurrency=concurrency, **pace, **shared)
                else:
                    results = run_batch(maker, entries, path, **shared)
        except KeyboardInterrupt:
            click.echo(_how_to_go_on(file, state, click.get_current_context(), calls=calls), err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None
        _write(results, out)
    unknown = f", {results.unpriced} rows at an unknown price" if results.unpriced else ""
    click.echo(
        f"{results.answered} of {len(results)} rows answered, {results.failed} failed, {results.cost:f} USD{unknown}",
        err=True,
    )
    raise click.exceptions.Exit(SOME_FAILED if results.failed else DONE)


@command.command(name="status")
@_file
@_state
@click.option("--ask/--no-ask", default=True, help="Ask the vendor how far its batches are.  [default: ask]")
def status_command(file: Path, state: Path | None, ask: bool) -> None:
    """Print where the run of FILE stands, and what it has cost so far."""
    path = state or default_state(file)
    with _errors(path):
        if is_realtime(path):
            begun, progress = realtime_progress(path)
            idle = "" if begun.finished or is_held(RunFiles(path)) else " (no process runs it)"
            click.echo(f"{begun.provider}/{begun.model}: {progress_line(progress)}{idle}")
            raise click.exceptions.Exit(DONE if begun.finished and not progress.failed else SOME_FAILED)
        run = read_run(path)
        maker = _provider(run.provider, run.model) if ask and not run.finished else None
        progress = run_progress(path, maker)
    click.echo(f"{run.provider}/{run.model}: {progress_line(progress)}")
    for part in run.parts:
        error = f": {part.error}" if part.error else ""
        click.echo(f"  batch {part.number}, {part.size} rows, {part.status} {part.batch_id or ''}".rstrip() + error)
    raise click.exceptions.Exit(DONE if run.finished and not progress.failed else SOME_FAILED)


@command.command(name="results")
@_file
@_state
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help="Write the results here.  [default: standard output]"
)
def results_command(file: Path, state: Path | None, out: Path | None) -> None:
    """Print the results that were collected, a line of JSON for each row; all of them when the run has finished."""
    path = state or default_state(file)
    with _errors(path):
        rows = realtime_progress(path)[0].rows if is_realtime(path) else read_run(path).rows
        written, failed = _write(results_so_far(path), out)
    if written < rows:
        click.echo(f"{written} of {rows} rows so far: octoregistry batch run {file} goes on", err=True)
    raise click.exceptions.Exit(SOME_FAILED if failed or written < rows else DONE)


@command.command(name="cancel")
@_file
@_state
def cancel_command(file: Path, state: Path | None) -> None:
    """Cancel the batches of FILE at the vendor. What was answered by then is billed; `batch run` collects it.

    Of realtime calls the run is told to end: those on their way are waited for, and `batch run` goes on with the rest.
    """
    path = state or default_state(file)
    with _errors(path):
        if is_realtime(path):
            told = stop_realtime(RunFiles(path))
            click.echo("The run ends once its calls are answered." if told else "No process makes its calls.")
            click.echo(f"What was answered is kept; octoregistry batch run {file} goes on with the rest.")
            return
        run = read_run(path)
        cancelled, unknown = cancel_run(_provider(run.provider, run.model), path)
    click.echo(
        f"{len(cancelled)} batches are being cancelled; nothing more is submitted"
        if not run.finished
        else "The run had finished."
    )
    if unknown:
        click.echo(
            f"{unknown} may be at the vendor under an id that is not known yet: batch run finds and cancels them"
        )


@command.command(name="list")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path())
@click.option("--provider", "-p", help="List the batches of this vendor's account instead.")
def list_command(folder: Path, provider: str | None) -> None:
    """Print the runs that are kept in FOLDER, or with --provider the batches that a vendor's account holds."""
    with _errors(folder):
        if provider is not None:
            for info in _provider(provider, None).list_batches():
                words = (info.get("batch_id"), info["status"].value, info.get("progress"), info.get("created_at"))
                click.echo("  ".join(str(word) for word in words if word))
            return
        for path in sorted(folder.glob("*.batch.json")):
            begun = realtime_progress(path)[0] if is_realtime(path) else read_run(path)
            click.echo(f"{path}: {begun.provider}/{begun.model}: {progress_line(run_progress(path))}")


def _refuse_options_of(names: tuple[str, ...], calls: bool) -> None:
    """Raises for an option that was given and says nothing of this kind of run."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            kinds = ("batches", "realtime calls") if calls else ("realtime calls", "batches")
            raise click.UsageError(f"--{name.replace('_', '-')} is for {kinds[0]}: this is a run of {kinds[1]}")


def default_state(file: Path) -> Path:
    """Where the run of a file is kept when nobody says: beside it."""
    return Path("stdin.batch.json") if str(file) == "-" else file.with_name(file.name + ".batch.json")


def _provider_of(
    run: RunState | RealtimeState | None, name: str | None, model: str | None, max_tokens: int | None
) -> LLMProvider:
    """The provider that is asked for; of what is not, the one of the run that was begun, of batches or realtime calls."""
    if run is None:
        return _provider(name, model, max_tokens)
    terms = run.terms or {}
    surface = terms.get("surface")
    words = None if surface is None else "responses" if str(surface).endswith("responses") else "chat"
    return _provider(name or run.provider, model or run.model, max_tokens or terms.get("max_tokens"), words)


def _provider(
    name: str | None, model: str | None, max_tokens: int | None = None, surface: str | None = None
) -> LLMProvider:
    stated = {"provider": name, "model": model, "max_tokens": max_tokens, "surface": surface}
    return get_provider({"api": {key: value for key, value in stated.items() if value is not None}})


@contextmanager
def _errors(file: Path) -> Iterator[None]:
    """Says what went wrong in a line, or a line each, and leaves with 1."""
    try:
        yield
    except BatchInputError as error:
        for problem in error.problems:
            click.echo(f"{file}: {problem}", err=True)
        raise click.exceptions.Exit(ERROR) from error
    except (BatchError, ProviderError, RegistryError, ImportError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or file}: {error.strerror or error}") from error


def _write(results: Iterable[RowResult], out: Path | None) -> tuple[int, int]:
    """How many results were written, in UTF-8, and how many of them have failed."""
    written = failed = 0
    with out.open("wb") if out else nullcontext() as file:
        for result in results:
            click.echo(result.as_json().encode(), file=file)
            written, failed = written + 1, failed + (result.error is not None)
    return written, failed


def _how_to_go_on(file: Path, state: Path | None, context: click.Context, *, calls: bool) -> str:
    """What to type next: the whole command, as a run without its --out or --schema is another one."""
    named = shlex.join([str(file), *(["--state", str(state)] if state else [])])
    words = [str(file)]
    for option in context.command.params:
        value = context.params.get(option.name or "")
        if isinstance(option, click.Option) and value not in {None, False} and value != option.default:
            words += [option.opts[0], *([] if option.is_flag else [str(value)])]
    if calls:
        return f"Stopped. What was answered is kept: octoregistry batch run {shlex.join(words)} goes on with the rest."
    return (
        f"Stopped. What was submitted goes on at the vendor: octoregistry batch run {shlex.join(words)} waits for it again,"
        f" octoregistry batch cancel {named} stops it."
    )
