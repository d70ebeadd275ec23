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
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${ECBPF_BUILD:-$top/build}
table=$top/bench/instructions.tsv
readonly KERNEL=6.12 TOLERANCE=0.02 PROMISE=1.1

update=
case ${1:-} in
--update) update=1 ;;
'') ;;
*) sed -n '2,11p' "$0" >&2 && exit 2 ;;
esac
if [ ! -x "$build/bin/bench_dispatch" ]; then
	echo "SKIP: no bin/bench_dispatch in $build: build first, or set ECBPF_BUILD"
	exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/job"
cp "$build/bin/bench_dispatch" "$build"/bench_objects/*.o "$work/job/"
cp "$here/gate_job.sh" "$work/job/run.sh"
rc=0
"$top/tests/kernels/run" --kernel $KERNEL --icount --timeout 120 --job "$work/job" --out "$work/out" || rc=$?
if [ "$rc" -ne 0 ]; then
	[ ! -s "$work/out/$KERNEL/stderr" ] || tail -n 20 "$work/out/$KERNEL/stderr" >&2
	exit "$rc"
fi
awk -F '\t' -v OFS='\t' -v kernel=$KERNEL '{ print $1, $2, kernel, $3 }' \
	"$work/out/$KERNEL/instructions" | LC_ALL=C sort -t "$(printf '\t')" -k 1,1 -k 2,2n >"$work/measured"

if [ -n "$update" ]; then
	{
		cat <<-END
			# Instructions per packet, exact: BPF_PROG_TEST_RUN of a 64-byte packet in Debian's $KERNEL
			# kernel, in a virtual machine that counts instructions. Includes the kernel's loop around
			# the program ("empty" is that loop and a return). bench/dispatch/gate.sh fails when a row,
			# less "empty", moves by more than 2 %; with --update it writes this file anew: say in the
			# commit why. Measured on $(cat "$work/out/$KERNEL/release").
			program	slots	kernel	instructions
		END
		cat "$work/measured"
	} >"$work/table"
	cp "$work/table" "$table"
fi

# Compared is what a program costs above the empty one, whose figure is the kernel's alone.
failed=0
awk -F '\t' -v tolerance=$TOLERANCE '
	/^#/ || $1 == "program" { next }
	{ key = $1 " of " $2 " on " $3 }
	FNR == NR { old[key] = $4; if ($1 == "empty") old_empty = $4; next }
	{ new[key] = $4; if ($1 == "empty") new_empty = $4 }
	END {
		for (key in new)
			if (!(key in old)) {
				printf "%s: %d instructions, not in the table\n", key, new[key]
				failed = 1
			}
		for (key in old) {
			was = old[key] - old_empty
			is = new[key] - new_empty
			if (!(key in new)) {
				printf "%s: in the table, not measured\n", key
				failed = 1
			} else if (is > was * (1 + tolerance) || is < was * (1 - tolerance)) {
				printf "%s: %d instructions net, the table says %d (%+.1f %%)\n", key, is, was,
					(is - was) * 100 / was
				failed = 1
			}
		}
		printf "%d rows compared\n", length(new)
		exit failed
	}' "$table" "$work/measured" || failed=1

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
[ "$failed" -eq 0 ] || echo "if this is meant: bench/dispatch/gate.sh --update, and say why in the commit" >&2
exit "$failed"
