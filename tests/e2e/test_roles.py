# proves: R4 M-SBX T-GST-04
"""What the processes of a running broker have given up: the kernel says it in /proc."""
import os
import pathlib
import time

import pytest

from broker import attest
from conftest import AFFIRMING_SAMPLE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has user ids and network namespaces to give up")

WORKER_UID = 64211


def roles(broker):
    """Process ids by the role that stands in the command line."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == broker.process.pid and b"--role" in words:
            found.setdefault(words[words.index(b"--role") + 1].decode(), []).append(int(path.name))
    return found


def status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def namespace(pid, kind):
    return os.stat(f"/proc/{pid}/ns/{kind}").st_ino


def entered(pid):
    """A process just started still holds what its parent held until it enters its role; it reads no request before."""
    for _ in range(500):
        if int(status(pid)["CapEff"], 16) in (0, 2):
            return
        time.sleep(0.02)


def check(broker):
    found = roles(broker)
    assert set(found) == {"keys", "front", "front-admin", "appraise"}
    for role, pids in found.items():
        for pid in pids:
            entered(pid)
            have = status(pid)
            assert have["NoNewPrivs"] == "1" and have["Seccomp"] == "2", role
            assert int(have["CapEff"], 16) in ((2,) if role == "keys" else (0,)), (role, have["CapEff"])
            own_network = role in ("keys", "appraise")
            assert (namespace(pid, "net") != namespace(os.getpid(), "net")) == own_network, role
            if role == "appraise":
                assert have["Uid"].split() == [str(WORKER_UID)] * 4 and have["Gid"].split() == [str(WORKER_UID)] * 4
                assert have["Groups"].strip() == ""
    return set(found["appraise"])


def test_roles_give_up_what_they_do_not_need(make_broker):
    check(make_broker())


def test_a_renewed_worker_gives_it_up_too(make_broker):
    broker = make_broker(sample=True, settings={"appraise.renew_after": 1, "appraise.workers": 1})
    broker.set_references(AFFIRMING_SAMPLE)
    before = check(broker)
    assert attest(broker)[0].status == 200
    for _ in range(200):
        if (roles(broker).get("appraise") or list(before))[0] not in before:
            break
        time.sleep(0.02)
    assert attest(broker)[0].status == 200
    time.sleep(0.2)
    assert not check(broker) & before
