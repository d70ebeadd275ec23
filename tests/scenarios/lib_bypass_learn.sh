# shellcheck shell=bash
# What the scenarios of learned flows share. Sourced behind lib_bypass.sh.
: "${build:?}" "${bpffs:?}" "${work:?}" "${senders:?}"
need nft conntrack
[ -d /proc/sys/net/netfilter ] || skip "this kernel has no connection tracking"

# firewall: the router's. UDP to its ports 5000 to 5099 goes to the server's echo, and looks to the server as if the
# router had sent it; but 5098 leads to a port of the spare host that nobody answers, and as if from the client. Its
# chain `forward` has no rule.
firewall() {
	nft -f - <<-END
		table inet lab {
			chain prerouting {
				type nat hook prerouting priority -100;
				ip daddr 10.77.0.1 udp dport 5098 dnat ip to 10.77.2.2:9
				ip daddr 10.77.0.1 udp dport 5000-5099 dnat ip to 10.77.1.2:7
				ip6 daddr fd77::1 udp dport 5000-5099 dnat ip6 to [fd77:1::2]:7
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname "eth1" udp dport 7 ct status dnat masquerade
			}
			chain forward {
				type filter hook forward priority 0;
			}
		}
	END
}

# stream_starts NAME RATE FROM TO: datagrams from the client, see tests/senders/udp_stream.c, until stream_ends NAME.
stream_starts() {
	nsenter --net=/run/netns/client "$senders/udp_stream" "${@:2}" >"$work/$1.stream" 2>&1 &
	stream[$1]=$!
	wait_until 10 has_sent "$1" 1 || fail "$1: it sends" "$work/$1.stream"
}
declare -A stream
stream_ends() { # NAME...
	local name
	for name in "$@"; do
		kill "${stream[$name]}"
	done
	for name in "$@"; do
		wait "${stream[$name]}"
	done
}
# so_far NAME FIELD: time, sent, answered, late, twice or last, at most a tenth of a second old.
so_far() {
	local -A at=([time]=1 [sent]=2 [answered]=3 [late]=4 [twice]=5 [last]=6)
	# The line that is being written has no end yet.
	grep -xE '([0-9]+ ){5}[0-9]+' "$work/$1.stream" | tail -n 1 | cut -d ' ' -f "${at[$2]}"
}
has_sent() { # NAME COUNT
	[ "$(so_far "$1" sent)" -ge "$2" ]
}
has_answers() { # NAME COUNT
	[ "$(so_far "$1" answered)" -ge "$2" ]
}
# sends_more NAME COUNT: waits for so many more datagrams.
sends_more() {
	wait_until 60 has_sent "$1" $(($(so_far "$1" sent) + $2)) || fail "$1: it goes on to send" "$work/$1.stream"
}
milliseconds() {
	echo $((${EPOCHREALTIME/./} / 1000))
}
# silent_by NAME TIME: since then nothing has been answered, and somebody asked half a second longer.
silent_by() {
	[ "$(so_far "$1" last)" -le "$2" ] && [ "$(so_far "$1" time)" -ge $(($2 + 500)) ]
}

# learned_flows: "IN packets" of each, IN without blanks.
learned_flows() {
	bypass --flows --learned --json 2>/dev/null | jq -r '.flows[] | "\(.in | gsub(" "; "")) \(.state.packets)"' | sort
}
learned_count_is() {
	[ "$(bypass_says '[.host.tables[] | select(.table == "learned").flows] | add')" = "$1" ]
}
# forwarded: what the router's stack has forwarded, of both families.
forwarded() {
	awk '/^Ip:/ && !column { for (i = 1; i <= NF; i++) if ($i == "ForwDatagrams") column = i; next }
		/^Ip:/ { sum += $column } $1 == "Ip6OutForwDatagrams" { sum += $2 } END { print sum + 0 }' /proc/net/snmp /proc/net/snmp6
}
# went_up_for REASON
went_up_for() {
	bypass_says "[.interfaces[].packets.up.$1] | add"
}
bypassed() {
	bypass_says '[.interfaces[].packets.bypassed] | add'
}
# goes_around WHAT NAME...: nine of ten of the next packets of these streams, and of their answers, do.
goes_around() {
	local name sent=0 before
	before=$(bypassed)
	for name in "${@:2}"; do
		sent=$((sent - $(so_far "$name" sent)))
	done
	sends_more "$2" 300
	for name in "${@:2}"; do
		sent=$((sent + $(so_far "$name" sent)))
	done
	# The numbers are not of one moment.
	before=$(($(bypassed) - before))
	check "$1: packets go around the stack" test $((before * 10)) -ge $((${ways:-2} * sent * 9))
	[ $((before * 10)) -ge $((${ways:-2} * sent * 9)) ] || bypass --status
}
ledger() { # NAME
	bypass_says ".host.learning.$1"
}
ledger_is() { # NAME NUMBER
	[ "$(ledger "$1")" = "$2" ]
}
# learns WHAT COUNT: so many learned flows are there.
learns() {
	check "$1: learned" wait_until 20 learned_count_is "$2"
	learned_count_is "$2" || bypass --status
}
# without_kernel_functions COMMAND...: as on a kernel that does not let a program set conntrack's timers.
without_kernel_functions() {
	# shellcheck disable=SC2016  # the inner shell's
	unshare --mount sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' - "$@"
}
