#!/bin/bash
# The main job on real parts: a measured guest attests and gets its secret; the host attacks, and does not.
# usage: ./demo.sh [--keep]     --keep: leave the broker running and print what to try next
# Everything it makes lies in demo-state/. Exit status 0 only if every line of the table is as expected.
set -u -o pipefail
cd "$(dirname "$0")" || exit 3
keep=0
[ "${1:-}" != --keep ] || keep=1
state=$PWD/demo-state
bin=$PWD/build
broker_pid=
rows=$state/rows
secret_path=default/demo/secret

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }
die() { echo "demo: $*" >&2; exit 4; }
stop() { [ -z "$broker_pid" ] || { kill "$broker_pid" 2>/dev/null; wait "$broker_pid" 2>/dev/null; }; }
# A number in a file may be that of another process by now.
stop_earlier() { case $(readlink "/proc/$1/exe") in */casemate-broker*) kill "$1" ;; esac; }
trap '[ $keep -eq 1 ] || stop' EXIT

free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
field() { python3 -c 'import json,sys; print(json.loads(sys.argv[1]).get(sys.argv[2]) or "")' "$1" "$2"; }

initdata() { # RESOURCE: the document that tells a guest which broker to trust and what to fetch
    cat <<X
version = "0.1.0"
algorithm = "sha256"

[data]
"aa.toml" = '''
[token_configs.kbs]
url = "https://10.0.2.2:$port"
'''
"cdh.toml" = '''
[kbc]
name = "cc_kbc"
url = "https://10.0.2.2:$port"
kbs_cert = """
$(cat "$state/broker/tls/cert.pem")
"""

[[credentials]]
resource_uri = "kbs:///$1"
path = "/run/secrets/demo"
'''
X
}

# audit_of SESSION: the first refusal of a session (what the appraisal found; a refused release only follows from it)
audit_of() {
    "$bin/casemate" audit show "$state/broker/audit" --session "$1" --format json 2>/dev/null | python3 -c '
import json, sys
try: lines = json.load(sys.stdin)["lines"]
except ValueError: lines = []
first = next(((v["reason"], v.get("threat", "")) for v in lines if v.get("reason")), None)
print(*(first or ("", "")))'
}

# row WHAT EXPECTED(ok|refused) REASON COMMAND...: run one try, join its result with the audit log, keep a line of the table
row() {
    what=$1 expected=$2 wanted=$3; shift 3
    printf '   %-62s' "$what"
    line=$("$@" 2>>"$state/host.log" | tail -n 1)
    result=$(field "$line" result) reason=$(field "$line" reason) session=$(field "$line" session)
    threat=
    if [ "$result" = refused ] && [ -z "$reason" ] && [ -n "$session" ]; then read -r reason threat < <(audit_of "$session"); fi
    if [ "$result" = refused ] && [ -z "$reason" ]; then reason=$(last_token_refusal); fi
    [ -z "$reason" ] || threat=$("$bin/casemate" explain "$reason" --format json 2>/dev/null |
        python3 -c 'import json,sys; print(json.load(sys.stdin)["reasons"][0]["threat"])' 2>/dev/null)
    good=as-expected
    [ "$result" = "$expected" ] || good=DIFFERS
    case " $wanted " in *" $reason "*) ;; *) [ -z "$wanted" ] || good=DIFFERS ;; esac
    printf '%s %s\n' "$result" "$reason"
    printf '%s|%s|%s|%s|%s|%s\n' "$what" "$expected" "$result" "$reason" "$threat" "$good" >>"$rows"
    [ -z "$session" ] || last_session=$session
}

# A bearer token has no session: its refusal stands in the broker's log.
last_token_refusal() { grep -o 'release code=[A-Z]* reason=token[.a-z-]*' "$state/broker.log" | tail -n 1 | sed 's/.*reason=//'; }

say "1. What is needed"
tools/install-deps build || exit 3
echo "   building (the first time takes a minute)"
[ -f build/build.ninja ] || meson setup build >"$PWD/.demo-build.log" 2>&1 || { cat .demo-build.log; exit 4; }
ninja -C build casemate casemate-broker casemate-guest casemate-host >.demo-build.log 2>&1 || { tail -n 30 .demo-build.log; exit 4; }
rm -f .demo-build.log
"$bin/casemate-broker" --version

