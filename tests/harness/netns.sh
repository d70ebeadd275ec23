# shellcheck shell=bash
# A place of its own for a scenario: network namespaces, veth pairs, a bpffs; and what every scenario
# says and counts. Sourced as its first line:
#
#	. "$(dirname "$0")/../harness/netns.sh"
#
# The scenario then runs in mount, process and network namespaces of its own, with its own bpffs, /run and
# /sys/fs/bpf. So several runs beside each other do not meet, and the kernel removes everything when the
# scenario ends, however it ends. What is left of a killed one is a directory under $TMPDIR with its
# process id in the name; the next run removes it.
#
# The build: $ECBPF_BUILD, $ECBPF_BUILD_DIR or $ECBPF_BUILD_DIR/gcc, else build/ of the tree.
set -uo pipefail

scenario=$(basename "$0" .sh)
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# skip REASON: this machine cannot run the scenario.
skip() {
	echo "SKIP: $*"
	exit 77
}

# need TOOL...: skips where a tool is missing.
need() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

find_build() {
	local directory
	for directory in "${ECBPF_BUILD:-}" "${ECBPF_BUILD_DIR:-}" "${ECBPF_BUILD_DIR:+$ECBPF_BUILD_DIR/gcc}" \
		"$source_dir/build"; do
		[ -z "$directory" ] || [ ! -x "$directory/bin/xdp_root_loader" ] || { cd "$directory" && pwd && return; }
	done
}

# The outer process: makes the namespaces, waits, removes the directory.
if [ -z "${ECBPF_SCENARIO_DIR:-}" ]; then
	[ "$(id -u)" -eq 0 ] || skip "network namespaces and BPF need root"
	need ip unshare nsenter setpriv bpftool jq
	[ -n "$(find_build)" ] || skip "no bin/xdp_root_loader: build first, or set ECBPF_BUILD"
	unshare --mount --pid --net --fork --mount-proc true 2>/dev/null || skip "no namespaces can be made"
	for directory in "${TMPDIR:-/tmp}"/ecbpf-scenario.*; do
		[ ! -d "$directory" ] || [ -d "/proc/${directory##*.}" ] || rm -rf --one-file-system "$directory"
	done
	ECBPF_SCENARIO_DIR=${TMPDIR:-/tmp}/ecbpf-scenario.$$
	mkdir "$ECBPF_SCENARIO_DIR" || exit 1
	export ECBPF_SCENARIO_DIR
	inner=
	trap '[ -z "$inner" ] || { kill -KILL "$inner" && wait "$inner"; } 2>/dev/null
		rm -rf --one-file-system "$ECBPF_SCENARIO_DIR"' EXIT
	trap 'echo "$scenario: interrupted" >&2; exit 130' INT TERM HUP
	setpriv --pdeathsig KILL unshare --mount --pid --net --fork --kill-child --mount-proc "$BASH" "$0" "$@" &
	inner=$!
	wait "$inner"
	rc=$?
	inner=
	exit "$rc"
fi

work=$ECBPF_SCENARIO_DIR
build=$(find_build)
objects=$build/test_objects
senders=$build/tests/senders
bpffs=$work/bpf
export TMPDIR=$work/tmp LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$bpffs" "$TMPDIR"
mount -t tmpfs tmpfs /run || skip "no tmpfs can be mounted"
mkdir /run/netns
mount -t bpf bpf "$bpffs" || skip "no bpffs can be mounted"
mount -t bpf bpf /sys/fs/bpf || skip "no bpffs can be mounted at /sys/fs/bpf"
ip link set lo up

checks=0
failures=0
SECONDS=0

end_scenario() {
	local rc=$?
	[ "$rc" -ne 77 ] || exit 77
	[ "$rc" -eq 0 ] || { echo "FAIL $scenario ended early, with exit status $rc" && failures=$((failures + 1)); }
	echo "$scenario: $checks checks, $failures failed, $SECONDS s"
	[ "$failures" -eq 0 ] && [ "$checks" -gt 0 ] && exit 0
	exit 1 # a bare exit would keep the status from before the trap
}
trap end_scenario EXIT
trap 'exit 130' INT TERM HUP

# ok WHAT, fail WHAT [FILE]: one check's line, with what there is to see when it failed.
ok() {
	checks=$((checks + 1))
	echo "ok $1"
}
fail() {
	checks=$((checks + 1))
	failures=$((failures + 1))
	echo "FAIL $1"
	[ $# -lt 2 ] || sed 's/^/    /' "$2" | head -n 60
}

# check WHAT COMMAND...: the command succeeds.
check() {
	local what=$1 rc=0
	shift
	"$@" >"$work/output" 2>&1 || rc=$?
	if [ "$rc" -eq 0 ]; then
		ok "$what"
	else
		{ printf '%q ' "$@" && echo "exit status $rc"; } | cat - "$work/output" >"$work/shown"
		fail "$what" "$work/shown"
	fi
}

# equal WHAT EXPECTED FOUND: two texts are the same.
equal() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		diff --label expected --label found -U 5 <(echo "$2") <(echo "$3") >"$work/shown"
		fail "$1" "$work/shown"
	fi
}

# contains WHAT TEXT FILE: a line of the file has the text in it.
contains() {
	if grep -qF -- "$2" "$3"; then
		ok "$1"
	else
		{ echo "expected somewhere: $2" && cat "$3"; } >"$work/shown"
		fail "$1" "$work/shown"
	fi
}

