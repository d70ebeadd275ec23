#!/usr/bin/env bash
# What every component is for, once, between two machines; the names of some: only these. See lib.sh.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
[ $# -gt 0 ] || set -- root filter sampler bypass offload
failed=()
for name in "$@"; do
	echo "== $name"
	"./$name.sh" || failed+=("$name")
done
[ "${#failed[@]}" -eq 0 ] || { echo "failed: ${failed[*]}" && exit 1; }
