# proves: R7 R36
"""The published cases of the policy language, in both modes of the engine: what fails is refused by name, or listed."""
import json
import pathlib
import subprocess

import pytest

RUNNER = pathlib.Path(__file__).resolve().parents[2] / "build" / "rego-cases"

# v0 cases that the newer OPA, whose v1 cases pass here, answers otherwise itself.
CHANGED_SINCE = {
    "v0": {"jwtencodesign": 3, "jwtencodesignheadererrors": 5},
    "v1": {},
}

pytestmark = pytest.mark.skipif(not RUNNER.exists(), reason="rego-cases is not built (libyaml is missing)")


def run(*words):
    return subprocess.run([RUNNER, *map(str, words)], capture_output=True, text=True, timeout=600)


@pytest.mark.parametrize("version", ["v1", "v0"])
def test_only_refused_builtins_fail(vectors, version):
    ran = run("--mode", "both", "--verbose", *(["--v0"] if version == "v0" else []), vectors / "rego" / version)
    failed = [line for line in ran.stdout.splitlines() if line.startswith("FAIL ")]
    others = {}
    for line in failed:
        if "rego_type_error: refused builtin" not in line:
            category = line.split(" ", 1)[1].split("/")[0]
            others[category] = others.get(category, 0) + 1
    assert others == CHANGED_SINCE[version]
    passed, _, rest = ran.stdout.splitlines()[-1].partition(" passed, ")
    assert int(passed) > 1500 and int(rest.split()[0]) == len(failed)


def test_the_runner_sees_what_is_wrong(tmp_path):
    case = {"note": "one", "query": "data.t.p = x", "modules": ["package t\n\np := input.a + 1\n"], "input": {"a": 1},
            "want_result": [{"x": 2}]}
    wrong = dict(case, note="two", want_result=[{"x": 3}])
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "good" / "cases.json").write_text(json.dumps({"cases": [case]}))
    (tmp_path / "bad" / "cases.json").write_text(json.dumps({"cases": [case, wrong]}))
    for mode in ("compiled", "reference", "both"):
        good, bad = run("--mode", mode, tmp_path / "good"), run("--mode", mode, "--verbose", tmp_path / "bad")
        assert good.returncode == 0 and good.stdout.splitlines()[-1] == "1 passed, 0 failed"
        assert bad.returncode == 1 and bad.stdout.splitlines()[-1] == "1 passed, 1 failed" and "two" in bad.stdout
    assert run("--mode", "nosuch", tmp_path / "good").returncode == 2
    assert run(tmp_path / "absent").returncode not in (0, 1)
