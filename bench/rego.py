"""
The figures of the policy engine. One row each: metric value unit (target). Workloads of our own, in the shape of real
ones: an agent's policy over a pod, attestation claims, release of a resource, a framework with state. Every answer is
checked inside the timed path. Times are CPU time of one thread; instruction counts are exact and fit to compare.

usage: ./bench.sh rego [--json] [--reference] [--public DIR]
DIR is the folder `tests` of github.com/microsoft/regorus, which has public policies and what was recorded for them.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
HERE = ROOT / "bench" / "rego"
PROGRAM = ROOT / "build" / "rego-bench"
rows = []
options = None


def row(metric, value, unit, target=""):
    rows.append({"metric": metric, "value": round(value, 3), "unit": unit, "target": target})
    if not options.json:
        print(f"{metric:<48} {value:>12.2f} {unit:<12} {'(target ' + target + ')' if target else ''}", flush=True)


def container(index):
    """One declared container of the pod; the last is the one that is asked for."""
    env = [f"SETTING_{i}_OF_{index}=value-{i}-{'x' * (i * 7 % 40)}" for i in range(24)]
    paths = [f"/proc/{n}" for n in ("acpi", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "scsi")]
    mounts = [{"destination": f"/mnt/{index}/{i}", "type_": "bind", "source": f"$(shared)/volume-{index}-{i}",
               "options": ["rbind", "rprivate", "rw"]} for i in range(10)]
    mounts += [{"destination": d, "type_": t, "source": t, "options": ["nosuid", "noexec", "nodev"]}
               for d, t in (("/proc", "proc"), ("/dev", "tmpfs"), ("/sys", "sysfs"), ("/dev/mqueue", "mqueue"))]
    storages = [{"driver": "blk", "mount_point": f"/run/layers/{index}-{i}", "fstype": "tar", "source": "",
                 "options": ["ro", "roothash=" + f"{index * 100 + i:064x}"]} for i in range(6)]
    storages.append({"driver": "local", "mount_point": "/run/shared/", "fstype": "local", "source": "local",
                     "options": ["mode=0777"]})
    return {
        "OCI": {
            "Version": "1.1.0-rc.1", "Hooks": None, "Root": {"Readonly": True, "Path": f"/run/rootfs/{index}"},
            "Annotations": {"kubernetes.container-type": "container", "runtime.container-type": "pod_container",
                            "kubernetes.container-name": f"container-{index}",
                            "kubernetes.image-name": f"registry.example/team/image-{index}@sha256:{index:064x}",
                            "kubernetes.sandbox-name": "pod-1"},
            "Process": {"Terminal": False, "Cwd": "/", "NoNewPrivileges": True,
                        "User": {"UID": 1000 + index, "GID": 1000, "AdditionalGids": [], "Username": ""},
                        "Args": ["/bin/service", "--name", "$(pod)", "--port", str(8000 + index), "--verbose"],
                        "Env": env,
                        "Capabilities": {s: ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETUID"]
                                         for s in ("Bounding", "Effective", "Inheritable", "Permitted")}},
            "Linux": {"Namespaces": [{"Type": t, "Path": ""} for t in ("ipc", "uts", "mount", "pid", "cgroup")],
                      "MaskedPaths": paths, "ReadonlyPaths": [p + "/x" for p in paths], "Seccomp": None},
            "Mounts": mounts,
        },
        "storages": storages, "devices": [], "exec_commands": [f"/bin/probe --port {8000 + index}"],
    }


def agent(folder):
    pod = {"containers": [container(i) for i in range(9)], "common": {"shared": "/run/kata/shared"},
           "service_endings": ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT"],
           "request": {"copy_file": ["/run/kata/shared/", "/run/other/"], "exec_commands": ["/bin/true"]}}
    asked = json.loads(json.dumps(pod["containers"][8]))
    asked["OCI"]["Process"]["Args"][2] = "pod-1"
    asked["OCI"]["Process"]["Env"] = asked["OCI"]["Process"]["Env"][:16] + [
        "HOSTNAME=pod-1", "KUBERNETES_SERVICE_HOST=10.0.0.1", "KUBERNETES_SERVICE_PORT=443"]
    for i, mount in enumerate(asked["OCI"]["Mounts"]):
        mount["source"] = mount["source"].replace("$(shared)", "/run/kata/shared")
    for i, storage in enumerate(asked["storages"]):
        storage["source"] = f"/dev/vd{i}" if storage["driver"] == "blk" else storage["source"]
        storage["mount_point"] += "" if storage["driver"] == "blk" else "empty-dir"
    del asked["exec_commands"]
    denied = json.loads(json.dumps(asked))
    denied["OCI"]["Process"]["Env"].append("LD_PRELOAD=/tmp/evil.so")
    sandbox = "data.agent_policy."
    return {"pod": pod}, [
        ("CreateContainer", sandbox + "CreateContainerRequest", asked, True, "60"),
        ("CreateContainer refused", sandbox + "CreateContainerRequest", denied, False, "60"),
        ("CopyFile", sandbox + "CopyFileRequest", {"path": "/run/other/passwd", "mode": 420, "data": "eA=="}, True, "5"),
        ("ExecProcess", sandbox + "ExecProcessRequest",
         {"container_id": "a" * 64, "process": {"Args": ["/bin/probe", "--port", "8008"], "Env": ["A=B"] * 20}}, True,
         "3"),
        ("default only", sandbox + "StatsContainerRequest", {"container_id": "a" * 64}, True, "0.5"),
    ]


def attestation(folder):
    reference = {"snp_launch_measurement": ["%096x" % i for i in range(8)], "snp_bootloader": ["3", "4"],
                 "snp_microcode": ["115", "116"], "snp_snp_svn": ["20", "21"], "snp_tee_svn": ["0"],
                 "snp_smt_enabled": ["1"], "snp_tsme_enabled": ["0"], "snp_guest_abi_major": ["0"],
                 "snp_guest_abi_minor": ["0"], "snp_single_socket": ["0"],
                 "tdx_mr_td": ["%096x" % i for i in range(8)], "tdx_kernel": ["%096x" % i for i in range(8)],
                 "tdx_mr_seam": ["5b"], "tdx_tcb_svn": ["03"], "tdx_xfam": ["e7"]}
    claims = {"measurement": "%096x" % 5, "reported_tcb_bootloader": "3", "reported_tcb_microcode": "115",
              "reported_tcb_snp": "20", "reported_tcb_tee": "0", "platform_smt_enabled": "1",
              "platform_tsme_enabled": "0", "policy_abi_major": "0", "policy_abi_minor": "0",
              "policy_single_socket": "0", "policy_debug_allowed": False, "policy_migrate_ma": False,
              "report_data": "ab" * 64, "chip_id": "cd" * 64, "family_id": "0" * 32, "image_id": "0" * 32,
              "host_data": "ef" * 32, "author_key": "0" * 96, "id_key": "0" * 96, "vmpl": "0",
              "init_data": "ef" * 32, "init_data_claims": {"name": "workload", "policy": "p" * 600}}
    events = [{"index": i % 8, "type_name": "EV_EVENT_TAG", "digests": [{"alg": "SHA-384", "digest": "%096x" % (900 + i)}],
               "event": "A" * 60, "details": {"string": "entry %d" % i}} for i in range(48)]
    events[40] = {"index": 4, "type_name": "EV_EFI_BOOT_SERVICES_APPLICATION",
                  "digests": [{"alg": "SHA-256", "digest": "00"}, {"alg": "SHA-384", "digest": "%096x" % 3}],
                  "event": "A" * 60, "details": {}}
    tdx = {"quote": {"body": {"mr_td": "%096x" % 2, "mr_seam": "5b", "tcb_svn": "03", "xfam": "e7"}},
           "td_attributes": {"debug": False}, "uefi_event_logs": events}
    good = {"executables": 3, "hardware": 2, "configuration": 2}
    return {"reference": reference}, [
        ("attestation SNP", "data.policy.trust_claims", {"snp": claims}, good, "6"),
        ("attestation TDX", "data.policy.trust_claims", {"tdx": tdx}, good, "20")]


def resource(folder):
    submod = {"ear.status": "affirming", "ear.trustworthiness-vector": {"executables": 3, "hardware": 2},
              "ear.annotated-evidence": {"init_data_claims": {"name": "key"}, "report": "ab" * 900}}
    token = {"iss": "broker", "iat": 1700000000, "exp": 1700000300, "submods": {"cpu0": submod}, "nonce": "n" * 43}
    return {"resource-path": "default/key/1"}, [("resource policy", "data.policy.allow", token, True, "3")]


def framework(folder, count=2, fixed=5, open_ended=1, mounts=2):
    """As large as row A1's, or larger: containers, fixed and open-ended rules for their environment, mounts."""
    def one(i):
        return {"id": f"c{i}", "working_dir": "/app", "no_new_privileges": i % 2 == 0, "user": {"uid": 1000 + i},
                "command": ["/bin/app", "--index", str(i)], "layers": ["%064x" % (i * 10 + k) for k in range(6)],
                "env_rules": [{"strategy": "string", "pattern": f"NAME_{k}=value"} for k in range(fixed)] +
                             [{"strategy": "prefix", "pattern": f"PREFIX_{k}="} for k in range(open_ended)],
                "mounts": [{"type": "bind", "source": f"sandbox:///tmp/{k}", "destination": f"/mnt/{k}",
                            "options": ["rbind", "rshared", "rw"]} for k in range(mounts)]}
    containers = [one(i) for i in range(count)]
    asked = count // 2
    data = {"containers": containers,
            "metadata": {"devices": {f"/run/layers/p0-layer{k}": "%064x" % (asked * 10 + 5 - k) for k in range(6)},
                         "started": {}, "overlay": {}}}
    name = f"container{asked}"
    overlay = {"target": "/run/overlay/1", "containerID": name,
               "layerPaths": [f"/run/layers/p0-layer{k}" for k in range(6)]}
    create = {"containerID": name, "argList": containers[asked]["command"], "workingDir": "/app",
              "noNewPrivileges": asked % 2 == 0, "user": {"uid": 1000 + asked},
              "envList": [f"NAME_{k}=value" for k in range(fixed)] + [f"PREFIX_{k}=123" for k in range(open_ended)],
              "mounts": containers[asked]["mounts"]}
    want_overlay = {"allowed": True, "metadata": [
        {"name": "matches", "action": "add", "key": name, "value": [containers[asked]]},
        {"name": "overlay", "action": "add", "key": "/run/overlay/1", "value": True}]}
    want_create = {"allowed": True, "env_list": sorted(create["envList"]), "metadata": [
        {"name": "matches", "action": "update", "key": name, "value": [containers[asked]]},
        {"name": "started", "action": "add", "key": name, "value": True}]}
    return data, [("mount_overlay", "data.framework.mount_overlay", overlay, want_overlay, "5"),
                  ("create_container", "data.framework.create_container", create, want_create, "30")]


