#!/usr/bin/env bash
# What xdp_sampler refuses, word for word, with every verb: one line on stderr, an exit status that is not 0, and pins,
# programs, settings, recorders and the interface are as before.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_sampler.sh"
. "$(dirname "$0")/lib_sampler_daemon.sh"
need setpriv timeout

add_namespace client
add_link eth0 client peer0
add_link eth1 client peer1
xdp_sampler=$build/bin/xdp_sampler
on() { # INTERFACE OPTION...
	timeout 20 "$xdp_sampler" --bpffs "$bpffs" --interface "$1" "${@:2}"
}
# everything: all that an error must not change.
everything() {
	pin_tree
	loader --status --json 2>&1
	"$xdp_sampler" --bpffs "$bpffs" --status --json 2>&1 | jq 'del(.interfaces[].reader.since)'
	"$xdp_sampler" --bpffs "$bpffs" --recorders --json 2>&1
	ip link show | grep -oE '^[0-9]+: [^:]+|xdp[a-z]* qdisc|prog/xdp.*'
	find "$work" -maxdepth 1 -name 'made*'
}
# refused TEXT STATUS COMMAND...: fails with exactly this one line, changes nothing.
before=$(everything)
refused() {
	expect_error "$@"
	[ -z "${ECBPF_TEST_QUICK:-}" ] || return # an emulated machine starts thirty processes a second
	equal "  in one line" 1 "$(wc -l <"$work/error")"
	equal "  and nothing has changed" "$before" "$(everything)"
}
# line TEXT OPTION...: the command line is wrong, whatever is attached.
line() {
	refused "$1" 2 on eth0 "${@:2}"
}
# bad TEXT OPTION...: a value is wrong.
bad() {
	refused "$1" 1 on eth0 "${@:2}"
}
EVERY_VERB=("--attach --no-config" --detach "--set --rate 1" "--record *_*_*_53_UDP" "--record-file $work/good.recorders"
	"--no-record 1" "--capture --count 1")
echo '* * * 53 UDP' >"$work/good.recorders"
# each_verb TEXT INTERFACE: all say so.
each_verb() {
	local verb words
	for verb in "${EVERY_VERB[@]}"; do
		read -r -a words <<<"$verb"
		refused "$1" 1 on "$2" "${words[@]//_/ }"
	done
}

echo "# the command line"
line "no verb given: say one of --attach, --detach, --set, --record, --record-file, --no-record, --recorders, --run, --capture, --reload, --status, --check-config, --metrics, --wanted; see --help"
line "--attach and --detach are both verbs: give one" --attach --detach
line "--rate does not go with --detach" --detach --rate 1
line "--ring-size does not go with --set" --set --ring-size 1M
line "--at does not go with --set" --set --at ingress
line "--filter does not go with --run" --run --filter '* * * * *'
line "--count does not go with --run" --run --count 3
line "--limit does not go with --capture" --capture --limit 3
line "--write does not go with --attach" --attach --write x
line "--count: '0' is not a number from 1 to 18446744073709551615" --capture --count 0
line "--record needs a value: FILTER" --record
line "unknown option '--sample'; see --help" --sample
refused "--detach needs --interface LIST" 1 "$xdp_sampler" --bpffs "$bpffs" --detach
refused "--set needs --interface LIST" 1 "$xdp_sampler" --bpffs "$bpffs" --set --rate 1
refused "--record needs --interface LIST" 1 "$xdp_sampler" --bpffs "$bpffs" --record '* * * * *'
refused "--capture needs --interface LIST" 1 "$xdp_sampler" --bpffs "$bpffs" --capture
refused "--run needs --interface LIST, --attached, or interfaces in the configuration file" 1 "$xdp_sampler" --bpffs "$bpffs" --run --no-config --live

echo "# words of the settings"
for verb in --set "--attach --no-config" --capture; do
	# shellcheck disable=SC2086  # several words
	{
		bad "--rate: 'x' is not a rate: N for 1 packet in N, from 1 to 16777216, or 0 for none" $verb --rate x
		bad "--rate: '16777217' is not a rate: N for 1 packet in N, from 1 to 16777216, or 0 for none" $verb --rate 16777217
		bad "--rate: 'dropp' is neither a verdict (drop, tx, aborted, pass, redirect, invalid) nor ingress" $verb --rate dropp=1
		bad "--rate: 'drop' is given twice" $verb --rate drop=1,drop=2
		bad "--rate: '2': there is a rate for all others already" $verb --rate 1,2
		bad "--verdict: 'accept' is not a verdict (drop, tx, aborted, pass, redirect, invalid; all)" $verb --verdict drop,accept
		bad "--slot: '8' is not a slot (0 to 7, or root; all)" $verb --slot 8
		bad "--reason: '64' is not a reason (0 to 63, or a general one's name, not_ip for one; all)" $verb --reason 64
		bad "--reason: 'not_ipx' is not a reason (0 to 63, or a general one's name, not_ip for one; all)" $verb --reason not_ip,not_ipx
		bad "--capture-length: '63' is not a capture length: 64 to 65536 bytes, or full" $verb --capture-length 63
	}
