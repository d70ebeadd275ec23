#!/usr/bin/env bash
# The build on other kernels: every object loaded, every test that asks the kernel and the scenarios below, in virtual
# machines of 5.10, 6.1 and 6.12. One line per kernel and item; what an item said when it failed; then
# a line that counts. README.md beside this file tells more.
#
# Usage: suite.sh [--kernel 5.10|6.1|6.12]... [--scenario NAME]... [--only REGEX] [--out DIR]
#   --scenario NAME   one more of tests/scenarios/
#   --only REGEX      only items whose name matches
#   --out DIR         keep what every machine brought back
#
# Exit status: 0 all passed or were skipped, 1 something failed, 77 no machine can run here.
. "$(dirname "$0")/../checks/lib.sh"
readonly LOAD_SECONDS=300 TEST_SECONDS=600 SCENARIO_SECONDS=1200 JOB_SECONDS=2100

scenarios=(tests/scenarios/attach.sh tests/scenarios/errors.sh tests/scenarios/offload_example.sh
	tests/scenarios/bypass_ipvs.sh tests/kernels/pings.sh)
kernels=()
only=
keep=
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernels+=("${2:?--kernel needs a version}") && shift 2 ;;
	--scenario) scenarios+=("tests/scenarios/${2:?--scenario needs a name}.sh") && shift 2 ;;
	--out) keep=${2:?--out needs a folder} && shift 2 ;;
	--only) only=${2:?--only needs a regular expression} && shift 2 ;;
	*) sed -n '6,9s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
	esac
done
[ "${#kernels[@]}" -gt 0 ] || kernels=(5.10 6.1 6.12)

need cmake make clang pkg-config nm readelf
need_build bin/xdp_root_loader
need_build tests/kernels/load_object
work=$(mktemp -d)
machines=
# shellcheck disable=SC2317  # called by the trap
clean_up() {
	trap '' INT TERM HUP
	[ -z "$machines" ] || { kill "$machines" && wait "$machines"; } 2>/dev/null || true
	rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
job=$work/job

# build_example NAME: as its user does, outside of the tree and with the installed kit only.
build_example() {
	cp -r "examples/$1" "$work/$1"
	rm -f "$work/$1"/*.o
	PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig make -s -C "$work/$1"
	mkdir -p "$job/build/example_objects"
	cp "$work/$1"/*.o "$job/build/example_objects/"
}

# make_job: the job's folder has the tree's layout, so that scenarios find what they need.
make_job() {
	local part
	mkdir -p "$job/build" "$job/tests"
	# Benchmarks run on the host alone.
	for part in bin objects test_objects tests; do
		[ ! -d "$build/$part" ] || cp -r "$build/$part" "$job/build/"
	done
	cp -r tests/harness tests/scenarios tests/senders tests/kernels "$job/tests/"
	cp tests/kernels/suite_guest "$job/run.sh"
	# The tests have this path compiled in; it may differ from $build by a symbolic link.
	sed -n 's/^CMAKE_CACHEFILE_DIR:INTERNAL=//p' "$build/CMakeCache.txt" >"$job/build_path"
	find "$build/bin" "$build/tests" -type f -executable -exec readelf -d {} + |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u >"$job/needed_libraries"
	cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
	for part in examples/*/Makefile; do
		build_example "$(basename "$(dirname "$part")")"
	done
}

# item NAME SECONDS KERNELS COMMAND: KERNELS are separated by spaces, or "all".
item() {
	[[ -n $only && ! $1 =~ $only ]] || printf '%s\t%s\t%s\t%s\n' "$@"
}

# refusal FILE: inputs of tests may be broken on purpose; then every kernel must refuse them with the error
# that this one gives. That they are refused for the right reason is what the tests of the host look at.
refusal() {
	case $1 in
	*/test_objects/*) "$job/build/tests/kernels/load_object" "$1" 2>&1 | sed -n 's/^refused: \([0-9]*\) .*/ \1/p' ;;
	esac
}

# asks_for_functions FILE: a command that skips where the kernel lacks functions that the object calls.
asks_for_functions() {
	nm -u "$1" | awk '{ printf "tests/kernels/has_function %s && ", $2 }'
}

# asks_the_kernel FILE: what does neither BPF nor netlink nor namespaces says the same on every kernel.
asks_the_kernel() {
	# Not -q: nm would die of a pipe that nobody reads any more, and that would count.
	nm -D --undefined-only "$1" | grep -E ' (bpf_[a-z_]+|ring_buffer__new|mnl_socket_open2?|unshare|setns|syscall)(@|$)' >/dev/null
}

# is_composed TEST: of what only puts together what other tests here ask of the kernel; the host has run it. With --only
# it is asked all the same.
is_composed() {
	[[ -z $only && $1 =~ _(apply|component|explain|plan|section|tool)$ ]]
}

# kernels_of TEST: sets `on`. Tables of packets are asked of all. All else is asked of one of the two older kernels, by
# turns; they differ most from the host's, where all of it runs. Named with --only it runs on all.
turn=5.10
kernels_of() {
	on=all
	[ -z "$only" ] || return 0
	[[ $1 =~ /test_(verdicts|packet|walk|walk_frames|exit|row_sums|subprogram|exit_hook|ptb_(reply|answers)|sample|bypass_(packets|frames|wire)|offload_(packets|wire|icmp))$ ]] ||
		{ on=$turn && turn=$([ "$turn" = 5.10 ] && echo 6.1 || echo 5.10); }
}

# scenario_kernels FILE: long ones where there is most to see.
scenario_kernels() {
	case $only$1 in
	tests/scenarios/bypass_ipvs.sh) echo 6.12 ;;
	tests/scenarios/attach.sh) echo 5.10 ;;
	tests/scenarios/errors.sh) echo 6.1 ;;
	tests/kernels/pings.sh) echo 5.10 6.12 ;;
	tests/scenarios/offload_example.sh) echo 5.10 ;; # without tcx, which the host has
	*) echo all ;;
	esac
}

