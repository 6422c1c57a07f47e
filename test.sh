#!/bin/sh
# Everything a change must pass. usage: ./test.sh [SUITE...]
# suites: format lint unit sanitize fuzz-replay e2e vm     (default: all, in this order)
# Ends with the plain line "N passed, N failed, N skipped"; exit status 0 only if nothing failed.
set -u
cd "$(dirname "$0")" || exit 3
suites="${*:-format lint unit sanitize fuzz-replay e2e vm}"
export CASEMATE_VECTORS="${CASEMATE_VECTORS:-$(cd .. && pwd)/shared/vectors}"
[ -d "$CASEMATE_VECTORS" ] || unset CASEMATE_VECTORS
passed=0 failed=0 skipped=0
log=$(mktemp -d) || exit 3
trap 'rm -rf "$log"' EXIT

say() { printf '\n== %s\n' "$*"; }
count() { # PASSED FAILED SKIPPED
    passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3))
}

# one NAME COMMAND...: a check that passes or fails as a whole
one() {
    name=$1; shift
    if "$@" >"$log/out" 2>&1; then echo "ok      $name"; count 1 0 0
    else echo "FAILED  $name"; tail -n 60 "$log/out"; count 0 1 0; fi
}

# meson_suite BUILD SUITE: runs a meson suite and counts its single tests (TAP lines where a test prints them)
meson_suite() {
    meson test -C "$1" --suite "$2" --print-errorlogs --timeout-multiplier 5 >"$log/out" 2>&1
    status=$?
    python3 tools/count-tests "$1/meson-logs/testlog.json" "$1/meson-logs/testlog.txt" --results "$log/results" >"$log/counts"
    read -r p f s <"$log/counts"
    echo "$2 in $1: $p passed, $f failed, $s skipped"
    grep -h '^# SKIP\|# SKIP' "$1/meson-logs/testlog.txt" | sort | uniq -c | sed 's/^/   skipped: /'
    [ $status -eq 0 ] || [ "$f" -gt 0 ] || [ "$s" -gt 0 ] || f=1 # it failed, and no line says why
    [ "$f" -eq 0 ] || sed -n '/not ok/p;/ERROR\|FAIL/p' "$log/out" | head -n 80
    count "$p" "$f" "$s"
}

configure() { # BUILD OPTIONS...
    build=$1; shift
    if [ -f "$build/build.ninja" ]; then meson setup --reconfigure "$build" "$@" >"$log/out" 2>&1
    else meson setup "$build" "$@" >"$log/out" 2>&1; fi || { cat "$log/out"; return 1; }
    ninja -C "$build" >"$log/out" 2>&1 || { tail -n 40 "$log/out"; return 1; }
}

run_suite() {
    case $1 in
    format) say "format"; one clang-format sh -c 'clang-format-14 --dry-run -Werror $(git ls-files "*.c" "*.h")' ;;
    lint)
        say "lint"
        one floors tools/check-floors
        one lint tools/lint
        [ ! -x tools/check-refusals ] || one refusals tools/check-refusals
        one trust-model tools/trust-model check
        one cppcheck tools/run-cppcheck ;;
    unit)
        say "unit tests, release build with its sandbox"
        one build configure build --werror
        meson_suite build unit
        for policy in release attestation_cpu; do
            one "tests of policies/$policy.rego, all of its bodies taken" build/casemate policy test --threshold 100 \
                "policies/$policy.rego" "policies/${policy}_test.rego"
        done ;;
    sanitize)
        say "unit tests and fault pass, address and undefined-behaviour sanitizers"
        one build-asan configure build-asan --werror -Dfaults=true -Dsandbox=false -Dinsecure_sample=true \
            -Db_sanitize=address,undefined -Db_lundef=false
        meson_suite build-asan unit ;;
    fuzz-replay)
        say "fuzz corpora, replayed under the sanitizers"
        [ -f build-asan/build.ninja ] || one build-asan configure build-asan --werror -Dfaults=true -Dsandbox=false \
            -Dinsecure_sample=true -Db_sanitize=address,undefined -Db_lundef=false
        meson_suite build-asan fuzz-replay ;;
    e2e | vm)
        say "end to end: $1"
        [ -x build/casemate-broker ] || one build configure build --werror
        [ "$1" = vm ] || one build-sample configure build-sample -Dinsecure_sample=true
        rm -f "$log/junit.xml" # that of the suite before would count again where this one ends early
        python3 -m pytest -q -x --no-header -p no:cacheprovider -rs --junitxml="$log/junit.xml" "tests/$1" 2>&1 | tail -n 60
        python3 tools/count-tests --junit "$log/junit.xml" --results "$log/results" >"$log/counts"
        read -r p f s <"$log/counts"
        echo "$1: $p passed, $f failed, $s skipped"
        count "$p" "$f" "$s" ;;
    *) echo "test.sh: no suite '$1'" >&2; exit 2 ;;
    esac
}

say "dependencies"
tools/install-deps test || exit 3
[ -n "${CASEMATE_VECTORS:-}" ] || echo "CASEMATE_VECTORS is not there: tests against published vectors are skipped"
for suite in $suites; do run_suite "$suite"; done
# What is required, which test proves it, and how that test ended just now.
tools/trust-model print "$log/results" >docs/trust-model.md
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