done
bad "--set needs something to set, --rate for one; see --help" --set
for verb in "--attach --no-config" --capture; do
	# shellcheck disable=SC2086
	{
		bad "--at: 'egress' is not a place (ingress, verdict)" $verb --at egress
		bad "--ring-size: '3M' is not a power of two" $verb --ring-size 3M
		bad "--ring-size: '64K' is not from 128K to 1G" $verb --ring-size 64K
		bad "--ring-size: 'big' is not a size: bytes, or a number and K, M or G" $verb --ring-size big
		bad "--ingress-slot: '8' is not a slot, 0 to 7" $verb --ingress-slot 8
	}
done

echo "# filters"
for verb in --record "--capture --filter"; do
	# shellcheck disable=SC2086
	{
		bad "a filter has five words, SOURCE SPORT DESTINATION DPORT PROTOCOL like '10.0.0.0/8 * 192.168.33.11 80 TCP', this one has 4" $verb '10.0.0.0/8 * * 80'
		bad "source '10.0.0.1/8' has bits set behind its length: write 10.0.0.0/8 for all of them, or '10.0.0.1' for this address alone" $verb '10.0.0.1/8 * * * *'
		bad "source '10.0.0.300' is neither an IPv4 nor an IPv6 address or prefix, nor *" $verb '10.0.0.300 * * * *'
		bad "destination '10.0.0.0/33' is neither an IPv4 nor an IPv6 address or prefix, nor *" $verb '* * 10.0.0.0/33 * *'
		bad "destination '2001:db8::1' is IPv6, but the source is IPv4: both are of one family" $verb '10.0.0.1 * 2001:db8::1 * *'
		bad "source port '65536' is not a number from 0 to 65535 or *" $verb '* 65536 * * *'
		bad "destination port 'http' is not a number from 0 to 65535 or *" $verb '* * * http *'
		bad "protocol 'TPC' is neither a name like TCP, UDP, ICMP or ICMPV6, nor a number from 0 to 255, nor *" $verb '* * * * TPC'
		bad "--duration: '1y' is not a duration: a number and s, m, h or d (15m, 7d), at most 3650d" $verb '* * * * *' --duration 1y
	}
done
bad "--id: id '0' is not a number from 1 to 2147483647" --record '* * * * *' --id 0
bad "--limit: limit 'x' is not a number from 1 to 18446744073709551615" --record '* * * * *' --limit x
bad "--capture-length: capture '63' is not a number from 64 to 65536, or full" --record '* * * * *' --capture-length 63
bad "--no-record: 'x' is not a recorder's id: numbers with commas between, or all" --no-record 1,x
printf '# good\n* * * 53 UDP\n* * * 53\n' >"$work/bad.recorders"
bad "$work/bad.recorders: line 3: a filter has five words, SOURCE SPORT DESTINATION DPORT PROTOCOL, here are 4" --record-file "$work/bad.recorders"
printf '* * * 53 UDP prio=3\n' >"$work/bad.recorders"
bad "$work/bad.recorders: line 1: 'prio' is not an option: there are id, priority, capture, limit and duration" --record-file "$work/bad.recorders"
printf '* * * 53 UDP\n\n* * * 53 udp # again\n' >"$work/bad.recorders"
bad "$work/bad.recorders: line 3: recorder 1 has the filter '* * * 53 UDP' already" --record-file "$work/bad.recorders"
bad "cannot open $work/none: -ENOENT (No such file or directory)" --record-file "$work/none"

