"""`casemate policy eval, explain, check, test, fmt, bench` as a user runs them: files in, text and exit status out."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

POLICY = """package policy

default allow := false

allow if {
\tinput.snp.measurement == query_reference_value("m")
\tcount(violations) == 0
}

violations contains "debug" if input.snp.debug
"""


class Ran:
    def __init__(self, words, stdin=None):
        done = subprocess.run([ROOT / "build" / "casemate", "policy", *map(str, words)], capture_output=True, text=True,
                              timeout=60, input=stdin)
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)


def policy(*words, stdin=None):
    return Ran(words, stdin)


@pytest.fixture
def files(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    write("a.rego", POLICY)
    write("in.json", '{"snp": {"measurement": "aa", "debug": true}}')
    write("ref.json", '{"m": "aa"}')
    write.folder = tmp_path
    return write


# eval

def test_eval_prints_what_opa_prints(files):
    ran = policy("eval", "-d", files.folder / "a.rego", "-i", files.folder / "in.json", "data.policy.allow")
    assert (ran.status, ran.err) == (0, "")
    assert ran.json() == {"result": [{"expressions": [
        {"value": False, "text": "data.policy.allow", "location": {"row": 1, "col": 1}}]}]}


def test_eval_of_nothing_defined(files):
    ran = policy("eval", "-d", files.folder / "a.rego", "data.policy.nothing")
    assert (ran.status, ran.json()) == (0, {})
    assert policy("eval", "--fail", "data.x").status == 1
    assert policy("eval", "--fail-defined", "data").status == 1
    assert policy("eval", "--fail-defined", "data.x").status == 0


def test_eval_of_a_call_that_names_its_result():
    for query, bindings in (("plus(1, 2, x)", [{"x": 3}]), ("walk([1], x)", [{"x": [[], [1]]}, {"x": [[0], 1]}])):
        answer = policy("eval", query).json()["result"]
        assert [r["bindings"] for r in answer] == bindings
        assert all(r["expressions"][0]["value"] is True for r in answer)
    assert policy("eval", "plus(1, 2, 4)").json() == {}


def test_eval_bindings_and_more_expressions():
    answer = policy("eval", "x := [5, 6][i]; x > 5").json()["result"]
    assert [r["bindings"] for r in answer] == [{"i": 1, "x": 6}]
    assert [e["value"] for e in answer[0]["expressions"]] == [True, True]
    assert [e["text"] for e in answer[0]["expressions"]] == ["x := [5, 6][i]", "x > 5"]
    assert answer[0]["expressions"][1]["location"] == {"row": 1, "col": 17}
    assert policy("eval", "1 == 1; 1 == 2").json() == {}
    assert policy("eval", "1 == 2").json()["result"][0]["expressions"][0]["value"] is False
    assert policy("eval", "[true, false][_]").json()["result"] == [
        {"expressions": [{"value": True, "text": "[true, false][_]", "location": {"row": 1, "col": 1}}]}]


def test_eval_formats(files):
    assert policy("eval", "-f", "raw", '"a b"; 1').out == "a b 1\n"
    assert policy("eval", "--format", "pretty", '{"a": 1}').out == '{\n  "a": 1\n}\n'
    assert policy("eval", "--format", "pretty", "data.x").out == "undefined\n"
    assert policy("eval", "--format=pretty", "x := 1; y := {x}").out == "1:\n  x = 1\n  y = [1]\n"


def test_eval_input_and_data(files):
    files("docs/a/b/c.json", '{"n": 7}')
    files("docs/top.json", '{"t": 1}')
    answer = policy("eval", "-d", files.folder / "docs", "-I", "[data, input]", stdin="[3]").json()
    assert answer["result"][0]["expressions"][0]["value"] == [{"a": {"b": {"n": 7}}, "t": 1}, [3]]
    assert policy("eval", "-i", "-", "-fraw", "input.x", stdin='{"x": 1}').out == "1\n"


@pytest.mark.parametrize("data,place", [('{"p": {"q": {"r": 1}}}', "p/q"), ('{"p": {"q": null}}', "p/q"), ('{"p": 1}', "p/q"),
                                        ('{"p": {"s": [1]}}', "p/s/t")])
def test_a_rule_where_the_data_has_a_value_is_refused(files, data, place):
    rules, document = files("p.rego", "package p\n\nq := 2\n\ns.t := 3\n"), files("d.json", data)
    for words in (["eval", "data.p.q"], ["explain", "data.p.q"]):
        ran = policy(*words, "-d", rules, "-d", document)
        assert ran.status == 3 and f"conflicting rule for data path {place} found" in ran.out + ran.err
    assert policy("eval", "-fraw", "data.p.q", "-d", rules, "-d", files("other.json", '{"p": {"u": 1}}')).out == "2\n"


def test_eval_reads_yaml(files):
    data, more = files("d.yaml", "cfg:\n  list: [1, two]\n  flag: true\n"), files("docs/sub/x.yml", "n: 7\n")
    given = files("in.yaml", "name: a\n")
    assert policy("eval", "-fraw", "-d", data, "-d", more.parent.parent, "-i", given, "[data, input]").out == \
        '[{"cfg":{"flag":true,"list":[1,"two"]},"sub":{"n":7}},{"name":"a"}]\n'
    for text, says in (("a: 1\n---\nb: 1\n", "has 2 documents"), ("", "has 0 documents"), ("a: *b\n", "bad.yaml:1:4: "),
                       ("- 1\n", "data must be an object"), ("a: 1\na: 2\n", "a key stands twice"), ("a: !x 1\n", "bad.yaml:1:")):
        ran = policy("eval", "-d", files("bad.yaml", text), "data")
        assert ran.status == 3 and says in ran.err, ran.err


def test_documents_that_differ_are_refused(files):
    one, two = files("one.json", '{"a": {"b": 1, "c": [1]}}'), files("two.json", '{"a": {"b": 2}}')
    ran = policy("eval", "-d", one, "-d", two, "data")
    assert ran.status == 3 and f"{two}: another document has another value" in ran.err
    for other in ('{"a": 1}', '{"a": {"c": [1, 2]}}', '{"a": null}'):
        assert policy("eval", "-d", one, "-d", files("other.json", other), "data").status == 3
    same = files("same.yaml", "a: {c: [1], d: 2}\n")
    assert policy("eval", "-fraw", "-d", one, "-d", same, "-d", one, "data").out == '{"a":{"b":1,"c":[1],"d":2}}\n'


def test_a_policy_that_is_named_twice_is_one(files):
    path = files("rules/p.rego", "package p\n\ndefault q := 1\n")
    assert policy("eval", "-fraw", "-d", path, "-d", path.parent, "-d", path, "data.p.q").out == "1\n"


def test_eval_v0(files):
    path = files("old.rego", "package old\nallow { input.x == 1 }\n")
    assert policy("eval", "-d", path, "1").status == 3
    assert policy("eval", "-d", path, "--v0-compatible", "-I", "-fraw", "data.old.allow", stdin='{"x": 1}').out == "true\n"


def test_eval_strict_builtin_errors():
    assert policy("eval", "1 / 0").json() == {}
    ran = policy("eval", "--strict-builtin-errors", "1 / 0")
    assert ran.status == 4
    error = ran.json()["errors"][0]
    assert error["code"] == "eval_builtin_error" and "divide by zero" in error["message"]


def test_a_refused_policy_is_shown_with_its_line(files):
    path = files("bad.rego", "package p\n\nallow if {\n\tinput.x ==\n}\n")
    ran = policy("eval", "-d", path, "-f", "pretty", "data.p.allow")
    assert ran.status == 3 and ran.out == ""
    assert f"{path}:5:1: rego_parse_error:" in ran.err and "    }\n    ^\n" in ran.err
    error = policy("eval", "-d", path, "data.p.allow").json()["errors"][0]
    assert (error["code"], error["location"]) == ("rego_parse_error", {"file": str(path), "row": 5, "col": 1})


def test_a_compile_error_is_shown_with_its_line(files):
    path = files("bad.rego", "package p\nallow if nothing(input.x)\n")
    ran = policy("eval", "-d", path, "-f", "pretty", "data.p.allow")
    assert ran.status == 3 and f"{path}:2:10: " in ran.err and "             ^\n" in ran.err


BAD_INPUTS = [
    (["eval", "-d", "nope.rego", "1"], 3, "nope.rego: no such file"),
    (["eval", "-i", "nope.json", "1"], 3, "nope.json: no such file"),
    (["eval", "-d", "garbage.rego", "1"], 3, "garbage.rego:1:"),
    (["eval", "-d", "garbage.json", "1"], 3, "garbage.json: not JSON at byte 0"),
    (["eval", "-d", "list.json", "1"], 3, "list.json: data must be an object"),
    (["eval", "-i", "garbage.json", "1"], 3, "garbage.json: not JSON"),
    (["eval", "-i", "deep.json", "1"], 4, "deep.json: too large or nested too deep at byte"),
    (["eval", "-d", "other.txt", "1"], 3, "neither a policy (.rego) nor a document (.json, .yaml)"),
    (["eval", "--references", "list.json", "1"], 3, "must be an object"),
    (["eval", ":="], 3, "query:1:1: rego_parse_error"),
    (["eval", ""], 3, "rego_parse_error"),
    (["eval"], 2, "an argument is missing: QUERY"),
    (["eval", "1", "2"], 2, "one argument too many"),
    (["eval", "--nope", "1"], 2, "unknown option --nope"),
    (["eval", "-x", "1"], 2, "unknown option -x"),
    (["eval", "--format", "raw", "-d"], 2, "-d needs a value"),
    (["eval", "--format", "xml", "1"], 2, "--format is one of json|pretty|raw"),
    (["explain", "-d", "garbage.rego", "data"], 3, "garbage.rego:1:"),
    (["explain", "--secret", "token", "data"], 3, "not a path of a secret"),
    (["explain"], 2, "an argument is missing"),
    (["check"], 2, "an argument is missing"),
    (["check", "nope.rego"], 3, "nope.rego: no such file"),
    (["check", "garbage.rego"], 3, "garbage.rego:1:"),
    (["check", "ref.json"], 3, "there is no policy (.rego) to check"),
    (["check", "other.txt"], 3, "neither a policy"),
    (["fmt"], 2, "an argument is missing"),
    (["fmt", "nope.rego"], 3, "nope.rego: cannot be read"),
    (["fmt", "garbage.rego"], 3, "garbage.rego:1:"),
    (["fmt", "a.rego", "garbage.rego"], 3, "garbage.rego:1:"),
    (["fmt", "other.txt"], 3, "rego_parse_error"),
    (["bench"], 2, "an argument is missing"),
    (["bench", ":="], 3, "query:1:1: rego_parse_error"),
    (["bench", "-i", "garbage.json", "1"], 3, "garbage.json: not JSON"),
    (["bench", "--seconds", "0", "1"], 2, "--seconds"),
    (["bench", "--strict-builtin-errors", "1 / 0"], 4, "eval_builtin_error"),
    (["test"], 2, "an argument is missing"),
    (["test", "nope.rego"], 3, "nope.rego: no such file"),
    (["test", "garbage.rego"], 3, "garbage.rego:1:"),
    (["test", "garbage.json"], 3, "garbage.json: not JSON"),
    (["test", "a.rego"], 1, "no test ran"),
    (["test", "--threshold", "101", "a.rego"], 2, "--threshold"),
    (["test", "--threshold", "x", "a.rego"], 2, "--threshold"),
    (["test", "--threshold", "x", "garbage.rego"], 2, "--threshold"),
    (["show", "resource-policy", "--format", "xml"], 2, "--format is one of text|json"),
    (["set", "resource-policy", "a.rego", "--reason", ""], 2, "--accept and --reason belong together"),
    (["test", "--run"], 2, "--run needs a value"),
]


@pytest.mark.parametrize("words,status,message", BAD_INPUTS, ids=[" ".join(row[0]) or "none" for row in BAD_INPUTS])
def test_bad_input(files, words, status, message):
    files("garbage.rego", bytes(range(256)))
    files("garbage.json", b"\xff\xfe\x00garbage")
    files("deep.json", "[" * 1000 + "]" * 1000)
    files("list.json", "[1]")
    files("other.txt", "text")
    placed = [str(files.folder / w) if "." in w and not w.startswith("-") else w for w in words]
    if words[0] == "eval" and "--format" not in placed:
        placed += ["-f", "pretty"]
    ran = policy(*placed)
    assert ran.status == status, ran.out + ran.err
    assert message in ran.err


# explain

def explain(files, *words):
    return policy("explain", "-d", files.folder / "a.rego", "-i", files.folder / "in.json", "--references",
                  files.folder / "ref.json", *words)


def test_explain_as_text(files):
    ran = explain(files, "--what-if", "data.policy.allow")
    assert (ran.status, ran.err) == (0, "")
    assert "data.policy.allow is false\nmade by the default of data.policy.allow at " in ran.out
    assert "a.rego:7:2: count(violations) == 0\n" in ran.out
    assert '1 is not equal to 0; data.policy.violations is ["debug"]' in ran.out
    assert 'query_reference_value ["m"] = "aa" at ' in ran.out
    assert "input.snp.debug is true, with false the result is true\n" in ran.out


def test_explain_as_json(files):
    answer = explain(files, "--what-if", "--format", "json", "data.policy.allow").json()
    assert answer["format"] == "casemate-rego-explain/1" and answer["complete"] is True
    assert answer["result"] is False
    assert answer["decision"]["made_by"] == "default" and answer["decision"]["row"] == 3
    failed = answer["decision"]["failed"]
    assert (failed["rule"], failed["row"], failed["column"]) == ("data.policy.allow", 7, 2)
    assert answer["calls"][0]["arguments"] == ["m"] and answer["calls"][0]["result"] == "aa"
    assert answer["lookups"] == {"found": ["input.snp.debug", "input.snp.measurement"], "missing": []}
    assert answer["what_if"] == {"found": True, "path": "input.snp.debug", "from": True, "to": False, "result": True,
                                 "tried": 1}
    branch = answer["rules"][0]["clauses"][0]["branches"][0]
    assert (branch["held"], branch["reached"], branch["literals"]) == (False, 1, 2)
    assert (branch["failed"]["left"], branch["failed"]["right"]) == (1, 0)


def test_explain_a_misspelt_name(files):
    files("in.json", '{"snp": {"measurment": "aa"}}')
    ran = explain(files, "data.policy.allow")
    assert "input.snp.measurement is missing; did you mean measurment?" in ran.out


def test_explain_shows_no_secret(files):
    for words in (["--format", "json"], []):
        ran = explain(files, "--what-if", "--secret", "input.snp.measurement", "--secret", "query_reference_value()",
                      "data.policy.allow", *words)
        assert ran.status == 0 and '"aa"' not in ran.out and "<secret>" in ran.out


def test_explain_an_allowed_decision(files):
    files("in.json", '{"snp": {"measurement": "aa"}}')
    answer = explain(files, "--format", "json", "data.policy.allow").json()
    assert answer["result"] is True
    assert answer["decision"]["made_by"] == "rule" and answer["decision"]["row"] == 5
    assert "failed" not in answer["decision"]


# test

TESTS = """package policy_test