def framework_large(folder):
    data, requests = framework(folder, count=12, fixed=12, open_ended=6, mounts=6)
    return data, [(f"{name}, 12 containers", query, request, want, "") for name, query, request, want, _ in requests]


def run(*arguments):
    mode = ["--reference"] if options.reference else []
    done = subprocess.run([PROGRAM, *mode, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def instructions(*arguments):
    """Of one evaluation behind the load: the difference between two runs that differ by one more of each request."""
    counts = []
    with tempfile.TemporaryDirectory() as folder:
        requests = pathlib.Path(arguments[-1])
        double = pathlib.Path(folder) / "double"
        double.write_text(requests.read_text() * 2)
        triple = pathlib.Path(folder) / "triple"
        triple.write_text(requests.read_text() * 3)
        for file in (double, triple):
            mode = ["--reference"] if options.reference else []
            done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
                                   PROGRAM, *mode, "--rounds", "0",
                                   *map(str, arguments[:-1]), file], check=True, capture_output=True, text=True)
            counts.append(int(done.stderr.split("Collected : ")[1].split()[0]))
    return counts[1] - counts[0]


ALONE = {"default only": "0.15", "resource policy": "0.5"}


def parts(*files):
    return {name: float(value) for name, value in run("--parts", "--rounds", "500", *files)}


