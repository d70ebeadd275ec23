// SPDX-License-Identifier: GPL-2.0-only
/* Counts packets per address family and protocol, then lets the next slot decide. Built outside of
 * the ecbpf tree with what it installs; see README.md. */
#include <ecbpf/bpf/packet.bpf.h>
#include <ecbpf/bpf/subprogram.bpf.h>

/* The names are what `bpftool map dump` prints; other numbers are printed as they are. */
enum count_family {
	NOT_IP = 0,
	IPV4 = PACKET_IPV4,
	IPV6 = PACKET_IPV6,
};

enum count_protocol {
	ICMP = 1,
	IGMP = 2,
	TCP = 6,
	UDP = 17,
	GRE = 47,
	ESP = 50,
	ICMPV6 = 58,
	SCTP = 132,
	ANY = 256,       /* of what is not IP */
	MALFORMED = 257, /* the headers end too early or contradict each other */
};

struct count_key {
	enum count_family family;
	enum count_protocol protocol;
};

struct count_value {
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct count_key);
	__type(value, struct count_value);
} protocol_counts SEC(".maps");

static __always_inline struct count_key count_key_of(struct xdp_md *ctx)
{
	struct packet packet = packet_open(ctx, ecbpf_program.frags);
	enum packet_outcome outcome = packet_read_link(&packet);

	if (!outcome)
		outcome = packet_read_network(&packet);
	if (!outcome)
		outcome = packet_read_extensions(&packet);
	if (outcome == PACKET_NOT_IP)
		return (struct count_key){ NOT_IP, ANY };
	if (outcome)
		return (struct count_key){ (enum count_family)packet.family, MALFORMED };
	return (struct count_key){ (enum count_family)packet.family,
				   (enum count_protocol)packet.protocol.number };
}

ECBPF_SUBPROGRAM(count_protocols)
{
	struct count_key key = count_key_of(ctx);
	struct count_value *value = bpf_map_lookup_elem(&protocol_counts, &key);
	struct count_value first = { .packets = 1 };

	if (value)
		value->packets++;
	else /* writes the value of this CPU only: if another CPU was faster, nothing is lost */
		bpf_map_update_elem(&protocol_counts, &key, &first, BPF_ANY);
	return ecbpf_continue();
}

char LICENSE[] SEC("license") = "GPL";
