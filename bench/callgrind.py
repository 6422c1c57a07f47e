"""Instructions per operation, by library and by role: a broker without its sandbox runs under callgrind."""
import collections
import os
import pathlib
import re
import subprocess
import time

CRYPTO = ("libcrypto", "libssl")


def command(out):
    return ["valgrind", "--quiet", "--tool=callgrind", "--trace-children=yes", "--compress-strings=no",
            "--compress-pos=no", f"--callgrind-out-file={out}/cg.%p"]


def role_of(pid):
    words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return words[words.index("--role") + 1] if "--role" in words else "supervisor"


def control(option, pids):
    for pid in pids:
        subprocess.run(["callgrind_control", option, str(pid)], check=True, capture_output=True)


def exclusive(path):
    """Own instructions of each (library, function) in a callgrind file."""
    costs = collections.Counter()
    library = function = ""
    skip = False
    for line in open(path, errors="replace"):
        if line.startswith("ob="):
            library = os.path.basename(line[3:].strip())
        elif line.startswith("fn="):
            function = line[3:].strip()
        elif line.startswith("calls="):
            skip = True  # the next line is the callee's cost
        elif re.match(r"[0-9+*-]", line):
            if not skip:
                fields = line.split()
                if len(fields) >= 2:
                    costs[library, function] += int(fields[1])
            skip = False
    return costs


def measure(broker, pids, folder, work, count):
    """Runs `work` once; gives instructions per operation: {role: {library: n}} and the (role, library, function)s."""
    roles = {pid: role_of(pid) for pid in pids}
    control("-z", pids)
    work()
    control("-d", pids)
    time.sleep(0.5)
    by_role = collections.defaultdict(collections.Counter)
    functions = collections.Counter()
    for pid in pids:
        for path in sorted(pathlib.Path(folder).glob(f"cg.{pid}.*")):
            for (library, function), n in exclusive(path).items():
                by_role[roles[pid]][library] += n / count
                functions[roles[pid], library, function] += n / count
            path.rename(path.with_name("done." + path.name))
    return by_role, functions


def crypto_share(by_role):
    total = sum(n for libraries in by_role.values() for n in libraries.values())
    inside = sum(n for libraries in by_role.values() for name, n in libraries.items() if name.startswith(CRYPTO))
    return total, inside


def floor(program, folder):
    """Instructions inside libcrypto per round of a program (its words; the number of rounds comes behind them)."""
    totals = []
    for count in (10, 30):
        out = pathlib.Path(folder) / f"floor.{count}"
        subprocess.run(["valgrind", "--quiet", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
                        f"--callgrind-out-file={out}", *program, str(count)], check=True, capture_output=True)
        totals.append(sum(n for (library, _), n in exclusive(out).items() if library.startswith(CRYPTO)))
    return (totals[1] - totals[0]) / 20
