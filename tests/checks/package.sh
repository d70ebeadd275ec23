#!/usr/bin/env bash
# The Debian packages of a build: lintian has nothing to say that is not explained; what belongs into them is in
# them; the example builds against the unpacked kit with nothing but pkg-config.
. "$(dirname "$0")/lib.sh"
need cpack dpkg-deb dpkg-shlibdeps lintian make clang pkg-config shellcheck
need_build CPackConfig.cmake

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
	printf 'FAIL: %s\n' "$@"
	failed=1
}

# The build as it is: of this generator CPack does not ask for a `make` before.
(cd "$build" && cpack -G DEB -D CPACK_CMAKE_GENERATOR=Ninja -B "$work") >"$work/log" 2>&1 || {
	cat "$work/log"
	exit 1
}
cd "$work"
version=$(sed -nE '1s/.*\((.*)\).*/\1/p' "$top/packaging/changelog")
architecture=$(dpkg --print-architecture)
main=ecbpf_${version}_$architecture.deb
kit=libecbpf-dev_${version}_$architecture.deb
symbols=ecbpf-dbgsym_${version}_$architecture.ddeb
for package in "$main" "$kit" "$symbols"; do
	[ -s "$package" ] || fail "no $package" "$(ls)"
done
[ $failed -eq 0 ] || exit 1

told=$(lintian --allow-root --tag-display-limit 0 "$main" "$kit" "$symbols" 2>&1) || fail "lintian fails"
[ -z "$told" ] || fail "lintian:" "$told"

for package in "$main" "$kit" "$symbols"; do
	dpkg-deb -x "$package" "${package%%_*}"
	dpkg-deb -e "$package" "${package%%_*}/DEBIAN"
done
shellcheck --shell=dash ecbpf/DEBIAN/{postinst,prerm,postrm} || fail "maintainer scripts"

there() { # FILE...: in the package ecbpf
	local file
	for file in "$@"; do
		[ -e "ecbpf$file" ] || [ -L "ecbpf$file" ] || fail "not in ecbpf: $file"
	done
}
there /etc/ecbpf/ecbpf.json /etc/ecbpf/ecbpf.schema.json /usr/share/ecbpf/ecbpf.schema.json \
	/usr/lib/sysusers.d/ecbpf.conf /usr/lib/tmpfiles.d/ecbpf.conf /lib/udev/rules.d/70-ecbpf.rules \
	/usr/share/doc/ecbpf/{changelog.gz,copyright}
[ "$(cat ecbpf/DEBIAN/conffiles)" = /etc/ecbpf/ecbpf.json ] || fail "the configuration is no conffile"
tools=0
for tool in "$build"/bin/*; do
	tool=${tool##*/}
	# Benchmarks and tools of tests stay at home.
	[ -e "$build/man/$tool.8.gz" ] || continue
	tools=$((tools + 1))
	there "/usr/sbin/$tool" "/usr/share/man/man8/$tool.8.gz" "/usr/share/bash-completion/completions/$tool"
	grep -q "^$tool - ." < <(zcat "$build/man/$tool.8.gz") || fail "$tool(8) has no NAME"
done
[ "$tools" -eq 6 ] || fail "$tools programs, not 6"
for unit in "$build"/units/* "$build"/units/*.wants/*; do
	there "/lib/systemd/system${unit#"$build/units"}"
done
# Nothing else of the build, and of every program its symbols.
mapfile -t others < <(cd ecbpf && find etc lib usr -type f -o -type l | grep -vE \
	'^(etc/ecbpf|lib/systemd/system|lib/udev/rules.d|usr/lib/(sysusers|tmpfiles).d|usr/sbin|usr/share/(bash-completion|doc|ecbpf|lintian|man))/')
[ "${#others[@]}" -eq 0 ] || fail "unexpected in ecbpf: ${others[*]}"
[ "$(find ecbpf-dbgsym -name '*.debug' | wc -l)" -eq "$tools" ] || fail "symbols of not every program"
(cd ecbpf-dbgsym && md5sum --quiet -c DEBIAN/md5sums) || fail "md5sums of the symbols"
! grep -rlF "$build" ecbpf/DEBIAN ecbpf/lib ecbpf/usr/share ecbpf/etc libecbpf-dev ||
	fail "a path of the build is in a package"

# The example, as it is in the package.
cp -r libecbpf-dev/usr/share/doc/libecbpf-dev/examples/count_protocols example
for compressed in example/*.gz; do
	[ ! -e "$compressed" ] || gunzip "$compressed"
done
PKG_CONFIG_PATH=$(dirname "$work"/libecbpf-dev/usr/lib/*/pkgconfig/ecbpf.pc)
export PKG_CONFIG_PATH
make -C example >log 2>&1 || fail "the example does not build:" "$(cat log)"
[ -s example/count_protocols.o ] || fail "no count_protocols.o"
exit $failed
