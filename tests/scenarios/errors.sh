#!/usr/bin/env bash
# Every clear error, word for word, with its exit status; pins, programs and status are the same before and
# after. And what looks like an error but is none: a large MTU with --frags, and work with three
# capabilities only. Rows C8, L1, L6, L11, L15.
. "$(dirname "$0")/../harness/netns.sh"
need setpriv

add_namespace client
add_link eth0 client peer0
add_link eth1 client peer1
add_link eth9 client peer9 9000
ip link add br0 type bridge
ip link add macvlan0 link eth1 type macvlan

# everything: all that an error must not change.
everything() {
	pin_tree
	loader --status --json 2>&1
	ip link show | grep -oE '^[0-9]+: [^:]+|xdp[a-z]* qdisc|prog/xdp.*'
}
# refused TEXT STATUS COMMAND...: expect_error, and nothing has changed.
refused() {
	local before after
	if [ -n "${ECBPF_TEST_QUICK:-}" ]; then # an emulated machine starts thirty processes a second
		expect_error "$@"
		return
	fi
	before=$(everything)
	expect_error "$@"
	after=$(everything)
	equal "  and nothing has changed" "$before" "$after"
}
# load OBJECT [OPTION...]: into slot 2 of eth0.
load() {
	loader --interface eth0 --slot 2 --load "$objects/$1.o" "${@:2}"
}
# with_capabilities LIST COMMAND...: as root without any other capability; LIST is ",+a,+b".
with_capabilities() {
	setpriv --bounding-set "-all$1" "${@:2}"
}

echo "# on an interface without a root"
refused "no_such: no such interface in this network namespace" 1 loader --attach --interface no_such
for verb in --clear "--slot 1 --unload" "--slot 1 --load $objects/continue_only.o" --status; do
	# shellcheck disable=SC2086  # several words
	refused "no_such: no such interface in this network namespace" 1 loader --interface no_such $verb
done
refused "no_such: no root array is attached here" 1 loader --detach --interface no_such
refused "eth0: no root array is attached here" 1 loader --detach --interface eth0
for verb in --clear "--slot 1 --unload" "--slot 1 --load $objects/continue_only.o"; do
	# shellcheck disable=SC2086
	refused "eth0: no root array is attached here; run: xdp_root_loader --attach --interface eth0" 1 loader --interface eth0 $verb
done
for name in lo br0 macvlan0; do
	refused "$name: its driver has no native XDP; use --mode generic (slower, works everywhere): -EOPNOTSUPP (Operation not supported)" 1 loader --attach --interface "$name"
done
refused "eth9: MTU 9000 is too large for XDP without --frags; attach with --frags or lower the MTU: -ERANGE (Numerical result out of range)" 1 loader --attach --interface eth9
ip link set eth9 mtu 1500
refused "eth9: an MTU, its own or that of a veth's peer, is too large for XDP without --frags; attach with --frags or lower the MTU: -ERANGE (Numerical result out of range)" 1 loader --attach --interface eth9
ip link set eth9 mtu 9000
refused "--interface: 'eth0/1' is not an interface name: 1 to 15 characters, no '/', ':' or white space" 2 loader --attach --interface eth0/1
refused "--interface: 'sixteen-letters-' is not an interface name: 1 to 15 characters, no '/', ':' or white space" 2 loader --attach --interface sixteen-letters-
refused "--mode: 'offload' is not one of native, generic" 2 loader --attach --interface eth0 --mode offload

echo "# no bpffs"
mkdir "$work/directory"
bare() { # BPFFS OPTION...
	"$build/bin/xdp_root_loader" --bpffs "$@"
}
for verb in --attach --detach --status; do
	refused "no bpffs at $work/directory: mount one (mount -t bpf bpf /sys/fs/bpf) or name another with --bpffs" 1 bare "$work/directory" "$verb" --interface eth0
	refused "no bpffs at $work/none: -ENOENT (No such file or directory)" 1 bare "$work/none" "$verb" --interface eth0
done
equal "nothing was made there" "" "$(ls "$work/directory")"

echo "# no rights"
needed="(needed: CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON): run as root, or grant them, for example with setcap or AmbientCapabilities="
refused "attach: missing CAP_BPF $needed" 1 with_capabilities ,+net_admin,+perfmon "$build/bin/xdp_root_loader" --bpffs "$bpffs" --attach --interface eth0
refused "attach: missing CAP_NET_ADMIN $needed" 1 with_capabilities ,+bpf,+perfmon "$build/bin/xdp_root_loader" --bpffs "$bpffs" --attach --interface eth0
refused "attach: missing CAP_PERFMON $needed" 1 with_capabilities ,+bpf,+net_admin "$build/bin/xdp_root_loader" --bpffs "$bpffs" --attach --interface eth0
refused "attach: missing CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON $needed" 1 with_capabilities "" "$build/bin/xdp_root_loader" --bpffs "$bpffs" --attach --interface eth0

