#!/bin/sh
# Runs in the virtual machine of gate.sh, where one instruction takes one nanosecond. Programs by themselves, and
# whole paths, the kernel's flow table among them, which not every kernel has.
set -e

./bench_bypass --instructions --objects . >"$OUT/instructions"

. ./lab.sh
for group in base redirect back ipv6 flowtable; do
	./bench_bypass --labs --only "$group" >labs
	while read -r number kind; do
		lab_make "$number" "$kind"
	done <labs
	./bench_bypass --paths --only "$group" --rounds 2 --repeat 20000 --objects . >"$OUT/$group"
	awk -F '\t' -v OFS='\t' '/^#/ || $1 == "name" { next } { print "path: " $1, $2, $4 }' "$OUT/$group" >>"$OUT/instructions"
	while read -r number kind; do
		lab_remove "$number"
	done <labs
done
