"""casemate assess: every threat fires for a deployment with one thing changed, and is silent for the sound one."""
# proves: R36 R37 M-ASS
import base64
import gzip
import hashlib
import json
import os
import re
import subprocess

import pytest

from assess_edit import EXAMPLES, ROOT, load, mutate

NOW = '2027-01-15'
CASEMATE = os.path.join(ROOT, 'build', 'casemate')
ORDER = ['info', 'low', 'medium', 'high', 'critical']
CANARY = 'c4nary-otter-77'
MUTATIONS = json.load(open(os.path.join(ROOT, 'tests', 'assess_cases', 'mutations.json'), encoding='utf-8'))
OPEN = ('unanswered', 'weak')


def assess(folder, *options):
    done = subprocess.run([CASEMATE, 'assess', '--now', NOW, '--format', 'json', *options, str(folder)],
                          capture_output=True, check=False)
    assert done.returncode in (0, 1, 3, 4), done.stderr.decode()
    return json.loads(done.stdout), done.returncode, done.stdout


def lay(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text, encoding='utf-8')
    return folder


def of(document, threat, statuses=OPEN):
    return [f for f in document['findings'] if f['id'] == threat and f['status'] in statuses]


@pytest.mark.parametrize('example', sorted(e.name for e in os.scandir(EXAMPLES) if e.is_dir()))
def test_sound_deployments_are_clean(example):
    document, status, _ = assess(os.path.join(EXAMPLES, example))
    assert status == 0
    loud = [f for f in document['findings'] if f['status'] in OPEN and f['severity'] != 'info']
    assert loud == []


@pytest.mark.parametrize('mutation', MUTATIONS, ids=lambda m: '%s %s' % (m['threat'], m.get('name', '')))
def test_a_change_is_found(mutation, tmp_path):
    threat, wanted = mutation['threat'], mutation.get('status', list(OPEN))
    before, _, _ = assess(os.path.join(EXAMPLES, mutation['example']))
    folder = lay(tmp_path, mutate(mutation))
    if wanted == ['@within']:
        whole, _, _ = assess(folder)
        assert of(whole, threat) == []
        wanted = list(OPEN)
        after, status, text = assess(folder, '--only', threat)
    else:
        after, status, text = assess(folder)
    found = of(after, threat, wanted)
    assert found, [(f['id'], f['status'], f['severity'], f['evidence']) for f in after['findings']]
    worst = max(ORDER.index(f['severity']) for f in found)
    assert worst >= ORDER.index(mutation.get('severity_min', 'info'))
    if mutation['edits']:
        known = {f['fingerprint'] for f in of(before, threat, wanted)}
        news = [f for f in found if f['fingerprint'] not in known]
        assert news or max([ORDER.index(f['severity']) for f in of(before, threat, wanted)], default=-1) < worst
    assert CANARY.encode() not in text
    assert status not in (3, 4)


def test_every_threat_is_changed_somewhere():
    ids = {name[:-5] for name in os.listdir(os.path.join(ROOT, 'threats')) if name.startswith('T-')}
    assert {m['threat'] for m in MUTATIONS} == ids


def test_a_recorded_request_is_the_baseline(tmp_path):
    """A runtime that sends what nobody would make up: with its record the policy's refusals count."""
    files = load('snp-bare-metal')
    files['initdata.toml'] = files['initdata.toml'].replace(
        '"PATH=/usr/bin:/bin"', '"PATH=/opt/own/bin:"').replace('\t\tv in c.env\n\t}\n', '\t\tv in c.env\n\t}\n\t"PATH=/opt/own/bin:" in p.Env\n')
    mutation = {'example': 'snp-bare-metal', 'edits': [{'file': 'initdata.toml', 'whole': files['initdata.toml']}]}
    folder = lay(tmp_path, mutate(mutation))
    blind = [f for f in assess(folder)[0]['findings'] if f['id'] == 'T-API-04']
    assert [f['status'] for f in blind] == ['not-shown']
    record = json.load(open(os.path.join(ROOT, 'tests', 'assess_cases', 'recorded.json'), encoding='utf-8'))
    sealed = re.search(r'"DB_PASSWORD=([^"]*)"', files['initdata.toml']).group(0).strip('"')
    record['OCI']['Process']['Env'] += [sealed]
    image = re.search(r'image: (\S+)', files['pod.yaml']).group(1)
    record['storages'][0]['source'] = image
    (folder / 'policy.jsonl').write_text(json.dumps({'kind': 'CreateContainerRequest', 'request': record}) + '\n', encoding='utf-8')
    document = assess(folder)[0]
    assert [f for f in document['findings'] if f['id'] == 'T-API-04'] == []
    assert any(a['id'] == 'T-API-04' for a in document['answered'])


