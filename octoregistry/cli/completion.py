"""`octoregistry completion SHELL`: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_PROGRAM = "octoregistry"
_VARIABLE = "_OCTOREGISTRY_COMPLETE"


@click.command(name="completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash  eval "$(octoregistry completion bash)"    in ~/.bashrc
    zsh   eval "$(octoregistry completion zsh)"     in ~/.zshrc
    fish  octoregistry completion fish > ~/.config/fish/completions/octoregistry.fish
    """
    made = get_completion_class(shell)
    if made is None:  # click knows all three
        raise click.UsageError(f"no completion for {shell}")
    script = made(context.find_root().command, {}, _PROGRAM, _VARIABLE)
    click.echo(script.source_template % script.source_vars())
