#!/usr/bin/env bash
# Objects that we ship: no writable globals, a licence the kernel takes for GPL, BTF, no DWARF, and no
# debug prints in a release build (helpers 6 and 177: bpf_trace_printk, bpf_trace_vprintk; row E20).
. "$(dirname "$0")/lib.sh"
need cmake llvm-readelf llvm-objdump
need_build objects

status=0
complain() {
	echo "$object: $*"
	status=1
}
shopt -s nullglob
objects=("$build"/objects/*.o)
[ "${#objects[@]}" -gt 0 ] || { echo "no objects in $build/objects" && exit 1; }
for object in "${objects[@]}"; do
	cmake -D OBJECT="$object" -D SOURCE="$object" -D READELF=llvm-readelf \
		-P libcommon/cmake/CheckBpfObject.cmake || status=1
	sections=$(llvm-readelf -SW "$object")
	[[ $sections == *' .BTF '* ]] || complain "has no BTF"
	[[ $sections != *' .debug_'* ]] || complain "has debug sections"
	code=$(llvm-objdump -d "$object")
	[[ ! $code =~ call\ (6|177)$'\n' ]] || complain "prints to the kernel's trace"
done
echo "${#objects[@]} objects"
exit $status