GENERATED = '''package agent_policy

import future.keywords.every
import future.keywords.if
import future.keywords.in

default ExecProcessRequest := false

default CreateContainerRequest := false

# The shape of what generators write: everything is compared with the data, variables replaced; the image is not.
CreateContainerRequest if {
	some c in policy_data.containers
	c.OCI.Annotations["io.kubernetes.cri.container-type"] == input.OCI.Annotations["io.kubernetes.cri.container-type"]
	c.OCI.Version == input.OCI.Version
	c.OCI.Process.Args == input.OCI.Process.Args
	c.OCI.Process.Terminal == input.OCI.Process.Terminal
	every v in input.OCI.Process.Env {
		v in [replace(w, "$(host-name)", "api") | some w in c.OCI.Process.Env]
	}
	count(input.OCI.Mounts) == count(c.OCI.Mounts)
	every m in input.OCI.Mounts {
		some k in c.OCI.Mounts
		m.destination == k.destination
		m.options == k.options
		regex.match(replace(k.source, "$(sfprefix)", concat("", ["^/run/kata-containers/shared/containers/", input.container_id, "-[a-z0-9]{16}-"])), m.source)
	}
}

policy_data := {
	"common": {"cpath": "/run/kata-containers/shared/containers", "sfprefix": "^$(cpath)/(watchable/)?$(bundle-id)-[a-z0-9]{16}-", "default_caps": []},
	"containers": [
		{"OCI": {"Version": "1.1.0-own", "Process": {"Terminal": false, "Args": ["/pause"], "Env": ["PATH=/own"]}, "Mounts": [],
			"Annotations": {"io.kubernetes.cri.container-type": "sandbox"}}},
		{"OCI": {"Version": "1.1.0-own", "Process": {"Terminal": false, "Args": ["/own/program"], "Env": ["PATH=/own", "HOSTNAME=$(host-name)"]},
			"Mounts": [{"destination": "/etc/hosts", "source": "$(sfprefix)hosts$", "type_": "bind", "options": ["own"]}],
			"Annotations": {"io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.container-name": "api"}}},
	],
}
'''


def test_the_data_of_a_generated_policy_is_the_baseline(tmp_path):
    """The known gap of such policies: they compare everything but the image that is pulled."""
    text = re.sub(r"package agent_policy.*'''", lambda _: GENERATED + "'''", load('snp-bare-metal')['initdata.toml'], flags=re.S)
    folder = lay(tmp_path, mutate({'example': 'snp-bare-metal', 'edits': [{'file': 'initdata.toml', 'whole': text}]}))
    document = assess(folder)[0]
    assert [(f['severity'], f['probes'][0]) for f in of(document, 'T-API-03')] == [('critical', 'C01')]
    assert any(a['id'] == 'T-API-02' for a in document['answered'])
    assert [f for f in document['findings'] if f['id'] == 'T-API-04' and 'C07' in f['probes']] == []


SHARED_ROOT = (
    ('\tc.OCI.Version == input.OCI.Version\n', '\tc.OCI.Version == input.OCI.Version\n'
     '\treplace(replace(c.OCI.Root.Path, "$(cpath)", policy_data.common.cpath), "$(bundle-id)", input.container_id) == input.OCI.Root.Path\n'),
    ('{"OCI": {"Version": "1.1.0-own",', '{"OCI": {"Version": "1.1.0-own", "Root": {"Path": "$(cpath)/$(bundle-id)"},'))


@pytest.mark.parametrize('literal,passes', [('input.OCI.Process.NoNewPrivileges', True), ('input.OCI.Process.Cwd == "/nowhere"', False)])
def test_a_generated_policy_for_a_shared_root(literal, passes, tmp_path):
    """Where such a policy refuses all the same, the note names the literal that stops a request of its own shape."""
    policy = GENERATED
    for old, new in SHARED_ROOT:
        policy = policy.replace(old, new)
    policy = policy.replace('\tcount(input.OCI.Mounts)', f'\t{literal}\n\tcount(input.OCI.Mounts)')
    text = re.sub(r"package agent_policy.*\'\'\'", lambda _: policy + "\'\'\'", load('snp-bare-metal')['initdata.toml'], flags=re.S)
    document = assess(lay(tmp_path, mutate({'example': 'snp-bare-metal', 'edits': [{'file': 'initdata.toml', 'whole': text}]})))[0]
    assert any(a['id'] == 'T-API-02' for a in document['answered']) == passes
    line = 1 + text[:text.index(literal)].count('\n')
    notes = [n['text'] for n in document['notes'] if 'baseline not found' in n['text']]
    assert notes == ([] if passes else [
        f'baseline not found: container api is refused; the first literal that failed stands at line {line}'])


def test_same_bytes_twice():
    folder = os.path.join(EXAMPLES, 'snp-bare-metal')
    assert assess(folder)[2] == assess(folder)[2]


def test_fingerprints_survive_other_names(tmp_path):
    files = mutate(next(m for m in MUTATIONS if m['threat'] == 'T-API-02'))
    one, two = tmp_path / 'one', tmp_path / 'two'
    for folder in (one, two):
        folder.mkdir()
    lay(one, files)
    moved = {'x' + name if name.endswith(('.yaml', '.toml', '.rego')) else name: text for name, text in files.items()}
    lay(two, moved)
    prints = [sorted(f['fingerprint'] for f in assess(folder)[0]['findings']) for folder in (one, two)]
    assert prints[0] == prints[1]


@pytest.mark.parametrize('name,lost,kept', [
    ('initdata.toml', {'T-API-02', 'T-HOST-01', 'T-INIT-04'}, {'T-ATT-09', 'T-SEC-02', 'T-INIT-05'}),
    ('attestation-policy.rego', {'T-ATT-09', 'T-BOOT-02', 'T-BOOT-05', 'T-ATT-03', 'T-SEC-02'}, {'T-API-02', 'T-INIT-05'}),
    ('resource-policy.rego', {'T-SEC-02', 'T-INIT-01', 'T-ATT-08'}, {'T-API-02', 'T-ATT-09'}),
])
def test_a_policy_that_does_not_compile_shows_nothing(name, lost, kept, tmp_path):
    text = re.sub(r'^(package \w+)$', r'\1\n\nbroken := \n\nbroken', load('snp-bare-metal')[name], flags=re.M)
    files = mutate({'example': 'snp-bare-metal', 'edits': [{'file': name, 'whole': text}]})
    document, status, _ = assess(lay(tmp_path, files))
    answered = {a['id'] for a in document['answered']}
    assert status == 3 and any('does not compile' in n['text'] for n in document['notes'])
    assert not lost & answered and lost <= {f['id'] for f in document['findings'] if f['status'] == 'not-shown'}
    assert kept <= answered and not [f for f in document['findings'] if f['status'] in OPEN and f['severity'] != 'info']