def parse_and_threads(metric, size, files):
    figures = parts(*files)
    row(f"rego {metric}, input of {size / 1000:.1f} KB read", figures["parse"], "us", "5" if 4000 < size < 5000 else "")
    row(f"rego {metric}, CPU at 2 threads over 1", figures["threads"], "ratio", "1.02")


def workload(name, folder):
    data, requests = globals()[name](folder)
    policy = HERE / (name.split("_")[0] + ".rego")
    (folder / "data").write_text(json.dumps(data))
    for metric, query, request, want, target in requests:
        (folder / "requests").write_text(json.dumps({"query": query, "input": request, "want": want}) + "\n")
        files = ["--policy", policy, "--data", folder / "data", "--requests", folder / "requests"]
        answer, load = run(*files)
        row(f"rego {metric}", float(answer[1]), "us", target)
        row(f"rego {metric}, allocations", float(answer[3]), "count", "0")
        if shutil.which("valgrind"):
            row(f"rego {metric}, instructions", instructions(*files), "count")
        if metric in ALONE:
            row(f"rego {metric}, evaluation alone", parts(*files)["evaluate"], "us", ALONE[metric])
        if metric == "CreateContainer":
            parse_and_threads(metric, len(json.dumps(request, separators=(",", ":"))), files)
    row(f"rego load {name} ({policy.stat().st_size // 1024} + {len(json.dumps(data)) // 1024} KB)", float(load[1]), "us")


