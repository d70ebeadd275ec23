#!/usr/bin/env bash
# Instructions per packet of the filter, exact, against the committed table
# bench/filter/instructions.tsv. A row whose net figure moves by more than 2 %, up or down, fails until
# the table is changed on purpose:
#
#   bench/filter/gate.sh            compares
#   bench/filter/gate.sh --update   measures and writes the table
#
# ECBPF_BUILD names the build, build/ by default. Exits 77 where the machine cannot run.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../measure/instruction_gate.sh"
table=$here/instructions.tsv

gate_measure bench_filter "$here/gate_job.sh" 500
[ -z "$update" ] || gate_update "$table" 'case\tfamily\tprefixes'
failed=0
gate_compare "$table" || failed=1
gate_end "$failed"
