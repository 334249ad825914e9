"""https and proxies: what a connection of ours does where requests would make its own."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from octoregistry.sources import fetch_pages
from tests.waiting import LIMIT, PROMPT


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that does not trust the certificate hangs up; that is what is tested."""


class _Prices(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/p" else 404)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"prices")

    def log_message(self, *args):
        pass


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
def secure_url(authority):
    """The address of a page on a server with a certificate for `localhost`."""
    server = _Server(("127.0.0.1", 0), _Prices)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}/p"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def trusted(authority, monkeypatch, tmp_path):
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))


@pytest.mark.usefixtures("trusted")
def test_a_page_is_read_over_https(secure_url, settings_of):
    page = fetch_pages(settings_of(secure_url, allow_private_hosts=("localhost",)), ["acme"])["acme"]
    assert page.text == "prices"


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_url, settings_of):
    failed = fetch_pages(settings_of(secure_url, allow_private_hosts=("localhost",)), ["acme"])["acme"]
    assert "TLS" in str(failed)
    assert "certificate" in str(failed)


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_refused(secure_url, settings_of):
    failed = fetch_pages(settings_of(secure_url.replace("localhost", "127.0.0.1")), ["acme"])["acme"]
    assert "TLS" in str(failed)


def test_a_handshake_that_drips_is_cut_off_at_the_deadline(settings_of):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            client, _ = server.accept()
            with client:
                client.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 kB is announced, and comes byte by byte
                try:
                    while True:
                        client.sendall(b"\x02")
                        time.sleep(0.05)
                except OSError:
                    return

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}/p"
        started = time.monotonic()
        failed = fetch_pages(settings_of(url, total_deadline=0.5, ignore_robots=("127.0.0.1",)), ["acme"])["acme"]
        assert "not done within" in str(failed)
        assert time.monotonic() - started < PROMPT
        dripping.join(LIMIT)


def test_a_proxy_of_the_environment_may_stand_at_home(site, settings_of, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", site.url(""))
    monkeypatch.setenv("http_proxy", site.url(""))
    site.says("http://prices.example/p", "through the proxy")
    assert fetch_pages(settings_of("http://prices.example/p"), ["acme"])["acme"].text == "through the proxy"
