"""A notice as a signed HTTP request."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import requests

from octoregistry.service.outbox import DeliveryError, Sender

_TIMEOUT = (3.0, 10.0)


def signature_of(secret: str, at: str, body: bytes) -> str:
    """What the header `X-Octoregistry-Signature` must say: the receiver makes it anew and compares in constant time.

    The point in time, seconds since 1970 as in `X-Octoregistry-Time`, is signed too, so that an old request is known.
    """
    return "sha256=" + hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def webhook(url: str, secret: str) -> Sender:
    """The way that posts each notice to `url` as signed JSON. `X-Octoregistry-Notice` is its id: the same if sent twice."""

    def send(name: str, content: Mapping[str, Any]) -> None:
        body = json.dumps({"id": name, **content}).encode()
        at = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Octoregistry-Notice": hashlib.sha256(name.encode()).hexdigest()[:32],
            "X-Octoregistry-Time": at,
            "X-Octoregistry-Signature": signature_of(secret, at, body),
        }
        try:
            # a redirect would carry what is meant for one host to another
            with requests.post(
                url, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                status = answer.status_code  # what it says beside that is not read
        except (requests.RequestException, ValueError) as error:
            # its text has the whole address, which may hold somebody's token
            raise DeliveryError(f"webhook: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise DeliveryError(f"webhook: status {status}")

    return send
