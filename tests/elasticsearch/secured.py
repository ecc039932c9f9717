"""A server with security on: TLS by an authority of its own, and users out of a file."""

import base64
import hashlib
import secrets
import ssl
from pathlib import Path

import trustme

from tests.elasticsearch.java import find_java
from tests.elasticsearch.plugin import fetch_with_plugin
from tests.elasticsearch.server import Server

OPERATOR, GUEST = "operator", "guest"
"""A user who may do everything, and one who may do nothing."""

PASSWORD = "the pässword of both"

ROUNDS = 1000
"""Elasticsearch's least."""

SETTINGS = {
    "xpack.security.enabled": "true",
    "xpack.security.http.ssl.enabled": "true",
    "xpack.security.http.ssl.key": "node.key",
    "xpack.security.http.ssl.certificate": "node.pem",
}


def secured_server(folder: Path, port: int) -> Server:
    """Describe the server; its certificate is for 127.0.0.1, and for no other name.

    Raises:
        Missing: Java or the server's files are not to be had.
    """
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    files = {
        "ca.pem": authority.cert_pem.bytes(),
        "node.key": certificate.private_key_pem.bytes(),
        "node.pem": certificate.cert_chain_pems[0].bytes(),
        "users": "".join(f"{user}:{_hashed(PASSWORD)}\n" for user in (OPERATOR, GUEST)).encode(),
        "users_roles": f"superuser:{OPERATOR}\n".encode(),
    }
    return Server(folder, port, "512m", SETTINGS, files, fetch_with_plugin(find_java()), trust)


def ca_file(server: Server) -> Path:
    """Return the file of the authority that signed the server's certificate."""
    return server.folder / "config" / "ca.pem"


def _hashed(password: str) -> str:
    """Return a password as the file `users` keeps it: one of the ways that Elasticsearch knows by their names."""
    salt = secrets.token_bytes(32)
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, dklen=32)
    return f"{{PBKDF2}}{ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"
