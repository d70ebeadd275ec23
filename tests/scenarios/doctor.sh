#!/usr/bin/env bash
# A host with a fault of every kind that can be made here: the doctor names each, the loader refuses what it calls
# blocking, what it says to type mends it, and it changes nothing itself.
. "$(dirname "$0")/../harness/netns.sh"
need ethtool strace tc setpriv
[ -x "$build/bin/ecbpf" ] || skip "no ecbpf in this build"

config=$work/ecbpf.json
doctor() {
	"$build/bin/ecbpf" doctor --bpffs "$bpffs" --config "$config" "$@"
}
# examined [OPTION...]: its exit status; what it says is in $work/report.json.
examined() {
	local rc=0
	doctor --json "$@" >"$work/report.json" 2>"$work/error" || rc=$?
	echo "$rc"
}
# says WHERE WHAT KEY: of the report that was made last; WHERE is host, configuration, components or an interface.
says() {
	jq -r --arg where "$1" --arg what "$2" --arg key "$3" \
		'[(.[$where] // .interfaces[$where])[] | select(.what == $what)[$key]][0] // "nothing"' "$work/report.json"
}
verdict() { # WHERE WHAT
	says "$1" "$2" verdict
}
# blocking: "where what" of each, in the order of the report.
blocking() {
	jq -r '[to_entries[] | select(.value | type == "array")] + (.interfaces | to_entries) | .[] | .key as $where |
		.value[] | select(.verdict == "blocking") | "\($where) \(.what)"' "$work/report.json"
}
# everything: all that somebody could have changed.
everything() {
	sysctl -a -r '^(net|kernel\.(unpriv|bpf))' 2>/dev/null | grep -v _count
	local namespace interface
	for namespace in here client; do
		in_ns "$namespace" ip -d -j address
		in_ns "$namespace" ip route show table all
		in_ns "$namespace" tc qdisc show
	done
	for interface in eth0 eth1 eth2 lo; do
		ethtool -k "$interface"
		ethtool -l "$interface"
		tc filter show dev "$interface" ingress
	done 2>&1
	cat /proc/self/mounts
	find "$bpffs" /sys/fs/bpf -printf '%p %i %y %m %T@ %C@\n' | sort
	stat -c '%n %Y %Z' "$config"
}

add_namespace client
ip link add eth0 mtu 9000 up type veth peer name peer0 mtu 9000 || skip "no veth can be made"
ip link set peer0 up
add_link eth1 client peer1
add_link eth2 client peer2

echo "# an empty host"
echo '{}' >"$config"
equal "nothing blocks" 0 "$(examined)"
cat "$work/error" # what blocks this machine is of interest if it does
equal "one shape" '["blocking","components","configuration","host","interfaces","schema_version","tool","warnings"]' \
	"$(jq -c 'keys' "$work/report.json")"
equal "every finding has a verdict, a text and what to type, or null" true \
	"$(jq '[.host, .configuration, .components | .[] | (.verdict | IN("ok", "note", "warning", "blocking")) and
		(.text | length > 0) and has("fix")] | all' "$work/report.json")"
equal "the kernel" ok "$(verdict host kernel)"
equal "the rights" ok "$(verdict host rights)"
equal "no interface is looked at" '{}' "$(jq -c .interfaces "$work/report.json")"
equal "no directory is made for a lock" "" "$(pin_tree)"
check "as text" doctor
contains "  the host first" "=== this host ===" "$work/output"
contains "  the sum last" "0 blocking, " "$work/output"
check "a single interface" doctor --interface eth2
contains "  in text" "=== eth2 ===" "$work/output"

if [ -e "$source_dir/systemd/ecbpf.json" ]; then # not in a copy of the build
	cp "$source_dir/systemd/ecbpf.json" "$config"
	equal "the file that is installed" "0 ok note" "$(examined) $(verdict configuration file) $(verdict configuration interfaces)"
	equal "  is safe anywhere" "nothing is wanted on this host" "$(says configuration interfaces text)"
fi

echo "# faults"
bpftool prog load "$objects/pass_everything.o" "$bpffs/theirs" type xdp
ip link set dev eth1 xdpdrv pinned "$bpffs/theirs"
cat >"$config" <<-END
	{
		"interfaces": ["eth0", "eth1", "eth2", "eth9"],
		"xdp_filter": { "interfaces": ["eth2", "lo"] }
	}
END
everything >"$work/before"
equal "something blocks" 1 "$(examined)"
contains "  how much" "ecbpf: 4 things are blocking, see above" "$work/error"
equal "what, and where" "configuration interfaces
configuration xdp_filter
eth0 mtu
eth1 program" "$(blocking)"
equal "the interface that is not there" "eth9: no such interface" "$(says configuration interfaces text | head -c 23)"
equal "an own place without the root" "is wanted at lo, where the root, which it needs, is not" "$(says configuration xdp_filter text)"
contains "the stranger by name" "(pass_everything)" <(says eth1 program text)
equal "wanted, not attached" "warning warning" "$(verdict components xdp_root) $(verdict components xdp_filter)"
equal "neither" ok "$(verdict components xdp_sampler)"
equal "nothing is wrong with eth2" "" "$(blocking | grep eth2)"
equal "VLAN tags that are taken out" "note ethtool -K eth2 rxvlan off" "$(verdict eth2 rxvlan) $(says eth2 rxvlan fix)"
equal "checksums of the other end, which is elsewhere" note "$(verdict eth2 checksums)"

echo "# it changes nothing"
strace -f -qq -o "$work/trace" -e trace=file,bpf,ioctl,mount,umount2,setns,unshare,kill,fchmod,fchown \
	"$build/bin/ecbpf" doctor --bpffs "$bpffs" --config "$config" >"$work/output" 2>&1
