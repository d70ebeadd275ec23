#!/usr/bin/env bash
# Makes a machine what the Vagrantfile and the system tests want it to be. Run it again after a change: what is there is
# upgraded, while packets flow.
#
# Usage: provision.sh server TREE_OR_PACKAGE [CONFIG]   ecbpf from the source tree, built here, or from a .deb; with that
#                                                       configuration file, else with the one that is there; ecbpf.target
#                                                       started, now and at every boot
#        provision.sh client                            what the machine needs that sends to it
set -euo pipefail
role=${1:-} source=${2:-} config=${3:-}

usage() {
	sed -n '5,8s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

# install_packages NAME_OR_FILE...: what is installed already needs no network.
install_packages() {
	local apt=(apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0
		-o Dpkg::Options::=--force-confold --allow-downgrades)
	export DEBIAN_FRONTEND=noninteractive
	# A package that is here already goes on where the lists of a fresh machine are missing or old.
	"${apt[@]}" --no-download install "$@" >/dev/null 2>&1 && return
	apt-get -q update
	"${apt[@]}" install "$@"
}

# package_from TREE: builds it and prints the path of the package.
package_from() {
	local tree=$1 build=/var/tmp/ecbpf-build packages
	{
		"$tree/scripts/install_dependencies.sh" build
		install_packages dpkg-dev file
		cmake -S "$tree" -B "$build" -DBUILD_TESTING=OFF
		cmake --build "$build" -j "$(nproc)"
		rm -rf "$build/packages"
		cpack --config "$build/CPackConfig.cmake" -G DEB -D CPACK_COMPONENTS_ALL=runtime -B "$build/packages"
	} >&2
	packages=("$build"/packages/ecbpf_*.deb)
	echo "${packages[0]}"
}

case $role in
server)
	[ -n "$source" ] || usage
	package=$(readlink -f "$source")
	[ ! -d "$package" ] || package=$(package_from "$package")
	[ -z "$config" ] || config=$(readlink -f "$config")
	was_active=$(systemctl is-active ecbpf.target || true)

	install_packages "$package"
	if [ -n "$config" ]; then
		# A wrong one never becomes the machine's. It is checked there, because paths in it are relative.
		trap 'rm -f /etc/ecbpf/ecbpf.json.new' EXIT
		install -m 0644 "$config" /etc/ecbpf/ecbpf.json.new
		ecbpf check-config --config /etc/ecbpf/ecbpf.json.new
		mv /etc/ecbpf/ecbpf.json.new /etc/ecbpf/ecbpf.json
	fi
	systemctl enable ecbpf.target
	[ "$was_active" != active ] || ecbpf reload
	# Also the daemons of what is wanted only now.
	systemctl start ecbpf.target
	;;
client)
	install_packages iputils-ping socat tcpdump jq
	;;
*) usage ;;
esac
