"""Every time zone of the policy language against Python's reading of the same tzdata: the second before and the second
of each change, and instants on both sides of them all."""
import datetime
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import zoneinfo

import pytest

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "build" / "casemate"
TZDATA = pathlib.Path("/usr/share/zoneinfo/tzdata.zi")
ZIC = shutil.which("zic", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
POLICY = """package t

shown[zone] := [time.format([at * 1000000000, zone, "-07:00:00 MST"]) | some at in instants] if some zone, instants in input
"""

pytestmark = pytest.mark.skipif(ZIC is None or not TZDATA.exists(), reason="zic or tzdata.zi is missing")


def changes_in(data):
    """The instants of the changes in a TZif file: those of its second block, which has 64 bits for each."""
    isut, isstd, leap, times, types, chars = struct.unpack(">6l", data[20:44])
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    count = struct.unpack(">6l", data[at + 20:at + 44])[3]
    return struct.unpack(f">{count}q", data[at + 44:at + 44 + 8 * count])


def show(zone, at):
    moment = datetime.datetime.fromtimestamp(at, zone)
    seconds = int(moment.utcoffset().total_seconds())
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} {moment.tzname()}"


def test_every_zone_shows_what_tzdata_says(tmp_path):
    subprocess.run([ZIC, "-b", "fat", "-d", tmp_path / "zones", TZDATA], check=True)
    files = sorted(path for path in (tmp_path / "zones").rglob("*") if path.is_file())
    assert len(files) > 500
    (tmp_path / "t.rego").write_text(POLICY)
    draw = random.Random(1)
    for first in range(0, len(files), 50):
        asked, wanted = {}, {}
        for path in files[first:first + 50]:
            name = str(path.relative_to(tmp_path / "zones"))
            changes = changes_in(path.read_bytes())
            instants = {at - before for at in changes for before in (0, 1)}
            instants |= {draw.randrange(-9_000_000_000, 9_000_000_000) for _ in range(60)}
            instants |= {draw.randrange(1_600_000_000, 4_200_000_000) for _ in range(60)}
            asked[name] = sorted(instants)
            with path.open("rb") as file:
                zone = zoneinfo.ZoneInfo.from_file(file, name)
            wanted[name] = [show(zone, at) for at in asked[name]]
        ran = subprocess.run([PROGRAM, "policy", "eval", "--format", "raw", "-d", tmp_path / "t.rego", "-I", "data.t.shown"],
                             input=json.dumps(asked), capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stderr
        got = json.loads(ran.stdout)
        for name in asked:
            for at, mine, theirs in zip(asked[name], got[name], wanted[name], strict=True):
                assert mine == theirs, (name, at)
