#!/usr/bin/env bash
# `kill -9` before every call of a command that changes anything in the kernel or the bpffs, and before its end.
# Packets then meet the old state or the new one, status is silent about neither, the next ordinary command
# works, and after it there is no pin but those of an undisturbed run. Rows L3, L4, L9.
#
# What a command only reads, creates for itself or loads dies with it: between two changing calls the kernel
# is as after the first of them.
. "$(dirname "$0")/../harness/netns.sh"
need strace

add_namespace client
first=(--slot 2 --load "$objects/drop_udp_port_9.o")
second=(--slot 2 --load "$objects/drop_udp_port_9_anew.o" --replace)

# verdict: "open" or "closed" for the first fragment of a packet to UDP port 9; "listed" if a packet of the
# source that list stories drop does not arrive either; in sampler stories with how many samples were taken.
verdict() {
	local answer before after
	[ -z "$samples" ] || before=$(samples_taken)
	echo fragment.9 udp-listed >&"${PROBE[1]}"
	read -r answer <&"${PROBE[0]}"
	case $answer in
	udp) answer=listed ;;
	'udp-listed udp') answer=closed ;;
	'fragment.9 udp-listed udp') answer=open ;;
	esac
	if [ -n "$samples" ]; then
		after=$(samples_taken)
		answer=$answer:$([ "$before" = unknown ] || [ "$after" = unknown ] && echo unknown || echo $((after - before)))
	fi
	echo "$answer"
}
# Not empty: this half's stories are the sampler's.
samples=
# samples_taken: by both places, on all CPUs; "unknown" without a sampler, or while pins that status reads are away.
samples_taken() {
	sampler --status --json 2>/dev/null | awk -F': ' '/"settings"/ { settings = 1 } /"sampled"/ && !settings { sum += $2; known = 1 }
		END { print known ? sum : "unknown" }'
}

# What is killed; filter stories change it.
tool=xdp_root_loader
tool() {
	"$build/bin/$tool" --bpffs "$bpffs" --interface "$link" "$@"
}
filter() {
	"$build/bin/xdp_filter" --bpffs "$bpffs" --interface "$link" "$@"
}
sampler() {
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --interface "$link" "$@"
}
hook=../tests/scenarios/exit_hook_loader
hook() {
	"$build/bin/$hook" --bpffs "$bpffs" --interface "$link" "$@"
}
root() {
	loader --interface "$link" "$@"
}
# state: what packets meet, as status tells it, in one line; $sick is its exit status. awk, because it starts ten
# times as fast as jq.
state() {
	state=$(loader --status --json --interface "$link" 2>"$work/status_error")
	sick=$?
	state=$(awk -F'[":, ]+' '
		$2 == "nop" { nop = $3 == "true" }
		$2 == "root_loaded" { root = $3 == "true" }
		$2 == "slot" { slot = $3 }
		$2 == "exit_hook" { slot = "exit" }
		$2 == "prog_loaded" { loaded = $3 == "true" }
		$2 == "object" && loaded && slot ~ /^([0-7]|exit)$/ { sub(/.*\//, "", $3); slots = slots (slots ? "," : "") slot "=" $3 }
		END { print nop ? "nop" : root ? "root:" slots : "none" }' <<<"$state")
	[[ $state != *xdp_sampler* ]] || state_of_sampler
	[ "$state" != root:2=xdp_filter ] || ! filter --dump 2>/dev/null | grep -q '^203\.0\.113\.7/' || state=$state:listed
}
# Adds "@RATE/RECORDERS".
state_of_sampler() {
	local said
	said=$(sampler --status --json 2>>"$work/status_error") || sick=$?
	state=$state@$(awk -F'[":, ]+' '$2 == "rate" { rate = $3 } $2 == "count" { count = $3 } END { print rate "/" count }' <<<"$said")
}
# wipe: back to nothing, whatever there is; not by the loader, which is under test.
wipe() {
	umount "$bpffs" && mount -t bpf bpf "$bpffs"
	# The kernel frees a link some time after its last pin.
	wait_until 10 no_program_runs
}
no_program_runs() {
	[[ $(ip link show dev "$link") != *xdp* ]]
}
# records: how many programs the loaders remember.
records() {
	bpftool map dump pinned "$bpffs/ecbpf/$link/xdp_programs" 2>/dev/null | grep -c '"loaded_at"'
}

set_up() { # STATE
	case $1 in
	none) ;;
	root:) root --attach ;;
	nop) root --attach && root "${first[@]}" && root --detach --nop ;;
	root:2=drop_udp_port_9.o) root --attach && root "${first[@]}" ;;
	root:2=drop_udp_port_9_anew.o) root --attach && root "${first[@]}" && root "${second[@]}" ;;
	root:exit=exit_hook.o) root --attach && hook "$objects/exit_hook.o" ;;
	root:2=xdp_filter) root --attach && filter --attach --no-config --frags-drop ;;
	root:2=xdp_filter:listed) set_up root:2=xdp_filter && filter --drop --ips 203.0.113.7 ;;
	root:exit=xdp_sampler_verdict@1/0) root --attach && sampler --attach --no-config --rate 1 ;;
	root:1=xdp_sampler,exit=xdp_sampler_verdict@[01]/[0-9]*)
		local of=${1#*@}
		root --attach && sampler --attach --no-config --at ingress,verdict --rate "${of%/*}" &&
			head -n "${of#*/}" "$work/recorders" | sampler --record-file -
		;;
	emptied) root --attach && root "${first[@]}" &&
		bpftool map delete pinned "$bpffs/ecbpf/$link/xdp_program_array" key 2 0 0 0 ;;
	esac
}