# expect_error TEXT STATUS COMMAND...: the command fails with that exit status; the first line on stderr is
# TEXT, after the name of the tool; nothing is on stdout. Leaves stderr in $work/error.
expect_error() {
	local text=$1 expected=$2 rc=0 found
	shift 2
	"$@" >"$work/output" 2>"$work/error" || rc=$?
	found=$(head -n 1 "$work/error")
	if [ "$rc" -eq "$expected" ] && [ "${found#*: }" = "$text" ] && [ ! -s "$work/output" ]; then
		ok "says: $text"
	else
		{
			printf '%q ' "$@"
			printf '\nexit status %s, expected %s\nexpected: %s\n' "$rc" "$expected" "$text"
			sed 's/^/stderr: /' "$work/error"
			sed 's/^/stdout: /' "$work/output"
		} >"$work/shown"
		fail "says: $text" "$work/shown"
	fi
}

# wait_until SECONDS COMMAND...: tries until the command succeeds, at most that long.
wait_until() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.01 # poll interval
	done
}

# in_ns NAMESPACE COMMAND...: not `ip netns exec`, which hides the pins of this mount namespace.
in_ns() {
	nsenter --net="/run/netns/$1" "${@:2}"
}

# add_namespace NAME...: no IPv6 in them, so that nothing but what a scenario sends is on a link.
add_namespace() {
	local name
	for name in "$@"; do
		ip netns add "$name" || skip "no network namespace can be made"
		silence "$name"
		in_ns "$name" ip link set lo up
	done
}
silence() {
	in_ns "$1" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null
}

# add_link INTERFACE NAMESPACE PEER [MTU]: a veth pair from here to a namespace, both ends up.
add_link() {
	ip link add "$1" mtu "${4:-1500}" address "$(mac_of "$1")" type veth \
		peer name "$3" mtu "${4:-1500}" address "$(mac_of "$2$3")" netns "$2" || skip "no veth can be made"
	in_ns "$2" ip link set "$3" up
	ip link set "$1" up
}
# Fixed, so that nothing has to be learnt and every run is alike.
mac_of() {
	echo "$1" | md5sum | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\).*/02:\1:\2:\3:\4:\5/'
}

# add_addresses INTERFACE NAMESPACE PEER NET: 10.77.NET.1 here and .2 there, fd77:NET::1 and ::2, with
# permanent neighbours and no duplicate address detection.
add_addresses() {
	local mac peer_mac
	mac=$(mac_of "$1") peer_mac=$(mac_of "$2$3")
	echo 0 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
	in_ns "$2" sh -c "echo 0 >/proc/sys/net/ipv6/conf/$3/disable_ipv6"
	ip address add "10.77.$4.1/24" dev "$1"
	ip address add "fd77:$4::1/64" dev "$1" nodad
	in_ns "$2" ip address add "10.77.$4.2/24" dev "$3"
	in_ns "$2" ip address add "fd77:$4::2/64" dev "$3" nodad
	ip neighbour replace "10.77.$4.2" lladdr "$peer_mac" nud permanent dev "$1"
	ip neighbour replace "fd77:$4::2" lladdr "$peer_mac" nud permanent dev "$1"
	in_ns "$2" ip neighbour replace "10.77.$4.1" lladdr "$mac" nud permanent dev "$3"
	in_ns "$2" ip neighbour replace "fd77:$4::1" lladdr "$mac" nud permanent dev "$3"
}

# take_native_xdp NAMESPACE INTERFACE: a veth whose peer transmits or redirects to it needs a program.
take_native_xdp() {
	[ -e "$bpffs/pass_everything" ] ||
		bpftool prog load "$objects/pass_everything.o" "$bpffs/pass_everything" type xdp
	in_ns "$1" ip link set dev "$2" xdpdrv pinned "$bpffs/pass_everything"
}

# loader OPTION...: xdp_root_loader on this scenario's bpffs.
loader() {
	"$build/bin/xdp_root_loader" --bpffs "$bpffs" "$@"
}
loader_in() { # NAMESPACE OPTION...
	in_ns "$1" "$build/bin/xdp_root_loader" --bpffs "$bpffs" "${@:2}"
}

# status_of INTERFACE FILTER: a filter of jq on what --status --json says of the interface.
status_of() {
	loader --status --json --interface "$1" 2>/dev/null | jq -r --arg i "$1" ".interfaces[\$i] | $2"
}
# counter INTERFACE ROW ACTION: packets; ROW is a slot or "root".
counter() {
	local row=".subprograms[$2]"
	[ "$2" != root ] || row=.root
	status_of "$1" "$row.statistics.XDP_$3"
}
counter_is() {
	[ "$(counter "$1" "$2" "$3")" = "$4" ]
}
# packets_counted INTERFACE: the sum of all rows and actions.
packets_counted() {
	status_of "$1" '.statistics | add'
}

# send [NAMESPACE:]INTERFACE FRAME...: real frames; see tests/senders/named_frame.c.
send() {
	"$senders/send_frames" "$@"
}
# arriving FROM TO FRAME...: those frames that arrive, in one line that ends with "udp"; or "dead".
arriving() {
	"$senders/probe" "$@"
}

# pin_tree: every pin and directory.
pin_tree() {
	find "$bpffs/ecbpf" -printf '%P %y\n' 2>/dev/null | sort
}

# The scenario's own namespace, by name.
touch /run/netns/here
mount --bind /proc/self/ns/net /run/netns/here
silence here
