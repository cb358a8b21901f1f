"""`nearhalf audit canary` over the real app and the real model, while tcpdump records: nothing of what was typed is in
what anybody recorded, and the recording is the ledger."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.main import BUILT_IN_MODEL
from app.storage.paths import DataFolder
from tests.sim.backend_process import ROOT
from tests.sim.outside_tools import needs, needs_namespace

SCRIPT = """
ip link set lo up
tcpdump -i lo -s 0 -B 65536 --immediate-mode -U -w canary.pcap 2>tcpdump.log & recorder=$!
until grep -q listening tcpdump.log; do sleep 0.05; done
cd "$1"
"$2" -m app audit canary --out "$3/report.html" --json-out "$3/report.json" --pcap "$3/canary.pcap"
status=$?
kill $recorder
wait $recorder
exit $status
"""


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_canary_test_of_the_real_app_beside_tcpdump(tmp_path: Path, smollm2_folder: Path) -> None:
    needs_namespace()
    needs("tcpdump")
    folder = DataFolder(tmp_path / "home").create()
    (folder.models / BUILT_IN_MODEL).symlink_to(smollm2_folder)
    done = subprocess.run(
        ["unshare", "--net", "bash", "-c", SCRIPT, "canary", str(ROOT), sys.executable, str(tmp_path)],
        cwd=tmp_path,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "NEARHALF_HOME": str(folder.root),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    facts = json.loads((tmp_path / "report.json").read_text())
    assert facts["is_good"] and facts["found"] == []
    assert facts["self_test"]["planted"] == facts["self_test"]["found"] > 1000  # some 2,000, by the sentence drawn
    assert facts["capture"][0].startswith("The capture matches the ledger")
    searched = {one["name"]: one["bytes"] for one in facts["searched"]}
    assert searched["Recorded by somebody else's program"] > 2 * searched["Sent, as the gate let it out"] > 100_000
    page = (tmp_path / "report.html").read_text()
    assert facts["canaries"]["name"] in page and "can rebuild every word" in page
