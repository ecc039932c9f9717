"""A TCP proxy that passes everything on, answers as late as a test says."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit


@dataclass(slots=True)
class SlowProxy:
    """Stands before the server at `to`; the pieces of its answers wait for the times of `delays_s`, in turn."""

    to: str
    url: str = ""
    delays_s: Sequence[float] = (0,)
    _pieces: Iterator[int] = field(default_factory=count)

    async def serve(self, ready: threading.Event, stop: threading.Event) -> None:
        """Pass on what comes, until `stop`."""
        async with await asyncio.start_server(self._connected, "127.0.0.1", 0) as server:
            self.url = "http://127.0.0.1:{1}".format(*server.sockets[0].getsockname())
            ready.set()
            await asyncio.to_thread(stop.wait)

    async def _connected(self, asked: asyncio.StreamReader, answering: asyncio.StreamWriter) -> None:
        server = urlsplit(self.to)
        answers, asking = await asyncio.open_connection(server.hostname, server.port)
        await asyncio.gather(_pass_on(asked, asking), _pass_on(answers, answering, self))

    async def wait(self) -> None:
        """Wait as long as the next piece must."""
        await asyncio.sleep(self.delays_s[next(self._pieces) % len(self.delays_s)])


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, proxy: SlowProxy | None = None) -> None:
    try:
        with suppress(ConnectionError):
            while piece := await reader.read(65_536):
                if proxy is not None:
                    await proxy.wait()
                writer.write(piece)
                await writer.drain()
    finally:
        writer.close()


@contextmanager
def slow_proxy(to: str) -> Iterator[SlowProxy]:
    """Stand before the server at `to`, from a thread of its own."""
    proxy, ready, stop = SlowProxy(to), threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(proxy.serve(ready, stop)))
    thread.start()
    assert ready.wait(10)
    try:
        yield proxy
    finally:
        stop.set()
        thread.join()