echo "# with a root and a program in slot 2"
check "--attach" loader --attach --interface eth0
check "--load" load drop_udp_port_9
for verb in detach clear unload load; do
	options=(--"$verb")
	[ "$verb" != unload ] || options=(--slot 2 --unload)
	[ "$verb" != load ] || options=(--slot 2 --load "$objects/drop_udp_port_9.o" --replace)
	for missing in BPF NET_ADMIN PERFMON; do
		held=,+bpf,+net_admin,+perfmon
		held=${held/,+${missing,,}/}
		refused "$verb: missing CAP_$missing $needed" 1 with_capabilities "$held" "$build/bin/xdp_root_loader" --bpffs "$bpffs" --interface eth0 "${options[@]}"
	done
done
refused "eth0: the root is attached in native mode; --detach first to change it" 1 loader --attach --interface eth0 --mode generic
refused "eth0: the root is attached without --frags; --detach first to change it" 1 loader --attach --interface eth0 --frags
id=$(status_of eth0 '.subprograms[2].id')
refused "eth0: slot 2 is taken by drop_udp_port_9 (id $id); unload it first or add --replace" 1 load continue_only
refused "eth0: slot 3 is empty already" 1 loader --interface eth0 --slot 3 --unload
for slot in 8 99 x 2x 1.5 0x2; do
	refused "--slot: '$slot' is not a number from 0 to 7" 2 loader --interface eth0 --slot "$slot" --load "$objects/continue_only.o"
	refused "--slot: '$slot' is not a number from 0 to 7" 2 loader --interface eth0 --slot "$slot" --unload
done
refused "--slot: '-1' is not a number from 0 to 7" 2 loader --interface eth0 --slot=-1 --unload
refused "--slot needs a value: N; one that begins with '-' goes --slot=-1" 2 loader --interface eth0 --slot -1 --unload
refused "--load needs --slot N" 1 loader --interface eth0 --load "$objects/continue_only.o"
refused "--unload needs --slot N" 1 loader --interface eth0 --unload

echo "# objects"
load_new() { # FILE [OPTION...]: into an empty slot
	loader --interface eth0 --slot 4 --load "$@"
}
for how in load_new "load_new --replace"; do
	# With --replace into the empty slot 4 the answers are the same.
	# shellcheck disable=SC2206
	how=($how)
	with() { "${how[0]}" "$@" "${how[@]:1}"; }
	refused "$objects/without_licence.o: no licence; add: char LICENSE[] SEC(\"license\") = \"GPL\";" 1 with "$objects/without_licence.o"
	refused "$objects/pass_without_btf.o: no BTF; build it with clang -g" 1 with "$objects/pass_without_btf.o"
	refused "$objects/two_programs.o: has 2 XDP programs; name one with --program" 1 with "$objects/two_programs.o"
	refused "$objects/two_programs.o: no XDP program is called 'third'" 1 with "$objects/two_programs.o" --program third
	refused "$objects/without_program.o: no XDP program in it" 1 with "$objects/without_program.o"
	refused "/etc/passwd: not a BPF object file; build it with clang -target bpf" 1 with /etc/passwd
	refused "$BASH: not a BPF object file; build it with clang -target bpf" 1 with "$BASH"
	refused "/etc: not a BPF object file; build it with clang -target bpf" 1 with /etc
	refused "$objects/none.o: cannot open: -ENOENT (No such file or directory)" 1 with "$objects/none.o"
done
: >"$work/empty.o"
head -c 40 "$objects/continue_only.o" >"$work/cut.o"
head -c 200 "$objects/continue_only.o" >"$work/cut_later.o"
for file in empty cut cut_later; do
	refused "$work/$file.o: not a BPF object file; build it with clang -target bpf" 1 load_new "$work/$file.o"
