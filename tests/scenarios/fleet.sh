#!/usr/bin/env bash
# The Ansible role, over ssh against two machines: it installs, configures, and does nothing the second time; it upgrades one
# machine after the other while a listed source sends; it writes no broken configuration; and it goes back, and stops, when a
# machine is not well after an upgrade.
. "$(dirname "$0")/../system/lib_container.sh"
. "$(dirname "$0")/../harness/netns.sh"
need_containers
need ansible-playbook ssh ssh-keygen ping

declare -A address=([lb1]=10.88.0.2 [lb2]=10.88.0.3)
ip link add bridge type bridge
ip address add 10.88.0.1/24 dev bridge
ip address add 10.88.0.66/24 dev bridge # the listed one
ip link set bridge up
ssh-keygen -q -t ed25519 -N '' -f "$work/key"

# machine NAME: on the bridge, and open to the key.
machine() {
	container_make "$1"
	mkdir -p "$(container_path "$1")/root/.ssh"
	install -m 0600 "$work/key.pub" "$(container_path "$1")/root/.ssh/authorized_keys"
	in_root "$1" ssh-keygen -q -A
	in_root "$1" systemctl --quiet enable ssh
	container_boot "$1" "$1:eth0"
	ip link set "$1" master bridge
	in_ns "$1" ip address add "${address[$1]}/24" dev eth0
	wait_until 20 answers_ssh "$1" || fail "$1: ssh" "$work/output"
}
in_root() { # NAME COMMAND...: before it is on
	chroot "$(container_path "$1")" "${@:2}" >"$work/output" 2>&1
}
ssh_options=(-i "$work/key" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR)
answers_ssh() {
	ssh "${ssh_options[@]}" "root@${address[$1]}" true >"$work/output" 2>&1
}

# inventory PACKAGE CONFIG: what the operator writes.
inventory() {
	cat >"$work/inventory.yml" <<-END
		ecbpf:
		  hosts:
		    lb1: {ansible_host: ${address[lb1]}}
		    lb2: {ansible_host: ${address[lb2]}}
		  vars:
		    ansible_user: root
		    ansible_python_interpreter: /usr/bin/python3
		    ansible_ssh_common_args: "${ssh_options[*]}"
		    ecbpf_health_tries: 3
		    ecbpf_package: ${packages[$1]}
		    ecbpf_files: {/etc/ecbpf/blocklist: "10.88.0.66/32\n"}
		    ecbpf_config: $2
	END
}
roll_out() {
	# Nothing of this machine's settings; and the path of a socket must be short.
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$work" LC_ALL=C.UTF-8 ANSIBLE_PIPELINING=1 ANSIBLE_NOCOLOR=1 \
		ANSIBLE_SSH_ARGS="-o ControlMaster=auto -o ControlPersist=60s -o ControlPath=/run/%C" \
		timeout 200 ansible-playbook -i "$work/inventory.yml" "$source_dir/ansible/site.yml" >"$work/said" 2>&1
}
# changes: what Ansible says it has changed, of both machines.
changes() {
	sed -n 's/^\(lb[12]\) .*changed=\([0-9]*\).*failed=\([0-9]*\).*/\1 \2 \3/p' "$work/said" | paste -s -d ' '
}
versions() {
	local name
	for name in lb1 lb2; do
		# shellcheck disable=SC2016  # dpkg's
		in_container "$name" dpkg-query -W -f '${Version}\n' ecbpf
	done | paste -s -d ' '
}
answered() { # SOURCE NAME
	ping -q -i 0.02 -c 10 -W 1 -I "$1" "${address[$2]}" | sed -n 's/.*, \([0-9]*\) received.*/\1/p'
}

declare -A packages
packages[old]=$(package)
packages[new]=$(package_as 2.0)
old=$(dpkg-deb -f "${packages[old]}" Version)
machine lb1
machine lb2
good='{interfaces: [eth0], xdp_filter: {drop: [/etc/ecbpf/blocklist]}}'

echo "# from nothing"
inventory old "$good"
check "the first roll-out" roll_out || tail -n 40 "$work/said"
equal "both have it" "$old $old" "$(versions)"
for name in lb1 lb2; do
	equal "$name answers" 10 "$(answered 10.88.0.1 "$name")"
	equal "$name does not answer a listed source" 0 "$(answered 10.88.0.66 "$name")"
done
check "once more" roll_out || tail -n 40 "$work/said"
equal "nothing changed" "lb1 0 0 lb2 0 0" "$(changes)"

echo "# an upgrade, while the listed source sends"
inventory new "$good"
for name in lb1 lb2; do
	ping -q -i 0.01 -W 1 -I 10.88.0.66 "${address[$name]}" >"$work/pings.$name" &
	pings[${name#lb}]=$!
done
check "the upgrade" roll_out || tail -n 40 "$work/said"
for name in lb1 lb2; do
	kill -INT "${pings[${name#lb}]}"
	wait "${pings[${name#lb}]}"
	equal "$name: a listed source got nothing through" "0 received" "$(grep -o '[0-9]* received' "$work/pings.$name")"
	check "$name: it did send" grep -q '^[0-9]\{3,\} packets transmitted' "$work/pings.$name"
done
equal "both have the new one" "2.0 2.0" "$(versions)"

echo "# a broken configuration"
before=$(in_container lb1 cat /etc/ecbpf/ecbpf.json)
inventory new '{interfaces: [eth0], xdp_filter: {dropp: [/etc/ecbpf/blocklist]}}'
check "it is refused" eval '! roll_out'
contains "with the reason" "xdp_filter.dropp" "$work/said"
equal "the file is as before" "$before" "$(in_container lb1 cat /etc/ecbpf/ecbpf.json)"
equal "the second machine was not touched" 0 "$(grep -c '^\(ok\|changed\): \[lb2\]' "$work/said")"
equal "the filter works" 0 "$(answered 10.88.0.66 lb1)"

echo "# an upgrade after which nothing is well"
dpkg-deb -R "${packages[new]}" "$work/sick"
sed -i 's/^Version: .*/Version: 3.0/' "$work/sick/DEBIAN/control"
mv "$work/sick/usr/sbin/ecbpf" "$work/sick/usr/sbin/ecbpf-well"
# shellcheck disable=SC2016  # the package's shell's
printf '#!/bin/sh\ncase $1 in status) exit 1 ;; esac\nexec "$0-well" "$@"\n' >"$work/sick/usr/sbin/ecbpf"
chmod 0755 "$work/sick/usr/sbin/ecbpf"
packages[sick]=$work/ecbpf_3.0.deb
dpkg-deb -z 1 -b "$work/sick" "${packages[sick]}" >/dev/null
inventory sick "$good"
check "the roll-out fails" eval '! roll_out'
equal "the first machine has the old one again, the second was not touched" "2.0 2.0" "$(versions)"
equal "the filter works all the same" "10 0" "$(answered 10.88.0.1 lb1) $(answered 10.88.0.66 lb1)"
check "and the status is well" in_container lb1 ecbpf status

for name in lb1 lb2; do
	container_power_off "$name"
done
