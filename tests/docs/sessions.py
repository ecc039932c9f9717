"""The pages whose commands are typed from the first to the last, and how."""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.docs.answers import assert_holds
from tests.docs.pages import DOCS, README, Block, blocks
from tests.docs.terminal import Terminal, prints

TUTORIAL = DOCS / "tutorial.md"
HOWTO = DOCS / "howto"

BEFORE = {
    README: "demo",
    TUTORIAL: "demo",
    HOWTO / "own-feed.md": "tutorial",
    HOWTO / "mapping.md": "made",
    HOWTO / "override-and-lock.md": "tutorial",
    HOWTO / "roll-back.md": "tutorial",
    HOWTO / "train.md": "made",
    HOWTO / "evaluate.md": "made",
    HOWTO / "load.md": "demo",
    DOCS / "cli.md": "made",
    DOCS / "operations.md": "tutorial",
}
"""What lies in the folder before a page's first command: what the demo or the tutorial leaves, or the made shop."""

NOT_TYPED = {
    "make demo": "draws for a minute; the service over the drawn shop is started in its place",
    "kitsune demo": "the same",
    "make test": "these are the tests",
    "make check": "CI runs it",
    'export PATH="$PWD/.venv/bin:$PATH"': "of a checkout; the terminal has kitsune on its path",
    "make elasticsearch": "starts a server for good; the tests start their own",
    "make demo ENGINE=elasticsearch": "needs that server",
    "GRAFANA_PASSWORD=... docker compose up --build": "needs Docker",
    "make image": "needs Docker, or the like",
    "pip install --require-hashes --requirement requirements/serve.lock": "tests/repo types it",
    "pip install --no-deps .": "the same",
    "kubectl apply -k kubernetes/overlays/demo": "needs a cluster",
    "kubectl -n kitsune port-forward service/kitsune 8000:80": "the same",
    "kubectl apply -k kubernetes/overlays/production": "the same",
    "kubectl -n kitsune get secret kitsune-es-http-certs-public "
    """-o go-template='{{index .data "ca.crt" | base64decode}}' > ca.pem""": "the same",
    "kubectl -n kitsune get secret kitsune-es-elastic-user "
    "-o go-template='{{.data.elastic | base64decode}}' > password": "the same",
    "kubectl -n kitsune port-forward service/kitsune-es-http 9200 &": "the same",
    "KITSUNE_ELASTICSEARCH_URL=https://localhost:9200 KITSUNE_ELASTICSEARCH_CA_FILE=ca.pem "
    "kitsune index keys --user elastic --password-file password --to keys": "the same",
    "kubectl -n kitsune create secret generic kitsune-elasticsearch --from-file=keys": "the same",
    "kubectl -n kitsune create secret generic kitsune-keys "
    """--from-literal=admin-key="$(openssl rand -base64 32)" """
    """--from-literal=feedback-key="$(openssl rand -base64 32)\"""": "the same",
    "kubectl label namespace INGRESS kitsune-caller=true": "the same",
    "kubectl apply -k kubernetes/overlays/load": "the same",
    "kubectl -n kitsune logs --follow job/kitsune-load": "the same",
    "kubectl -n kitsune create job --from=cronjob/kitsune-train kitsune-train-1": "the same",
    "export KITSUNE_ELASTICSEARCH_URL=https://search.example:9200": "nobody's cluster",
    "export KITSUNE_ELASTICSEARCH_CA_FILE=ca.pem": "the same",
    "export KITSUNE_ELASTICSEARCH_API_KEY_FILE=keys/kitsune-ingest.key": "the same",
    "kitsune index keys --user USER --to keys": "the same",
    "curl --cacert ca.pem --user USER https://search.example:9200/_security/api_key --json @serve.json": "the same",
    "curl --cacert ca.pem --user USER -X DELETE https://search.example:9200/_security/api_key "
    """--json '{"ids": ["ID"]}'""": "the same",
    "kitsune build --engine elasticsearch --profile PROFILE.toml --data FOLDER --home HOME": "the same",
    "kitsune serve --home HOME": "the same",
    "kitsune index plan --home HOME": "shown for a catalogue of seven million products",
    "kitsune bundle check --home HOME": "asks for half a minute; tests/e2e types it",
    "kitsune evaluate --profile examples/mango.toml --data FOLDER --home HOME": "needs Mango's data, which is not ours",
    "kitsune evaluate --profile examples/mango.toml --data FOLDER --home HOME --part validation": "the same",
    "kitsune evaluate --profile examples/mango.toml --data FOLDER --home HOME --season '(\\d{4})_'": "the same",
    "pip install 'kitsune-outfits[drift]'": "the tests have it",
    "export KITSUNE_DRIFT=true": "a service that watches is started by nobody here; tests/unit/service/drift has one",
    "kitsune drift report --home HOME --html drift.html": "needs a thousand requests; tests/unit types it",
    "kitsune drift baseline --home HOME": "the same",
    "kitsune bundle promote BUNDLE --home HOME": "needs a generator that beats what the made shop's colours say",
    "kitsune runs compare BUNDLE BUNDLE --home HOME": "needs two bundles' ids",
    "make load": "loads for a minute; tests/e2e runs Locust for seconds",
    "make load URL=http://127.0.0.1:8000": "the same",
    "LOCUST_USERS=200 LOCUST_RUN_TIME=5m make load URL=http://127.0.0.1:8000": "the same",
    "locust --locustfile load_tests/locustfile.py --seeds seeds.csv --master --headless --host http://127.0.0.1:8000 "
    "--expect-workers 4 --users 400 --run-time 5m": "the same",
    "locust --locustfile load_tests/locustfile.py --seeds seeds.csv --worker --master-host 127.0.0.1": "the same",
    "python -m benchmarks.rate": "measures for minutes; tests/e2e runs it for seconds",
    "python -m benchmarks.elastic_rate": "the same",
    "kitsune feedback report --home HOME": "needs shoppers; tests/e2e/feedback types it",
    "kitsune feedback export --home HOME --out outfits.csv": "the same",
    "kitsune feedback forget OUTFIT_ID --home HOME": "the same",
    "kitsune experiment start --name bags-first --share 0.2 --mapping bags-first.yaml --home HOME": "the same",
    "kitsune experiment start --name bags-first --share 0.1 --shadow --mapping bags-first.yaml --home HOME": "the same",
    "kitsune tally BUNDLE ratings-*.json --home HOME": "needs people",
}
"""Lines that no test types, and why."""

IN_ITS_PLACE = {"make demo": "kitsune serve --home kitsune-demo"}


def follow(page: Path, folder: Path) -> None:
    """Type all commands of a page, and check that they print what the page shows under them."""
    with Terminal(folder) as terminal:
        for block, shown in steps(page):
            if commands := typed(block):
                _check(block, terminal.type(commands), shown)


def steps(page: Path) -> Iterator[tuple[Block, Block | None]]:
    """Yield a page's blocks of commands, each with what is shown under it."""
    shown = blocks(page, "sh", "text", "json")
    for block, after in zip(shown, [*shown[1:], None], strict=True):
        if block.language == "sh":
            yield block, after if after and after.language != "sh" else None


def typed(block: Block) -> str:
    """Return a block's commands without those that no test types."""
    lines = [IN_ITS_PLACE.get(line, line) for line in block.text.splitlines()]
    return "\n".join(line for line in lines if line not in NOT_TYPED)


def _check(block: Block, printed: str, shown: Block | None) -> None:
    if shown is None:
        return
    if shown.language == "json":
        assert_holds(json.loads(printed), json.loads(shown.text), str(shown))
    else:
        assert prints(printed, shown.text), f"{shown} does not show what {block} prints:\n{printed}"