contains "under strace, too" "4 blocking, " "$work/output"
equal "opens nothing to write" "" "$(grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC' "$work/trace" | grep -v /dev/null)"
equal "makes, moves, mounts nothing" "" "$(grep -E '(mkdir|unlink|rename|rmdir|link|symlink|mount|umount2|chmod|chown|truncate|mknod)(at)?(2)?\(' "$work/trace" | grep -v readlink)"
equal "loads to try, looks, and no more" "BPF_MAP_CREATE BPF_PROG_LOAD BPF_PROG_QUERY" \
	"$(sed -n 's/.* bpf(\([A-Z_]*\).*/\1/p' "$work/trace" | grep -vE '_GET|BPF_MAP_LOOKUP|BTF_LOAD' | sort -u | xargs)"
everything >"$work/after"
equal "everything is as it was" "" "$(diff "$work/before" "$work/after")"

echo "# the loader refuses what blocks, before the kernel does"
loader --attach --configured --config "$config" >"$work/output" 2>"$work/error"
equal "exit status" 1 "$?"
contains "the MTU" "eth0: mtu: 9000 at the other end, peer0: " "$work/error"
contains "the stranger" "eth1: program: XDP program id" "$work/error"
equal "the others are done" "false true" "$(status_of eth0 .attached) $(status_of eth2 .attached)"
check "gone again" loader --detach --attached

echo "# what it says to type helps"
eval "$(says eth1 program fix | sed 's/, or .*//')"
sed -i 's/, "eth9"\]/]/; s/, "lo"\]/]/' "$config"
case $(says eth0 mtu fix) in
\"frags\"*) sed -i 's/"xdp_filter": {/"xdp_root": { "frags": true }, &/' "$config" ;;
*) eval "$(says eth0 mtu fix)" ;; # the kernel has none
esac
equal "nothing blocks any more" "0  ok" "$(examined) $(blocking) $(verdict eth0 mtu)"
check "so it can be attached" loader --attach --configured --config "$config"
eval "$(says eth2 rxvlan fix)" >/dev/null
equal "the tags are seen" "0 ok" "$(examined) $(verdict eth2 rxvlan)"
equal "the root runs" "ok ok ok" "$(for i in eth0 eth1 eth2; do verdict $i program; done | xargs)"
equal "and says so" "ok warning" "$(verdict components xdp_root) $(verdict components xdp_filter)"

echo "# the other ends"
ip link add veth0 type veth peer name veth1
ip link set veth0 up
ip link set veth1 up
equal "looked at" 0 "$(examined --interface veth0)"
equal "checksums" "warning ethtool -K veth1 tx off" "$(verdict veth0 checksums) $(says veth0 checksums fix)"
eval "$(says veth0 checksums fix)" >/dev/null
if ethtool -K veth1 gro on >/dev/null && [ "$(verdict veth0 redirect)" = note ]; then # from Linux 6.3
	ethtool -K veth1 gro off
	equal "redirected frames" "0 ethtool -K veth1 gro on" "$(examined --interface veth0) $(says veth0 redirect fix)"
	eval "$(says veth0 redirect fix)"
	equal "  they are taken now" "0 ok" "$(examined --interface veth0) $(verdict veth0 redirect)"
fi
ip link set dev veth1 xdpdrv pinned "$bpffs/theirs"
equal "all is well" "0 ok ok" "$(examined --interface veth0) $(verdict veth0 checksums) $(verdict veth0 transmit)"

echo "# another mode than the one that runs"
cp "$config" "$work/saved.json"
sed -i 's/"xdp_root": { "frags": true }, //; s/"xdp_filter": {/"xdp_root": { "mode": "generic" }, &/' "$config"
equal "is refused" "1 blocking" "$(examined --interface eth2) $(verdict eth2 program)"
contains "  with both" "runs in native mode, wanted is generic" <(says eth2 program text)
echo '{}' >"$config"
equal "without a file it is fine as it is, and found by its pins" "0 ok ok ok" \
	"$(examined) $(for i in eth0 eth1 eth2; do verdict $i program; done | xargs)"
cp "$work/saved.json" "$config"

echo "# filters at tc"
tc qdisc add dev eth2 clsact
equal "an empty qdisc" "0 ok" "$(examined) $(verdict eth2 tc)"
tc filter add dev eth2 ingress bpf bytecode '1,6 0 0 0,' flowid 1:1
equal "are noted" "0 note" "$(examined) $(verdict eth2 tc)"
tc qdisc del dev eth2 clsact

echo "# a component that is sick"
mv "$bpffs/ecbpf/eth2/xdp_stats" "$bpffs/away"
equal "blocks" "1 blocking" "$(examined) $(verdict components xdp_root)"
equal "  and what to ask" "xdp_root_loader --status" "$(says components xdp_root fix)"
check "mended by the loader" loader --attach --configured --config "$config"
equal "is well" "0 ok" "$(examined) $(verdict components xdp_root)"

echo "# without rights"
setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all \
	"$build/bin/ecbpf" doctor --bpffs "$bpffs" --config "$config" --json >"$work/report.json" 2>"$work/error"
equal "exit status" 1 "$?"
contains "which are missing" "missing CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON" <(says host rights text)
equal "the rest is told as far as it can be seen" "note ok" "$(verdict host kernel) $(verdict eth2 link)"

echo "# broken files"
echo '{ "interfacs": "eth0" }' >"$config"
equal "an unknown name" "1 blocking" "$(examined) $(verdict configuration file)"
contains "  as check-config tells it" "did you mean 'interfaces'?" "$work/error"
rm "$config"
equal "a file that is not there" "1 blocking" "$(examined) $(verdict configuration file)"
check "detached" loader --detach --attached