def large(folder):
    """A policy of 49 KB: rules of the agent's policy again and again under other names."""
    text = (HERE / "agent.rego").read_text()
    head, rules = text.split("\n", 3)[1], text.split("name_of_pod :=", 1)
    whole = text
    number = 0
    while len(whole) < 49000:
        number += 1
        whole += "\n" + rules[1].split("\n", 2)[2].replace("allow_", f"allow{number}_").replace(
            "same_annotation", f"same{number}_annotation").replace("name_of_pod", f"name{number}_of_pod")
    (folder / "large.rego").write_text(whole[:whole.rindex("\n\n")] + "\n")
    (folder / "requests").write_text(json.dumps({"query": "data.agent_policy.StatsContainerRequest", "want": True}) + "\n")
    files = ["--policy", folder / "large.rego", "--requests", folder / "requests"]
    _, load = run(*files)
    row("rego load of 49 KB", float(load[1]), "us", "3000")
    files = ["--reload", "--rounds", "3", "--policy", HERE / "resource.rego", "--data", folder / "data"]
    data, requests = resource(folder)
    (folder / "data").write_text(json.dumps(data))
    (folder / "requests").write_text(
        json.dumps({"query": requests[0][1], "input": requests[0][2], "want": requests[0][3]}) + "\n")
    answer, _ = run(*files, "--requests", folder / "requests")
    row("rego load and evaluate the resource policy", float(answer[1]), "us", "20")


def library(folder):
    """The library as it is installed, less what only a debugger reads."""
    told = subprocess.run(["meson", "introspect", "--projectinfo", ROOT / "build"], check=True, capture_output=True,
                          text=True)
    target = f"src/rego/libcasemate-rego.so.{json.loads(told.stdout)['version']}"
    subprocess.run(["ninja", "-C", ROOT / "build", target], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["strip", "-o", folder / "stripped", ROOT / "build" / target], check=True)
    row("rego library, stripped", os.path.getsize(folder / "stripped") / 1000, "KB", "700")


