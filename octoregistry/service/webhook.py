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


def adaptive_card(content: Mapping[str, Any]) -> dict[str, Any]:
    """A notice as a message with one Adaptive Card: subject, lines, and its links as buttons.

    Its form: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
    """
    links: Mapping[str, str] = content.get("links", {})
    lines = content["text"].removesuffix("".join(f"\n{name.capitalize()}: {link}" for name, link in links.items()))
    subject, _, rest = lines.partition("\n")
    blocks = [{"type": "TextBlock", "text": subject, "weight": "Bolder", "wrap": True}]
    blocks += [{"type": "TextBlock", "text": line, "wrap": True, "spacing": "Small"} for line in rest.splitlines()]
    actions = [{"type": "Action.OpenUrl", "title": name.capitalize(), "url": link} for name, link in links.items()]
    card = {"type": "AdaptiveCard", "version": "1.4", "body": blocks, "actions": actions}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def webhook(url: str, secret: str, form: str = "text") -> Sender:
    """The way that posts each notice to `url` as signed JSON. `X-Octoregistry-Notice` is its id: the same if sent twice."""

    def send(name: str, content: Mapping[str, Any]) -> None:
        body = json.dumps(adaptive_card(content) if form == "adaptive_card" else {"id": name, **content}).encode()
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