import data.policy

answers(_) := "aa"

test_open_refused if {
\tnot policy.allow with input as {"snp": {"measurement": "aa", "debug": true}}
\t\twith query_reference_value as answers
}

test_released if {
\tpolicy.allow with input as {"snp": {"measurement": "aa"}} with query_reference_value as answers
}
"""


def run_tests(files, text, *words):
    files("a_test.rego", text)
    return policy("test", files.folder / "a.rego", files.folder / "a_test.rego", *words)


def test_tests_pass(files):
    ran = run_tests(files, TESTS)
    assert (ran.status, ran.out, ran.err) == (0, "2 passed, 0 failed, 0 skipped\n", "")
    assert policy("test", files.folder).status == 0
    assert run_tests(files, TESTS, "--run", "released").out == "1 passed, 0 failed, 0 skipped\n"
    assert "pass  " in run_tests(files, TESTS, "-v").out
    nothing = run_tests(files, TESTS, "--run", "nothing of this name")
    assert nothing.status == 1 and "no test ran" in nothing.err


def test_a_failing_test_says_what_did_not_hold(files):
    wrong = "\ntest_wrong if {\n\t1 == 1\n\tpolicy.allow with input as {}\n}\n"
    ran = run_tests(files, TESTS + wrong)
    assert ran.status == 1
    assert f"FAIL  {files.folder}/a_test.rego:16: data.policy_test.test_wrong\n" in ran.out
    assert "a_test.rego:18:2: policy.allow with input as {}\n" in ran.out
    assert "a.rego:6:2: input.snp.measurement == query_reference_value(\"m\")\n" in ran.out
    assert ran.out.endswith("2 passed, 1 failed, 0 skipped\n")
    answer = run_tests(files, TESTS + wrong, "--format", "json").json()
    assert (answer["passed"], answer["failed"]) == (2, 1)
    failed = answer["tests"][2]
    assert (failed["outcome"], failed["failed"]["row"], failed["because"]["row"]) == ("fail", 18, 6)
    assert "input.snp" in failed["because"]["message"]


@pytest.mark.parametrize("value", ["false", "null", '"true"', "1", "{}", "[true]"])
def test_what_is_not_true_fails(files, value):
    assert run_tests(files, f"package t\ntest_x := {value}\n").status == 1


def test_a_test_that_ends_in_an_error_fails(files):
    ran = run_tests(files, "package t\ntest_x := 1\ntest_x := 2\n")
    assert ran.status == 1 and "ERROR" in ran.out and "eval_conflict_error" in ran.out


@pytest.mark.parametrize("rule", ["test_x[n] if {\n\tsome n in [1, 2]\n\tn < 3\n}", "test_x contains 1 if true",
                                  "test_x[n] := true if some n in [1]"])
def test_a_test_that_cannot_fail_is_an_error(files, rule):
    ran = run_tests(files, f"package t\n{rule}\n")
    assert ran.status == 1 and "ERROR" in ran.out and "use every" in ran.out


def test_a_test_to_be_written_is_skipped(files):
    ran = run_tests(files, TESTS + "\ntodo_test_later if 1 == 2\n")
    assert ran.status == 0 and ran.out.endswith("2 passed, 0 failed, 1 skipped\n") and "skip  " in ran.out
    assert run_tests(files, "package t\ntodo_test_later if true\n").status == 1


def test_coverage_names_the_bodies_that_were_never_taken(files):
    ran = run_tests(files, TESTS, "--coverage", "--run", "released")
    assert ran.status == 0
    assert f"never taken: {files.folder}/a.rego:10: data.policy.violations\n1 of 2 rule bodies taken, 50 %\n" in ran.out
    assert run_tests(files, TESTS, "--threshold", "100").status == 0
    few = run_tests(files, TESTS, "--threshold", "51", "--run", "released")
    assert few.status == 1 and "fewer than 51 % of the rule bodies" in few.err
    report = run_tests(files, TESTS, "--coverage", "--run", "released", "--format", "json").json()["coverage"]
    assert (report["bodies"], report["taken"], report["percent"]) == (2, 1, 50)
    assert report["never_taken"][0]["row"] == 10


@pytest.mark.parametrize("name", ["release", "attestation_cpu"])
def test_the_built_in_policies_pass_their_tests(name):
    ran = policy("test", "--threshold", "100", ROOT / f"policies/{name}.rego", ROOT / f"policies/{name}_test.rego")
    assert ran.status == 0, ran.out


def test_show_prints_text_or_a_json_string():
    text = (ROOT / "policies/release.rego").read_text()
    assert policy("show", "resource-policy").out == text
    assert policy("show", "resource-policy", "--format", "json").json() == text


# check

LINTS = [
    ("allow-always", "default allow := true"),
    ("allow-always", "allow := true"),
    ("allow-always", "allow if true"),
    ("allow-always", "allow if {\n\tinput.a\n} else := true"),
    ("null-reference", 'allow if input.svn >= query_reference_value("svn")'),
    ("null-reference", 'allow if query_reference_value("svn") < input.svn'),
    ("null-reference", 'allow if {\n\tx := query_reference_value("svn")\n\tinput.svn != x\n}'),
    ("null-reference", 'allow if {\n\tx := query_reference_value("svn")\n\tevery s in input.a {\n\t\ts > x\n\t}\n}'),
    ("null-reference", 'n := input.a > x if x := query_reference_value("svn")\n\nallow if n'),
    ("never-true", "allow if false"),
    ("never-true", "allow if not true"),
    ("never-true", "allow if 1 == 2"),
    ("never-true", 'allow if "a" != "a"'),
    ("never-true", "allow if not 1 < 2"),
    ("never-true", "allow if count([1 | 2 >= 3]) > 0"),
    ("path-prefix", 'allow if startswith(input.image, "ghcr.io/team")'),
    ("path-prefix", 'allow if startswith(concat("/", data["resource-path"]), "default/key")'),
    ("type-mismatch", "allow if count(7) == input.x"),
    ("type-mismatch", "allow if input.x == lower(7)"),
    ("type-mismatch", 'allow if "a" + 1 == input.x'),
    ("type-mismatch", "allow if count(input.x) == \"1\""),
    ("type-mismatch", "allow if [input.x] == {input.x}"),
    ("type-mismatch", "allow if {\n\tx := lower(input.x)\n\tx == 1\n}"),
    ("type-mismatch", 'allow if regex.match("^a$", [input.x])'),
    ("type-mismatch", "allow if sum({input.x: 1}) == 1"),
    ("type-mismatch", "allow if startswith({x | some x in input}, \"a\")"),
    ("type-mismatch", "allow if main == 1\n\nmain if input.x"),
    ("type-mismatch", "allow if main == 1\n\nmain contains input.x"),
    ("type-mismatch", 'allow if lower(main) == "a"\n\ndefault main := 1\n\nmain := 2 if input.x'),
    ("type-mismatch", "f(x) := x\n\nallow if f(abs(\"a\"))"),
    ("path-prefix", "allow if startswith(input.image, input.registry)"),
    ("path-prefix", 'allow if startswith(input.image, "")'),
    ("regex-unanchored", 'allow if regex.match("a", input.x)'),
    ("regex-unanchored", 'allow if regex.match("^a", input.x)'),
    ("regex-unanchored", 'allow if regex.match("a$", input.x)'),
    ("regex-unanchored", 'allow if regex.match("^a\\\\$", input.x)'),
    ("regex-unanchored", 'allow if regex.match("^a|b$", input.x)'),
    ("rule-unused", "alow if input.x"),
    ("negation-split", 'allow if not startswith(input.x, "a")'),
    ("negation-split", "allow if not input.x in {1}"),
    ("negation-split", "allow if not input.x != 1"),
    ("negation-split", "r if input.x\n\nf(x) := x\n\nallow if not f(r)"),
]


@pytest.mark.parametrize("lint,rules", LINTS, ids=[f"{a}-{i}" for i, (a, _) in enumerate(LINTS)])
def test_check_finds(files, lint, rules):
    path = files("bad.rego", "package p\n\n" + rules + "\n")
    ran = policy("check", path, "--format", "json")
    found = ran.json()["findings"]
    assert [f["id"] for f in found] == [lint], ran.out
    assert ran.status == (1 if found[0]["severity"] == "error" else 0)
    assert found[0]["location"]["file"] == str(path) and found[0]["location"]["row"] >= 3


FINE = [
    "default allow := false\n\nallow if input.x",
    "default allow := false",
    "allow := false",
    "allow := input.x",
    "other := true\n\nallow if {\n\tother\n\tinput.x\n}",
    'allow if input.svn == query_reference_value("svn")',
    'allow if query_reference_value("svn") != null',
    'allow if {\n\tx := query_reference_value("svn")\n\tis_number(x)\n\tinput.svn >= x\n}',
    'allow if {\n\tx := query_reference_value("svn")\n\tnot is_null(x)\n\tinput.svn >= x\n}',
    'allow if {\n\tx := query_reference_value("svn")\n\tx != null\n\tevery s in input.a {\n\t\ts > x\n\t}\n}',
    "allow if 1 < 2",
    "allow if not false",
    'allow if startswith(concat("/", data["resource-path"]), "default/key/")',
    'allow if startswith(input.name, "a")',
    'allow if regex.match("^(a|b)$", input.x)',
    'allow if regex.match("^[a|b]\\\\|$", input.x)',
    "allow if not input.x",
    "allow if not input.x == 1",
    "c := 1\n\nallow if not count([c]) == 2",
    'import future.keywords.not\n\nallow if not startswith(input.x, "a")',
    # types: what a name is by := alone, and only where nothing else makes it
    "allow if {\n\tx := input.x\n\tx == 1\n}",
    "allow if {\n\tx := 1\n\tcount([x | some x in input.l; lower(x) == \"a\"]) == x\n}",
    "allow if {\n\tx := 1\n\tevery x in input.l {\n\t\tlower(x) == \"a\"\n\t}\n\tx == input.n\n}",
    "allow if {\n\tx := 1\n\ty := [x | [x] := input.l; lower(x) == \"a\"]\n\ty == [x]\n}",
    "f(x) if lower(x) == \"a\"\n\nx := 1\n\nallow if f(x + 1)",
    "lower(x) := x + 1\n\nallow if lower(1) == 2",
    "import data.other.lower\n\nallow if lower(1) == 2",
    "import data.other as main\n\nallow if main == 1\n\nmain if input.x",
    "allow if main == 1\n\nmain if input.x\n\nmain := 1 if input.y",
    "allow if main == {1}\n\nmain contains input.x",
    "allow if {1, 2} - {input.x} == {1}",
    "allow if walk(input, [_, 1])",
    "allow if [1, input.x] == array.concat([1], [2])",
    "allow if {\n\tx := to_number(\"1\")\n\tx + 1 == input.x\n}",
]


@pytest.mark.parametrize("rules", FINE, ids=range(len(FINE)))
def test_check_finds_nothing(files, rules):
    ran = policy("check", files("fine.rego", "package p\n\n" + rules + "\n"))
    assert (ran.status, ran.out) == (0, "1 policy, 0 errors, 0 warnings\n"), ran.out


def test_a_rule_in_another_file_of_the_package_counts(files):
    rules, more = files("a.rego", "package p\n\nallow if main == 1\n\nmain if input.x\n"), files("b.rego", "package p\n\nmain := 1 if input.y\n")
    other = files("c.rego", "package q\n\nmain := 1 if input.y\n")
    assert "type-mismatch" not in policy("check", rules, more).out
    assert "type-mismatch" in policy("check", rules, other).out
    own = files("d.rego", "package p\n\nlower(x) := x\n"), files("e.rego", "package p\n\nallow if lower(1) == 1\n")
    assert "type-mismatch" not in policy("check", *own).out


def test_check_shows_the_line_and_knows_entry_points(files):
    ran = policy("check", files("bad.rego", "package p\n\ndefault allow := true\n\nmine if input.x\n"))
    assert ran.status == 1
    assert "bad.rego:3:9: error: " in ran.out and "[allow-always]\n    default allow := true\n            ^\n" in ran.out
    assert "mine if input.x" in ran.out and ran.out.endswith("1 policy, 1 errors, 1 warnings\n")
    assert "mine" not in policy("check", "-e", "mine", files.folder / "bad.rego").out


def test_check_shows_a_compile_error_like_the_others(files):
    ran = policy("check", files("bad.rego", "package p\nallow if nothing(input.x)\n"))
    assert ran.status == 3 and "bad.rego:2:10: " in ran.err and "             ^\n" in ran.err


def test_check_finds_nothing_in_the_built_in_policies():
    ran = policy("check", ROOT / "policies")
    assert ran.status == 0 and ran.out.endswith("0 errors, 0 warnings\n"), ran.out


# bench

def test_bench_measures_and_shows_the_answer(files):
    words = ("bench", "-d", files.folder / "a.rego", "-i", files.folder / "in.json", "data.policy.allow")
    ran = policy(*words)
    assert ran.status == 0 and "each with the same answer\nmedian " in ran.out and ran.out.endswith("answer false\n")
    answer = policy(*words, "--format", "json").json()
    assert answer["result"] is False and answer["evaluations"] > 100
    assert 0 < answer["median_ns"] <= answer["p99_ns"] <= answer["slowest_ns"]
    assert policy("bench", "data.nothing").out.endswith("answer undefined\n")


# fmt

UGLY = """# top
package   p # of the package
import data.x
# about allow
allow if {input.x==1;input.y!=2 ;  x := [ 1,2 ,3][_] # tail

  # inside

  every a in   x{a>0;a<9} }