def test_rows_that_a_broken_file_may_have_decided_are_not_shown(tmp_path):
    """What a file of no known kind would have said is not known: nothing is silent for want of it."""
    document, status, _ = assess(lay(tmp_path, {'broken.yaml': 'apiVersion: v1\nkind: Pod\nx: ['}))
    shown = {(f['status'], f['artefact']) for f in document['findings']}
    assert status == 3 and shown == {('not-shown', 'broken.yaml')}
    assert all(n['reason'].startswith('layout ') for n in document['not_applicable'])


def test_a_file_that_does_not_parse_is_named_and_the_rest_assessed(tmp_path):
    files = load('snp-bare-metal')
    files['kbs-config.toml'] = 'this is not TOML ['
    document, status, _ = assess(lay(tmp_path, files))
    assert status == 3
    assert any(n['path'] == 'kbs-config.toml' for n in document['notes'])
    assert any(a['id'] == 'T-API-02' for a in document['answered'])


@pytest.mark.parametrize('name,text', [
    ('bomb.yaml', 'apiVersion: v1\nkind: Pod\na0: &a0 [x, x]\n' + ''.join('a%d: &a%d [*a%d, *a%d]\n' % (i, i, i - 1, i - 1) for i in range(1, 40))),
    ('deep.yaml', 'apiVersion: v1\nkind: Pod\nx: ' + '[' * 200 + ']' * 200 + '\n'),
    ('deep.json', '[' * 200 + ']' * 200),
    ('many.yaml', 'apiVersion: v1\nkind: Pod\n---\n' * 300),
])
def test_limits_are_named(tmp_path, name, text):
    files = load('snp-bare-metal')
    files[name] = text
    document, status, _ = assess(lay(tmp_path, files))
    assert status == 4
    assert any(n['path'] == name for n in document['notes'])


def test_a_file_too_large_is_over_a_limit(tmp_path):
    files = load('snp-bare-metal')
    files['large.yaml'] = 'apiVersion: v1\n#' + 'x' * (16 << 20)
    document, status, _ = assess(lay(tmp_path, files))
    assert status == 4 and any(n['path'] == 'large.yaml' and '16 MiB' in n['text'] for n in document['notes'])
    assert any(a['id'] == 'T-API-02' for a in document['answered'])


def test_an_annotation_that_unpacks_without_end(tmp_path):
    files = load('snp-bare-metal')
    bomb = base64.b64encode(gzip.compress(bytes(64 << 20))).decode()
    files['pod.yaml'] = re.sub(r'(cc_init_data: )\S+', lambda m: m.group(1) + bomb, files['pod.yaml'])
    document, status, _ = assess(lay(tmp_path, files))
    assert status == 4 and any(n['path'] == 'pod.yaml' and 'unpacks to more' in n['text'] for n in document['notes'])
    assert of(document, 'T-INIT-05')


@pytest.mark.parametrize('name,text', [
    ('pod.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: 5\nspec: [1]\n'),
    ('set.yaml', 'apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: {a: b}}}}\n'),
    ('context.json', '{"layout": "kataVM"}'),
])
def test_a_wrong_shape_is_no_silence(name, text, tmp_path):
    document, status, _ = assess(lay(tmp_path, {name: text}))
    assert status == 3 and [i['state'] for i in document['inputs']] == ['failed']
    assert any(n['path'] == name for n in document['notes'])


@pytest.mark.parametrize('context', ['{"layout": "kataVM"}', '{"tee": "sev"}', '[]', '', '{'])
def test_a_context_that_is_named_must_be_one(context, tmp_path):
    (tmp_path / 'c.json').write_text(context)
    got = subprocess.run([CASEMATE, 'assess', '--context', tmp_path / 'c.json', os.path.join(EXAMPLES, 'enclave')],
                         capture_output=True, text=True, check=False)
    assert got.returncode == 3 and 'the context: ' in got.stderr and got.stdout == ''


def test_what_a_pod_uses_and_was_not_supplied_is_not_shown(tmp_path):
    use = ('envFrom: [{secretRef: {name: a}}, {configMapRef: {name: b}}], env: [{name: X, valueFrom: {secretKeyRef: {name: c, key: k}}}]}], '
           'volumes: [{name: v, secret: {secretName: d}}, {name: w, projected: {sources: [{secret: {name: e}}]}}')
    pod = (POD_OF_MANY % 1).replace('image: x}]', 'image: x, %s]' % use)
    document = assess(lay(tmp_path, {'pod.yaml': pod}))[0]
    assert sorted(f['subject'] for f in of(document, 'T-SEC-01', ['not-shown'])) == [
        'ConfigMap b', 'Secret a', 'Secret c', 'Secret d', 'Secret e']
    assert 'T-SEC-01' not in {a['id'] for a in document['answered']}