# list_items: everything there is in the job's folder that kernels can differ about.
list_items() {
	local file name on
	cd "$job"
	item libraries 60 all tests/kernels/libraries
	for file in build/*objects/*.o; do
		name=${file#build/}
		item "load/${name%.o}" $LOAD_SECONDS all "$(asks_for_functions "$file")build/tests/kernels/load_object $file$(refusal "$file")"
	done
	for file in build/tests/*/test_*; do
		name=${file#build/tests/}
		{ asks_the_kernel "$file" && ! is_composed "$file"; } || continue
		kernels_of "$file"
		item "${name/test_/}" $TEST_SECONDS "$on" "$file"
	done
	for file in "${scenarios[@]}"; do
		item "scenario/$(basename "$file" .sh)" $SCENARIO_SECONDS "$(scenario_kernels "$file")" "$file"
	done
}

# remark NAME LOG: what is worth knowing of an item that passed: what it did, and what it left out.
remark() {
	{
		case $1 in load/* | scenario/*) tail -n 1 "$2" ;; esac
		grep -a '^SKIP' "$2" | sort -u || true
		# cmocka's own words
		sed -n 's/^\[ *SKIPPED *\] \([a-z].*\)/left out: \1/p' "$2" | sort -u
	} | sed '$!s/$/;/' | paste -s -d ' '
}

# show_failure LOG: a scenario says in the midst of it what failed.
show_failure() {
	if grep -aq '^FAIL' "$1"; then
		grep -a -A 20 '^FAIL' "$1" | head -n 60
		echo ...
	fi
	tail -n 30 "$1"
}

passed=0
failed=()
skipped=0
# report KERNEL NAME: the line of one item.
report() {
	local kernel=$1 name=$2 rc seconds reason log=$out/$1/logs/$2
	read -r rc seconds < <(awk -v name="$name" '$3 == name { print $1, $2 }' "$out/$kernel/results") || return 1
	case $rc in
	0)
		passed=$((passed + 1))
		reason=$(remark "$name" "$log")
		echo "ok $kernel $name ($seconds s)${reason:+: $reason}"
		;;
	77)
		skipped=$((skipped + 1))
		reason=$(grep -a SKIP "$log" | tail -n 1 | sed 's/^.*SKIP[: ]*//')
		echo "skip $kernel $name: ${reason:-it does not say why}"
		;;
	*)
		failed+=("$kernel $name")
		[ "$rc" -ne 124 ] || echo "not ended in its time" >>"$log"
		echo "FAIL $kernel $name (exit status $rc, $seconds s)"
		show_failure "$log" | sed 's/^/    /'
		;;
	esac
}

# report_kernel KERNEL: all of them; those that a dead machine has no result of in one line.
report_kernel() {
	local kernel=$1 name on missing=0
	touch "$out/$kernel/results"
	while IFS=$'\t' read -r name _ on _; do
		[[ $on == all || " $on " == *" $kernel "* ]] || continue
		report "$kernel" "$name" || missing=$((missing + 1))
	done <"$job/items"
	[ "$missing" -gt 0 ] || return 0
	failed+=("$kernel machine")
	echo "FAIL $kernel machine: $missing items did not run: $(grep "^$kernel" "$work/run.log" || tail -n 1 "$work/run.log")"
	[ ! -s "$out/$kernel/console" ] || tail -n 30 "$out/$kernel/console" | sed 's/^/    /'
}

make_job
(list_items) >"$job/items"
[ -s "$job/items" ] || { echo "no item is called '$only'" >&2 && exit 2; }

out=${keep:-$work/out}
rc=0
# shellcheck disable=SC2046  # two words each
tests/kernels/run $(printf -- '--kernel %s ' "${kernels[@]}") --timeout $JOB_SECONDS \
	--job "$job" --out "$out" >"$work/run.log" 2>&1 &
machines=$!
wait "$machines" || rc=$?
machines=
case $rc in
0 | 1) ;;
*) cat "$work/run.log" && exit "$rc" ;;
esac
[ -d "$out" ] || { cat "$work/run.log" && exit 1; }
for kernel in "${kernels[@]}"; do
	report_kernel "$kernel"
done
echo "kernels ${kernels[*]}: $passed passed, ${#failed[@]} failed, $skipped skipped, $SECONDS s"
[ "${#failed[@]}" -eq 0 ] || { printf 'failed: %s\n' "${failed[@]}" && exit 1; }
