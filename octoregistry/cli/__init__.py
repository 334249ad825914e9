"""The command line: one module a command, each loaded only when it is called."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import click

# command -> its help line, so that `--help` loads none of them
COMMANDS = {
    "apply": "Carry out a plan that `update --plan-out` kept.",
    "batch": "Run a file of prompts through a vendor's batch API.",
    "check": "Print all that is wrong in a models.yaml.",
    "compare": "Show where other public registries differ from ours.",
    "completion": "Print what makes your shell complete these commands.",
    "config": "Print each setting and where it came from.",
    "cost": "Say what the calls in usage logs cost.",
    "doctor": "Say what works here: keys, pages, lists, cache, lock, git.",
    "estimate": "Print what a workload costs, and what would cost less.",
    "explain": "Tell where each price of a model stands, when it was read, and who agrees.",
    "extract": "Print the rates of a stored pricing page.",
    "history": "Print how prices moved.",
    "models": "Print the models and their prices.",
    "price": "Print every price of a model.",
    "readings": "List and remove what a language model has said of tables.",
    "report": "Write an update as a page: changes, prices, a calculator, pictures.",
    "runs": "Print what the schedule has run, and what came of it.",
    "schedule": "Update at set times; or show them, or run what is due.",
    "serve": "The schedule, and prices, reports and review over HTTP.",
    "status": "Say whether every provider is fresh; fail if not.",
    "update": "Bring models.yaml up to what the vendors' pages state.",
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

    def invoke(self, ctx: click.Context) -> Any:
        """What the command comes to; 0 where nobody reads on: click would call that a failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            forget_output()
            raise click.exceptions.Exit(0) from None

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


def main() -> None:
    """Run the command line and leave with its exit status: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    signal.signal(signal.SIGTERM, _terminated)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not under nohup
        signal.signal(signal.SIGHUP, _terminated)
    try:
        status = cli.main(standalone_mode=False)
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            forget_output()
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except OSError as error:
        # Commands tell what went wrong with the files they work on; what is left is standard output on a full disk.
        forget_output()
        click.echo(f"Error: {error.filename or 'standard output'}: {error.strerror or error}", err=True)
        sys.exit(1)


def forget_output() -> None:
    """None; what is still to be written goes nowhere, so that the interpreter does not complain when it flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _terminated(number: int, _frame: FrameType | None) -> NoReturn:
    """End as after Ctrl-C: every `finally` runs, what is half done is undone."""
    with contextlib.suppress(OSError):  # after SIGHUP there may be nobody to tell
        click.echo("Stopped.", err=True)
    raise SystemExit(128 + number)
