#!/usr/bin/env bash
# The counters of all components on every way out: stdout, a file for node_exporter, statsd, HTTP by socket activation;
# as those read them who are to read them: promtool, Prometheus itself, and the panels of docs/grafana_dashboard.json.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_filter.sh"
. "$(dirname "$0")/lib_service_manager.sh"
need promtool prometheus curl systemd-socket-activate socat ss
[ -x "$build/bin/ecbpf" ] || skip "no ecbpf in this build"

at=127.0.0.1:9431
prometheus_at=127.0.0.1:9090
dashboard=$source_dir/docs/grafana_dashboard.json
rules=$source_dir/docs/prometheus_rules.yml

ecbpf() {
	"$build/bin/ecbpf" "$@" --bpffs "$bpffs"
}
metrics() { # FILE [OPTION...]
	ecbpf --metrics "${@:2}" >"$work/$1"
}
# value NAME LABEL...: the sum of the samples of that name with all these labels, in $work/metrics.
value() {
	local lines label
	lines=$(grep -E "^$1[{ ]" "$work/metrics")
	for label in "${@:2}"; do
		lines=$(grep -F "$label" <<<"$lines")
	done
	awk '{ sum += $NF } END { print sum + 0 }' <<<"$lines"
}
# Prometheus' own parser; it takes samples from a file only with times.
is_openmetrics() { # FILE
	sed '/^#/!s/$/ 1700000000/' "$1" >"$work/with_times"
	rm -rf "$work/blocks"
	promtool tsdb create-blocks-from openmetrics "$work/with_times" "$work/blocks"
}
# The parser of those who wrote the format down, which is stricter.
is_strictly_openmetrics() { # FILE
	/usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(open(sys.argv[1]).read()))
print(len(families), "families")
sys.exit(not families)' "$1"
}
# promtool's opinion of names and help is an empty one.
is_prometheus_text() { # FILE
	promtool check metrics <"$1" >"$work/opinion" 2>&1 && [ ! -s "$work/opinion" ]
}
listens() { # u|t PORT
	[ -n "$(ss -Hln"$1" "sport = :$2")" ]
}
is_well() { # WHAT
	check "$1: metrics" metrics metrics
	check "$1: OpenMetrics" is_openmetrics "$work/metrics"
	if /usr/bin/python3 -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; then
		check "$1: OpenMetrics, strictly" is_strictly_openmetrics "$work/metrics"
	fi
	check "$1: in the older format" metrics older --format prometheus
	check "$1: which promtool likes" is_prometheus_text "$work/older"
	[ ! -s "$work/opinion" ] || cat "$work/opinion"
}

echo "# nothing attached"
is_well "nothing attached"
equal "no component is attached" 0 "$(value ecbpf_component_attached)"
equal "nor sick" 0 "$(value ecbpf_component_sick)"