@pytest.mark.parametrize('member,found', [
    ('data: {text: "%s"}' % ('x' * 5000), False),
    ('data: {text: "%s"}' % ('x' * 5000 + ' postgres://u:hunter22@db/x'), True),
    ('binaryData: {key: %s}' % base64.b64encode(b'-----BEGIN PRIVATE KEY-----\nAA==\n').decode(), True),
    ('binaryData: {logo: %s}' % base64.b64encode(bytes(range(200))).decode(), False),
], ids=['a long text', 'a long text with a secret', 'a private key', 'a picture'])
def test_a_config_map_with(member, found, tmp_path):
    files = {'pod.yaml': POD_OF_MANY % 1, 'map.yaml': f'apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\n{member}\n'}
    document = assess(lay(tmp_path, files))[0]
    assert bool(of(document, 'T-SEC-01')) == found
    assert ('T-SEC-01' in {a['id'] for a in document['answered']}) != found, 'a secret in another file is one of the pod all the same'


@pytest.mark.parametrize('layers,status', [
    ([{'mediaType': 'application/vnd.oci.image.layer.v1.tar+gzip'}], 'unanswered'), ([], 'not-shown')])
def test_a_manifest_as_a_registry_gives_it(layers, status, tmp_path):
    """Bound to the pod by its digest, not by a name; one without layers shows nothing."""
    manifest = json.dumps({'schemaVersion': 2, 'config': {'mediaType': 'x'}, 'layers': layers})
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    pod = (POD_OF_MANY % 1).replace('image: x', f'image: "registry.example.org/app@sha256:{digest}"')
    document = assess(lay(tmp_path, {'pod.yaml': pod, 'manifest.json': manifest}))[0]
    assert [f['status'] for f in document['findings'] if f['id'] == 'T-IMG-05'] == [status]
    (tmp_path / 'manifest.json').write_text(manifest + ' ')
    document = assess(tmp_path)[0]
    assert [f['status'] for f in document['findings'] if f['id'] == 'T-IMG-05'] == ['not-shown']


def test_many_pods_are_not_compared_with_each_other(tmp_path):
    """Two thousand findings and more: named, and cut at a thousand."""
    files = {f'{i}.yaml': POD_OF_MANY % i for i in range(400)}
    document, status, _ = assess(lay(tmp_path, files))
    assert status == 4 and len(document['findings']) == 1000
    assert any('findings more than the first 1000' in n['text'] for n in document['notes'])


POD_OF_MANY = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p%d}\nspec: {runtimeClassName: kata-qemu-snp, containers: [{name: c, image: x}]}\n'


def test_a_policy_that_loops_ends(tmp_path):
    files = load('enclave')
    files['resource-policy.rego'] = ('package policy\n\nimport rego.v1\n\ndefault allow := false\n\nallow if {\n'
                                     '\tsome a in numbers.range(1, 3000)\n\tsome b in numbers.range(1, 3000)\n\ta * b == -1\n}\n')
    document, status, _ = assess(lay(tmp_path, files))
    assert status == 4
    assert any('limits' in n['text'] for n in document['notes'])


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    outside = tmp_path / 'outside'
    outside.mkdir()
    (outside / 'secret.yaml').write_text('apiVersion: v1\nkind: Pod\n', encoding='utf-8')
    inside = tmp_path / 'inside'
    inside.mkdir()
    lay(inside, load('snp-bare-metal'))
    (inside / 'link.yaml').symlink_to(outside / 'secret.yaml')
    (inside / 'folder').symlink_to(outside)
    document, status, _ = assess(inside)
    assert status == 0
    assert not [i for i in document['inputs'] if 'link' in i['path'] or 'secret' in i['path']]


def test_exit_follows_fail_on(tmp_path):
    folder = lay(tmp_path, mutate(next(m for m in MUTATIONS if m['threat'] == 'T-IMG-10')))
    assert assess(folder)[1] == 0
    assert assess(folder, '--fail-on', 'low')[1] == 1
    assert assess(folder, '--fail-on', 'none')[1] == 0
    assert assess(folder, '--strict')[1] == 1


def test_a_folder_of_nothing_is_not_sound(tmp_path):
    folder = lay(tmp_path, {'README.md': 'words\n', 'values.yaml': 'replicas: 1\n'})
    document, status, _ = assess(folder)
    assert status == 0 and [n['text'][:20] for n in document['notes']] == ['nothing was assessed']
    assert assess(folder, '--strict')[1] == 1
    text = subprocess.run([CASEMATE, 'assess', str(folder)], capture_output=True, text=True, check=False).stdout
    assert 'Nothing that was supplied speaks of a threat.' in text and 'Every threat' not in text


# Literals whose loss lets nothing through: each is implied by what stands beside it.
IMPLIED = {
    'count(pulls) == 1': 'the sandbox container has one storage in all',
    'startswith(s.driver_options[0], "image_guest_pull={")': 'another key is no JSON behind trim_prefix',
    'n.Type in {"ipc", "uts", "mount"}': 'a namespace without a path is a new one',
    'is_number(want)': 'every reference value that is asked for is there',
    'evidence["snp"]': 'the attestation policy affirms no other TEE',
    'evidence["tdx"]': 'the attestation policy affirms no other TEE',
    'evidence["az-tdx-vtpm"]': 'the attestation policy affirms no other TEE',
}
EXEC = ('input.process.Args == command', 'started_as(input.process, c)', 'is_null(input.process.Capabilities)',
        'is_null(input.string_user)', 'input.stdin_port == 0', 'input.stdout_port == 0', 'input.stderr_port == 0',
        'p.NoNewPrivileges == true', 'p.Terminal == false')


