# shellcheck shell=bash
# A service manager for what runs as a service, and what it was told. Sourced behind netns.sh.
: "${work:?}"
need python3

# Its messages, one a line with | between lines, in $work/messages.
export NOTIFY_SOCKET=@ecbpf-service-manager
/usr/bin/python3 -u -c '
import socket
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind("\0ecbpf-service-manager")
print("listening")
while True:
    print(manager.recv(65536).decode().replace("\n", "|"))' >"$work/messages" &
check "a service manager" wait_until 10 grep -q listening "$work/messages"
heard=0
is_heard() {
	tail -n "+$((heard + 1))" "$work/messages" | grep -qxE "$1"
}
# told_manager WHAT MESSAGE [SECONDS]: it hears a message that matches, since forget_messages.
told_manager() {
	check "$1" wait_until "${3:-20}" is_heard "$2"
	is_heard "$2" || tail -n 5 "$work/messages"
}
forget_messages() {
	heard=$(wc -l <"$work/messages")
}
alive_messages() {
	tail -n "+$((heard + 1))" "$work/messages" | grep -cx WATCHDOG=1
}
is_watched() {
	[ "$(alive_messages)" -ge 4 ]
}
