#!/usr/bin/env bash
# The checksum matrix of tc_offload: who finishes checksums, with and without them, both families, UDP and TCP, from nothing
# to more than the link takes, between lo and cards. What is sent is what comes, at the server or, where it must go up,
# at the proxy's socket; no wrong checksum is met; no feature of an interface changes. And a build that rewrites
# checksums naively fails the same matrix.
# shellcheck disable=SC2119  # arguments may be left out
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_offload.sh"
need nstat tc

SIZES=(0 1 3 1400 3000)
interfaces=lo,eth0,eth1

# A cell: who asks, from where and whom; what that becomes. By where it comes from or goes to, and family.
declare -A asks_in=([lo]=here [card]=client) serves_in=([lo]=here [card]=server)
declare -A from=([lo4]=127.0.0.1 [lo6]='[::1]' [card4]=10.77.0.2 [card6]='[fd77::2]')
declare -A to=([lo4]=127.0.0.1 [lo6]='[::1]' [card4]=10.77.0.1 [card6]='[fd77::1]')
declare -A new_from=([lo4]=127.0.0.1 [lo6]='[::1]' [card4]=10.77.1.1 [card6]='[fd77:1::1]')
declare -A new_to=([lo4]=127.0.0.1 [lo6]='[::1]' [card4]=10.77.1.2 [card6]='[fd77:1::2]')
cells=()
declare -A cell # NAME WORD: from, to, proxy (towards the server), server, rule
declare -A proxied served_at # KIND NAMESPACE: addresses

# make_cells ROUND: with ports of its own, so that no round meets what TCP remembers of the one before.
make_cells() {
	local name kind family in out port=0
	cells=() proxied=() served_at=()
	for kind in udp unsummed tcp; do
		for family in 4 6; do
			for in in lo card; do
				for out in lo card; do
					name="$kind $family $in->$out" port=$((port + 1))
					cells+=("$name")
					cell[$name from]=${from[$in$family]}:$((20000 + 100 * $1 + port))
					cell[$name to]=${to[$in$family]}:$((3000 + port))
					cell[$name server]=${new_to[$out$family]}:$((5000 + port))
					cell[$name proxy]=${new_from[$out$family]}:$((40000 + 100 * $1 + port))
					cell[$name rule]="${cell[$name from]} > ${cell[$name to]} ${kind/unsummed/udp} => ${cell[$name proxy]} > ${cell[$name server]} both"
					proxied[$kind]+=" ${cell[$name to]}"
					served_at[$kind ${serves_in[$out]}]+=" ${cell[$name server]}"
				done
			done
		done
	done
}

# all_served, all_served_end: proxies and servers of all cells.
# shellcheck disable=SC2086  # lists of addresses
all_served() {
	local kind options program name
	for kind in udp unsummed tcp; do
		program=udp_echo options=
		[ $kind != tcp ] || program=tcp_echo
		[ $kind != unsummed ] || options=--no-checksum
		server_starts $program "$kind-proxy" here $options ${proxied[$kind]}
		for name in here server; do
			server_starts $program "$kind-$name" $name $options ${served_at[$kind $name]}
		done
	done
}
all_served_end() {
	served_ends {udp,unsummed,tcp}-{proxy,here,server}
}