def literals(text):
    """The lines of a policy that are one literal of a body, by number."""
    end = text.find('data_of_pod := ')
    lines, at = text.splitlines(True), 0
    for number, line in enumerate(lines):
        at += len(line)
        match = re.match(r'^\t+([^\s}{#"].*[^{,])\n$', line)
        inside = at > text.index('package ') and (end < 0 or at < end)
        if match and inside and ':=' not in line and not match.group(1).startswith('some '):
            yield number, match.group(1)


@pytest.mark.parametrize('example', ['snp-bare-metal', 'tdx-gpu', 'peer-pods'])
@pytest.mark.parametrize('name', ['initdata.toml', 'attestation-policy.rego', 'resource-policy.rego'])
def test_every_literal_counts(example, name, tmp_path):
    known = {(f['fingerprint'], f['severity']) for f in assess(os.path.join(EXAMPLES, example))[0]['findings']}
    text = load(example)[name]
    commands = '"commands": []' not in load(example)['initdata.toml']
    idle = []
    for number, literal in literals(text):
        lines = text.splitlines(True)
        lines[number] = re.match(r'^\t+', lines[number]).group(0) + 'true\n'
        files = mutate({'example': example, 'edits': [{'file': name, 'whole': ''.join(lines)}]})
        found = {(f['fingerprint'], f['severity']) for f in assess(lay(tmp_path, files))[0]['findings']}
        if not found - known and literal not in IMPLIED and (commands or literal not in EXEC):
            idle.append('%d: %s' % (number + 1, literal))
    assert idle == []


def marks(document):
    """What a report says: a finding is another one where its severity or its probes are others."""
    return {(f['fingerprint'], f['severity'], f['status'], tuple(f['probes'])) for f in document['findings']}


SOUND = ['snp-bare-metal', 'tdx-gpu', 'peer-pods']
FLIPPED = {'false': 'true', 'true': 'false', '33': '3', '97': '2', '36': '2'}
# Defaults whose flip lets nothing through.
HARMLESS = {
    'RemoveContainerRequest := false': 'a container that is removed without a trace in the state keeps its name taken: nothing starts',
    'StopTracingRequest := false': 'stops what StartTracingRequest does not start',
}


@pytest.mark.parametrize('example', SOUND)
@pytest.mark.parametrize('name', ['initdata.toml', 'attestation-policy.rego', 'resource-policy.rego'])
def test_every_default_counts(example, name, tmp_path):
    """Each default the other way round; one that was open and is closed now refuses more, which is no threat."""
    known, text, idle, seen = marks(assess(os.path.join(EXAMPLES, example))[0]), load(example)[name], [], 0
    for match in re.finditer(r'^default (\w+ := (\S+))$', text, re.M):
        flipped = text[:match.start(2)] + FLIPPED[match.group(2)] + text[match.end(2):]
        found = marks(assess(lay(tmp_path, mutate({'example': example, 'edits': [{'file': name, 'whole': flipped}]})))[0])
        seen += 1
        if not found - known and match.group(2) != 'true' and match.group(1) not in HARMLESS:
            idle.append(match.group(1))
    assert idle == [] and seen > (40 if name == 'initdata.toml' else 0)


@pytest.mark.parametrize('example', SOUND)
def test_every_digest_counts(example, tmp_path):
    """One digit of each digest: all but the reference values, which no file of a deployment can contradict."""
    known, files, seen = marks(assess(os.path.join(EXAMPLES, example))[0]), load(example), 0
    for name, text in files.items():
        for match in re.finditer(r'\b[0-9a-f]{64,128}\b', text):
            changed = text[:match.start()] + ('2' if match.group()[0] == '1' else '1') + text[match.start() + 1:]
            edited = dict(files, **{name: changed})
            if name == 'initdata.toml':
                edited = mutate({'example': example, 'edits': [{'file': name, 'whole': changed}]})
            found = marks(assess(lay(tmp_path, edited))[0])
            assert bool(found - known) == (name != 'reference-values.json'), (name, match.group())
            seen += 1
    assert seen >= 4


OURS = '[server]\nlisten = ["0.0.0.0:8443"]\n[admin]\nfirst_key = "admin.jwk"\n[verifier.snp]\nmax_vmpl = 0\n'
BY_TESTS = {'T-ATT-01', 'T-ATT-02', 'T-ATT-06', 'T-ATT-15', 'T-KBS-01', 'T-KBS-02', 'T-KBS-06', 'T-KBS-07', 'T-GST-04', 'T-GST-05'}


def house(tmp_path, name, change=lambda text: text):
    """The sound deployment with our broker and our guest; `change` is made to one of its files."""
    folder = tmp_path / name
    folder.mkdir()
    files = load('snp-bare-metal')
    files['kbs-config.toml'] = OURS
    files['context.json'] = json.dumps(dict(json.loads(files['context.json']), guest={'agent': 'casemate'}))
    for key in files:
        files[key] = change(files[key])
    return lay(folder, files)


def test_what_our_programs_answer_names_tests_that_are_there(tmp_path):
    document, status, _ = assess(house(tmp_path, 'ours'))
    shown = {a['id']: a['evidence'] for a in document['answered'] if 'tests/' in a['evidence']}
    assert status == 0 and set(shown) == BY_TESTS
    for threat, evidence in shown.items():
        for test in re.findall(r'tests/[\w/]+\.(?:c|py)', evidence):
            head = open(os.path.join(ROOT, test), encoding='utf-8').read(600)
            assert re.search(rf'proves: .*\b{threat}\b', head), (threat, test)


