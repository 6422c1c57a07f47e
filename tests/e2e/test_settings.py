"""The broker's configuration as its program reads and prints it."""
import subprocess

import pytest


def ask(broker, *words, **streams):
    streams = streams or {"stdout": subprocess.PIPE}
    return subprocess.run([broker.build / "casemate-broker", *map(str, words)], stderr=subprocess.PIPE, text=True, timeout=60,
                          **streams)


@pytest.fixture
def broker(make_broker):
    return make_broker(start=False)


def test_what_is_printed_is_a_configuration(broker):
    printed = ask(broker, "--config", broker.config, "--print-config")
    assert printed.returncode == 0 and printed.stderr == ""
    again = broker.folder / "printed.toml"
    again.write_text(printed.stdout)
    assert ask(broker, "--config", again, "--check-config").returncode == 0
    assert ask(broker, "--config", again, "--print-config").stdout == printed.stdout


def test_what_cannot_be_printed_is_no_success(broker):
    with open("/dev/full", "w") as full:
        ran = ask(broker, "--config", broker.config, "--print-config", stdout=full)
    assert ran.returncode == 3 and "cannot be printed" in ran.stderr


@pytest.mark.parametrize("line,says", [
    ("nonsense", "settings.refused"), ("[nonsense]\nkey = 1", "settings.refused"), ("[log]\nlevel = 1", "settings.refused"),
    ("[log]\nlevel = \"info\"\nlevel = \"info\"", "settings.refused"),
])
def test_what_is_wrong_is_said(broker, line, says):
    bad = broker.folder / "bad.toml"
    bad.write_text(line + "\n")
    for word in ("--check-config", "--print-config"):
        ran = ask(broker, "--config", bad, word)
        assert ran.returncode == 3 and says in ran.stderr and ran.stdout == ""


def test_what_is_not_there_and_usage(broker):
    assert ask(broker, "--config", broker.folder / "absent.toml", "--check-config").returncode == 3
    assert ask(broker, "--config", broker.folder, "--check-config").returncode == 3
    for words in ([], ["--config"], ["--check-config", "--config", broker.config], ["--config", broker.config, "--nope"],
                  ["--role", "nobody", "x", "3"]):
        ran = ask(broker, *words)
        assert ran.returncode == 2, words