else := false if   not f(-1)
f( x ):= {"a":x , "b":{ 1-1,2 }}
g := {z|some z in input.z;z>1}
h := [z|
some z in input.z
   z>1
]
t := $"a {x}  # no comment" if {
x := `raw
  # text`
y := "# none"
}
r if {
  allow with input as {
  "x": 1
  }
     with data.x as 2 }
# end"""

PLAIN = """# top
package p # of the package

import data.x
# about allow
allow if {
\tinput.x == 1
\tinput.y != 2
\tx := [1, 2, 3][_] # tail

\t# inside

\tevery a in x {
\t\ta > 0
\t\ta < 9
\t}
} else := false if not f(-1)
f(x) := {"a": x, "b": {1 - 1, 2}}
g := {z | some z in input.z; z > 1}
h := [z |
\tsome z in input.z
\tz > 1
]
t := $"a {x}  # no comment" if {
\tx := `raw
  # text`
\ty := "# none"
}

r if {
\tallow with input as {
\t\t"x": 1
\t}
\t\twith data.x as 2
}
# end
"""


def test_fmt_lays_out_and_keeps_comments(files):
    ran = policy("fmt", files("ugly.rego", UGLY))
    assert (ran.status, ran.out, ran.err) == (0, PLAIN, "")
    assert policy("fmt", files("plain.rego", PLAIN)).out == PLAIN
    assert policy("fmt", files("crlf.rego", PLAIN.replace("`raw\n  # text`", '"raw"').replace("\n", "\r\n"))).out == \
        PLAIN.replace("`raw\n  # text`", '"raw"')


