#!/usr/bin/env bash
# Instructions per packet of the offload, exact, against the committed table bench/offload/instructions.tsv. A
# row whose net figure moves by more than 2 %, up or down, fails until the table is changed on purpose:
#
#   bench/offload/gate.sh            compares
#   bench/offload/gate.sh --update   measures and writes the table
#
# ECBPF_BUILD names the build, build/ by default. Exits 77 where the machine cannot run.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../measure/instruction_gate.sh"
table=$here/instructions.tsv

gate_measure bench_offload "$here/gate_job.sh" 300 "$here/../bypass/lab.sh" "$here/namespaces.sh"
[ -z "$update" ] || gate_update "$table" 'case\tfamily'
failed=0
gate_compare "$table" || failed=1
gate_end "$failed"
