#!/bin/sh
# Runs in the virtual machine of gate.sh, where one instruction takes one nanosecond. Programs by themselves, and
# whole paths.
set -e

./bench_offload instructions --objects . >"$OUT/instructions"

# shellcheck source=../bypass/lab.sh
. ./lab.sh
. ./namespaces.sh
./bench_offload labs --kind paths >roads
while read -r number kind; do
	road_make "$number" "$kind"
done <roads
./bench_offload paths --rounds 2 --repeat 20000 --objects . >"$OUT/paths"
awk -F '\t' -v OFS='\t' '/^#/ || $1 == "name" { next } { print "path: " $1, $2, $3 }' "$OUT/paths" >>"$OUT/instructions"
