#!/usr/bin/env bash
# The gate that noise cannot touch: exact instructions per packet, counted in a virtual machine with
# Debian's 6.12 kernel, against the committed table bench/instructions.tsv. A row whose net figure
# moves by more than 2 %, up or down, fails until the table is changed on purpose:
#
#   bench/dispatch/gate.sh            compares
#   bench/dispatch/gate.sh --update   measures and writes the table
#
# Fails also if the promise on instructions does not hold. ECBPF_BUILD names the build, build/ by
# default. Exits 77 where the machine cannot run.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../measure/instruction_gate.sh"
readonly PROMISE=1.1
table=$top/bench/instructions.tsv

gate_measure bench_dispatch "$here/gate_job.sh" 120
[ -z "$update" ] || gate_update "$table" 'program\tslots'
failed=0
gate_compare "$table" || failed=1

awk -F '\t' -v limit=$PROMISE '
	{ instructions[$1, $2] = $4 }
	END {
		kit = instructions["kit", 8] - instructions["empty", 0]
		libxdp = instructions["libxdp", 8] - instructions["empty", 0]
		if (kit <= 0 || libxdp <= 0) {
			print "a row of the promise is missing"
			exit 1
		}
		holds = kit <= limit * libxdp
		printf "eight subprograms to libxdp with eight: %d to %d instructions net, %.2f, at most %.2f: %s\n",
			kit, libxdp, kit / libxdp, limit, holds ? "holds" : "does not hold"
		exit !holds
	}' "$work/measured" || failed=1
gate_end "$failed"
