# shellcheck shell=bash
# Debian machines for scenarios: systemd as process 1 in a container, with a network, a bpffs and a disk of its own.
# In two parts. The first needs the network of this machine, so a scenario begins with
#
#	. "$(dirname "$0")/../system/lib_container.sh"
#	. "$(dirname "$0")/../harness/netns.sh"
#	need_containers
#
# Containers belong to the scenario's namespaces and die with it.
if [ -z "${ECBPF_SCENARIO_DIR:-}" ]; then
	command -v mmdebstrap >/dev/null || { echo "SKIP: mmdebstrap is not installed" && exit 77; }
	[ "$(id -u)" -eq 0 ] || { echo "SKIP: containers need root" && exit 77; }
	rc=0
	ECBPF_CONTAINER_ROOT=$("$(dirname "${BASH_SOURCE[0]}")/container_root") || rc=$?
	[ "$rc" -ne 77 ] || { echo "SKIP: no mirror of this machine has the container's Debian" && exit 77; }
	[ "$rc" -eq 0 ] || { echo "FAIL no root for containers" && exit 1; }
	export ECBPF_CONTAINER_ROOT
fi

need_containers() {
	: "${work:?}" "${build:?}" "${source_dir:?}"
	need systemd-nspawn mmdebstrap cpack dpkg-deb
	[ -e "$build/CPackConfig.cmake" ] || skip "no CPackConfig.cmake in $build: this build makes no package"
}

declare -A container_init container_nspawn

# container_make NAME: a machine that was never on.
container_make() {
	local dir=$work/containers/$1
	mkdir -p "$dir"/{changed,overlay,root,bpf}
	mount -t overlay overlay -o "lowerdir=$ECBPF_CONTAINER_ROOT,upperdir=$dir/changed,workdir=$dir/overlay" "$dir/root" ||
		skip "no overlay can be mounted"
	echo "$1" >"$dir/root/etc/hostname"
}

# container_boot NAME [HERE:THERE]...: turns it on, with a new bpffs and these veth pairs from the scenario's namespace, all
# up; waits until systemd has started everything. $(container_path NAME) is its disk.
container_boot() {
	local name=$1 dir=$work/containers/$1 pair options=()
	shift
	for pair in "$@"; do
		options+=("--network-veth-extra=$pair")
	done
	[ $# -gt 0 ] || options+=(--private-network)
	mount -t bpf bpf "$dir/bpf" || skip "no bpffs can be mounted"
	(
		own_cgroup "$name"
		exec systemd-nspawn -q -b -D "$dir/root" -M "$name" --keep-unit --register=no --console=pipe \
			--capability=all --system-call-filter="bpf perf_event_open" --bind="$dir/bpf:/sys/fs/bpf" "${options[@]}"
	) >>"$dir/console" 2>&1 </dev/null &
	container_nspawn[$name]=$!
	wait_until 30 is_booted "$name" || fail "$name: boots" "$dir/console"
	touch "/run/netns/$name"
	mount --bind "/proc/${container_init[$name]}/ns/net" "/run/netns/$name"
	silence "$name"
	for pair in "$@"; do
		ip link set "${pair%:*}" address "$(mac_of "${pair%:*}")" up
		in_ns "$name" ip link set "${pair#*:}" address "$(mac_of "$name${pair#*:}")" up
	done
}
container_path() {
	echo "$work/containers/$1/root"
}
# "--wait" returns when the boot is over; it fails while nobody listens yet.
is_booted() {
	local state
	# Children of nspawn come and go before the one that stays.
	container_init[$1]=$(pgrep -x -P "${container_nspawn[$1]}" systemd) || return
	state=$(in_container "$1" timeout 60 systemctl is-system-running --wait)
	[ "$state" = running ] || [ "$state" = degraded ]
}

# own_cgroup NAME: nspawn keeps to the cgroup it is started in; those of containers that are gone are removed.
own_cgroup() {
	local hierarchy path
	for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
		[ -w "$hierarchy/cgroup.procs" ] || continue
		for path in "$hierarchy"/ecbpf-container.*; do
			# One with a process in it stays; a minute is more than it takes from mkdir to that.
			[ -z "$(find "$path" -maxdepth 0 -mmin +1 2>/dev/null)" ] || remove_cgroup "$path"
		done
		path=$hierarchy/ecbpf-container.${work##*.}.$1
		mkdir -p "$path" && echo "$BASHPID" >"$path/cgroup.procs"
	done 2>/dev/null
}
remove_cgroup() {
	find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
}

# container_sees_devices NAME: its systemd has device units for network interfaces, which come and go with them. Containers
# have none by themselves: their /sys is read-only, so that nobody tells the machine's other devices anything.
container_sees_devices() {
	in_container "$1" sh -ec 'mount -o remount,rw /sys
		mount -o remount,rw /sys/devices
		mount -o remount,bind,rw /sys/devices
		systemctl start systemd-udevd
		udevadm trigger --subsystem-match net --action add
		udevadm settle
		systemctl daemon-reexec'
}

# in_container NAME COMMAND...: as root, with all namespaces of the container and nothing of this machine's environment.
in_container() {
	nsenter -t "${container_init[$1]}" --all --wd env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 HOME=/root TERM=dumb "${@:2}"
}

# container_power_off NAME: as its operator would; what ran is stopped. Its disk stays.
container_power_off() {
	kill -s RTMIN+4 "${container_init[$1]}"
	container_ends "$1"
}
# container_power_fails NAME: nothing gets the chance to end well.
container_power_fails() {
	kill -KILL "${container_init[$1]}"
	container_ends "$1"
}
container_ends() {
	local hierarchy
	if ! wait_until 60 is_off "$1"; then
		fail "$1: powers off" "$work/containers/$1/console"
		kill -KILL "${container_nspawn[$1]}"
	fi
	wait "${container_nspawn[$1]}"
	umount "/run/netns/$1"
	rm "/run/netns/$1"
	umount "$work/containers/$1/bpf"
	for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
		remove_cgroup "$hierarchy/ecbpf-container.${work##*.}.$1"
	done
}
# A process that is not waited for has no program any more.
is_off() {
	[ ! -e "/proc/${container_nspawn[$1]}/exe" ]
}

# container_pins NAME: every pin and folder in its bpffs but the kernel's own.
container_pins() {
	find "$work/containers/$1/bpf" -mindepth 1 ! -name '*.debug' -printf '%P %y\n' | sort
}

# package: prints the path of the package `ecbpf` of the build. Made once for a run, as the root is.
package() {
	local entry
	entry=$(dirname "$work")/ecbpf-package-$(cd "$build" && sha256sum CPackConfig.cmake bin/* units/* 2>/dev/null |
		sha256sum | cut -c 1-12)
	if ! "$source_dir/tests/kernels/cache_entry" "$entry" cpack --config "$build/CPackConfig.cmake" -G DEB \
		-D CPACK_COMPONENTS_ALL=runtime -D CPACK_DEBIAN_RUNTIME_DEBUGINFO_PACKAGE=OFF -B >&2; then
		tail -n 40 "$entry.log" >&2
		return 1
	fi
	find "$entry" -maxdepth 1 -name 'ecbpf_*.deb'
}
# package_as VERSION: of the same package but for that.
package_as() {
	local made=$work/packages/$1
	mkdir -p "$work/packages"
	dpkg-deb --raw-extract "$(package)" "$made" && sed -i "s/^Version: .*/Version: $1/" "$made/DEBIAN/control" &&
		dpkg-deb -z 1 --root-owner-group --build "$made" "$made.deb" >/dev/null && echo "$made.deb"
}
