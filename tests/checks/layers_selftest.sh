#!/usr/bin/env bash
# layers.py complains about every violation it is there for, and about nothing else.
. "$(dirname "$0")/lib.sh"

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/libcommon/{abi,bpf,tests} "$tree"/xdp_one/tests "$tree"/xdp_two
touch "$tree"/xdp_{one,two}/component.cmake

# put FILE LINE...: a file of the fixture tree.
put() {
	local file=$1
	shift
	printf '%s\n' "$@" >"$tree/$file"
}

put libcommon/abi/slots.h '#include <linux/types.h>'
put libcommon/bpf/chain.bpf.h '#include <linux/bpf.h>' '#include <bpf/bpf_helpers.h>' '#include "../abi/slots.h"'
put libcommon/report.h '#include <stdio.h>'
put libcommon/report.c '#include <json-c/json.h>' '#include "report.h"' '/* system("x") */ char *s = "exit(1)";'
put libcommon/tests/test_report.c '#include "report.h"' 'void f(void) { exit(1); }'
put xdp_one/xdp_one.h '#include <linux/types.h>' '#include "abi/slots.h"'
put xdp_one/xdp_one.bpf.c '#include "bpf/chain.bpf.h"' '#include "xdp_one.h"'
put xdp_one/one_maps.c '#include <bpf/bpf.h>' '#include "xdp_one.skel.h"' '#include "report.h"'
put xdp_one/xdp_one.c '#include "xdp_one.h"' 'int main(void) { exit(1); }'
put xdp_two/two.h '#include <stdint.h>'
tests/checks/layers.py "$tree" || { echo "complains about a good tree" && exit 1; }

# bad FILE TEXT-OF-COMPLAINT LINE...: the line is added to the file, must be found, and is taken back.
failed=0
bad() {
	local file=$1 expected=$2 out
	shift 2
	cp "$tree/$file" "$tree/saved"
	printf '%s\n' "$@" >>"$tree/$file"
	if out=$(tests/checks/layers.py "$tree") || [[ $out != *"$expected"* ]] || [[ $out != *', 1 complaints' ]]; then
		printf 'not (or not alone) found in %s: %s\n%s\n' "$file" "$*" "$out"
		failed=1
	fi
	mv "$tree/saved" "$tree/$file"
}
bad libcommon/abi/slots.h 'includes <linux/types.h> only' '#include <stdint.h>'
bad libcommon/abi/slots.h 'nothing else of ours' '#include "../bpf/chain.bpf.h"'
bad libcommon/bpf/chain.bpf.h 'on the kernel side' '#include <string.h>'
bad libcommon/bpf/chain.bpf.h 'another component' '#include "../../xdp_one/xdp_one.h"'
bad libcommon/report.h 'kernel side, only' '#include "bpf/chain.bpf.h"'
bad libcommon/report.c 'another component' '#include "../xdp_two/two.h"'
bad libcommon/report.c 'only libcommon' '#include <bpf/bpf.h>'
bad libcommon/report.c 'only libcommon' '#include <systemd/sd-daemon.h>'
bad libcommon/report.c 'calls exit()' 'void f(void) { exit(1); }'
bad xdp_one/one_maps.c 'only libcommon' '#include <json-c/json.h>'
bad xdp_one/one_maps.c 'only libcommon/(network' '#include <libmnl/libmnl.h>'
bad xdp_one/one_maps.c 'no file includes a .c' '#include "xdp_one.c"'
bad xdp_one/one_maps.c 'another component' '#include "../xdp_two/two.h"'
bad xdp_one/one_maps.c 'nowhere' '#include "two.h"'
bad xdp_one/xdp_one.h 'on the kernel side' '#include <stdint.h>'
bad xdp_one/xdp_one.bpf.c 'on the kernel side' '#include <netinet/ip.h>'
bad xdp_one/xdp_one.c 'a skeleton' '#include "xdp_one.skel.h"'
bad xdp_one/xdp_one.c 'calls system()' 'int f(void) { return system("true"); }'
exit $failed
