#!/usr/bin/env bash
# Installs what a group of tasks needs from Debian 12's own packages; does nothing where all is there.
# Usage: install_dependencies.sh [build|test|demo]...   (default: build)
set -euo pipefail

build=(gcc libc6-dev make cmake pkg-config clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev
	libjson-c-dev libsystemd-dev libmnl-dev libnetfilter-conntrack-dev libmicrohttpd-dev libcmocka-dev lowdown)
demo=("${build[@]}" iproute2 ethtool util-linux procps iputils-ping python3-scapy kmod)
test=("${demo[@]}" git jq tcpdump tshark strace xdp-tools nftables conntrack iperf3 socat libcap2-bin shellcheck clang-tidy
	clang-format cppcheck libclang-rt-14-dev universal-ctags binutils
	qemu-system-x86 mmdebstrap busybox-static e2fsprogs cpio xz-utils
	systemd-container dpkg-dev file lintian prometheus python3-prometheus-client curl python3-jsonschema ansible-core openssh-client vagrant)

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

wanted=()
for group in "${@:-build}"; do
	case $group in
	build) wanted+=("${build[@]}") ;;
	test) wanted+=("${test[@]}") ;;
	demo) wanted+=("${demo[@]}") ;;
	*)
		echo "usage: $0 [build|test|demo]..." >&2
		exit 2
		;;
	esac
done

command -v dpkg-query >/dev/null || {
	echo "$0: this is not Debian; needed are what Debian calls: ${wanted[*]}" >&2
	exit 1
}
missing=()
for package in "${wanted[@]}"; do
	is_installed "$package" || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

if [ "$(id -u)" -ne 0 ]; then
	echo "$0: not installed: ${missing[*]}; run as root: apt-get install ${missing[*]}" >&2
	exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# apt VERB...: quiet while it works; waits for other users of apt (unattended upgrades of a fresh machine).
apt() {
	local tries
	for tries in {1..60}; do
		DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
			-o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" </dev/null >"$log" 2>&1 && return
		# The lock of the package lists has no timeout of its own.
		grep -q 'Could not get lock' "$log" || break
		[ "$tries" -ne 1 ] || echo "waiting for another apt"
		sleep 5
	done
	cat "$log" >&2
	echo "$0: apt-get $1 failed" >&2
	exit 1
}
echo "installing ${#missing[@]} packages: ${missing[*]}"
apt update
apt install --no-install-recommends "${missing[@]}"
