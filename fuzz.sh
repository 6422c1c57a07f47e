#!/bin/sh
# Builds every fuzz target and runs each for its share of the time, two at once. One line per target: runs, crashes, and
# the size of its corpus, which stays in build-fuzz/corpus for the next time. Findings are left in build-fuzz/findings.
# usage: ./fuzz.sh MINUTES [TARGET...]
set -eu
top=$(cd "$(dirname "$0")" && pwd)
build=$top/build-fuzz
ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer || true)
export ASAN_SYMBOLIZER_PATH

# One target: name, seconds. Ends with 1 on a finding.
run_target() {
    name=$1
    corpus=$build/corpus/$name
    seeds=$top/tests/fuzz/corpus/$name
    log=$build/findings/$name.log
    mkdir -p "$corpus"
    rm -f "$build/findings/$name"-*
    status=0
    words= # of the language that the target reads
    case $name in policy_layout | rego_explain | rego_modes) words=-dict=$top/tests/fuzz/rego.dict ;; esac
    "$build/tests/fuzz/fuzz-$name" ${words:+"$words"} -max_total_time="$2" -max_len=65536 -timeout=25 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$build/findings/$name-" "$corpus" "$seeds" >"$log" 2>&1 || status=1
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    [ -n "$runs" ] || runs=$(sed -n 's/^#\([0-9]*\).*/\1/p' "$log" | tail -n 1)
    crashes=$(find "$build/findings" -name "$name-*" | wc -l)
    size=$(find "$corpus" -type f | wc -l)
    printf '%-24s runs %-10s crashes %-3s corpus %s\n' "$name" "${runs:-0}" "$crashes" "$size"
    [ "$status" -ne 0 ] || rm -f "$log"
    return "$status"
}

if [ "${1:-}" = --one ]; then
    run_target "$2" "$3"
    exit
fi
case ${1:-} in
'' | *[!0-9]*)
    echo "usage: ./fuzz.sh MINUTES [TARGET...]" >&2
    exit 2
    ;;
esac
minutes=$1
shift
if [ ! -f "$build/build.ninja" ]; then
    CC=clang-19 meson setup "$build" "$top" -Dfuzz=true -Dsandbox=false -Db_sanitize=address,undefined \
        -Db_lundef=false >/dev/null
fi
log=$(mktemp)
ninja -C "$build" -j 2 fuzz >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; exit 4; }
rm -f "$log"
mkdir -p "$build/findings"
[ $# -gt 0 ] || set -- $(find "$build/tests/fuzz" -maxdepth 1 -type f -name 'fuzz-*' | sed 's/.*fuzz-//' | LC_ALL=C sort)
seconds=$((minutes * 60 * 2 / $#))
[ "$seconds" -gt 0 ] || seconds=1
if printf '%s\n' "$@" | xargs -P 2 -I NAME "$top/fuzz.sh" --one NAME "$seconds"; then
    exit 0
fi
echo "findings are in build-fuzz/findings" >&2
exit 1