# ask_all: a line for each cell, "KIND FAMILY IN->OUT answered N server N proxy N": of so many messages; datagrams or
# connections that the server and the proxy have answered.
ask_all() {
	local name kind family path program options
	for name in "${cells[@]}"; do
		read -r kind family path <<<"$name"
		program=udp_ask options=()
		[ "$kind" != tcp ] || program=tcp_ask
		[ "$kind" != unsummed ] || options=(--no-checksum)
		client_starts $program "$kind-$family-$path" "${asks_in[${path%->*}]}" "${options[@]}" "${cell[$name from]}" "${cell[$name to]}" "${SIZES[@]}"
	done
	for name in "${cells[@]}"; do
		asking_done "${name// /-}"
	done
	all_served_end
	for name in "${cells[@]}"; do
		read -r kind family path <<<"$name"
		echo "$name answered $(asked "${name// /-}" answered) wrong $(asked "${name// /-}" wrong)" \
			"server $(came "$kind-${serves_in[${path#*->}]}" "${cell[$name server]}") proxy $(came "$kind-proxy" "${cell[$name to]}")"
	done
}

# All is answered. What is longer than the way out's MTU, or comes in fragments, is the proxy's; so is UDP over IPv6
# without a checksum. TCP is one connection.
what_should_come() {
	local name server proxy
	for name in "${cells[@]}"; do
		server=4 proxy=1
		case $name in
		tcp*) server=1 proxy=0 ;;
		"unsummed 6"*) server=0 proxy=5 ;;
		*"lo->lo") server=5 proxy=0 ;;
		esac
		echo "$name answered ${#SIZES[@]} wrong 0 server $server proxy $proxy"
	done
}

# set_features EGRESS SENDERS: on or off.
set_features() {
	finishes_checksums here eth0 "$1"
	finishes_checksums here eth1 "$1"
	finishes_checksums client peer0 "$2"
	finishes_checksums server peer1 "$2"
}

# add_flows: those of all cells, instead of any others.
add_flows() {
	local name
	for name in "${cells[@]}"; do
		echo "${cell[$name rule]}"
	done >"$work/matrix.flows"
	check "${#cells[@]} flow pairs" offload --flow-file "$work/matrix.flows"
}

# failing: the cells where something else came than should.
failing() {
	diff <(what_should_come) "$work/come" | sed -n 's/^> \(.*\) answered .*/\1/p'
}

# flow_counts: "FLOW PACKETS BACK_PACKETS" of every flow of UDP; what_should_count: what that should be.
flow_counts() {
	offload --flow-show --json 2>/dev/null |
		jq -r '.flows[] | select(.in | endswith("tcp") | not) | "\(.in) \(.state.packets) \(.state.back_packets)"' | sort
}
what_should_count() {
	what_should_come | while read -r kind family path _ _ _ _ _ server _; do
		name="$kind $family $path"
		[ "$kind" = tcp ] || echo "${cell[$name from]} > ${cell[$name to]} $server $server
${cell[$name server]} > ${cell[$name proxy]} $server $server"
	done | sort
}

# Longer than the way out's MTU: once from lo to a card, of UDP over IPv4 with and without a checksum, and IPv6 with.
# Without over IPv6: five from lo, each way out, and four from a card. In three fragments: of UDP, from a card,
# each family, each kind, each way out. What passes lo meets the egress first, where there is a program; so do the
# proxy's answers in fragments.
why_it_stays() { # AT
	[ "$1" = both ] && echo "6 28 48" || echo "3 18 24"
}

declare -A other_way=([kernel]=device [daemon]=neighbour)

make_lab
round=0
# Who finishes checksums: the egress, the senders. Who knows the neighbours: the daemon, or the kernel alone.
for features in "on on ingress kernel" "on off both daemon" "off on both kernel" "off off ingress daemon"; do
	read -r egress senders_tx at neighbours <<<"$features"
	echo "# egress $egress, senders $senders_tx, at $at, neighbours from the $neighbours"
	set_features "$egress" "$senders_tx"
	features_before=$(offload_features) errors_before=$(checksum_errors)
	check "--attach" offload --attach --no-config --interface $interfaces --at "$at" --set-sysctls
	make_cells $((round += 1))
	add_flows
	[ "$neighbours" = kernel ] || daemon_starts
	all_served
	capture_starts unsummed server peer1 -Q in 'udp[6:2] == 0 or (ip6[6] == 17 and ip6[46:2] == 0)'
	ask_all >"$work/come"
	equal "what comes, and where" "$(what_should_come)" "$(<"$work/come")"
	equal "no wrong checksum was met" "$errors_before" "$(checksum_errors)"
	equal "exact counts" "$(what_should_count)" "$(flow_counts)"
	equal "too long, without a checksum, in fragments" "$(why_it_stays "$at")" "$(packets up.too_big up.zero_checksum up.fragment)"
	equal "none was lost or went another way" "0 0" "$(packets out.lost "out.${other_way[$neighbours]}")"
	# Two cells of IPv4 leave for the server, with four datagrams each.
	check "no checksum is still none" wait_until 10 capture_has unsummed 8
	capture_ends unsummed
	equal "and only where there was none" 8 "$(tcpdump -r "$work/unsummed.pcap" 2>/dev/null | wc -l)"
	[ "$neighbours" = kernel ] || daemon_ends
	check "--detach" offload --detach --interface $interfaces
	equal "no interface is another than before" "$features_before" "$(offload_features)"
done
equal "nothing is pinned" "" "$(pin_tree)"

# attach_naive: in the place of tc_offload, with its maps, which it keeps as long as it is attached elsewhere.
attach_naive() {
	local name maps=() directory interface
	directory=$bpffs/ecbpf/tc_offload_$(stat -L -c %i /proc/self/ns/net)
	for name in flow_nexthops flow_claims offload_setting offload_daemon tables_ipv4 tables_ipv6; do
		maps+=(map name "$name" pinned "$directory/$name")
	done
	bpftool prog load "$objects/offload_naive.o" "$bpffs/naive" type tc "${maps[@]}" || return 1
	for interface in ${interfaces//,/ }; do
		tc qdisc add dev "$interface" clsact &&
			tc filter add dev "$interface" ingress bpf direct-action object-pinned "$bpffs/naive" || return 1
	done
}

echo "# a naive rewrite, egress off"
set_features off on
add_link spare0 client spare1
check "--attach elsewhere" offload --attach --no-config --interface spare0 --set-sysctls
make_cells $((round += 1))
add_flows
check "the naive program on $interfaces" attach_naive
all_served
errors_before=$(checksum_errors)
ask_all >"$work/come"
# Between lo and lo checksums are taken as they are; those that are none may be left alone by a naive program, too.
equal "every cell with a card and a checksum fails" "$(printf '%s\n' {udp,tcp}" "{4,6}" "{lo-\>card,card-\>lo,card-\>card} | sort)" \
	"$(failing | grep card | grep -v unsummed | sort)"
check "wrong checksums were met" test "$errors_before" != "$(checksum_errors)"
cat "$work/come"
