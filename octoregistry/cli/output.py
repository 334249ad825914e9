"""Output for terminals and pipes: text without control characters, JSON, and CSV without formulas."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TextIO, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

# What makes rich take a stream for a terminal, or for none.
TERMINAL_VARIABLES = ("FORCE_COLOR", "TTY_COMPATIBLE")
_NARROWEST = 40  # no terminal is narrower than a line that needs no look
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def visible(text: object) -> str:
    """`text` with everything spelled out that would steer a terminal, be unseen or turn letters round; line breaks stay.

    Names come from pages and from files that anybody may have written: `\\x1b]0;…` would set a title, and a
    right-to-left mark can make 5.0 look like 0.5.
    """
    text = str(text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else _spelled(letter) for letter in text)


def line(text: object, longest: int = 160) -> str:
    """`text` made visible, in one line of at most `longest` letters: a cell of a page beside other things."""
    words = " ".join(str(text).split())
    return visible(words if len(words) <= longest else words[: longest - 1] + "…")


def print_messages(*texts: object) -> None:
    """Print each as a message."""
    for text in texts:
        print_message(text)


def cell_text(value: object) -> str:
    """`value` as the one line of a table's cell, made visible."""
    return visible(value).replace("\n", "\\n")


def _spelled(letter: str) -> str:
    return ascii(letter)[1:-1]


def print_text(text: object = "", *, newline: bool = True, verbatim: bool = False) -> None:
    """Print data on standard output, made visible. A terminal gets lines of whole words, unless `verbatim`."""
    shown = visible(text)
    click.echo(shown if verbatim else _in_lines(shown, sys.stdout), nl=newline)


def print_message(text: object) -> None:
    """Print a message on standard error, made visible."""
    click.echo(_in_lines(visible(text), sys.stderr), err=True)


def _in_lines(text: str, stream: TextIO) -> str:
    """`text` with each line broken between words where it is longer than the terminal, which would break a number."""
    if not (stream.isatty() or any(map(os.environ.get, TERMINAL_VARIABLES))) or len(text) <= _NARROWEST:
        return text
    import shutil  # noqa: PLC0415 - for terminals alone
    import textwrap  # noqa: PLC0415 - as above

    width = shutil.get_terminal_size().columns
    return "\n".join(
        textwrap.fill(
            one,
            width,
            subsequent_indent=" " * (len(one) - len(one.lstrip()) + 2),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for one in text.split("\n")
    )


def print_json(values: Any) -> None:
    """Print `values` as JSON in plain ASCII on standard output, prices as the decimals' own text."""
    import json  # noqa: PLC0415 - beside its only use

    click.echo(json.dumps(values, indent=1, default=_json_value))


def _json_value(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def print_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print the rows as CSV on standard output, see `csv_text`."""
    click.echo(csv_text(headings, rows), nl=False)


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV. Text that a spreadsheet would take for a formula gets an apostrophe; numbers are numbers."""
    import csv  # noqa: PLC0415 - beside its only use
    import io  # noqa: PLC0415 - beside its only use

    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([_csv_value(value) for value in row] for row in rows)
    return written.getvalue()


def _csv_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    text = cell_text(value)
    # A spreadsheet passes over leading blanks, so they do not hide a formula from us either.
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def format_options(command: Command) -> Command:
    """The command with `--json` and `--csv`, as the parameters `as_json` and `as_csv`."""
    for flag, name, words in (("--csv", "as_csv", "CSV"), ("--json", "as_json", "JSON")):
        command = click.option(flag, name, is_flag=True, help=f"Print {words}.")(command)
    return command


def one_format(as_json: bool, as_csv: bool) -> None:
    """Raise UsageError where both are asked for."""
    if as_json and as_csv:
        raise click.UsageError("give --json or --csv, not both")
