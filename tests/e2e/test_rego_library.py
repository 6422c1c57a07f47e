"""The policy engine as a library: installed, found by pkg-config, and used by the example program."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "rego"


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120, **more)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    done = run("meson", "install", "-C", ROOT / "build", "--no-rebuild", "--destdir", folder, "--tags", "rego,devel")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def authorize(installed):
    pc = next(installed.rglob("casemate-rego.pc"))
    found = run("pkg-config", "--cflags", "--libs", "casemate-rego",
                env={**os.environ, "PKG_CONFIG_PATH": str(pc.parent), "PKG_CONFIG_SYSROOT_DIR": str(installed)})
    assert found.returncode == 0, found.stderr
    program = installed / "authorize"
    built = run("cc", "-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", program, EXAMPLE / "authorize.c",
                *found.stdout.split())
    assert built.returncode == 0, built.stderr
    library = next(installed.rglob("libcasemate-rego.so.0")).parent

    def ask(policy, document):
        return run(program, policy, document, cwd=EXAMPLE, env={"LD_LIBRARY_PATH": str(library)})
    return ask


def test_the_example_allows(authorize):
    ran = authorize("example.rego", "allowed.json")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "allowed\n", "")


def test_the_example_denies_and_says_why(authorize):
    ran = authorize("example.rego", "denied.json")
    shown = re.search(r"denied.json\n(denied\n.*?)\n\.\.\.", (EXAMPLE / "README.md").read_text(), re.S).group(1)
    assert ran.returncode == 1 and ran.stdout.startswith(shown), ran.stdout
    assert 'input.method is "DELETE", with "GET" the result is true' in ran.stdout
    assert "0123456789abcdef" not in ran.stdout


def test_the_example_with_bad_files(authorize, tmp_path):
    bad = tmp_path / "bad.rego"
    bad.write_text("package example\nallow { true }\n")
    ran = authorize(bad, "allowed.json")
    assert ran.returncode == 2 and f"{bad}:2:7: rego_parse_error" in ran.stderr and "hint: " in ran.stderr
    bad.write_text("package example\nallows := true\n")
    assert "defines no data.example.allow" in authorize(bad, "allowed.json").stderr
    bad.write_bytes(bytes(range(256)))
    assert authorize(bad, "allowed.json").returncode == 2
    assert authorize("example.rego", bad).returncode == 2
    assert authorize("nothing.rego", "allowed.json").returncode == 2


def test_the_library_exports_its_own_names_alone(installed):
    if shutil.which("nm") is None:
        pytest.skip("nm is not here")
    done = run("nm", "-D", "--defined-only", next(installed.rglob("libcasemate-rego.so.0")))
    names = {line.split()[-1] for line in done.stdout.splitlines()}
    header = (ROOT / "include" / "casemate" / "rego.h").read_text()
    assert names and names == {name for name in re.findall(r"\b(rego_\w+)\(", header) if f"REGO_EXPORT" in header
                               and re.search(rf"REGO_EXPORT[^;]*\b{name}\(", header)}
