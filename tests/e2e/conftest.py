import os
import pathlib

import pytest

from broker import Broker, ROOT

SAMPLE = {"initdata.insecure_optional": True, "verifier.sample.insecure_enabled": True}
AFFIRMING_SAMPLE = {"launch_digest": ["abcde"], "svn": ["1"], "major_version": 1, "minimum_minor_version": 1}


@pytest.fixture
def make_broker(tmp_path):
    """Makes brokers that are stopped when the test ends. sample=True: the build and settings with the sample TEE."""
    made = []

    def make(name="broker", sample=False, start=True, plain=False, settings=None):
        wanted = dict(SAMPLE) if sample else {}
        wanted.update(settings or {})
        broker = Broker(tmp_path / name, "build-sample" if sample else "build", wanted, plain)
        made.append(broker)
        return broker.start() if start else broker

    yield make
    for broker in made:
        broker.stop()
        print(f"log of {broker.folder.name}:\n{broker.log.read_text() if broker.log.exists() else ''}")


@pytest.fixture
def vectors():
    folder = os.environ.get("CASEMATE_VECTORS")
    if not folder:
        pytest.skip("CASEMATE_VECTORS is not set: the published vectors are not here")
    return pathlib.Path(folder)