echo "# sinks"
bad "--rotate-size needs --write FILE or --json-lines FILE" --capture --rotate-size 1M
bad "--rotate-samples needs --write FILE or --json-lines FILE" --capture --write - --rotate-samples 1
bad "--keep-files: '0' is not a number from 1 to 1000000" --capture --write "$work/made" --rotate-size 1M --keep-files 0
bad "--write: keep_files without rotation: there is one file only" --capture --write "$work/made" --keep-files 2
bad "--sflow-agent needs --sflow" --capture --sflow-agent 192.0.2.1
bad "--json-lines: '$work/made' is the target of a pcapng sink already" --capture --write "$work/made" --json-lines "$work/made"
bad "--live: '-' is the target of a pcapng sink already" --capture --write - --live
bad "--run needs somewhere to put samples: --write, --json-lines, --sflow, --live, or sinks in the configuration file" --run --no-config
check "a service without sinks has nothing to do" env NOTIFY_SOCKET="$work/nobody" timeout 10 "$xdp_sampler" --bpffs "$bpffs" --run --no-config --interface eth0
contains "and says so" "no sinks in the configuration file" "$work/output"

echo "# configuration files"
bad "$work/none.json: no such configuration file" --attach --config "$work/none.json"
bad "--config and --no-config contradict each other: give one" --attach --no-config --config "$work/none.json"
printf '{ "xdp_sampler": {\n"rate": 1,\n"verdict": ["drop", "accept"]\n} }' >"$work/bad.json"
for verb in --attach --run --reload; do
	bad "$work/bad.json: line 3: xdp_sampler.verdict: 'accept' is not a verdict (drop, tx, aborted, pass, redirect, invalid; all)" $verb --config "$work/bad.json"
done

echo "# nothing to work on"
each_verb "no_such: no such interface in this network namespace" no_such
each_verb "eth0: no root array is attached here; run: xdp_root_loader --attach --interface eth0" eth0
refused "eth0: no root array, or one without its pins; run: xdp_root_loader --attach --interface eth0" 1 on eth0 --status
refused "no bpffs at $work/none: -ENOENT (No such file or directory)" 1 "$xdp_sampler" --bpffs "$work/none" --interface eth0 --attach --no-config
check "a root" loader --attach --interface eth0
before=$(everything)
for verb in --detach "--set --rate 1" "--record *_*_*_53_UDP" "--record-file $work/good.recorders" "--no-record all" --status --recorders; do
	read -r -a words <<<"$verb"
	refused "eth0: xdp_sampler is not attached; run: xdp_sampler --attach --interface eth0" 1 on eth0 "${words[@]//_/ }"
done

echo "# places that others have"
check "another program in slot 1" loader --load "$objects/continue_only.o" --slot 1 --interface eth0
before=$(everything)
refused "eth0: slot 1 is taken by continue_only (id $(status_of eth0 '.subprograms[1].id')); unload it first" 1 on eth0 --attach --no-config --at ingress
refused "eth0: slot 1 is taken by continue_only (id $(status_of eth0 '.subprograms[1].id')); unload it first" 1 on eth0 --attach --no-config --at ingress,verdict
refused "eth0: slot 1 is taken by continue_only (id $(status_of eth0 '.subprograms[1].id')); unload it first" 1 on eth0 --capture --at ingress,verdict --count 1
check "it goes" loader --unload --slot 1 --interface eth0
hook=$build/tests/scenarios/exit_hook_loader
check "another program in the exit hook" "$hook" --bpffs "$bpffs" --interface eth0 "$objects/exit_hook.o"
before=$(everything)
refused "eth0: the exit hook is taken by exit_hook_of_the_scenarios (id $(status_of eth0 .exit_hook.id)); unload it first" 1 on eth0 --attach --no-config
refused "eth0: the exit hook is taken by exit_hook_of_the_scenarios (id $(status_of eth0 .exit_hook.id)); unload it first" 1 on eth0 --attach --no-config --at ingress,verdict
refused "eth0: the exit hook is taken by exit_hook_of_the_scenarios (id $(status_of eth0 .exit_hook.id)); unload it first" 1 on eth0 --capture --count 1
check "it goes" "$hook" --bpffs "$bpffs" --interface eth0

echo "# rights"
needed="(needed: CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON): run as root, or grant them, for example with setcap or AmbientCapabilities="
with() { # CAPABILITIES OPTION...
	timeout 20 setpriv --bounding-set "-all$1" "$xdp_sampler" --bpffs "$bpffs" --interface eth0 "${@:2}"
}
before=$(everything)
for verb in "--attach --no-config" "--capture --count 1"; do
	name=${verb%% *}
	# shellcheck disable=SC2086
	{
		refused "${name#--}: missing CAP_BPF $needed" 1 with ,+net_admin,+perfmon $verb
		refused "${name#--}: missing CAP_NET_ADMIN $needed" 1 with ,+bpf,+perfmon $verb
		refused "${name#--}: missing CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON $needed" 1 with "" $verb
	}