def test_fmt_lists_and_writes(files):
    ugly, plain = files("ugly.rego", UGLY), files("plain.rego", PLAIN)
    os.chmod(ugly, 0o640)
    ran = policy("fmt", "--list", ugly, plain)
    assert (ran.status, ran.out) == (1, f"{ugly}\n") and ugly.read_text() == UGLY
    ran = policy("fmt", "--write", ugly, plain)
    assert (ran.status, ran.out) == (0, "") and ugly.read_text() == PLAIN and ugly.stat().st_mode & 0o777 == 0o640
    assert policy("fmt", "--list", ugly, plain).status == 0


def test_fmt_writes_no_file_that_is_refused(files):
    bad = files("bad.rego", "package p\nallow if {\n")
    assert policy("fmt", "--write", bad).status == 3 and bad.read_text() == "package p\nallow if {\n"
    files("real.rego", UGLY)
    link = files.folder / "link.rego"
    link.symlink_to("real.rego")
    ran = policy("fmt", "--write", link)
    assert ran.status == 3 and "not a regular file" in ran.err and link.is_symlink()


def test_fmt_of_a_directory(files):
    ugly, inner = files("all/a.rego", UGLY), files("all/sub/b.rego", "package   q\n")
    files("all/data.json", "{"), files("all/.hidden.rego", "package   q\n"), files("all/c.txt", "package   q\n")
    ran = policy("fmt", "--list", files.folder / "all")
    assert (ran.status, ran.out) == (1, f"{ugly}\n{inner}\n")
    assert policy("fmt", "-w", files.folder / "all").status == 0 and ugly.read_text() == PLAIN and inner.read_text() == "package q\n"
    assert policy("fmt", "--list", files.folder / "all").status == 0
    files("all/bad.rego", "package p\nallow if {\n")
    assert policy("fmt", files.folder / "all").status == 3


