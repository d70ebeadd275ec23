#!/usr/bin/env bash
# The smoke scripts of the Vagrant machines, with a namespace for each machine; and that Vagrant takes the file.
. "$(dirname "$0")/../harness/netns.sh"
need socat ping ethtool jq
[ -x "$build/bin/tc_offload" ] || skip "no tc_offload in this build"

add_namespace server client
ip link add eth1 netns server type veth peer name eth1 netns client
for machine in "server 10.79.0.1" "client 10.79.0.2"; do
	read -r name address <<<"$machine"
	in_ns "$name" ip link set lo up
	in_ns "$name" ip link set eth1 up
	in_ns "$name" ip address add "$address/24" dev eth1
	in_ns "$name" ethtool -K eth1 tx off gro on >/dev/null || skip "a veth cannot be told to finish checksums"
done
take_native_xdp client eth1

# smoke NAME: one script, with both machines here.
smoke() {
	local namespaces=/run/netns
	env ON_SERVER="nsenter --net=$namespaces/server env PATH=$build/bin:$PATH sh -c" \
		ON_CLIENT="nsenter --net=$namespaces/client sh -c" SERVER=10.79.0.1 CLIENT=10.79.0.2 \
		SERVER_INTERFACE=eth1 "$source_dir/tests/smoke/$1.sh" >"$work/smoke" 2>&1
}
for name in root filter sampler bypass offload; do
	check "$name" smoke "$name"
	sed 's/^/    /' "$work/smoke"
done
contains "what a script shows" "ok   " "$work/smoke"
# Two loaders less: the same script has to fail then.
name_of_a_missing_one() {
	env ON_SERVER="nsenter --net=/run/netns/server env PATH=/nowhere:/usr/bin:/bin sh -c" \
		ON_CLIENT="nsenter --net=/run/netns/client sh -c" SERVER=10.79.0.1 CLIENT=10.79.0.2 \
		SERVER_INTERFACE=eth1 "$source_dir/tests/smoke/filter.sh" >"$work/smoke" 2>&1
}
check "a smoke script fails where nothing is installed" eval '! name_of_a_missing_one'

if command -v vagrant >/dev/null; then
	validated() { (cd "$source_dir" && VAGRANT_HOME=$work/vagrant VAGRANT_DOTFILE_PATH=$work/dot timeout 60 vagrant validate --ignore-provider >"$work/vagrant_says" 2>&1); }
	check "vagrant validate" validated || cat "$work/vagrant_says"
else
	echo "SKIP: vagrant is not installed: its file is not validated"
fi
