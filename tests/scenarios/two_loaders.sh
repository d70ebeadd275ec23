#!/usr/bin/env bash
# Several loaders on one interface at the same time: each does all of its work or says why not, and what is left
# is never a mix. A loader that has to wait says for whom, and gives up after half a minute. Row L9.
. "$(dirname "$0")/../harness/netns.sh"
need strace

add_namespace client
add_link eth0 client peer0
add_link eth1 client peer1
other=$work/other_bpffs
mkdir "$other"
mount -t bpf bpf "$other"
root() {
	loader --interface eth0 "$@"
}

# stopped_loader BPFFS INTERFACE: an --attach that holds the lock and stops; $holder is its process.
stopped_loader() {
	strace -qq -o /dev/null -e trace=bpf -e inject=bpf:signal=SIGSTOP:when=3 \
		"$build/bin/xdp_root_loader" --bpffs "$1" --interface "$2" --attach 2>"$work/holder_error" &
	tracer=$!
	wait_until 10 is_stopped "$tracer"
	holder=$(pgrep -P "$tracer")
}
is_stopped() {
	local child
	child=$(pgrep -P "$1") && [[ $(ps -o stat= -p "$child") == [tT]* ]]
}

echo "# a holder that never ends: half a minute, beside all that follows"
stopped_loader "$other" eth1
check "a stopped loader holds the lock" grep -q "FLOCK.* $holder " /proc/locks
patient_holder=$holder patient_tracer=$tracer patient_started=$SECONDS
"$build/bin/xdp_root_loader" --bpffs "$other" --interface eth1 --attach 2>"$work/patient_error" &
patient=$!

echo "# one waits for the other"
stopped_loader "$bpffs" eth0
root --attach 2>"$work/waiting" &
waiting=$!
says_for_whom() { grep -qxF "xdp_root_loader: waiting for xdp_root_loader (process $holder), which is changing the pins" "$work/waiting"; }
check "the second says for whom it waits" wait_until 10 says_for_whom
check "and has not ended" kill -0 "$waiting"
equal "no program runs meanwhile" null "$(ip -j -d link show eth0 | jq '.[0].xdp')"
check "--status does not wait" loader --status
kill -CONT "$holder"
wait "$tracer"
equal "the first ends well" 0 $?
wait "$waiting"
equal "the second, too" 0 $?
equal "and said no more than that" 1 "$(wc -l <"$work/waiting")"
equal "status is well" true "$(status_of eth0 '.root_loaded and .disagreements == []')"

echo "# ten at once"
# What undisturbed runs leave, by what is in the slots.
declare -A tree=([none]="")
check "--load" root --slot 2 --load "$objects/drop_udp_port_9.o"
tree[1]=$(pin_tree)
check "--unload" root --slot 2 --unload
tree[0]=$(pin_tree)
check "--detach --nop" root --detach --nop
tree[nop]=$(pin_tree)

# at_once COMMAND...: ten times at the same time, one word list each; $succeeded is how many did, their words
# are in $work/said.
at_once() {
	local i pids=() command rc=()
	: >"$work/said"
	for ((i = 0; i < 10; i++)); do
		command=${*:i % $# + 1:1}
		# shellcheck disable=SC2086  # several words
		loader --interface eth0 $command >>"$work/said" 2>&1 &
		pids+=($!)
	done
	succeeded=0
	for i in "${pids[@]}"; do
		wait "$i" && succeeded=$((succeeded + 1))
	done
	# Waiting is no failure.
	sed -i '/: waiting for /d' "$work/said"
}
# whole: status is well and the pins are those of an undisturbed run.
whole() {
	local state
	loader --status --interface eth0 >/dev/null || return
	state=$(status_of eth0 'if .nop then "nop" elif .attached then [.subprograms[] | select(.prog_loaded)] | length
		else "none" end')
	echo "$state"
	[ "${tree[$state]}" = "$(pin_tree)" ] || pin_tree | diff - <(echo "${tree[$state]}")
}

at_once --attach
equal "ten --attach" "10 " "$succeeded $(cat "$work/said")"
check "leave one root" whole
load="--slot 2 --load $objects/drop_udp_port_9.o"
at_once "$load"
equal "ten --load into one slot: one is first" 1 "$succeeded"
equal "the others are told" 9 "$(grep -c "slot 2 is taken by drop_udp_port_9 (id $(status_of eth0 '.subprograms[2].id')); unload it first or add --replace" "$work/said")"
check "and leave one program" whole
at_once "$load --replace"
equal "ten --replace" "10 " "$succeeded $(cat "$work/said")"
check "leave one program" whole
at_once "--slot 2 --unload"
equal "ten --unload: one is first" "1 9" "$succeeded $(grep -c 'slot 2 is empty already' "$work/said")"
check "leave an empty slot" whole
loads=()
for slot in {0..7}; do
	loads+=("--slot $slot --load $objects/continue_only.o")
done
at_once "${loads[@]}"
equal "eight slots at once, two of them twice" "8 2" "$succeeded $(grep -c 'is taken by' "$work/said")"
equal "all are loaded" 8 "$(status_of eth0 '[.subprograms[] | select(.prog_loaded)] | length')"
at_once --detach
equal "ten --detach: one is first" "1 9" "$succeeded $(grep -c 'no root array is attached here' "$work/said")"
equal "and leave nothing" "" "$(pin_tree)"

echo "# attach, detach, load, replace and unload at once, thirty times"
mixed=0
known='no root array is attached here|slot 2 is (taken by|empty already)|the root has no slots'
for _ in {1..30}; do
	at_once --attach "$load" "$load --replace" --detach --attach "--slot 2 --unload" "$load --replace" "--detach --nop"
	grep -vE "$known" "$work/said" >>"$work/surprises"
	whole >>"$work/mixed" 2>&1 || mixed=$((mixed + 1))
done
equal "nothing but what was asked for twice is refused" "" "$(sort "$work/surprises" | uniq -c)"
equal "never a mix" "0 " "$mixed $([ "$mixed" -eq 0 ] || cat "$work/mixed")"
loader --detach --interface eth0 >/dev/null 2>&1

echo "# the holder that never ends"
wait "$patient"
equal "the one that waited gives up" 1 $?
equal "and says so" "xdp_root_loader: waiting for xdp_root_loader (process $patient_holder), which is changing the pins
xdp_root_loader: xdp_root_loader (process $patient_holder) has been changing the pins for 30 s: nothing was done; try again when it has ended" "$(cat "$work/patient_error")"
check "after half a minute" test $((SECONDS - patient_started)) -ge 29
kill -KILL "$patient_holder"
wait "$patient_tracer" 2>/dev/null
check "a killed holder holds nothing" "$build/bin/xdp_root_loader" --bpffs "$other" --interface eth1 --attach
check "--detach" "$build/bin/xdp_root_loader" --bpffs "$other" --interface eth1 --detach
