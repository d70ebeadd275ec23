# shellcheck shell=bash
# What the smoke scripts share: two machines and a word for what is right. The machines of the Vagrantfile, unless the
# environment names others:
#	ON_SERVER, ON_CLIENT      a command that runs its last argument in a shell there, as root
#	SERVER, CLIENT            their IPv4 addresses
#	SERVER_INTERFACE          the server's interface to the client
: "${ON_SERVER:=vagrant_server}" "${ON_CLIENT:=vagrant_client}"
: "${SERVER:=192.168.56.10}" "${CLIENT:=192.168.56.11}" "${SERVER_INTERFACE:=eth1}"
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
failures=0

# shellcheck disable=SC2317  # called by name
vagrant_server() { vagrant ssh server --no-tty --command "sudo sh -c $(printf %q "$1")" 2>/dev/null; }
# shellcheck disable=SC2317
vagrant_client() { vagrant ssh client --no-tty --command "sudo sh -c $(printf %q "$1")" 2>/dev/null; }

server() { $ON_SERVER "$1"; }
client() { $ON_CLIENT "$1"; }

# is WHAT EXPECTED COMMAND...: the command prints what is expected.
is() {
	local what=$1 expected=$2 said
	shift 2
	said=$("$@")
	if [ "$said" = "$expected" ]; then
		echo "ok   $what: $said"
	else
		echo "FAIL $what: '$said', not '$expected'"
		failures=$((failures + 1))
	fi
}

# answered N: so many of N pings.
answered() {
	client "ping -q -i 0.05 -W 1 -c $1 $SERVER" | sed -n 's/.*, \([0-9]*\) received.*/\1/p'
}

# arrived N PORT: what came of N datagrams from port 4000 to port 5000 of the server arrives at the client's PORT.
arrived() {
	client "timeout 5 socat -u UDP-RECV:$2 - >/tmp/ecbpf-smoke & receiver=\$!
		i=0
		while ! grep -q :$(printf %04X "$2") /proc/net/udp && [ \$i -lt 100 ]; do i=\$((i + 1)); sleep 0.02; done # poll interval
		i=0
		while [ \$i -lt $1 ]; do i=\$((i + 1)); echo x | socat -u - UDP-SENDTO:$SERVER:5000,sourceport=4000,reuseaddr; done
		i=0
		while [ \$(wc -l </tmp/ecbpf-smoke) -lt $1 ] && [ \$i -lt 50 ]; do i=\$((i + 1)); sleep 0.02; done # poll interval
		kill \$receiver
		wc -l </tmp/ecbpf-smoke
		rm /tmp/ecbpf-smoke"
}

# ends: the script's exit status.
ends() {
	[ "$failures" -eq 0 ] || exit 1
}
