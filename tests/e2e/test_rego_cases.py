# proves: R7 R36
"""The published cases of the policy language, in both modes of the engine: what fails is refused by name, or listed."""
import json
import os
import pathlib
import subprocess

import pytest

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"
RUNNER = BUILD / "rego-cases"

# Suite -> file -> note -> why the case fails: what OPA says of it, asked itself (1.14 and 1.22).
DIFFERENCES = json.loads((pathlib.Path(__file__).parent / "rego_case_differences.json").read_text())
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "protocol" / "rego-differences.md"

pytestmark = pytest.mark.skipif(not RUNNER.exists(), reason="rego-cases is not built (libyaml is missing)")


def run(*words):
    return subprocess.run([RUNNER, *map(str, words)], capture_output=True, text=True, timeout=600)


def split_failure(line, suite_folder, listed):
    """A line of a failed case as its file, its note if it is listed, and what was wrong."""
    file, _, rest = line.removeprefix(f"FAIL {suite_folder}/").partition(": ")
    note = max((note for note in listed.get(file, {}) if rest.startswith(note + ": ")), key=len, default=None)
    return file, note, rest


@pytest.mark.parametrize("suite,count", [("v1", 2067), ("v0", 1706), ("extra-regorus", 598), ("extra-rego-cpp", 177)])
def test_what_fails_is_refused_by_name_or_listed(vectors, suite, count):
    folder, listed = vectors / "rego" / suite, DIFFERENCES[suite]
    ran = run("--mode", "both", "--verbose", *(["--v0"] if suite == "v0" else []), folder)
    failed = [split_failure(line, folder, listed) for line in ran.stdout.splitlines() if line.startswith("FAIL ")]
    refused = {rest.split("refused builtin ")[1].split(":")[0] for _, note, rest in failed
               if note is None and "rego_type_error: refused builtin" in rest}
    others = [failure for failure in failed if failure[1] is None and "rego_type_error: refused builtin" not in failure[2]]
    assert others == []
    assert {(file, note) for file, note, _ in failed if note} == {(file, note) for file in listed for note in listed[file]}
    for name in refused:
        assert f"`{name}`" in DOCUMENT.read_text() or f"`{name.partition('.')[0]}.*`" in DOCUMENT.read_text(), name
    passed, _, rest = ran.stdout.splitlines()[-1].partition(" passed, ")
    assert int(rest.split()[0]) == len(failed) and int(passed) + len(failed) == count


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
    for words in (["--nosuch", tmp_path], ["--policies"], ["--mode", "both"], []):
        assert run(*words).returncode == 2, words


def recorded(*words):
    """The counts of a run over requests that public policies answered, in both modes."""
    ran = run("--mode", "both", "--verbose", *words)
    print(ran.stdout)
    return ran.returncode, ran.stdout.splitlines()[-1]


def folder_of(variable, what):
    if not os.environ.get(variable):
        pytest.skip(f"{variable} is not set: {what} is not here")
    return os.environ[variable]


def test_kata_and_aci_answer_as_recorded(vectors):
    policies = folder_of("CASEMATE_PUBLIC_POLICIES", "the folder tests of microsoft/regorus, with its policies,")
    for name, count in (("kata/snapshots", 442), ("aci", 9)):
        assert recorded("--policies", policies, vectors / "rego" / name) == (0, f"{count} passed, 0 failed")


def test_genpolicy_rules_answer_as_recorded(vectors):
    rules = folder_of("CASEMATE_GENPOLICY", "the folder src/tools/genpolicy of kata-containers/kata-containers")
    cases = vectors / "rego" / "kata" / "genpolicy-testdata"
    ran = run("--genpolicy", rules, cases)
    assert "67 skipped because genpolicy would have to make their policy" in ran.stdout
    assert recorded("--genpolicy", rules, cases) == (0, "41 passed, 0 failed")


def test_what_is_skipped_is_said(vectors):
    ran = run(vectors / "rego" / "kata", vectors / "rego" / "aci")
    assert ran.returncode == 3 and ran.stdout.splitlines()[-1] == "0 passed, 0 failed"
    assert "451 skipped because their policies are not here" in ran.stdout
    assert "108 skipped because their policy is not here" in ran.stdout


