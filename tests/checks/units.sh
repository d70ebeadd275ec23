#!/usr/bin/env bash
# The systemd units of a build: nothing that systemd complains about, an exposure of 2.5 at most each, only options
# that the programs have, and what every attach unit and every daemon needs to be kept running.
. "$(dirname "$0")/lib.sh"
need systemd-analyze
need_build units/ecbpf.target

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -a "$build/units" "$work/units"
cd "$work/units"
# The programs of this build, for those of the package.
sed -i "s,/usr/sbin/,$build/bin/," ./*.service

failed=0
fail() {
	printf 'FAIL: %s\n' "$@"
	failed=1
}

# What is said of units of this machine that come along is not about ours.
mapfile -t units < <(find . -maxdepth 1 -type f -name 'ecbpf*')
complaints=$(systemd-analyze verify --man=no --generators=no "${units[@]}" 2>&1 | grep -F ecbpf || true)
[ -z "$complaints" ] || fail "systemd-analyze verify:" "$complaints"

for unit in *.service; do
	told=$(systemd-analyze security --no-pager --offline=yes --threshold=25 "./$unit" 2>&1) ||
		fail "$unit: exposed by more than 2.5" "$(tail -n 1 <<<"$told")"
done

# commands KEY UNIT: what KEY= runs.
commands() {
	sed -n "s,^$1=,,p" "$2"
}
for unit in *.service; do
	while read -r program arguments; do
		program=${program#-} # its exit status does not matter
		if [[ $program = /bin/sh && $arguments = *' exec '* ]]; then
			read -r program arguments <<<"${arguments##* exec }"
			arguments=${arguments%\'}
		fi
		case $program in
		/bin/kill) continue ;;
		"$build"/bin/*) ;;
		*) fail "$unit runs $program" ;;
		esac
		help=$("$program" --help)
		for word in $arguments; do
			[[ $word != --* ]] || grep -qE -- "^ +(-[A-Za-z], )?$word( |\$)" <<<"$help" ||
				fail "$unit: ${program##*/} has no $word"
		done
	done < <(commands 'Exec[A-Za-z]*' "$unit")
done

# Lines of [Unit] and links name units that there are.
has_unit() {
	[ -e "$1" ] || [ -e "${1/@*./@.}" ]
}
while read -r unit; do
	has_unit "$unit" || fail "$unit is named, but is no unit"
done < <(sed -nE 's/^(Wants|BindsTo|PartOf|After|Before|Requires|Requisite|ReloadPropagatedFrom|WantedBy)=//p' "${units[@]}" |
	tr ' ' '\n' | grep '^ecbpf' | sort -u)
for link in *.wants/*; do
	[ -e "$link" ] || fail "$link leads nowhere"
done

attached=0 daemons=0
for unit in *.service; do
	if grep -qx Type=oneshot "$unit" && grep -qx RemainAfterExit=yes "$unit"; then
		attached=$((attached + 1))
		for key in ExecReload ExecStop ExecStopPost SuccessExitStatus; do
			grep -q "^$key=" "$unit" || fail "$unit: no $key="
		done
		# No waiting for minutes.
		seconds=$(sed -n 's/^TimeoutStartSec=//p' "$unit")
		[ "${seconds:-999}" -le 60 ] || fail "$unit may start for $seconds s"
	elif grep -qx Type=notify "$unit"; then
		daemons=$((daemons + 1))
		for line in Restart=on-failure WatchdogSec=30; do
			grep -qx "$line" "$unit" || fail "$unit: no $line"
		done
		! grep -q 'ExecStop.*--detach' "$unit" || fail "$unit detaches when a daemon ends"
	fi
	grep -q '^CapabilityBoundingSet=CAP_' "$unit" || fail "$unit: has all capabilities"
	grep -qx ProtectSystem=strict "$unit" || fail "$unit: may write the system"
done
# Five components, each with instances; a daemon for each but the root, and those for statistics.
if [ "$attached" -lt 10 ] || [ "$daemons" -lt 7 ]; then
	fail "only $attached attach units and $daemons daemons"
fi
echo "${#units[@]} units"
exit $failed