echo "# all components"
add_namespace client
add_link eth0 client peer0
add_link eth1 client peer1
take_native_xdp client peer0
check "roots" loader --attach --interface eth0,eth1
check "the filter" filter --attach --no-config --frags-drop
check "a list" filter --drop --ips 203.0.113.0/24,2001:db8:bad::/48
check "the sampler" "$build/bin/xdp_sampler" --bpffs "$bpffs" --attach --no-config --rate 1 --interface eth0
# What a reader and its sinks count.
"$build/bin/xdp_sampler" --bpffs "$bpffs" --run --no-config --interface eth0 --write "$work/samples.pcapng" 2>"$work/reader" &
check "bypass_udp" "$build/bin/bypass_udp" --bpffs "$bpffs" --attach --no-config --interface eth0,eth1
check "tc_offload" "$build/bin/tc_offload" --bpffs "$bpffs" --attach --no-config --interface eth0
frames=(udp-listed udp-listed udp-listed udp-6-listed later cut-vlan)
send client:peer0 "${frames[@]}" udp
dropped_is() {
	[ "$(status_of eth0 '.subprograms[2].statistics.XDP_DROP')" = "$1" ]
}
check "the filter has dropped them" wait_until 10 dropped_is ${#frames[@]}
is_well "all attached"
equal "all components are attached" "$(grep -c '^ecbpf_component_attached{' "$work/metrics")" "$(value ecbpf_component_attached)"
equal "and well" 0 "$(value ecbpf_component_sick)"
echo "# the same numbers as in --status"
dropped=$(value ecbpf_chain_packets_total 'interface="eth0"' 'slot="2"' 'verdict="drop"')
equal "dropped in slot 2" ${#frames[@]} "$dropped"
equal "three by one reason" 3 "$(value ecbpf_chain_packets_total 'interface="eth0"' 'verdict="drop"' 'reason="source_ipv4"')"
equal "all that came in" "$(packets_counted eth0)" "$(value ecbpf_chain_packets_total 'interface="eth0"')"
equal "the older format has the same" "$(grep '^ecbpf_chain' "$work/metrics" | sort)" "$(grep '^ecbpf_chain' "$work/older" | sort)"

echo "# over HTTP"
SYSTEMD_LOG_LEVEL=err systemd-socket-activate -l "$at" -E NOTIFY_SOCKET -E WATCHDOG_USEC=200000 "$build/bin/ecbpf" --serve --bpffs "$bpffs" \
	>"$work/served" 2>&1 &
server=$!
check "the service manager's socket" wait_until 10 listens t "${at#*:}"
forget_messages
check "a request is answered" curl -sSf -m 10 -D "$work/head" -o "$work/scraped" "http://$at/metrics"
told_manager "it is ready" READY=1
contains "curl is told the older format" "Content-Type: text/plain; version=0.0.4; charset=utf-8" "$work/head"
check "which promtool likes" is_prometheus_text "$work/scraped"
check "OpenMetrics for who asks for it" curl -sSf -m 10 -H 'Accept: application/openmetrics-text; version=1.0.0' -o "$work/scraped" "http://$at/metrics"
check "which it is" is_openmetrics "$work/scraped"
equal "the chain is in it" "$(grep '^ecbpf_chain' "$work/metrics" | sort)" "$(grep '^ecbpf_chain' "$work/scraped" | sort)"
# CAP_NET_ADMIN and CAP_BPF.
equal "it has few rights left" 0000008000001000 "$(sed -n 's/^CapEff:\s*//p' "/proc/$server/status")"
check "it keeps its watchdog quiet" wait_until 10 is_watched

# It takes its time to start, and to have two of everything.
cat >"$work/prometheus.yml" <<-END
	global: { scrape_interval: 2s }
	scrape_configs: [ { job_name: ecbpf, static_configs: [ { targets: [ "$at" ] } ] } ]
END
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address="$prometheus_at" \
	>"$work/prometheus.log" 2>&1 &
prometheus=$!

echo "# a file for node_exporter"
prom=$work/ecbpf.prom
check "--textfile" ecbpf metrics --textfile "$prom"
check "promtool likes it" is_prometheus_text "$prom"
equal "others may read it" 644 "$(stat -c %a "$prom")"
before=$(stat -c %i "$prom")
check "again" ecbpf metrics --textfile "$prom"
check "it is another file: who reads the old one reads it to its end" test "$before" != "$(stat -c %i "$prom")"
equal "and nothing is beside it" ecbpf.prom "$(cd "$work" && echo ecbpf.prom*)"
mkdir "$work/full"
mount -t tmpfs -o size=4k tmpfs "$work/full"
check "a file" touch "$work/full/ecbpf.prom"
dd if=/dev/zero of="$work/full/rest" bs=4096 count=1 2>/dev/null
check "a full disk is told" sh -c "! '$build/bin/ecbpf' metrics --textfile '$work/full/ecbpf.prom' --bpffs '$bpffs'"
contains "with its name" "cannot write $work/full/ecbpf.prom.new: -ENOSPC" "$work/output"

echo "# statsd"
socat -u UDP-RECV:8125,bind=127.0.0.1 "OPEN:$work/statsd,creat,append" &
statsd=$!
check "a statsd server" wait_until 10 listens u 8125
check "--statsd" ecbpf metrics --statsd 127.0.0.1:8125
has_statsd() {
	grep -qx "ecbpf_chain.packets_total.eth0.2.xdp_filter.drop.source_ipv4:3|g" "$work/statsd"
}
check "each sample is a gauge" wait_until 10 has_statsd
equal "and nothing else" "" "$(grep -vxE 'ecbpf_[a-z0-9]+(\.[A-Za-z0-9_-]+)+:[0-9.]+\|g' "$work/statsd" | head -n 3)"
forget_messages
WATCHDOG_USEC=200000 "$build/bin/ecbpf" --metrics --statsd 127.0.0.1:8125 --every 1 --bpffs "$bpffs" 2>"$work/told" &
pusher=$!
told_manager "as a service it is ready" READY=1
check "it keeps its watchdog quiet" wait_until 10 is_watched
: >"$work/statsd"
check "it sends again" wait_until 10 has_statsd
kill "$statsd"
wait "$statsd" 2>/dev/null
check "a server that is gone is told" wait_until 10 grep -q 'ECONNREFUSED' "$work/told"
socat -u UDP-RECV:8125,bind=127.0.0.1 "OPEN:$work/statsd,creat,append" &
check "and that it is back" wait_until 10 grep -q 'works again' "$work/told"
kill "$pusher"
check "SIGTERM ends it well" wait "$pusher"

echo "# Prometheus, and a dashboard whose every panel shows something"
ask() { # QUERY
	curl -sS -m 10 -G "http://$prometheus_at/api/v1/query" --data-urlencode "query=$1"
}
# has_answer QUERY [LABELS]: at least one series, and each has these labels, words in one text.
has_answer() {
	ask "$1" | jq -e --arg labels "${2:-}" '.status == "success" and (.data.result | length) > 0
		and all(.data.result[].metric; [has($labels | split(" ")[])] | all)'
}
check "it scrapes" wait_until 20 has_answer 'rate(ecbpf_chain_packets_total[20s])'
equal "what it has read" "$dropped" "$(ask 'sum(ecbpf_chain_packets_total{interface="eth0",slot="2",verdict="drop"})' | jq -r '.data.result[0].value[1]')"
equal "the type it was told" counter "$(curl -sS "http://$prometheus_at/api/v1/metadata?metric=ecbpf_chain_packets" | jq -r '.data[][0].type')"
# "QUERY<tab>LABELS that its legend shows"; with what Grafana puts in for its variables.
# shellcheck disable=SC2016  # the variables are Grafana's
queries() {
	jq -r '.. | select(.expr?) | [.expr, ([.legendFormat | scan("{{(\\w+)}}")[0]] | join(" "))] | @tsv' "$dashboard" |
		sed 's/\\"/"/g; s/\$__rate_interval/20s/g; s/\$\(instance\|interface\)\>/.*/g'
}
count=0
while IFS=$'\t' read -r query labels; do
	check "panel: $query ($labels)" has_answer "$query" "$labels"
	count=$((count + 1))
done < <(queries)
check "there are panels" test "$count" -ge 20
# shellcheck disable=SC2016  # the variables are those of jq
check "each at a place of its own" jq -e '[.panels[].id] as $ids | [.panels[].gridPos | select(.x + .w <= 24) | [.x, .y]] as $places
	| ($ids | length) == ($ids | unique | length) and ($places | length) == ($ids | length) and ($places | unique) == ($places | sort)' "$dashboard"
# shellcheck disable=SC2016  # the quotes are Markdown's
documented() {
	sed -n 's/^| `\(ecbpf_[a-z0-9_]*\)` |.*/\1/p' "$source_dir/docs/metrics.md" | sort
}
check "metrics" metrics metrics
equal "docs/metrics.md has all of them" "$(sed -n 's/^# TYPE \(ecbpf_[a-z0-9_]*\) .*/\1/p' "$work/metrics" | sort)" "$(documented)"
check "the alerts are well-formed" promtool check rules "$rules"
equal "and about metrics that there are" "" "$(comm -23 <(grep -oE '\becbpf_[a-z0-9_]+' "$rules" | sed 's/_total$//; s/_info$//' | sort -u) <(documented))"
kill "$prometheus"
wait "$prometheus" 2>/dev/null
kill "$server"
check "SIGTERM ends the service well" wait "$server"
told_manager "it says so" STOPPING=1

echo "# what is sick is seen"
check "somebody empties a slot" bpftool map delete pinned "$bpffs/ecbpf/eth0/xdp_program_array" key 2 0 0 0
check "metrics all the same" metrics metrics
check "the chain disagrees" test "$(value ecbpf_chain_disagreements 'interface="eth0"')" -gt 0
equal "its component is sick" 1 "$(value ecbpf_component_sick 'component="xdp_root"')"
equal "and so is the filter" 1 "$(value ecbpf_component_sick 'component="xdp_filter"')"
equal "nobody without rights" 1 "$(setpriv --bounding-set=-all --inh-caps=-all "$build/bin/ecbpf" metrics --bpffs "$bpffs" >/dev/null 2>"$work/error"; echo $?)"
contains "and is told where to ask" "curl http://$at/metrics" "$work/error"
