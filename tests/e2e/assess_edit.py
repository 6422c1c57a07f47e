"""Sound deployments with one thing changed, put together again so that only the change differs: the annotation is packed
anew, and the pinned digest follows the document."""
import base64
import gzip
import hashlib
import io
import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLES = os.path.join(ROOT, 'examples', 'assess')
ANNOTATION = 'io.katacontainers.config.hypervisor.cc_init_data: '


def load(example):
    folder = os.path.join(EXAMPLES, example)
    return {name: open(os.path.join(folder, name), encoding='utf-8').read() for name in sorted(os.listdir(folder))}


def form(tee, text):
    algorithm = re.search(r'^algorithm = "(\w+)"', text, re.M).group(1)
    digest = hashlib.new(algorithm, text.encode()).digest()
    if tee in ('tdx', 'snp'):
        width = {'tdx': 48, 'snp': 32}[tee]
        return (digest + bytes(width))[:width].hex()
    return hashlib.sha256(bytes(32) + digest).hexdigest()


def annotation(text):
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode='wb', mtime=0) as out:
        out.write(text.encode())
    return base64.b64encode(packed.getvalue()).decode()


def replaced(text, old, new, where):
    assert old in text, 'nothing to change in %s: %r' % (where, old)
    return text.replace(old, new)


def sealed_without_kid():
    part = lambda v: base64.urlsafe_b64encode(v).rstrip(b'=').decode()
    return 'sealed.%s.%s.%s' % (part(b'{"alg":"ES256"}'), part(json.dumps(
        {'version': '0.1.0', 'type': 'vault', 'name': 'kbs:///default/ledger/db-password', 'provider': 'kbs',
         'provider_settings': {}, 'annotations': {}}).encode()), part(bytes(64)))


def to_deployment(text):
    """The pod as a Deployment whose own metadata keeps the annotation: the pods get none."""
    pod, rest = text.split('\n---\n', 1)
    head, spec = pod.split('\nspec:\n')
    head = head.replace('apiVersion: v1', 'apiVersion: apps/v1').replace('kind: Pod', 'kind: Deployment')
    spec = '\n'.join('    ' + line if line else line for line in spec.split('\n'))
    return head + '\nspec:\n  template:\n    metadata:\n      labels: {app: x}\n    spec:\n' + spec + '\n---\n' + rest


def second_workload(files, tee):
    """A second pod with a document of its own, and one list of resources for both."""
    own = files['initdata.toml']
    other = own.replace('[kbc]\n', '# the second workload needs kbs:///default/other/key\n[kbc]\n').replace(
        'security-policy/ledger', 'security-policy/other')
    pod = files['pod.yaml'].split('\n---\n')[0].replace('name: api\n  namespace', 'name: other\n  namespace')
    files['other.toml'] = other
    files['other.yaml'] = pod + '\n'
    files['resource-policy.rego'] = files['resource-policy.rego'].replace('workloads := {', 'workloads := {"@OTHER@": {%s}, ' % ', '.join(
        json.dumps(['default'] + p) for p in (['security-policy', 'ledger'], ['security-policy', 'other'], ['ledger', 'db-password'])))
    files['resource-policy.rego'] = files['resource-policy.rego'].replace('@OTHER@', form(tee, other))
    return other


def edit(files, e):
    name = e.get('file')
    if 'create' in e:
        image = re.search(r'image: (\S+)', files['pod.yaml']).group(1)
        files[name] = e['create'].replace('@IMAGE@', image)
    elif 'whole' in e:
        files[name] = e['whole']
    elif 'remove' in e:
        del files[name]
    elif 'append' in e:
        files[name] += e['append']
    elif 'copy_of' in e:
        files[name] = replaced(files[e['copy_of']], e['find'], e['replace'], name)
    elif 'cut_line' in e:
        files[name] = ''.join(line for line in files[name].splitlines(True) if e['cut_line'] not in line)
    elif 'before_line' in e:
        lines = files[name].splitlines(True)
        at = next(i for i, line in enumerate(lines) if e['before_line'] in line)
        files[name] = ''.join(lines[:at] + [e['insert']] + lines[at:])
    elif 'cut_entry' in e:
        files[name], count = re.subn(r'"%s" = \'\'\'.*?\'\'\'\n' % re.escape(e['cut_entry']), '', files[name], flags=re.S)
        assert count == 1
    elif 'cut_digest' in e:
        for key in ('pod.yaml', 'initdata.toml'):
            files[key], count = re.subn(re.escape(e['cut_digest']) + r'@sha256:[0-9a-f]{64}', e['cut_digest'] + ':1.4', files[key])
            assert count > 0
    elif 'to_deployment' in e:
        files[name] = to_deployment(files[name])
    else:
        files[name] = replaced(files[name], e['find'], e['replace'].replace('@SEALED_WITHOUT_KID@', sealed_without_kid()), name)


def mutate(mutation):
    files = load(mutation['example'])
    tee = json.loads(files['context.json'])['tee']
    old = form(tee, files['initdata.toml']) if 'initdata.toml' in files else None
    other = None
    for e in mutation['edits']:
        if 'second_workload' in e:
            other = second_workload(files, tee)
        elif 'accept' not in e:
            edit(files, e)
    if mutation.get('repack', True) and 'initdata.toml' in files:
        text = files['initdata.toml']
        files['pod.yaml'] = re.sub(re.escape(ANNOTATION) + r'\S+', lambda _: ANNOTATION + annotation(text), files['pod.yaml'])
        if 'resource-policy.rego' in files:
            files['resource-policy.rego'] = files['resource-policy.rego'].replace('@UPPER@' + old, form(tee, text).upper()).replace(
                old, form(tee, text))
    if other is not None:
        files['other.yaml'] = re.sub(re.escape(ANNOTATION) + r'\S+', lambda _: ANNOTATION + annotation(other), files['other.yaml'])
    for e in mutation['edits']:
        if 'accept' in e:
            digest = form(tee, files[e['accept']])
            files[e['file']] = files[e['file']].replace(
                'workloads := {', 'workloads := {"%s": {["default", "ledger", "db-password"]}, ' % digest)
    return files
