"""`octoregistry serve`: the schedule and the HTTP face in one process."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import click

from octoregistry.cli.output import print_message, visible
from octoregistry.cli.registry_option import registry_option
from octoregistry.cli.service_errors import extra, service_errors
from octoregistry.cli.service_log import log_to_stderr
from octoregistry.cli.settings_option import settings_option
from octoregistry.cli.writable_registry import writable_registry
from octoregistry.settings import command_settings

with extra():
    import uvicorn

    from octoregistry.service.assembly import assemble
    from octoregistry.service.http.app import UnsafeServiceError, allowed_hosts, application, check_bind
    from octoregistry.service.secrets import secret

_SECONDS = 5
_QUEUE = 512


def _listening(host: str, port: int) -> socket.socket:
    """The socket at that address; OSError where it cannot be had.

    asyncio sends without delay on sockets that say they are TCP: on others each answer waits 40 ms for an acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    open_registry = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        open_registry.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        open_registry.bind((host, port))
        open_registry.listen(_QUEUE)
    except OSError:
        open_registry.close()
        raise
    return open_registry


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="Listen at this address.")
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, metavar="N", help="And port.")
@click.option("--offline", is_flag=True, help="Ask nothing of the network, as `octoregistry update --offline`.")
@settings_option
@registry_option
def command(*, host: str, port: int, offline: bool, settings: Path | None, registry: Path) -> None:
    """Keep the registry fresh on its schedule, and answer at http://HOST:PORT: prices, estimates, reports, /review.

    Everything can be read; only who has the token (OCTOREGISTRY_SERVICE_TOKEN, 16 letters or more) accepts or refuses held
    changes. Without a token it listens at no address but this machine's own.

    \b
    Exit status: 143 after SIGTERM, 130 after Ctrl-C, 1 error, 2 usage.
    """
    with service_errors():
        chosen = command_settings(settings)
        token = secret(chosen.service.token, os.environ)
        try:
            check_bind(host, token)
            service = assemble(chosen, settings, writable_registry(registry), os.environ, offline=offline)
            click.get_current_context().call_on_close(service.database.close)
            app = application(service, token, allowed_hosts(host, chosen.service))
        except UnsafeServiceError as error:
            raise click.UsageError(visible(error)) from error
        # bound before anything runs: a port that is taken is one line, and no schedule goes on behind it
        try:
            listening = _listening(host, port)
        except (OSError, UnicodeError) as error:  # a name that can be none is the latter
            why = getattr(error, "strerror", None) or error
            raise click.ClickException(visible(f"cannot listen at {host}:{port}: {why}")) from error
        log_to_stderr()
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                http="h11",  # httptools takes headers without end
                server_header=False,
                timeout_graceful_shutdown=_SECONDS,
            )
        )
        shown = f"[{host}]" if ":" in host else host
        jobs = f"{len(service.jobs)} job{'s' * (len(service.jobs) != 1)}"
        print_message(f"http://{shown}:{port}/ with {jobs}, run log {service.database.shown}")
        service.schedule.start()
        try:
            server.run(sockets=[listening])
        finally:
            service.schedule.stop()
