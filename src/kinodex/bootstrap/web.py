"""The application a web server serves."""

import os
import secrets

from fastapi import FastAPI

from kinodex.http.app import create_app
from kinodex.http.drain import Drain
from kinodex.settings import Settings
from kinodex.usecases import UseCases


def http_app(settings: Settings, usecases: UseCases, drain: Drain) -> FastAPI:
    """Return the application a web server serves."""
    return create_app(
        usecases,
        signing_key=_signing_key(settings),
        allowed_hosts=_allowed_hosts(settings),
        requests_per_minute=settings.requests_per_minute,
        capacity=settings.capacity,
        drain=drain,
    )


def _allowed_hosts(settings: Settings) -> tuple[str, ...] | None:
    """On loopback, only names that mean loopback: a web page elsewhere must not reach us by DNS tricks."""
    return ("localhost", "127.0.0.1", "[::1]") if settings.host in {"127.0.0.1", "::1", "localhost"} else None


def _signing_key(settings: Settings) -> bytes:
    """Return the secret that signs links: the configured one, or one made once in the data folder."""
    if settings.signing_key is not None:
        return settings.signing_key.get_secret_value().encode()
    path = settings.data_dir / "signing-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()
