"""A notice as an e-mail."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import localtime
from hashlib import sha256
from typing import Any

from octoregistry.service.outbox import DeliveryError, Sender
from octoregistry.settings.service import EmailSettings

_TIMEOUT = 15.0


def email(settings: EmailSettings, password: str | None) -> Sender:
    """The way that mails each notice."""

    def send(name: str, content: Mapping[str, Any]) -> None:
        message = message_of(settings, name, content)
        tls = ssl.create_default_context()
        try:
            if settings.security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT, context=tls)
            else:
                server = smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT)
            with server:
                if settings.security == "starttls":
                    server.starttls(context=tls)
                if settings.user:
                    server.login(settings.user, password or "")
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:  # a password that is not ASCII is a ValueError
            # a server may say again what it was told, password and all
            raise DeliveryError(f"e-mail: {type(error).__name__}") from None

    return send


def message_of(settings: EmailSettings, name: str, content: Mapping[str, Any]) -> EmailMessage:
    """The mail: its id is the notice's, so that a mail program knows one that came twice."""
    message = EmailMessage()
    message["Subject"] = f"octoregistry: {content['subject']}"[:200]
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message["Date"] = localtime()
    message["Message-ID"] = f"<{sha256(name.encode()).hexdigest()[:32]}@octoregistry>"
    message.set_content("\n".join([content["subject"], "", *content["lines"]]) + "\n")
    return message
