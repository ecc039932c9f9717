"""The server's files with a plugin that it needs to keep API keys.

The index that keys are kept in analyses users' e-mail addresses, which takes a module that the distribution for
integration tests lacks. The plugin has stand-ins for it; whatever decides on keys and rights is the server's own.
"""

import hashlib
import subprocess
import tempfile
import zipfile
from pathlib import Path

from tests.elasticsearch.artefact import VERSION, cache_folder, download, fetch
from tests.elasticsearch.java import LEAST_VERSION, Java, Missing

SOURCE = Path(__file__).with_name("EmailAnalysis.java")

COMPILER = "org.eclipse.jdt:ecj:3.42.0:jar"
"""Eclipse's compiler runs on any Java; not every Java that runs the server brings one."""

DESCRIPTOR = f"""
description=Stand-ins for the analysis of e-mail addresses
version=1
name=email-analysis
classname=kitsune.EmailAnalysis
java.version={LEAST_VERSION}
elasticsearch.version={VERSION}
"""


def fetch_with_plugin(java: Java) -> Path:
    """Return the folder of the server with the plugin, making it the first time.

    Raises:
        Missing: something that it is made from cannot be had.
    """
    source = hashlib.sha256(SOURCE.read_bytes()).hexdigest()
    finished = cache_folder() / f"elasticsearch-{VERSION}-{source[:8]}"
    if not finished.exists():
        program = fetch()
        with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
            home = Path(folder) / "home"
            _add_plugin(home, _compiled(java, program, Path(folder)))
            for name in ("bin", "config", "lib", "modules"):
                (home / name).symlink_to(program / name)
            home.rename(finished)
    return finished


def _compiled(java: Java, program: Path, folder: Path) -> Path:
    """Return the folder of the plugin's classes."""
    (folder / "compiler").mkdir()
    compiler = download(COMPILER, folder / "compiler")
    libraries = ":".join(str(path) for path in (program / "lib").glob("*.jar"))
    classes = folder / "classes"
    options = [f"-{LEAST_VERSION}", "-cp", libraries, "-d", str(classes)]
    command = [str(java.home / "bin" / "java"), "-jar", str(compiler), *options, str(SOURCE)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise Missing(f"The plugin for Elasticsearch {VERSION} does not compile: {run.stderr[-1000:]}")
    return classes


def _add_plugin(home: Path, classes: Path) -> None:
    plugin = home / "plugins" / "email-analysis"
    plugin.mkdir(parents=True)
    (plugin / "plugin-descriptor.properties").write_text(DESCRIPTOR)
    with zipfile.ZipFile(plugin / "email-analysis.jar", "w") as packed:
        for path in classes.rglob("*.class"):
            packed.write(path, path.relative_to(classes))