def test_fmt_of_v0(files):
    path = files("old.rego", "package p\np[x]{x:=1;x>0} {x:=2}\ndefault r=false\n")
    assert policy("fmt", path).status == 3
    assert policy("fmt", "--v0-compatible", path).out == \
        "package p\n\np[x] {\n\tx := 1\n\tx > 0\n} {\n\tx := 2\n}\n\ndefault r = false\n"


def test_fmt_leaves_our_own_policies_as_they_are():
    ran = policy("fmt", "--list", *sorted((ROOT / "policies").glob("*.rego")))
    assert (ran.status, ran.out) == (0, "")


def test_fmt_changes_no_published_module(vectors, files):
    """Each module of the corpus is laid out; fmt itself refuses what is not the same tokens, comments and tree."""
    count = 0
    for version, words in (("v1", ()), ("v0", ("--v0-compatible",))):
        paths = []
        for number, path in enumerate(sorted((vectors / "rego" / version).rglob("*.json"))):
            modules = [m for case in json.loads(path.read_text())["cases"] for m in case.get("modules") or []]
            paths += [files(f"{version}/{number}-{i}.rego", m) for i, m in enumerate(modules)]
        for i in range(0, len(paths), 32):
            ran = policy("fmt", "--write", *words, *paths[i:i + 32])
            assert ran.status == 0, ran.err
        count += len(paths)
    assert count > 4000
