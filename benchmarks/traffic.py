"""A client that costs little beside what it measures: raw sockets, kept open, and requests built beforehand."""

import selectors
import socket
import time
from collections.abc import Iterable
from http import HTTPStatus
from itertools import cycle
from typing import Any

import msgspec

HOST = "127.0.0.1"
LONGEST_ANSWER_BYTES = 1 << 18

_HEAD_END = b"\r\n\r\n"
_BOUNDARY = b"kitsune-benchmarks"
_LENGTH = b"content-length: "
_STATUS = slice(len("HTTP/1.1 "), len("HTTP/1.1 200"))


def post(path: str, body: dict[str, Any]) -> bytes:
    """Build a request with a JSON body."""
    content = msgspec.json.encode(body)
    return _head(path, b"application/json", content) + content


def _head(path: str, media_type: bytes, content: bytes) -> bytes:
    first = f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\ncontent-length: {len(content)}\r\ncontent-type: "
    return first.encode() + media_type + _HEAD_END


def outfit_request(seed: str, *, looks: int, k: int) -> bytes:
    """Build a request for looks for a product."""
    return post("/v1/outfits", {"seed": {"product_id": seed}, "looks": looks, "k": k})


def post_photo(photo: bytes, taxonomy: str) -> bytes:
    """Build a request for looks for the thing in a photo."""
    parts = {
        b'name="request"': msgspec.json.encode({"seed": {"taxonomy": taxonomy}}),
        b'name="photo"; filename="photo.jpg"\r\ncontent-type: image/jpeg': photo,
    }
    content = b"".join(
        b"--%b\r\ncontent-disposition: form-data; %b\r\n\r\n%b\r\n" % (_BOUNDARY, head, part)
        for head, part in parts.items()
    )
    content += b"--%b--\r\n" % _BOUNDARY
    return _head("/v1/outfits/image", b"multipart/form-data; boundary=" + _BOUNDARY, content) + content


def get(path: str) -> bytes:
    """Build a request without a body."""
    return f"GET {path} HTTP/1.1\r\nhost: {HOST}".encode() + _HEAD_END


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Connection:
    """One kept-alive connection, one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray(LONGEST_ANSWER_BYTES)

    def ask(self, request: bytes) -> bytes:
        """Send a request and return the answer's body; any status but 200 is an error."""
        self.socket.sendall(request)
        return self.answer()

    def answer(self) -> bytes:
        """Read the answer to what was sent; any status but 200 is an error."""
        status, body = self.reply()
        assert status == HTTPStatus.OK, body
        return body

    def reply(self) -> tuple[int, bytes]:
        """Read the answer to what was sent, whatever its status.

        Raises:
            ConnectionError: the server hung up.
        """
        received, size = self._received, 0
        while (end := received.find(_HEAD_END, 0, size)) < 0:
            size += self._more(size)
        start = received.index(_LENGTH, 0, end) + len(_LENGTH)
        body = end + len(_HEAD_END)
        stop = body + int(received[start : received.index(b"\r", start)])
        while size < stop:
            size += self._more(size)
        return int(received[_STATUS]), bytes(received[body:stop])

    def _more(self, size: int) -> int:
        more = self.socket.recv_into(memoryview(self._received)[size:])
        if not more:
            raise ConnectionError("The server hung up, or its answer is longer than the client expects.")
        return more

    def close(self) -> None:
        """End it."""
        self.socket.close()


def answered(port: int, requests: Iterable[bytes], *, connections: int, duration_s: float) -> list[float]:
    """Keep so many requests under way for a while, and return the seconds that each answer took."""
    remaining = cycle(requests)
    taken: list[float] = []
    sent: dict[Connection, float] = {}
    with selectors.DefaultSelector() as selector:
        for connection in [Connection(port) for _ in range(connections)]:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.socket.sendall(next(remaining))
            sent[connection] = time.perf_counter()
        end = time.perf_counter() + duration_s
        while selector.get_map():
            for key, _ in selector.select():
                connection = key.data
                connection.answer()
                now = time.perf_counter()
                taken.append(now - sent[connection])
                if now < end:
                    connection.socket.sendall(next(remaining))
                    sent[connection] = time.perf_counter()
                else:
                    selector.unregister(connection.socket)
                    connection.close()
    return taken