changing=bpf,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,exit_group
# list_points OPTION...: the changing calls of an undisturbed run, one line each: NAME NUMBER WHAT, with the
# number among the calls of that name.
list_points() {
	strace -qq -s 0 -o "$work/trace" -e trace="$changing" -e signal=none \
		"$build/bin/$tool" --bpffs "$bpffs" --interface "$link" "$@" >/dev/null 2>&1
	awk -v top="$bpffs/ecbpf" '{
		name = $0; sub(/\(.*/, "", name); number[name]++
		what = $0; gsub(top "/?", "", what); sub(/^[a-z0-9_]*\(/, "", what)
		if (name != "bpf") {
			gsub(/[",]/, "", what); sub(/ 0[0-7]+\)|\).*/, "", what)
		} else {
			path = what; if (!sub(/.*pathname="/, "", path)) path = ""; sub(/".*/, "", path)
			sub(/, .*/, "", what); what = what " " path
		}
		if (name != "bpf" || what ~ /^BPF_(OBJ_PIN|MAP_UPDATE_ELEM|MAP_DELETE_ELEM|LINK_CREATE|LINK_UPDATE|LINK_DETACH)/)
			print name, number[name], what
	}' "$work/trace"
}

# settled WHAT ALLOWED...: after an ordinary command the state is one of those allowed, status is well, the pins
# and the records are those of an undisturbed run.
settled() {
	local what=$1 name
	shift
	state
	for name in "$@"; do
		[ "$state" != "$name" ] || break
	done
	[ "$state" = "$name" ] || wrong "$what: state is $state, not one of $*"
	[ "$sick" -eq 0 ] || wrong "$what: status is $sick: $(cat "$work/status_error")"
	[ "$(pin_tree)" = "${tree[$state]-}" ] ||
		wrong "$what: pins differ: $(diff <(echo "${tree[$state]-}") <(pin_tree))"
	[ "$(verdict)" = "${expected_verdict[$state]-}" ] || wrong "$what: $state, but packets do not meet it"
	case $state in
	root:) [ "$(records)" -eq 0 ] || wrong "$what: $(records) records of no program" ;;
	*,*) [ "$(records)" -eq 2 ] || wrong "$what: $(records) records of two programs" ;;
	root:*) [ "$(records)" -eq 1 ] || wrong "$what: $(records) records of one program" ;;
	esac
}
wrong() {
	echo "$*" >>"$work/wrong"
}
# again COMMAND...: an ordinary command, run by "tool" or "root"; its answer is in $answer.
again() {
	answer=$("$@" 2>&1)
}

# kill_at NAME NUMBER OLD OPTION...: sets up OLD, runs the command and kills it there.
kill_at() {
	wipe
	set_up "$3" >/dev/null 2>&1
	# The sampler's programs know the settings from before when those change.
	[ -z "$samples" ] || verdict >/dev/null
	# bash tells of the killed process.
	{
		strace -qq -o /dev/null -e trace="$1" -e inject="$1:signal=SIGKILL:when=$2" \
			"$build/bin/$tool" --bpffs "$bpffs" --interface "$link" "${@:4}" >/dev/null
	} 2>/dev/null
	[ $? -eq 137 ] || wrong "was not killed"
}

# look OLD NEW: after the kill.
look() {
	local met
	met=$(verdict)
	state
	if [[ $met = *:unknown && $state = *xdp_sampler* ]]; then
		[ "$sick" -ne 0 ] || wrong "killed: nothing is known of the sampler, and nobody says so"
		[ "$met" = open:unknown ] || wrong "killed: packets meet '$met'"
		return
	fi
	if [ "$met" != "${expected_verdict[$1]}" ] && [ "$met" != "${expected_verdict[$2]}" ] &&
		[ "$met" != "${expected_verdict[${between:-$1}]}" ]; then
		wrong "killed: packets meet '$met', which is neither old nor new"
	fi
	if [ "$sick" -eq 0 ]; then
		[[ " $1 $2 $between " = *" $state "* ]] || wrong "killed: state is $state, neither old nor new"
		[ "$met" = "${expected_verdict[$state]-}" ] || wrong "killed: $state, but packets meet '$met'"
	fi
}

points=0
# A third state that a command of two steps goes through.
between=
# What is typed after the kill.
repair=(root --attach)
# story WHAT OLD NEW ATTACHED OPTION...: every crash point of a command that leads from OLD to NEW. ATTACHED are
# the states, divided by spaces, that --attach may lead to afterwards.
story() {
	local what=$1 old=$2 new=$3 attached=$4 list name number where was count=0 failed=0 run
	shift 4
	wipe
	set_up "$old" >/dev/null 2>&1
	list=$(list_points "$@")
	# Before it, the emptied slot looked like an empty one.
	[ "$old" != emptied ] || old=root:
	while read -r name number where; do
		count=$((count + 1))
		: >"$work/wrong"
		for run in again $([ $((count % 2)) -eq 0 ] && echo attach || echo detach); do
			kill_at "$name" "$number" "${before:-$old}" "$@"
			look "$old" "$new"
			was=$state
			case $run in
			again)
				if ! again tool "$@"; then
					# What was done already is refused the second time.
					[[ $was == "$new" && $answer =~ (is taken by|is empty already|is not attached|has the filter|there is no recorder|no root array is attached) ]] ||
						wrong "the same again: $answer"
				fi
				settled "the same again" "$new"
				;;
			attach)
				again "${repair[@]}" || wrong "--attach: $answer"
				# shellcheck disable=SC2086  # several states
				settled "--attach" $attached
				;;
			detach)
				if ! again root --detach; then
					[[ $was == none && $answer == *"no root array is attached"* ]] || wrong "--detach: $answer"
				fi
				settled "--detach" none
				;;
			esac
		done
		if [ -s "$work/wrong" ]; then
			fail "$what: killed before $name $number: $where" "$work/wrong"
			failed=$((failed + 1))
		else
			ok "$what: killed before $name $number: $where"
		fi
	done <<<"$list"
	check "$what: has crash points" test "$count" -gt 5
	points=$((points + count))
}

