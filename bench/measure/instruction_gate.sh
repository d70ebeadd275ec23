# shellcheck shell=bash
# What the gates share: instructions per packet, counted in a virtual machine with Debian's 6.12
# kernel, against a committed table. Sourced by bench/*/gate.sh, which then calls gate_measure and
# gate_compare; `work` is a folder of its own, `update` says that the table is to be written anew.
#
# A table has columns that name a row, the kernel, and the instructions. "empty" is the kernel's own
# loop around a program that returns at once: compared is what the others cost above it.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${ECBPF_BUILD:-$top/build}
readonly KERNEL=6.12 TOLERANCE=0.02

update=
# shellcheck disable=SC2034  # the gates read it
case ${1:-} in
--update) update=1 ;;
'') ;;
*) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# gate_measure PROGRAM JOB TIMEOUT [FILE...]: runs JOB in the machine, with PROGRAM, all objects and the files
# beside it; $work/measured is the table it makes.
gate_measure() {
	local rc=0
	if [ ! -x "$build/bin/$1" ]; then
		echo "SKIP: no bin/$1 in $build: build first, or set ECBPF_BUILD"
		exit 77
	fi
	mkdir "$work/job"
	cp "$build/bin/$1" "$build"/bench_objects/*.o "${@:4}" "$work/job/"
	cp "$2" "$work/job/run.sh"
	"$top/tests/kernels/run" --kernel $KERNEL --icount --timeout "$3" --job "$work/job" --out "$work/out" || rc=$?
	if [ "$rc" -ne 0 ]; then
		[ ! -s "$work/out/$KERNEL/stderr" ] || tail -n 20 "$work/out/$KERNEL/stderr" >&2
		exit "$rc"
	fi
	awk -F '\t' -v OFS='\t' -v kernel=$KERNEL '{ $NF = kernel OFS $NF; print }' \
		"$work/out/$KERNEL/instructions" | LC_ALL=C sort -t "$(printf '\t')" -k 1,1 -k 2,2n -k 3,3n >"$work/measured"
}

# gate_update TABLE COLUMNS: writes the table anew. Its introduction stays.
gate_update() {
	{
		sed -n '/^#/p' "$1" | sed "s/Measured on .*/Measured on $(cat "$work/out/$KERNEL/release")./"
		printf '%b\tkernel\tinstructions\n' "$2"
		cat "$work/measured"
	} >"$work/table"
	cp "$work/table" "$1"
}

# gate_compare TABLE: 1 if a row's net figure moved by more than the tolerance, up or down.
gate_compare() {
	awk -F '\t' -v tolerance=$TOLERANCE '
		/^#/ || $NF == "instructions" { next }
		{ key = $1; for (i = 2; i < NF; i++) key = key " " $i }
		FNR == NR { old[key] = $NF; if ($1 == "empty" && !old_empty) old_empty = $NF; next }
		{ new[key] = $NF; if ($1 == "empty" && !new_empty) new_empty = $NF }
		END {
			for (key in new)
				if (!(key in old)) {
					printf "%s: %d instructions, not in the table\n", key, new[key]
					failed = 1
				}
			for (key in old) {
				if (!(key in new)) {
					printf "%s: in the table, not measured\n", key
					failed = 1
					continue
				}
				was = old[key] - old_empty
				is = new[key] - new_empty
				if ((is - was) ^ 2 > (was * tolerance) ^ 2) {
					printf "%s: %d instructions net, the table says %d (%+.1f %%)\n", key, is, was,
						(is - was) * 100 / was
					failed = 1
				}
			}
			printf "%d rows compared\n", length(new)
			exit failed
		}' "$1" "$work/measured"
}

# gate_end FAILED
gate_end() {
	[ "$1" -eq 0 ] || echo "if this is meant: $0 --update, and say why in the commit" >&2
	exit "$1"
}
