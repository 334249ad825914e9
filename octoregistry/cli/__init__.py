"""The command line: one module a command, each loaded only when it is called."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn, TextIO

import click

# command -> its help line, so that `--help` loads none of them
COMMANDS = {
    "add-vendor": "Add a vendor to your settings, and plan its models.",
    "apply": "Write a plan that `update --plan-out` stored.",
    "batch": "Run a file of prompts through a vendor's batch API.",
    "check": "Print every fault of a models.yaml.",
    "compare": "Show where other public registries differ from ours.",
    "completion": "Print the completion script of your shell.",
    "config": "Print each setting and where it came from.",
    "cost": "Print what the calls in usage logs cost.",
    "doctor": "Check keys, pages, lists, cache, lock and git.",
    "estimate": "Print what a workload costs, and cheaper models.",
    "explain": "Print the evidence of each price, and who agrees.",
    "export": "Print the whole registry, or its schema, as JSON.",
    "extract": "Print the rates of a stored pricing page.",
    "history": "Print how prices moved.",
    "init": "Start a registry of your own in a repository.",
    "models": "Print the models and their prices.",
    "price": "Print every price of a model.",
    "readings": "Review, list and remove what words of pages mean.",
    "report": "Write an update as a page: changes, prices, a calculator.",
    "runs": "Print the runs of the schedule and their outcomes.",
    "schedule": "Update at set times, show them, or run what is due.",
    "serve": "Keep the registry fresh, and answer over HTTP.",
    "status": "Print how old each provider's page is; fail if too old.",
    "update": "Update models.yaml from the vendors' pages.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: `octoregistry check` pays for `check` alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of the help text."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called `cmd_name`, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"octoregistry.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; UsageError with near names where there is none."""
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            import difflib  # noqa: PLC0415 - only for the message

            near = ", ".join(difflib.get_close_matches(args[0], COMMANDS))
            raise click.UsageError(f"no command {args[0]!r}" + (f"; near names: {near}" if near else ""), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their help lines."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="octoregistry")
def cli() -> None:
    """A registry of LLM models and prices that keeps itself true."""
    # A command makes millions of small values that are no garbage; looking through them at every 700 takes a tenth of it.
    gc.set_threshold(50_000, 20, 100)
    _load_folder_vendors(click.get_current_context())


def _load_folder_vendors(context: click.Context) -> None:
    """The vendors of this command are those of the working folder's octoregistry.toml too, as far as that may go.

    Without such a file nothing of the vendors is loaded here: most commands need none.
    """
    context.call_on_close(_unload_folder_vendors)
    if not os.path.isfile("octoregistry.toml") or os.environ.get("OCTOREGISTRY_SETTINGS"):  # noqa: PTH113 - no pathlib yet
        return
    from providers.vendors import use_settings_file  # noqa: PLC0415 - see the docstring

    use_settings_file("octoregistry.toml", of_folder=True)


def _unload_folder_vendors() -> None:
    """Read the vendors again without the folder's file, so that a caller in this process has those that it had before."""
    if "providers.vendors" in sys.modules:
        from providers.vendors import use_settings_file  # noqa: PLC0415 - it is loaded

        use_settings_file(None)


def main() -> None:
    """Run the command line and leave with its exit status: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    signal.signal(signal.SIGTERM, _terminated)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not under nohup
        signal.signal(signal.SIGHUP, _terminated)
    # data that is lost is an error, a message is not
    sys.stdout, sys.stderr = _patient(sys.stdout, BrokenPipeError), _patient(sys.stderr, OSError)
    try:
        status = cli.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except ValueError as error:
        from providers.vendors import VendorError  # noqa: PLC0415 - only for the message

        if not isinstance(error, VendorError):
            raise
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        # Commands tell what went wrong with the files they work on; what is left is standard output on a full disk.
        _forget(sys.stdout.fileno())
        click.echo(f"Error: {error.filename or 'standard output'}: {error.strerror or error}", err=True)
        sys.exit(1)
    finally:
        if "ibis" not in sys.modules:  # an engine's objects tell of leaks where nobody frees them
            gc.freeze()  # all goes with the process: to look for garbage first takes a fifth of the time of `price`


class _Output(io.FileIO):
    """A standard stream that nobody need read to the end: `| head` changes neither what a command does nor its status.

    `forgiven` is what may go wrong with it: then what is said goes nowhere, as all that follows.
    """

    def __init__(self, descriptor: int, forgiven: type[OSError]) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.forgiven = forgiven

    def write(self, text: Any, /) -> int:
        """How much of `text` is on its way, or need not be."""
        try:
            return super().write(text)
        except self.forgiven:
            _forget(self.fileno())
            return len(text)


def _patient(stream: TextIO | None, forgiven: type[OSError]) -> TextIO:
    """`stream` as an `_Output`, in all else the same; one that is closed goes nowhere."""
    if stream is None:
        return open(os.devnull, "w")  # noqa: PTH123 - for as long as we live
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(stream.fileno(), forgiven)),
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _forget(descriptor: int) -> None:
    """Send what is still to be written there nowhere, so that the interpreter does not complain when it flushes."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _terminated(number: int, _frame: FrameType | None) -> NoReturn:
    """End as after Ctrl-C: every `finally` runs, what is half done is undone."""
    with contextlib.suppress(OSError):  # after SIGHUP there may be nobody to tell
        click.echo("Stopped.", err=True)
    raise SystemExit(128 + number)
