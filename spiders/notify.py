"""The summary of a run sent out: by mail, to a webhook. Only where the configuration says so."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

import httpx

from auditor.config import NotifyConfig

MAIL_PASSWORD = "AUDITOR_MAIL_PASSWORD"
WEBHOOK_TOKEN = "AUDITOR_WEBHOOK_TOKEN"
_SECONDS = 30.0


class NotifyError(Exception):
    """A summary could not be sent; the message (Vietnamese) says where and why, without any secret."""


def send(config: NotifyConfig, subject: str, text: str, data: Mapping[str, Any]) -> list[str]:
    """Sends the summary to all that is configured; gives where it went. Raises NotifyError after trying everything.

    Secrets come from the environment alone: AUDITOR_MAIL_PASSWORD, and AUDITOR_WEBHOOK_TOKEN (sent as a bearer token).
    """
    sent: list[str] = []
    failed: list[str] = []
    if config.mail_to:
        try:
            _mail(config, subject, text)
            sent.append(", ".join(config.mail_to))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            failed.append(f"thư tới {', '.join(config.mail_to)} ({type(error).__name__})")
    if config.webhook:
        try:
            _post(config.webhook, subject, text, data)
            sent.append("webhook")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failed.append(f"webhook ({type(error).__name__})")
    if failed:
        raise NotifyError(f"không gửi được tóm tắt: {'; '.join(failed)}")
    return sent


def _mail(config: NotifyConfig, subject: str, text: str) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = config.mail_from
    message["To"] = ", ".join(config.mail_to)
    message.set_content(text)
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if config.mail_security == "tls":
        server = smtplib.SMTP_SSL(config.mail_server, config.mail_port, timeout=_SECONDS, context=context)
    else:
        server = smtplib.SMTP(config.mail_server, config.mail_port, timeout=_SECONDS)
    with server:
        if config.mail_security == "starttls":
            server.starttls(context=context)
        password = os.environ.get(MAIL_PASSWORD)
        if config.mail_user and password:
            server.login(config.mail_user, password)
        server.send_message(message)


def _post(url: str, subject: str, text: str, data: Mapping[str, Any]) -> None:
    token = os.environ.get(WEBHOOK_TOKEN)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # "text" is what the usual chat services show; the rest is for programs.
    body = {"text": f"{subject}\n{text}", "subject": subject, **data}
    answer = httpx.post(url, json=body, headers=headers, timeout=_SECONDS, follow_redirects=False)
    answer.raise_for_status()