def test_the_runner_sees_a_wrong_answer(tmp_path):
    pod = tmp_path / "kata" / "snapshots" / "pod"
    policy = tmp_path / "policies" / "kata" / "data" / "pod"
    pod.mkdir(parents=True)
    policy.mkdir(parents=True)
    (policy / "policy.rego").write_text("package agent_policy\ndefault A = false\nA { input.x == 1 }\n")
    lines = [{"entrypoint": "A", "input": {"x": 1}, "want": True}, {"entrypoint": "A", "input": {"x": 2}, "want": True},
             {"entrypoint": "B", "input": {}, "want": True}, {"entrypoint": "A", "input": {}}]
    (pod / "requests.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    for mode in ("compiled", "reference", "both"):
        ran = run("--mode", mode, "--verbose", "--policies", tmp_path / "policies", tmp_path / "kata")
        assert ran.returncode == 1 and ran.stdout.splitlines()[-1] == "1 passed, 3 failed"
        for what in ("pod/2 A", "pod/3 B", "pod/4 A"):
            assert f"requests.jsonl: {what}: " in ran.stdout
    missing = run("--policies", tmp_path / "absent", tmp_path / "kata")
    assert missing.returncode == 1 and missing.stdout.splitlines()[-1] == "0 passed, 4 failed"
    (pod / "requests.jsonl").write_text("{")
    assert run("--policies", tmp_path / "policies", tmp_path / "kata").returncode == 1


# What OPA cannot be asked: it refuses the policy by its types, ends its process, or says what the machine's zone is.
NOT_ASKED = ("static types", "OPA ends its process", "The zone of the machine")


def listed_cases(vectors):
    """The cases of the list with their suite, and why each fails."""
    yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed")
    for suite, files in DIFFERENCES.items():
        for file, notes in files.items():
            cases = yaml.load((vectors / "rego" / suite / file).read_text(), Loader=yaml.CSafeLoader)["cases"]
            for note, reason in notes.items():
                yield suite, file, next(case for case in cases if str(case.get("note")) == note), reason


def ask(program, suite, file, case, folder):
    """What `eval` of a program says: an error, nothing, or values and bindings."""
    words = []
    for i, text in enumerate(case.get("modules") or []):
        (folder / f"test-{i}.rego").write_text(text)
        words += ["-d", f"test-{i}.rego"]
    for key, word in (("data", "-d"), ("input", "-i")):
        if case.get(key) is not None:
            (folder / f"{key}.json").write_text(json.dumps(case[key], default=str))
            words += [word, f"{key}.json"]
    is_v1 = suite == "v1" or "rego.v1/" in file or file in ("binding/bindings.yaml", "refr/keywords_in_refs.yaml")
    words += ["--v0-compatible"] if suite == "v0" or (suite == "extra-regorus" and not is_v1) else []
    words += ["--strict-builtin-errors"] if case.get("strict_error", suite == "extra-regorus" and case.get("strict", True)) else []
    ran = subprocess.run([*program, "--format", "json", *words, case["query"]], capture_output=True, text=True, timeout=60, cwd=folder)
    answer = json.loads(ran.stdout)
    if "errors" in answer:
        return "error"
    return [([e["value"] for e in row["expressions"]], row.get("bindings", {})) for row in answer.get("result", [])]


def test_the_list_says_what_opa_says(vectors, tmp_path):
    """Each of the list's cases, asked of OPA itself; one of several versions must say what is said here."""
    versions = folder_of("CASEMATE_OPA", "the program opa, 1.14 and 1.22 for all of the list, with : between them,").split(":")
    asked, unlike = 0, []
    for number, (suite, file, case, reason) in enumerate(listed_cases(vectors)):
        if any(words in reason for words in NOT_ASKED):
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        ours = ask([BUILD / "casemate", "policy", "eval"], suite, file, case, folder)
        if ours not in [ask([opa, "eval"], suite, file, case, folder) for opa in versions]:
            unlike.append((file, case["note"]))
        asked += 1
    assert unlike == [] and asked > 90