say "2. A broker that denies everything"
[ ! -f "$state/pid" ] || stop_earlier "$(cat "$state/pid")"
rm -rf "$state"; mkdir -p "$state" || exit 3
port=$(free_port)
"$bin/casemate" broker init "$state/broker" --name 127.0.0.1 --name 10.0.2.2 >/dev/null || die "no broker"
"$bin/casemate-host" tpm-make "$state/tpm" >>"$state/host.log" 2>&1 || die "no software TPM; see $state/host.log"
"$bin/casemate-host" tpm-make "$state/tpm-stranger" >>"$state/host.log" 2>&1 || die "no second software TPM"
sed -i "s/127.0.0.1:8443/127.0.0.1:$port/" "$state/broker/broker.toml"
cat >>"$state/broker/broker.toml" <<X

[metrics]
listen = []

# The TPM of this demo is software that this host owns: see the last row of the table, and LIMITS.md.
[verifier.tpm]
insecure_software_tpm_roots = ["$state/tpm/roots.pem"]
X
"$bin/casemate-broker" --config "$state/broker/broker.toml" >"$state/broker.log" 2>&1 &
broker_pid=$!
echo $broker_pid >"$state/pid"
for _ in $(seq 100); do [ -S "$state/broker/admin.sock" ] && break; sleep 0.05; done
admin=(--admin "$state/broker/admin/admin.toml")
echo "   listening on 127.0.0.1:$port; administration on a unix socket"

say "3. A guest: one unified kernel image from Debian's packages and our program"
guest-image/build "$state/guest" >"$state/image.log" 2>&1 || { tail "$state/image.log"; die "no guest image"; }
tail -n 6 "$state/image.log" | sed 's/^/   /'
echo "   and three changed ones: command line, initramfs, kernel"
echo "not in the measured image" >"$state/extra"
guest-image/build "$state/guest-cmdline" build --quiet --cmdline "$(cat guest-image/cmdline.txt) init=/bin/sh" >>"$state/image.log" 2>&1 || die "no image"
guest-image/build "$state/guest-initramfs" build --quiet --extra-file "$state/extra" >>"$state/image.log" 2>&1 || die "no image"
guest-image/build "$state/guest-kernel" build --quiet --kernel-variant >>"$state/image.log" 2>&1 || die "no image"

say "4. What the owner registers: computed from files, without a boot"
initdata $secret_path >"$state/initdata.toml"
initdata default/other/secret >"$state/foreign.toml"
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$state/secret"
"$bin/casemate" reference measure --image "$state/guest/guest.efi" --initdata "$state/initdata.toml" --event-log "$state/log.bin" >"$state/references.json" 2>"$state/measure.log" ||
    "$bin/casemate" reference measure --image "$state/guest/guest.efi" --event-log "$state/log.bin" >"$state/references.json" || die "no reference values"
{
    "$bin/casemate" reference set --file "$state/references.json" "${admin[@]}" &&
    "$bin/casemate" endorsement add --tee tpm --ek "$state/tpm/ek.pem" --note "the demo's TPM" "${admin[@]}" &&
    "$bin/casemate" resource set $secret_path --file "$state/secret" "${admin[@]}" &&
    "$bin/casemate" resource set default/other/secret --file "$state/secret" "${admin[@]}" &&
    "$bin/casemate" policy set resource-policy policies/release.rego "${admin[@]}" &&
    "$bin/casemate" workload bind --tee tpm --initdata "$state/initdata.toml" --allow $secret_path "${admin[@]}"
} | sed 's/^/   /' || die "the broker took it not"

say "5. The guest boots, attests and gets its secret"
: >"$rows"
last_session=
"$bin/casemate-host" run --image "$state/guest/guest.efi" --initdata "$state/initdata.toml" --tpm "$state/tpm" \
    --console "$state/console.log" 2>>"$state/host.log" | tail -n 1 >"$state/result"
grep -a '^casemate' "$state/console.log" | grep -av '^casemate-guest: {' | sed 's/^/   guest: /'
line=$(cat "$state/result")
have=$(field "$line" sha256) want=$(sha256sum <"$state/secret" | cut -d' ' -f1)
good=DIFFERS
[ "$(field "$line" result)" = ok ] && good=as-expected
[ -z "$have" ] || [ "$have" = "$want" ] || good=DIFFERS
grep -aq "$want" "$state/console.log" || good=DIFFERS
echo "   sha256 of the secret in the guest: $want"
echo "the measured guest|ok|$(field "$line" result)|||$good" >>"$rows"

say "6. The host attacks: one changed point each"
vm=(--initdata "$state/initdata.toml" --tpm "$state/tpm" --console "$state/attack.log")
message=(--initdata "$state/initdata.toml" --tpm "$state/tpm" --event-log "$state/log.bin" --broker "https://127.0.0.1:$port"
    --ca "$state/broker/tls/cert.pem" --other-resource default/other/secret)
