#!/usr/bin/env bash
# What the build refuses, and what it builds anew: shown on a copy of the tree.
. "$(dirname "$0")/lib.sh"
need cmake make clang bpftool

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
source_files | tar -c -T - | tar -x -C "$work/tree"
cd "$work/tree"
mkdir xdp_bad

failed=0
fail() {
	printf 'FAIL: %s\n' "$@"
	failed=1
}
configure() { cmake -S . -B ../build -DBUILD_TESTING=OFF >../log 2>&1; }
object() { # NAME: builds one object
	cmake --build ../build --target "$1_object" >../log 2>&1
}
# refused TEXT COMMAND...: the command fails and says TEXT, however cmake wraps its lines.
refused() {
	if "${@:2}"; then
		fail "not refused: $1"
	elif [[ $(tr -s ' \n' ' ' <../log) != *"$1"* ]]; then
		fail "refused in other words than: $1" "$(tail -n 20 ../log)"
	fi
}
# bad_program LINE...: an otherwise good program with these lines in it.
bad_program() {
	{
		printf '%s\n' '#include <linux/bpf.h>' '#include <bpf/bpf_helpers.h>'
		printf '%s\n' "$@"
	} >xdp_bad/xdp_bad.bpf.c
}
license='char LICENSE[] SEC("license") = "GPL";'
body='SEC("xdp") int bad(struct xdp_md *ctx) { return ctx->data > 0; }'

echo 'ecbpf_component(NAME xdp_bad SLOT 5)' >xdp_bad/component.cmake
bad_program "$license" "$body"
configure || fail "a good component is refused" "$(cat ../log)"
object xdp_bad || fail "a good object is refused" "$(cat ../log)"

bad_program "$license" 'SEC("xdp") int bad(void *ctx) { static int count; return ctx && count++; }'
refused 'writable globals or static locals (section .bss' object xdp_bad
bad_program "$license" 'int limit = 7; SEC("xdp") int bad(void *ctx) { return ctx && limit; }'
refused 'writable globals or static locals (section .data' object xdp_bad
bad_program "$body"
refused 'licence "" is not one the kernel takes for GPL' object xdp_bad
bad_program "${license/GPL/APL}" "$body"
refused 'licence "APL" is not one the kernel takes for GPL' object xdp_bad
bad_program "$license" "$body" 'int unused(void) { int x; return 1; }'
refused 'unused variable' object xdp_bad

echo 'ecbpf_component(NAME xdp_bad SLOT 2)' >xdp_bad/component.cmake
refused 'both claim slot 2' configure
echo 'ecbpf_component(NAME xdp_bad SLOT 8)' >xdp_bad/component.cmake
refused 'SLOT 8 is not a slot' configure
rm -r xdp_bad
configure || fail "the tree itself is refused" "$(cat ../log)"

object xdp_root || fail "xdp_root does not build" "$(cat ../log)"
object xdp_root
! grep 'Building BPF' ../log || fail "is built again though nothing changed"
touch -d '1 hour' libcommon/bpf/chain.bpf.h
object xdp_root
grep -q 'Building BPF object objects/xdp_root.o' ../log || fail "a changed header does not rebuild its objects"
exit $failed