def pod(folder, policy):
    """The requests recorded for a pod, each CreateContainer by itself: (name, size) to (mean us, allocations)."""
    lines = [line.strip().rstrip(",") for line in (policy.parent / "inputs.txt").read_text().splitlines()]
    recorded = [json.loads(line.replace('"ep":', "", 1)) for line in lines if line]
    sizes = {}
    with open(folder / "requests", "w") as out:
        for (name, request), want in zip(recorded, json.loads((policy.parent / "outputs.json").read_text()), strict=True):
            size = len(json.dumps(request, separators=(",", ":")))
            kind = {"CreateContainerRequest": f"CreateContainer {len(sizes)}", "CopyFileRequest": "CopyFile",
                    "ExecProcessRequest": "ExecProcess"}.get(name, "others")
            sizes[kind] = size
            out.write(json.dumps({"name": kind, "query": "data.agent_policy." + name, "input": request, "want": want}) +
                      "\n")
    files = ["--v0", "--policy", policy, "--requests", folder / "requests"]
    *answers, load = run(*files)
    return {(name, sizes[name]): (float(mean), float(taken)) for name, mean, _, taken, _ in answers}, float(load[1])


def kata(folder, policies):
    """Rows K1 and K2: the agent's policy of twelve pods, and what a host asked of them."""
    every = {}
    for policy in policies:
        answers, load = pod(folder, policy)
        every.update({(policy.parent.name, *key): value for key, value in answers.items()})
        if policy.parent.name == "k8s-policy-job":
            row(f"rego K load of {policy.stat().st_size / 1000:.0f} KB", load, "us", "3000")

    def times(kind, least=0, most=1e9):
        return [t for (_, name, size), (t, _) in every.items() if name.startswith(kind) and least <= size < most]
    create = "CreateContainer"
    row("rego K1 CreateContainer 4.3 KB, median", statistics.median(times(create, 4300, 4400)), "us", "60")
    row("rego K1 CreateContainer 5.5 KB, median", statistics.median(times(create, 5500, 5600)), "us", "120")
    row(f"rego K1 CreateContainer, median of {len(times(create))}", statistics.median(times(create)), "us")
    row(f"rego K1 CreateContainer, slowest of {len(times(create))}", max(times(create)), "us", "200")
    row("rego K1 allocations", max(taken for _, taken in every.values()), "count", "0")
    row("rego K2 CopyFile, median of pods", statistics.median(times("CopyFile")), "us", "5")
    row("rego K2 ExecProcess, median of pods", statistics.median(times("ExecProcess")), "us", "3")
    row("rego K2 others, median of pods", statistics.median(times("others")), "us")


def aci(folder, cases):
    """Row A1: a framework of 54 KB that keeps state in `data`."""
    import yaml  # only these cases are YAML
    for case in yaml.safe_load(cases.read_text())["cases"]:
        (folder / "data").write_text(json.dumps(case["data"]))
        (folder / "requests").write_text(json.dumps(
            {"query": case["query"], "input": case["input"], "want": case["want_result"][0]["x"]}) + "\n")
        policies = []
        for i, module in enumerate(case["modules"]):
            is_file = module.endswith(".rego")  # else its text
            if not is_file:
                (folder / f"{i}.rego").write_text(module)
            policies += ["--policy", cases.parent / module if is_file else folder / f"{i}.rego"]
        answer, load = run("--v0", *policies, "--data", folder / "data", "--requests", folder / "requests")
        name = case["note"].split("/")[1]
        row(f"rego A1 {name}", float(answer[1]), "us", {"mount_overlay": "5", "create_container": "30"}.get(name, ""))
    row(f"rego A1 load of {len(policies) // 2} modules", float(load[1]), "us")


def public(folder):
    tests = pathlib.Path(options.public)
    kata(folder, sorted(tests.glob("kata/data/*/policy.rego")))
    aci(folder, tests / "aci" / "aci.yaml")


def main():
    global options
    parser = argparse.ArgumentParser(prog="./bench.sh rego")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--reference", action="store_true", help="the plain machine instead of the compiled one")
    parser.add_argument("--public", metavar="DIR", help="the folder tests of microsoft/regorus")
    options = parser.parse_args()
    subprocess.run(["ninja", "-C", ROOT / "build", "rego-bench"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for work in ("agent", "attestation", "resource", "framework", "framework_large"):
            workload(work, folder)
        large(folder)
        library(folder)
        if options.public:
            public(folder)
    if options.json:
        print(json.dumps(rows, indent=1))


main()
