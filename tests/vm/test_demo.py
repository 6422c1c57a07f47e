# proves: R6 R9 M-MEAS M-EVID M-FAIL T-BOOT-02 T-BOOT-03
# proves: T-BOOT-04 T-BOOT-07 T-INIT-01 T-INIT-02 T-ATT-01 T-ATT-02 T-ATT-03 T-ATT-08 T-ATT-15 T-SEC-03 T-HOST-04
"""The whole way in a real measured guest: what ./demo.sh shows, and the image that it stands on."""
import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def missing():
    return [p for p in ("qemu-system-x86_64", "swtpm", "swtpm_setup", "objcopy", "apt-get") if not shutil.which(p)]


pytestmark = pytest.mark.skipif(bool(missing()), reason=f"not on this machine: {missing()}")


def build_image(folder):
    subprocess.run([ROOT / "guest-image" / "build", folder, ROOT / "build", "--quiet"], check=True, cwd=ROOT,
                   capture_output=True, timeout=600)
    return hashlib.sha256((folder / "guest.efi").read_bytes()).hexdigest()


def test_the_guest_image_is_the_same_each_time(tmp_path):
    assert build_image(tmp_path / "one") == build_image(tmp_path / "two")


def test_the_demo_ends_as_expected():
    run = subprocess.run([ROOT / "demo.sh"], cwd=ROOT, capture_output=True, text=True, timeout=1500,
                         env={**os.environ, "NO_COLOR": "1"})
    print(run.stdout[-8000:], run.stderr[-2000:])
    assert run.returncode == 0
    assert "every line is as expected" in run.stdout
    table = run.stdout.split("7. What was tried", 1)[1]
    assert table.count("refused   refused") == 17 and "<-- differs" not in table
    for threat in ("T-BOOT-02", "T-BOOT-03", "T-BOOT-04", "T-BOOT-07", "T-ATT-01", "T-ATT-02", "T-ATT-03", "T-ATT-15",
                   "T-INIT-01", "T-INIT-02", "T-SEC-03", "T-HOST-04"):
        assert threat in table, threat