attack() { "$bin/casemate-host" attack "$@"; }
row "a changed command line inside the image" refused appraisal.command-line attack command-line --image "$state/guest-cmdline/guest.efi" "${vm[@]}"
boot_session=$last_session
"$bin/casemate-host" run --image "$state/guest/guest.efi" --save demo-state/snapshot "${vm[@]}" 2>>"$state/host.log" >/dev/null || die "no snapshot"
row "the command line overridden from outside (PCR 12)" refused appraisal.command-line attack command-line-override --append "console=ttyS0 quiet evil=1" --image "$state/guest/guest.efi" "${vm[@]}"
row "a changed initramfs" refused appraisal.initramfs attack initramfs --image "$state/guest-initramfs/guest.efi" "${vm[@]}"
row "a changed kernel" refused appraisal.kernel attack kernel --image "$state/guest-kernel/guest.efi" "${vm[@]}"
row "a TPM whose endorsement key nobody enrolled" refused "tpm.ek-chain tpm.ek-unenrolled" attack unenrolled-ek --image "$state/guest/guest.efi" --initdata "$state/initdata.toml" --tpm "$state/tpm-stranger" --console "$state/attack.log"
row "the measured guest again, back from a snapshot" ok "" "$bin/casemate-host" run --image "$state/guest/guest.efi" --initdata "$state/initdata.toml" --load demo-state/snapshot --console "$state/attack.log"
row "a copy of it: the snapshot started as another machine" refused guest.cloned "$bin/casemate-host" run --image "$state/guest/guest.efi" --initdata "$state/initdata.toml" --load demo-state/snapshot --clone --console "$state/attack.log"
rm -f demo-state/snapshot
row "foreign initdata" refused release.initdata attack foreign-initdata --image "$state/guest/guest.efi" --initdata "$state/foreign.toml" --tpm "$state/tpm" --console "$state/attack.log"
row "no initdata" refused guest.no-initdata attack no-initdata --image "$state/guest/guest.efi" --no-initdata --tpm "$state/tpm" --console "$state/attack.log"
row "an old message in a new session (replay)" refused nonce.mismatch attack replay "${message[@]}"
row "guest A's evidence with guest B's key (relay)" refused key.binding attack relay "${message[@]}"
row "an event log that does not match the PCRs" refused tpm.eventlog-replay attack eventlog-mismatch "${message[@]}"
row "a second use of the same session" refused session.spent attack session-reuse "${message[@]}"
row "a token changed in one bit" refused token.signature attack token-bit "${message[@]}"
row "a token signed by a key of the attacker" refused token.signature attack token-foreign-key "${message[@]}"
row "a token used without its key (released sealed, of no use)" refused jwe.key-mismatch attack token-stolen "${message[@]}"
row "a resource of another workload" refused release.other-workload attack other-resource "${message[@]}"
row "a guest forged in software, without any TPM" refused tpm.ak-unbound attack forged-software "${message[@]}"
row "the host, who owns this software TPM, forges the whole boot" ok "" attack forged-boot "${message[@]}"

say "7. What was tried, and what happened"
printf '%-62s %-9s %-9s %-26s %s\n' "tried" "expected" "happened" "reason" "threat"
bad=0
while IFS='|' read -r what expected result reason threat good; do
    printf '%-62s %-9s %-9s %-26s %s%s\n' "$what" "$expected" "$result" "$reason" "$threat" "$([ "$good" = as-expected ] || echo "   <-- differs")"
    [ "$good" = as-expected ] || bad=$((bad + 1))
done <"$rows"
echo
echo "The last row is not protected against: a TPM that the host owns proves nothing against the host (LIMITS.md, 1)."

say "8. Why the changed command line was refused"
"$bin/casemate" explain --audit "$state/broker/audit" --session "$boot_session" --key "$state/broker/keys/audit.pub" | head -n 40

if [ $keep -eq 1 ]; then
    say "The broker goes on (process $broker_pid). Try:"
    cat <<X
   build/casemate audit verify demo-state/broker/audit --key demo-state/broker/keys/audit.pub
   build/casemate workload list ${admin[*]}
   build/casemate-host run --image demo-state/guest/guest.efi --initdata demo-state/initdata.toml --tpm demo-state/tpm
   kill $broker_pid
X
fi
echo
if [ $bad -eq 0 ]; then echo "every line is as expected"; else echo "$bad lines differ"; exit 1; fi