done
refused "$objects/refused_by_verifier.o: the kernel refuses program 'refused_by_verifier': -EACCES (Permission denied)" 1 load_new "$objects/refused_by_verifier.o"
contains "  and behind it the verifier's log" "invalid access to packet" "$work/error"
equal "  once" 1 "$(grep -c 'invalid access to packet' "$work/error")"
refused "$objects/refused_by_verifier.o: the kernel refuses program 'refused_by_verifier': -EACCES (Permission denied)" 1 load refused_by_verifier --replace
equal "slot 2 still drops" udp "$(arriving client:peer0 eth0 udp.9)"
check "one of two programs, by its name" load_new "$objects/two_programs.o" --program second_of_two
equal "is the one" second_of_two "$(status_of eth0 '.subprograms[4].name')"
contains "a program without the kit is said to end the chain" "not built with the subprogram kit: it ends the chain in slot 4 and its packets are not counted" "$work/output"

echo "# large frames"
# Asked without the loader: libbpf sets the flag of a section "xdp.frags".
if bpftool prog load "$objects/continue_only.o" "$bpffs/frags_known" >/dev/null 2>&1; then
	rm "$bpffs/frags_known"
	check "--attach --frags at MTU 9000" loader --attach --frags --interface eth9
	check "--load of a program that handles multi-buffer frames" loader --interface eth9 --slot 2 --load "$objects/drop_udp_port_9.o"
	equal "status says frags" true "$(status_of eth9 .frags)"
	check "the text, too" loader --status --interface eth9
	contains "  " "Interface eth9 status: native mode, frags on" "$work/output"
	equal "8000 bytes pass or are dropped" "udp-8000 udp" "$(arriving client:peer9 eth9 udp-8000 udp-8000.9)"
	equal "and are counted" "2 1" "$(counter eth9 root PASS) $(counter eth9 2 DROP)"
	refused "eth9: the root is attached with --frags; --detach first to change it" 1 loader --attach --interface eth9
	refused "$objects/without_kit.o: program 'without_kit' is in section \"xdp\", not \"xdp.frags\": it does not handle multi-buffer frames, and eth9 was attached with --frags" 1 loader --interface eth9 --slot 3 --load "$objects/without_kit.o"
	check "--detach --nop" loader --detach --nop --interface eth9
	equal "a NOP root takes large frames" "udp-8000 udp-8000.9 udp" "$(arriving client:peer9 eth9 udp-8000 udp-8000.9)"
	check "--detach" loader --detach --interface eth9
else
	refused "this kernel has no multi-buffer XDP (Linux 5.18 has): attach without --frags, at an MTU that fits one buffer" 1 loader --attach --frags --interface eth9
fi
ip link set eth9 mtu 1500
in_ns client ip link set peer9 mtu 1500
check "--attach without --frags at MTU 1500" loader --attach --interface eth9
check "--detach" loader --detach --interface eth9

echo "# generic mode where there is no native one"
for name in br0 macvlan0; do
	check "--attach --mode generic to $name" loader --attach --mode generic --interface "$name"
	check "--detach" loader --detach --interface "$name"
done
check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"

echo "# the three capabilities, and no other"
# Before Linux 5.11 BPF memory is charged to a limit that needs another capability to be raised.
ulimit -l unlimited 2>/dev/null || echo "the limit of locked memory stays at $(ulimit -l) kB"
chown nobody "$bpffs"
cp "$objects/drop_udp_port_9.o" "$work/object.o"
chmod 711 "$work"
nobody_with() { # LIST OPTION...
	setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps "-all$1" --ambient-caps "-all$1" \
		--bounding-set "-all$1" "$work/xdp_root_loader" --bpffs "$bpffs" --interface eth0 "${@:2}"
}
nobody() {
	nobody_with ,+bpf,+net_admin,+perfmon "$@"
}
# The build may be where nobody else can read.
cp "$build/bin/xdp_root_loader" "$work/xdp_root_loader"
for command in --attach "--slot 2 --load $work/object.o" --status "--slot 2 --load $work/object.o --replace" --attach; do
	# shellcheck disable=SC2086
	check "$command" nobody $command
done
equal "slot 2 drops" udp "$(arriving client:peer0 eth0 udp.9)"
for command in --clear --status "--status --json" "--slot 2 --unload" "--detach --nop" --attach --detach; do
	# shellcheck disable=SC2086
	check "$command" nobody $command
done
equal "nothing is pinned" "" "$(pin_tree)"
refused "attach: missing CAP_BPF $needed" 1 nobody_with ,+net_admin,+perfmon --attach
refused "attach: missing CAP_NET_ADMIN $needed" 1 nobody_with ,+bpf,+perfmon --attach
refused "attach: missing CAP_PERFMON $needed" 1 nobody_with ,+bpf,+net_admin --attach
