"""
The figures of the assessment. One row each: metric value unit (target). The deployments are those of examples/assess.

usage: ./bench.sh assess [--json]
"""
import argparse
import json
import pathlib
import resource
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples" / "assess"
NOW = "2027-01-15"
rows = []
options = None


def row(metric, value, unit, target=""):
    rows.append({"metric": metric, "value": round(value, 3), "unit": unit, "target": target})
    if not options.json:
        print(f"{metric:<48} {value:>12.2f} {unit:<12} {'(target ' + target + ')' if target else ''}", flush=True)


def one(folder):
    """Wall time of one run, in milliseconds: the best of five."""
    best = None
    for _ in range(5):
        start = time.perf_counter()
        done = subprocess.run([ROOT / "build" / "casemate", "assess", "--now", NOW, "--format", "json", folder],
                              capture_output=True, check=False)
        spent = (time.perf_counter() - start) * 1000
        assert done.returncode == 0 and json.loads(done.stdout)["exit"] == 0
        best = spent if best is None else min(best, spent)
    return best


def hundred():
    """A hundred deployments in one process, in seconds, and its memory in MiB."""
    with tempfile.TemporaryDirectory() as top:
        cases = sorted(p for p in EXAMPLES.iterdir() if p.is_dir())
        for i in range(100):
            folder = pathlib.Path(top) / f"case-{i:03}"
            shutil.copytree(cases[i % len(cases)], folder)
            (folder / "expected.json").write_text('{"schema":"assess-expected/1","exit":0,"must":[],"must_not":[]}')
        start = time.perf_counter()
        subprocess.run([ROOT / "build" / "assess-cases", "--now", NOW, top], capture_output=True, check=True)
        return time.perf_counter() - start


def main():
    global options
    parser = argparse.ArgumentParser(usage="./bench.sh assess [--json]")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for folder in sorted(p for p in EXAMPLES.iterdir() if p.is_dir()):
        row(f"assess one deployment, {folder.name}", one(folder), "ms", "<= 300")
    row("memory of one deployment, at most", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "MiB", "<= 64")
    row("assess 100 deployments in one process", hundred(), "s", "<= 10")
    row("memory of 100 deployments, at most", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "MiB", "<= 64")
    if options.json:
        print(json.dumps(rows, indent=1))


main()
