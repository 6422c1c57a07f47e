#!/bin/sh
# The figures of this checkout, one row each: metric value unit (target). usage: ./bench.sh [broker|rego|assess] [--json]
# Times are rough on a shared machine; nothing here is a test.
set -eu
cd "$(dirname "$0")"
name=broker
case "${1:-}" in --* | "") ;; *) name=$1; shift ;; esac
[ -f "bench/$name.py" ] || { echo "bench.sh: no benchmark '$name'" >&2; exit 2; }
exec python3 "bench/$name.py" "$@"
