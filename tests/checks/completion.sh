#!/usr/bin/env bash
# What bash completes, asked of the script as it is installed and the programs of a build.
. "$(dirname "$0")/lib.sh"
need_build package/completion.bash
need_build bin/xdp_filter
PATH=$build/bin:$PATH
# shellcheck source=/dev/null
. "$build/package/completion.bash"

failed=0
# completes WANTED WORD...: the last word may become WANTED, one of the answers; "" for none at all.
completes() {
	local wanted=$1
	COMP_WORDS=("${@:2}")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_ecbpf || true
	[ "$wanted" != '' ] || [ "${#COMPREPLY[@]}" -eq 0 ] || {
		echo "FAIL: ${*:2}: completed to ${COMPREPLY[*]}"
		failed=1
	}
	[ "$wanted" = '' ] || printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -- "$wanted" || {
		echo "FAIL: ${*:2}: not $wanted, but: ${COMPREPLY[*]}"
		failed=1
	}
}
cd "$top"
completes --attach xdp_filter --at
completes --frags-ipv4 xdp_filter --attach --frags
completes lo xdp_root_loader --attach --interface l
completes lo xdp_root_loader --attach -i l
completes eth7,lo xdp_root_loader --attach --interface eth7,l
completes README.md xdp_filter --drop --file READ
completes '' xdp_filter --drop --tags x
completes '' xdp_filter --no-such-o
completes status ecbpf sta
completes --status ecbpf --sta
completes --json ecbpf status --j
completes '' ecbpf status js
for tool in ecbpf xdp_root_loader xdp_filter xdp_sampler bypass_udp tc_offload; do
	complete -p "$tool" >/dev/null || {
		echo "FAIL: $tool is not completed"
		failed=1
	}
	completes --help "$tool" --he
done
exit $failed