def test_a_guest_that_only_the_context_names_answers_nothing(tmp_path):
    free = lambda text: text.replace('input.snp.measurement in query_reference_value("ledger_guest")', 'input.snp.vmpl == 0')
    assert free(load('snp-bare-metal')['attestation-policy.rego']) != load('snp-bare-metal')['attestation-policy.rego']
    document, _, _ = assess(house(tmp_path, 'free', free))
    assert [f['evidence'] for f in of(document, 'T-GST-04', ['not-shown'])] == [
        'the context names a casemate guest, and no attestation policy pins what is launched']


def test_a_configuration_of_no_known_broker_answers_nothing(tmp_path):
    files = load('snp-bare-metal')
    files['kbs-config.toml'] = '[admin]\nauthorization_mode = "AuthenticatedAuthorization"\n'
    document, _, _ = assess(lay(tmp_path, files))
    assert not {'T-ATT-01', 'T-ATT-02', 'T-ATT-05', 'T-ATT-06', 'T-ATT-15', 'T-KBS-06', 'T-KBS-07'} & {
        a['id'] for a in document['answered']}


def test_every_threat_is_silent_somewhere(tmp_path):
    """Beside the change that makes it fire: a deployment in which it has nothing to say, not even that it is not shown."""
    folders = [os.path.join(EXAMPLES, e.name) for e in os.scandir(EXAMPLES) if e.is_dir()] + [house(tmp_path, 'ours')]
    found = [{f['id'] for f in assess(folder)[0]['findings']} for folder in folders]
    # Nothing shows how layers are unpacked, and reference values have no record of a build: silent without pods, without values.
    assert set.intersection(*found) <= {'T-IMG-07', 'T-BOOT-08'}
    policy = os.path.join(EXAMPLES, 'snp-bare-metal', 'resource-policy.rego')
    assert assess(policy, '--only', 'T-IMG-07,T-BOOT-08')[0]['findings'] == []


def test_published_cases(vectors):
    """The cases that others published: all pass, and none has a finding that nobody expects."""
    done = subprocess.run([os.path.join(ROOT, 'build', 'assess-cases'), str(vectors / 'assess')], capture_output=True,
                          text=True, check=False)
    cases = [line for line in done.stdout.splitlines() if line.startswith(('pass ', 'FAIL '))]
    assert done.returncode == 0, done.stdout
    assert len(cases) >= 18 and all(line.endswith(', precise') for line in cases), done.stdout


# Changes that look dangerous and are none (spec 5.6): nothing of weight may be found.
TRAPS = {
    'an older document in a rollout': [
        {'file': 'initdata-next.toml', 'copy_of': 'initdata.toml', 'find': 'version = "0.1.0"', 'replace': '# next\nversion = "0.1.0"'},
        {'file': 'resource-policy.rego', 'accept': 'initdata-next.toml'}],
    'tag and digest': [
        {'file': 'pod.yaml', 'find': 'ledger/api@sha256', 'replace': 'ledger/api:1.4@sha256'},
        {'file': 'initdata.toml', 'find': 'ledger/api@sha256', 'replace': 'ledger/api:1.4@sha256'}],
    'words in comments and labels': [
        {'file': 'initdata.toml', 'find': '# What is not written here is refused.', 'replace': '# default ExecProcessRequest := true, InsecureAllowAll, kbs:///default/other/key'},
        {'file': 'kbs-config.toml', 'find': '[admin]', 'replace': '# authorization_mode = "InsecureAllowAll"\n[admin]'},
        {'file': 'pod.yaml', 'find': '  namespace: ledger\n  annotations:', 'replace': '  namespace: ledger\n  labels: {debug: "false", tier: insecure}\n  annotations:'}],
    'loopback': [
        {'file': 'pod.yaml', 'find': '    - name: LEDGER_MODE\n', 'replace': '    - name: GUEST_API\n      value: http://127.0.0.1:8006\n    - name: LEDGER_MODE\n'},
        {'file': 'initdata.toml', 'find': '"LEDGER_MODE=live"', 'replace': '"LEDGER_MODE=live", "GUEST_API=http://127.0.0.1:8006"'}],
    'harmless values under loud names': [
        {'file': 'pod.yaml', 'find': '    - name: LEDGER_MODE\n', 'replace': '    - name: PASSWORD_FILE\n      value: /run/ledger/password\n    - name: TOKEN_TTL\n      value: "3600000"\n    - name: LEDGER_MODE\n'},
        {'file': 'initdata.toml', 'find': '"LEDGER_MODE=live"', 'replace': '"LEDGER_MODE=live", "PASSWORD_FILE=/run/ledger/password", "TOKEN_TTL=3600000"'}],
    'certificates and public keys in a Secret': [
        {'file': 'pod.yaml', 'append': '---\napiVersion: v1\nkind: Secret\nmetadata: {name: ca, namespace: ledger}\nstringData:\n  ca.pem: "-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n"\n  key.pub: "-----BEGIN PUBLIC KEY-----\\nAA==\\n-----END PUBLIC KEY-----\\n"\n'}],
    'several reference values for one name': [
        {'file': 'reference-values.json', 'find': '"ledger_guest": [', 'replace': '"ledger_guest": ["' + 'ab' * 48 + '", '}],
    'verification that is on': [
        {'file': 'pod.yaml', 'find': '    - "--listen"\n', 'replace': '    - "--insecure=false"\n    - "--tls-verify=true"\n    - "--listen"\n'},
        {'file': 'initdata.toml', 'find': '"--listen"', 'replace': '"--insecure=false", "--tls-verify=true", "--listen"'}],
    'https in Services and probes': [
        {'file': 'pod.yaml', 'append': '---\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: ledger}\nspec:\n  ports: [{name: https, port: 443, targetPort: 8443}]\n'},
        {'file': 'pod.yaml', 'find': '    readinessProbe:\n', 'replace': '    livenessProbe:\n      httpGet: {port: 8443, scheme: HTTPS}\n    readinessProbe:\n'}],
    'injection that is off': [
        {'file': 'pod.yaml', 'before_line': 'cc_init_data', 'insert': '    sidecar.istio.io/inject: "false"\n'}],
    'a merge key': [
        {'file': 'pod.yaml', 'find': '      limits:\n        cpu: "2"\n        memory: 2Gi\n', 'replace': '      <<: {limits: {cpu: "2", memory: 2Gi}}\n'}],
    'a trusted store': [
        {'file': 'pod.yaml', 'find': '    volumeMounts:\n', 'replace': '    volumeDevices:\n    - name: data\n      devicePath: /dev/trusted_store\n    volumeMounts:\n'},
        {'file': 'pod.yaml', 'find': '  volumes:\n', 'replace': '  volumes:\n  - name: data\n    persistentVolumeClaim: {claimName: data}\n'},
        {'file': 'pod.yaml', 'append': '---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: ledger}\nspec: {volumeMode: Block, accessModes: [ReadWriteOnce]}\n'},
        {'file': 'initdata.toml', 'find': '"devices": []', 'replace': '"devices": ["/dev/trusted_store"]'}],
    'sizes and times in annotations': [
        {'file': 'pod.yaml', 'before_line': 'cc_init_data', 'insert': '    io.katacontainers.config.hypervisor.default_vcpus: "4"\n    io.katacontainers.config.runtime.create_container_timeout: "600"\n'}],
}


