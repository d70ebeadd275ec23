#!/usr/bin/env bash
# C code is free of what the checks in .clang-tidy find: the user side as the build compiles it, the
# kernel side with the build's flags for it.
. "$(dirname "$0")/lib.sh"
need clang-tidy jq
need_build compile_commands.json

include=$(cd "$build" && sed -n 's/^ECBPF_ASM_INCLUDE_DIR:[^=]*=//p' CMakeCache.txt)
quiet() { # clang-tidy counts what it does not show
	local out rc=0
	out=$("$@" 2>&1) || rc=$?
	[ "$rc" -eq 0 ] || printf "%s\n" "$out" | grep -v "warnings\? \(generated\|treated\)"
	return "$rc"
}
export -f quiet

mapfile -t kernel_side < <(source_files '*.bpf.c' | grep -v '^examples/')
mapfile -t user_side < <(jq -r '.[].file' "$build/compile_commands.json" | sort -u)
status=0
# Steps of the analyzer in one function; by default it has 225,000, which take four times as long and found nothing more.
nodes=40000
tidy_user_side() {
	local checks=
	# The analyzer does not know that a failed assertion of cmocka does not return.
	[[ $1 != */tests/* ]] || checks='-clang-analyzer-*'
	quiet clang-tidy --quiet --checks="$checks" -p "$build" --extra-arg=-Xclang --extra-arg=-analyzer-config \
		--extra-arg=-Xclang --extra-arg=max-nodes="$nodes" "$1"
}
tidy_kernel_side() {
	quiet clang-tidy --quiet "$1" -- -target bpf -mcpu=v3 -O2 -I libcommon -I . -idirafter "$include"
}
export -f tidy_user_side tidy_kernel_side
export build include nodes
for_each() { # FUNCTION FILE...: on every CPU
	printf '%s\0' "${@:2}" | xargs -0 -P "$(nproc)" -n 1 bash -c "$1 \"\$0\""
}
for_each tidy_user_side "${user_side[@]}" || status=1
for_each tidy_kernel_side "${kernel_side[@]}" || status=1
echo "${#user_side[@]} files of the user side, ${#kernel_side[@]} of the kernel side"
exit $status