done
refused "run: missing CAP_BPF: run as root, or grant it, for example with AmbientCapabilities=" 1 with ,+net_admin --run --no-config --write "$work/made"
check "the three are enough" with ,+bpf,+net_admin,+perfmon --attach --no-config --at ingress,verdict --rate 1
check "--set" with ,+bpf,+net_admin,+perfmon --set --rate 5
check "--detach" with ,+bpf,+net_admin,+perfmon --detach

echo "# with a sampler"
check "a sampler" on eth0 --attach --no-config --at ingress,verdict --rate 1 --ring-size 1M
check "a recorder" on eth0 --record '10.0.0.0/8 * * 80 TCP' --id 7
before=$(everything)
bad "eth0: the ring has 1M already, and another size means another ring: run xdp_sampler --detach --interface eth0 first, which forgets recorders and counters" --attach --no-config --ring-size 2M
bad "eth0: the ingress program is in slot 1 already: take it away with xdp_sampler --attach --at verdict --interface eth0 first" --attach --no-config --ingress-slot 3
bad "eth0: recorder 7 has the filter '10.0.0.0/8 * 0.0.0.0/0 80 TCP' already" --record '10.0.0.0/8 0 * 80 6'
bad "eth0: id 7 is taken by the recorder for '10.0.0.0/8 * 0.0.0.0/0 80 TCP': choose another one, or none" --record '* * * 53 UDP' --id 7
bad "eth0: there is no recorder 8" --no-record 7,8
printf '* * * 53 UDP\n* * * 54 UDP id=7\n' >"$work/bad.recorders"
bad "eth0: $work/bad.recorders: line 2: id 7 is taken by the recorder for '10.0.0.0/8 * 0.0.0.0/0 80 TCP': choose another one, or none" --record-file "$work/bad.recorders"

echo "# files that cannot be written"
mkdir "$work/directory"
: >"$work/read_only"
chmod 0 "$work/read_only"
# cannot_write TEXT COMMAND...: a capture that has begun already ends with this as its last line.
cannot_write() {
	local rc=0
	"${@:2}" >"$work/output" 2>"$work/error" || rc=$?
	equal "a file that cannot be written: exit status" 1 "$rc"
	check "  the last line: $1" grep -qE "^xdp_sampler: sink (pcapng|json) [^ ]*: $1$" <(tail -n 1 "$work/error")
	equal "  and nothing has changed" "$before" "$(everything | without_sinks)"
}
without_sinks() {
	grep -vE '^ *("sinks": \[|"(name|target|state|trouble|offered|delivered|lost|in_queue|sink|cpu)":|[]{}],?$|"cpu_sinks")'
}
for sampler in "a sampler that is there" "one of its own"; do
	echo "# files that cannot be written: $sampler"
	[ "$sampler" != "one of its own" ] || check "--detach" on eth0 --detach
	before=$(everything | without_sinks)
	cannot_write "open $work/none/x: No such file or directory" on eth0 --capture --write "$work/none/x"
	cannot_write "open $work/directory: Is a directory" on eth0 --capture --write "$work/directory"
	cannot_write "open $work/none/x: No such file or directory" on eth0 --capture --json-lines "$work/none/x"
	cannot_write "open $work/read_only: Permission denied" with ,+bpf,+net_admin,+perfmon --capture --write "$work/read_only"
done
check "a sampler" on eth0 --attach --no-config --rate 1

echo "# a reader that was killed"
reader_starts killed --interface eth0 --no-config --write "$work/daemon.pcapng"
reader_is_killed killed
expect_error "1 interface: the sampler does not do what it was told to (see what DISAGREES in the status)" 1 sh -c "'$xdp_sampler' --bpffs '$bpffs' --interface eth0 --status >'$work/status'"
contains "status tells of a killed reader" "DISAGREES: the reader has died: nobody reads, samples pile up in the ring and are lost; run: xdp_sampler --run" "$work/status"

echo "# several interfaces: one that fails does not keep the others from being changed"
expect_error "eth1: no root array is attached here; run: xdp_root_loader --attach --interface eth1" 1 on eth1,eth0 --set --rate 9
equal "eth0 has been set" 9 "$(sampler_says .settings.rate)"
check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