@pytest.mark.parametrize('trap', sorted(TRAPS))
def test_a_trap_is_no_finding(trap, tmp_path):
    folder = lay(tmp_path, mutate({'example': 'snp-bare-metal', 'edits': TRAPS[trap]}))
    document, status, _ = assess(folder)
    loud = [(f['id'], f['severity'], f['evidence']) for f in document['findings'] if f['severity'] != 'info']
    assert loud == [] and status == 0
    blind = [f['id'] for f in document['findings'] if 'baseline not found' in f['evidence']]
    assert blind == [], document['notes']


def test_a_deployment_is_its_pods(tmp_path):
    files = load('snp-bare-metal')
    pod, rest = files['pod.yaml'].split('\n---\n', 1)
    template = '\n'.join('    ' + line for line in pod.split('\n') if not line.startswith(('apiVersion', 'kind')))
    template = template.replace('      name: api\n', '      labels: {app: api}\n').replace('      namespace: ledger\n', '')
    files['pod.yaml'] = ('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: ledger}\nspec:\n  template:\n'
                         + template + '\n---\n' + rest)
    document, status, _ = assess(lay(tmp_path, files))
    assert status == 0
    assert [a['workload'] for a in document['answered'] if a['id'] == 'T-API-02'] == ['ledger/api']


@pytest.mark.parametrize('mode,status', [('Filesystem', ['unanswered']), ('Block', [])])
def test_a_template_of_a_claim_is_a_volume(mode, status, tmp_path):
    """A StatefulSet mounts what its templates make, and the pod's own list of volumes does not name it."""
    use = ('volumeDevices: [{name: data, devicePath: /dev/trusted_store}]' if mode == 'Block' else
           'volumeMounts: [{name: data, mountPath: /data}]')
    (tmp_path / 'set.yaml').write_text(f'''apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  volumeClaimTemplates:
  - {{metadata: {{name: data}}, spec: {{volumeMode: {mode}}}}}
  template:
    spec:
      runtimeClassName: kata-qemu-snp
      containers: [{{name: c, image: x, {use}}}]
''', encoding='utf-8')
    document, _, _ = assess(tmp_path)
    assert [f['status'] for f in document['findings'] if f['id'] == 'T-STO-01'] == status
    assert [f['status'] for f in document['findings'] if f['id'] == 'T-STO-04'] == status
    answered = {a['id'] for a in document['answered']}
    assert 'T-STO-02' not in answered and ('T-STO-01' in answered) == ('T-STO-04' in answered) == (mode == 'Block')


@pytest.mark.parametrize('policy', [
    '',
    'package agent_policy\nx :=\n',
    'package agent_policy\ndefault CreateContainerRequest := false\n# encryption_key=ephemeral\n',
], ids=['none', 'does not compile', 'refuses the pod itself'])
def test_a_policy_that_shows_nothing_answers_nothing(policy, tmp_path):
    text = 'version = "0.1.0"\nalgorithm = "sha256"\n[data]\n"aa.toml" = ""\n'
    text += f'"policy.rego" = \'\'\'\n{policy}\'\'\'\n' if policy else ''
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    (tmp_path / 'pod.yaml').write_text(f'''apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {{sidecar.istio.io/inject: "true"}}
  annotations: {{io.katacontainers.config.hypervisor.cc_init_data: {packed}}}
spec:
  runtimeClassName: kata-qemu-snp
  volumes: [{{name: scratch, emptyDir: {{}}}}]
  containers: [{{name: c, image: x}}]
''', encoding='utf-8')
    document, _, _ = assess(tmp_path)
    assert [a for a in document['answered'] if 'agent policy' in a['evidence'] and a['id'] != 'T-INIT-04'] == []
    assert of(document, 'T-ORC-04', ['not-shown']) and of(document, 'T-STO-01', ['not-shown'])


