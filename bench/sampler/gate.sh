#!/usr/bin/env bash
# Instructions per packet of the sampler, exact, against the committed table
# bench/sampler/instructions.tsv. A row whose net figure moves by more than 2 %, up or down, fails until
# the table is changed on purpose:
#
#   bench/sampler/gate.sh            compares
#   bench/sampler/gate.sh --update   measures and writes the table
#
# Fails also if a chain whose sampler is gone costs one instruction more than one that never had it.
# ECBPF_BUILD names the build, build/ by default. Exits 77 where the machine cannot run.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../measure/instruction_gate.sh"
table=$here/instructions.tsv

gate_measure bench_sampler "$here/gate_job.sh" 500
[ -z "$update" ] || gate_update "$table" 'case\tfamily\trecorders'
failed=0
gate_compare "$table" || failed=1

awk -F '\t' '
	$1 == "chain" { chain[$2] = $5 }
	$1 == "off" { off[$2] = $5 }
	END {
		for (family = 4; family <= 6; family += 2) {
			holds = chain[family] > 0 && off[family] == chain[family]
			printf "IPv%d, off: %d instructions more than the chain: %s\n", family,
				off[family] - chain[family], holds ? "holds" : "does not hold"
			failed = failed || !holds
		}
		exit failed
	}' "$work/measured" || failed=1
gate_end "$failed"
