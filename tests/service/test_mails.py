"""What is told by mail: over TLS, with a password or not at all."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import trustme

from tests.service.conftest import DAILY, HAIKU, Workspace

MAIL_PASSWORD = "right & ready"


@pytest.fixture
def mails() -> Iterator[tuple[int, list[str]]]:
    """A mail server on loopback: its port, and the mails."""
    got: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    mail = b""
                    while not mail.endswith(b"\r\n.\r\n"):
                        mail += self.rfile.readline()
                    got.append(mail.decode())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], got
        server.shutdown()


@pytest.fixture
def strict_mails(tmp_path: Path) -> Iterator[tuple[int, Path, list[str]]]:
    """A mail server that takes mails over TLS from `octo` with the right password alone: its port, the certificate of its
    authority, and what it was told, with `tls` in front where that was encrypted."""
    authority, tls, said = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    authority.issue_cert("localhost").configure_cert(tls)
    right = base64.b64encode(b"\0octo\0" + MAIL_PASSWORD.encode()).decode()

    def answer(word: str, told: str) -> str:
        known = {
            "EHLO": "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN",
            "STARTTLS": "220 go on",
            "AUTH": "235 come in" if right in told else f"535 {told}",
            "DATA": "354 go on",
            "QUIT": "221 bye",
        }
        return known.get(word, "250 ok") + "\r\n"

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            line, word = self.request, "HELLO"
            line.sendall(b"220 here\r\n")
            with ExitStack() as opened, suppress(OSError):  # who does not know our authority leaves
                file = opened.enter_context(line.makefile("rb"))
                while word != "QUIT" and (told := file.readline().decode().strip()):
                    said.append(("tls " if isinstance(line, ssl.SSLSocket) else "") + told)
                    word = told.upper().partition(" ")[0]
                    line.sendall(answer(word, told).encode())
                    if word == "STARTTLS":
                        line = opened.enter_context(tls.wrap_socket(line, server_side=True))
                        file = opened.enter_context(line.makefile("rb"))
                    elif word == "DATA":
                        while (part := file.readline()) not in (b".\r\n", b""):
                            said.append(f"tls {part.decode().strip()}")
                        line.sendall(b"250 ok\r\n")

    with socketserver.ThreadingTCPServer(("localhost", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], tmp_path / "authority.pem", said
        server.shutdown()


@pytest.mark.parametrize(
    ("password", "trusted", "why"),
    [
        (MAIL_PASSWORD, True, ""),
        ("canary-of-a-wrong-one", True, "SMTPAuthenticationError"),
        ("canary-é", True, "UnicodeEncodeError"),
        (MAIL_PASSWORD, False, "SSLCertVerificationError"),
    ],
)
def test_a_mail_goes_over_tls_with_a_password_or_not_at_all(
    workspace: Workspace, strict_mails: tuple[int, Path, list[str]], password: str, trusted: bool, why: str
) -> None:
    """Nothing but the wish for TLS is said before it, and the password to nobody whose certificate is not known; what a
    server says of a wrong one is not repeated. A notice that cannot go fails no run."""
    port, authority, said = strict_mails
    workspace.hold()
    workspace.environ["OCTOREGISTRY_SMTP_PASSWORD"] = password
    if trusted:
        workspace.environ["SSL_CERT_FILE"] = str(authority)
    workspace.settings(
        DAILY
        + '[service.notices]\nabout = ["holds"]\n'
        + f'[service.notices.email]\nhost = "localhost"\nport = {port}\n'
        + 'sender = "octo@example.org"\nto = ["ops@example.org"]\nuser = "octo"\n'
    )
    told = workspace.run("schedule", "--once", "--offline")
    assert told.returncode == 5, told.stderr
    in_clear = [line for line in said if not line.startswith("tls ")]
    assert [line.partition(" ")[0].upper() for line in in_clear] == ["EHLO", "STARTTLS"]
    if why:
        assert why in told.stderr
        assert "canary" not in told.stderr
        assert not any("Subject" in line for line in said)
    else:
        assert f"tls Subject: octoregistry: anthropic/{HAIKU} is held for review" in said
        assert any(line.startswith("tls Date: ") for line in said)


def test_a_mail_is_sent(workspace: Workspace, mails: tuple[int, list[str]]) -> None:
    """To whom the settings say."""
    workspace.hold()
    workspace.settings(
        DAILY
        + '[service.notices]\nabout = ["holds"]\n'
        + f'[service.notices.email]\nhost = "127.0.0.1"\nport = {mails[0]}\nsecurity = "none"\n'
        + 'sender = "octo@example.org"\nto = ["ops@example.org"]\n'
    )
    assert workspace.run("schedule", "--once", "--offline").returncode == 5
    (mail,) = mails[1]
    assert f"Subject: octoregistry: anthropic/{HAIKU} is held" in mail
    assert "To: ops@example.org" in mail