def test_a_tee_without_registers_of_the_firmware_answers_nothing_about_them():
    document, _, _ = assess(os.path.join(EXAMPLES, 'snp-bare-metal'))
    assert [a for a in document['answered'] if a['id'] == 'T-BOOT-07'] == []
    assert [n['reason'][:35] for n in document['not_applicable'] if n['id'] == 'T-BOOT-07'] == ['this TEE measures no firmware apart']


@pytest.mark.parametrize('tee', ['tpm', 'snp'])
def test_the_built_in_policies_have_nothing_open(tee, tmp_path):
    """Without a reference value, as a broker starts: a machine that measured nothing is not affirmed either."""
    context = lay(tmp_path, {'context.json': json.dumps({'tee': tee})}) / 'context.json'
    policies = [os.path.join(ROOT, 'policies', name) for name in ('attestation_cpu.rego', 'release.rego')]
    document = json.loads(subprocess.run([CASEMATE, 'assess', '--context', context, '--format', 'json', *policies],
                                         capture_output=True, check=False).stdout)
    assert [f for f in document['findings'] if f['status'] in OPEN] == []
    assert of(document, 'T-INIT-10', ['not-shown']) and of(document, 'T-SEC-02', ['not-shown'])


@pytest.mark.parametrize('more,probe', [
    ('input.snp.measurement in query_reference_value("snp_measurement")', None),
    ('not input.snp', 'A12'), ('not input.tdx', 'A01'), ('input == {}', 'A12'), ('input["unknown-tee"]', 'A13'),
    ('input.snp == {}', 'A14'),
])
def test_a_policy_without_an_answer_says_no(more, probe, tmp_path):
    """Undefined trust claims affirm nothing, and are no error; what affirms without claims is hollow all the same."""
    rule = 'trust_claims := {"executables": 3} if {\n\t%s\n}\n'
    sound = 'input.snp.measurement in query_reference_value("snp_measurement")\n\tinput.snp.policy_debug_allowed == false'
    document, _, _ = assess(lay(tmp_path, {
        'attestation-policy.rego': 'package policy\n\nimport rego.v1\n\n' + rule % sound + rule % more,
        'reference-values.json': json.dumps({'snp_measurement': ['ab' * 48]}), 'context.json': '{"tee": "snp"}'}))
    found = of(document, 'T-ATT-09')
    assert [f['probes'][0] for f in found] == ([probe] if probe else []) and all(f['severity'] == 'critical' for f in found)
    assert probe or any(a['id'] == 'T-ATT-09' for a in document['answered'])
    assert not [f for f in document['findings'] if 'cannot be decided' in f['evidence']]


BROKER = os.path.join(ROOT, 'build', 'casemate-broker')


def critical_of(config):
    got = subprocess.run([CASEMATE, 'assess', '--now', NOW, '--format', 'json', '--as', f'broker-config={config}', config],
                         capture_output=True, check=False)
    return {f['id'] for f in json.loads(got.stdout)['findings'] if f['severity'] == 'critical' and f['status'] in OPEN}


@pytest.mark.parametrize('text,threat', [
    ('[admin]\nauthorization_mode = "InsecureAllowAll"\n', 'T-KBS-01'),
    ('[attestation_token]\ninsecure_header_jwk = true\n[http_server]\nsockets = []\n', 'T-ATT-06'),
    ('[verifier.sample]\ninsecure_enabled = true\n', 'T-ATT-08'),
], ids=lambda v: v if v.startswith('T-') else '')
def test_no_broker_starts_with_what_is_critical(text, threat, tmp_path):
    """R37. The last one needs a build with the sample TEE, which says insecure in its version."""
    config = tmp_path / 'broker.toml'
    config.write_text(text)
    assert threat in critical_of(config)
    got = subprocess.run([BROKER, '--config', config], capture_output=True, text=True, timeout=20, check=False)
    assert got.returncode == 3 and 'settings.refused' in got.stderr and 'broker.started' not in got.stderr


SETTINGS = re.findall(r'^SETTING\(\w+, "([^"]+)", "([^"]+)", (\w+), (\d+), (\d+), "([^"]*)"',
                      open(os.path.join(ROOT, 'src', 'settings', 'settings.def'), encoding='utf-8').read(), re.M)


def values_of(kind, least, most, default):
    if kind == 'BOOL':
        return ['true', 'false']
    if kind == 'INT':
        return [least, most]
    if kind == 'CHOICE':
        return ['"%s"' % word for word in default.split('|')]
    if kind == 'ADDRESSES':
        return ['[]', '["0.0.0.0:1"]']
    return ['["x.pem"]'] if kind == 'PATHS' else ['"x"']


def test_what_makes_our_configuration_critical_says_insecure(tmp_path):
    """R37, for every setting that there is: of what the catalogue rates critical, nothing has a harmless name."""
    config, seen = tmp_path / 'broker.toml', set()
    for section, name, kind, least, most, default in SETTINGS:
        for value in values_of(kind, least, most, default):
            config.write_text(f'[{section}]\n{name} = {value}\n')
            found = critical_of(config)
            assert not found or 'insecure' in name + value, (section, name, value, found)
            seen |= found
    assert len(SETTINGS) > 40 and seen == {'T-ATT-08', 'T-BOOT-05'}