# What an undisturbed run leaves in each state.
declare -A tree expected_verdict
learn() { # STATE...
	local name
	for name in "$@"; do
		wipe
		set_up "$name" >/dev/null 2>&1
		state
		equal "undisturbed: $name" "$name 0" "$state $sick"
		tree[$name]=$(pin_tree)
		expected_verdict[$name]=$(verdict)
	done
}
look_undisturbed() {
	learn none root: nop root:2=drop_udp_port_9.o root:2=drop_udp_port_9_anew.o root:2=xdp_filter root:2=xdp_filter:listed \
		root:exit=exit_hook.o
	equal "closed only with a program" "open open open closed closed closed listed closed" \
		"${expected_verdict[none]} ${expected_verdict[nop]} ${expected_verdict[root:]} ${expected_verdict[root:2=drop_udp_port_9.o]} ${expected_verdict[root:2=drop_udp_port_9_anew.o]} ${expected_verdict[root:2=xdp_filter]} ${expected_verdict[root:2=xdp_filter:listed]} ${expected_verdict[root:exit=exit_hook.o]}"
}

# half LINK STORIES LEARN: a part of the stories, on a link and a bpffs of its own, beside the other parts. LEARN looks
# at their states first.
half() {
	trap - EXIT
	link=$1
	mkdir "$work/$link"
	work=$work/$link
	bpffs=$work/bpf
	mkdir "$bpffs"
	mount -t bpf bpf "$bpffs"
	add_link "$link" client "peer-$link"
	coproc PROBE { "$senders/probe" "client:peer-$link" "$link" -; }
	"$3"
	"$2"
	umount "$bpffs"
	echo "$checks $failures $points" >"$work/counts"
}
attach_and_load() {
	story "attach" none root: root: --attach
	story "attach on NOP" nop root: root: --attach
	story "load" root: root:2=drop_udp_port_9.o "root: root:2=drop_udp_port_9.o" "${first[@]}"
	tool=$hook
	story "the exit hook" root: root:exit=exit_hook.o "root: root:exit=exit_hook.o" "$objects/exit_hook.o"
	tool=xdp_filter
	local listed=root:2=xdp_filter:listed
	story "filter" root: root:2=xdp_filter "root: root:2=xdp_filter" --attach --no-config --frags-drop
	story "filter's upgrade" $listed $listed $listed --attach --no-config
	# The root's loader knows nothing of what a filter has pinned.
	repair=(filter --attach --no-config)
	story "filter's drop" root:2=xdp_filter $listed "root:2=xdp_filter $listed" --drop --ips 203.0.113.7
	story "filter's replace" $listed root:2=xdp_filter "root:2=xdp_filter $listed" --drop --replace --ips 198.51.100.0/24
	repair=(root --attach)
	story "filter's detach" root:2=xdp_filter root: "root: root:2=xdp_filter" --detach
}
change_and_detach() {
	story "unload" root:2=drop_udp_port_9.o root: "root: root:2=drop_udp_port_9.o" --slot 2 --unload
	story "replace" root:2=drop_udp_port_9.o root:2=drop_udp_port_9_anew.o \
		"root:2=drop_udp_port_9.o root:2=drop_udp_port_9_anew.o" "${second[@]}"
	story "upgrade" root:2=drop_udp_port_9.o root:2=drop_udp_port_9.o root:2=drop_udp_port_9.o --attach
	before=emptied story "repair" emptied root:2=drop_udp_port_9.o root:2=drop_udp_port_9.o --attach
	story "detach" root:2=drop_udp_port_9.o none "root: root:2=drop_udp_port_9.o" --detach
	story "detach with an exit hook" root:exit=exit_hook.o none "root: root:exit=exit_hook.o" --detach
	tool=$hook
	story "the exit hook's end" root:exit=exit_hook.o root: "root: root:exit=exit_hook.o"
	tool=xdp_root_loader
	story "detach --nop" root:2=drop_udp_port_9.o nop "root: root:2=drop_udp_port_9.o" --detach --nop
}
both=root:1=xdp_sampler,exit=xdp_sampler_verdict
learn_sampler() {
	samples=yes
	changing=$changing,flock
	printf '%s\n' '203.0.113.7 * * * *' '* * * 5353 UDP' '192.0.2.0/24 * * * *' >"$work/recorders"
	learn none root: root:exit=xdp_sampler_verdict@1/0 $both@1/0 $both@0/0 $both@0/1 $both@0/2 $both@0/3
	# Three packets meet each place.
	equal "as many samples as settings and recorders say" "open:unknown open:unknown open:3 open:6 open:0 open:2 open:2 open:6" \
		"${expected_verdict[none]} ${expected_verdict[root:]} ${expected_verdict[root:exit=xdp_sampler_verdict@1/0]} ${expected_verdict[$both@1/0]} ${expected_verdict[$both@0/0]} ${expected_verdict[$both@0/1]} ${expected_verdict[$both@0/2]} ${expected_verdict[$both@0/3]}"
}
mend_recorders() {
	sampler --record '* * * 9999 TCP' --id 99 && sampler --no-record 99
}
sampler_stories() {
	tool=xdp_sampler
	between=root:exit=xdp_sampler_verdict@1/0
	story "sampler" root: $both@1/0 "root: $between $both@1/0" --attach --no-config --at ingress,verdict --rate 1
	story "sampler's detach" $both@1/0 root: "root: $between $both@1/0" --detach
	between=
	story "sampler's upgrade" $both@0/1 $both@0/1 $both@0/1 --attach --no-config
	repair=(sampler --set --rate 1)
	story "sampler's set" $both@0/0 $both@1/0 $both@1/0 --set --rate 1
	repair=(sampler --set --rate 0)
	story "sampler's set to none" $both@1/0 $both@0/0 $both@0/0 --set --rate 0
	repair=(mend_recorders)
	story "sampler's first recorder" $both@0/0 $both@0/1 "$both@0/0 $both@0/1" --record '203.0.113.7 * * * *'
	head -n 3 "$work/recorders" | tail -n 2 >"$work/two_more"
	story "sampler's recorders" $both@0/1 $both@0/3 "$both@0/1 $both@0/3" --record-file "$work/two_more"
	story "sampler's recorder goes" $both@0/3 $both@0/2 "$both@0/3 $both@0/2" --no-record 3
	story "sampler's recorders go" $both@0/3 $both@0/0 "$both@0/3 $both@0/0" --no-record all
}
half eth0 attach_and_load look_undisturbed >"$work/eth0.log" 2>&1 &
half eth2 sampler_stories learn_sampler >"$work/eth2.log" 2>&1 &
(half eth1 change_and_detach look_undisturbed)
wait
cat "$work/eth0.log" "$work/eth2.log"
for link in eth0 eth1 eth2; do
	more=(0 0 0)
	check "$link: all its stories were told" test -s "$work/$link/counts"
	read -r -a more < <(cat "$work/$link/counts" 2>/dev/null) || more=(0 0 0)
	checks=$((checks + more[0])) failures=$((failures + more[1])) points=$((points + more[2]))
done
echo "$points crash points"
