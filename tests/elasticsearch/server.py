"""One Elasticsearch on this machine: configured, started as an unprivileged user, stopped by its own pid file."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError

from tests.elasticsearch.artefact import fetch
from tests.elasticsearch.java import VECTOR_MODULE, Java, Missing, find_java

PORT = 9200
USER, GROUP = "nobody", "nogroup"
"""Who runs the server when root starts it: it refuses to run as root."""

UNAUTHORIZED = 401

START_S = 120
STOP_S = 30

SETTINGS: Mapping[str, str] = {
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "xpack.security.enabled": "false",
    "xpack.ml.enabled": "false",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server whose configuration, data and logs lie in one folder; the folder outlives it."""

    folder: Path
    port: int = PORT
    heap: str = "1g"
    settings: Mapping[str, str] = field(default_factory=dict)
    """Lines of elasticsearch.yml beside the usual ones."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files of its configuration beside the usual ones, or in their place."""
    program: Path | None = None
    """The unpacked server; None for the distribution as it comes."""
    trust: ssl.SSLContext | None = None
    """Who vouches for it, where it speaks TLS."""
    processor: int | None = None
    """Which one it is kept to; the lowest there is where it is None."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self.trust else 'http'}://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The server's process, read from its pid file; None when it does not run."""
        try:
            pid = int((self.folder / "es.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    def start(self) -> None:
        """Start the server unless it runs, and wait until it is healthy.

        Raises:
            Missing: Java or the server's files are not to be had, or it did not start; the sentence says why.
        """
        if self.pid is None:
            self._launch(find_java(), self.program or fetch())
        give_up = time.monotonic() + START_S
        while not self._healthy():
            if time.monotonic() > give_up:
                raise Missing(f"Elasticsearch did not start within {START_S} s: {self.folder / 'output.log'} says why.")
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask the server to stop, insist after a while, and wait until it is gone."""
        if (pid := self.pid) is None:
            return
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
        give_up = time.monotonic() + STOP_S
        # The pid file goes before the process does.
        while self._is_ours(pid):
            if time.monotonic() > give_up:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)

    def signal(self, number: signal.Signals) -> None:
        """Send the server a signal, if it runs."""
        if (pid := self.pid) is not None:
            os.kill(pid, number)

    def _is_ours(self, pid: int) -> bool:
        """Say whether a process is this server: a pid file may outlive it, and its number be another's by now."""
        command = ["ps", "-ww", "-p", str(pid), "-o", "args="]
        return str(self.folder) in subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def _launch(self, java: Java, program: Path) -> None:
        self._configure(java, program)
        environment = {
            **os.environ,
            "ES_JAVA_HOME": str(java.home),
            "ES_PATH_CONF": str(self.folder / "config"),
            "ES_TMPDIR": str(self.folder / "tmp"),
        }
        root = os.geteuid() == 0
        with (self.folder / "output.log").open("wb") as output:
            # Returns when the server is up, or has failed to be.
            run = subprocess.run(
                [*_kept_to(self.processor), program / "bin" / "elasticsearch", "-d", "-p", self.folder / "es.pid"],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                user=USER if root else None,
                group=GROUP if root else None,
                extra_groups=[] if root else None,
                check=False,
            )
        if run.returncode:
            raise Missing(f"Elasticsearch did not start: {(self.folder / 'output.log').read_text()[-1000:]}")

    def _configure(self, java: Java, program: Path) -> None:
        config = self.folder / "config"
        shutil.rmtree(config, ignore_errors=True)
        shutil.copytree(program / "config", config)
        for name in ("data", "logs", "tmp", "config/jvm.options.d"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "es.pid").unlink(missing_ok=True)
        settings = {
            **SETTINGS,
            "path.data": self.folder / "data",
            "path.logs": self.folder / "logs",
            "http.port": self.port,
            "transport.port": free_port(),
            **self.settings,
        }
        (config / "elasticsearch.yml").write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))
        for name, content in self.files.items():
            (config / name).write_bytes(content)
        (config / "jvm.options.d" / "heap.options").write_text(f"-Xms{self.heap}\n-Xmx{self.heap}\n")
        if not java.fast_vectors:
            lines = (config / "jvm.options").read_text().splitlines(keepends=True)
            (config / "jvm.options").write_text("".join(line for line in lines if VECTOR_MODULE not in line))
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, USER, GROUP)

    def _healthy(self) -> bool:
        health = f"{self.url}/_cluster/health?wait_for_status=yellow"
        try:
            with urllib.request.urlopen(health, timeout=5, context=self.trust) as answer:  # noqa: S310 - our own server
                return bool(answer.status == 200)
        except HTTPError as error:
            # It is up, and tells strangers no more than that.
            return error.code == UNAUTHORIZED
        except OSError:
            return False


def _kept_to(processor: int | None) -> list[str]:
    """Return what keeps a command to one processor, where there is such a thing.

    On some virtual machines the processors' clocks differ. A time that runs backwards makes the server fail a search
    ("duration cannot be negative"), lose its mastership and repeat what it has done; one processor has one clock.
    """
    taskset = shutil.which("taskset")
    chosen = min(os.sched_getaffinity(0)) if processor is None else processor
    return [taskset, "--cpu-list", str(chosen)] if taskset else []


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
