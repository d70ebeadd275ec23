// SPDX-License-Identifier: GPL-2.0-only
/* tc_offload attached to real devices, for what no test run has: unfinished checksums (CHECKSUM_PARTIAL), VLAN tags
 * beside the packet, packets in fragments, segments to be cut, devices without a link header. What leaves is
 * compared with what has to be on the wire, built from scratch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "offload_frames.h"
#include "offload_wire.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#define TCP IPPROTO_TCP
#define TAG_IN 0x6005 /* priority 3, id 5 */

/* By family. */
static const struct frame_tuple before[2] = {
	{ "10.0.0.1", "192.0.2.53", 4000, 53 },
	{ "2001:db8::1", "2001:db8:2::53", 4000, 53 },
};
static const struct frame_tuple after[2] = {
	{ "198.51.100.7", "10.9.8.7", 61000, 5353 },
	{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "fd00::1", 65535, 1 },
};
static const uint8_t way_macs[12] = { 2, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3 };

/* Packets come in at one and leave at the other: with a link header, and without. */
static struct offload_wire in[2], out[2];
static struct offload_subject arriving[2], leaving, loopback;
static struct wire_frame given, got;
static struct packet_builder built;

static struct flow_way way_to(const struct offload_wire *wire)
{
	struct flow_way way = { .ifindex = wire->ifindex, .mtu = 9000, .state = FLOW_WAY_USABLE };

	memcpy(way.destination_mac, way_macs, 6);
	memcpy(way.source_mac, way_macs + 6, 6);
	return way;
}

static size_t network_of(const struct frame_row *row)
{
	return row->tag_type ? 18 : 14;
}

static size_t transport_of(const struct frame_row *row)
{
	return network_of(row) + (row->ipv6 ? 40 : 20);
}

/* What a checksum field holds that somebody else will finish: the sum of the pseudo header. */
static uint16_t unfinished(const struct frame_row *row, const uint8_t *packet, size_t length)
{
	const uint8_t *ip = packet + network_of(row);
	uint32_t behind = (uint32_t)(length - transport_of(row));

	behind += row->protocol == TCP ? TCP : IPPROTO_UDP;
	return (uint16_t) ~(row->ipv6 ? build_checksum(ip + 8, 32, behind) :
					build_checksum(ip + 12, 8, behind));
}

/* The packet as it comes, its checksum unfinished or not. */
static void give(const struct frame_row *row, const struct frame_tuple *tuple, bool partial)
{
	const uint8_t *field;
	uint16_t value;

	frames_build(&built, row, tuple);
	memcpy(given.bytes, built.bytes, built.length);
	memcpy(given.bytes, in[0].mac, 6);
	given.length = built.length;
	given.state = (struct virtio_net_hdr){ 0 };
	if (!partial)
		return;
	field = frames_checksum(&built, row);
	value = unfinished(row, given.bytes, given.length);
	memcpy(given.bytes + (field - built.bytes), &value, 2);
	given.state.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	given.state.csum_start = (uint16_t)transport_of(row);
	given.state.csum_offset = row->protocol == TCP ? 16 : 6;
}

/* The packet as it has to leave. */
static void expect_packet(const struct frame_row *row, const struct frame_tuple *tuple)
{
	frames_build(&built, row, tuple);
	memcpy(built.bytes, way_macs, sizeof(way_macs));
	assert_true(wire_receive(&out[0], &got));
	if (got.length != built.length || memcmp(got.bytes, built.bytes, got.length) != 0) {
		for (size_t i = 0; i < got.length && i < 80; i++)
			fprintf(stderr, "%02x/%02x ", got.bytes[i], built.bytes[i]);
		fail_msg("IPv%d, protocol %u, tag %x, payload %u: %zu bytes", row->ipv6 ? 6 : 4,
			 row->protocol, row->tag_type, row->payload, got.length);
	}
}

/* One row of the matrix. */
struct wire_row {
	struct frame_row packet;
	bool partial;
	bool tag_out;
	bool nat;
	bool egress;
};

static void check_row(const struct wire_row *row)
{
	const struct frame_tuple *comes = &before[row->packet.ipv6];
	const struct frame_tuple *leaves = row->nat ? &after[row->packet.ipv6] : comes;
	struct flow_way way = way_to(&out[0]);
	struct frame_row packet = row->packet;

	way.tags = row->tag_out;
	way.tag[0].type = htons(ETH_P_8021Q);
	way.tag[0].tci = htons(0x2007);
	frames_way(&arriving[0], &way);
	frames_flow(&arriving[0], &packet, comes, leaves, 0);
	give(&packet, comes, row->partial);
	/* Only the link header can be read at first. */
	if (packet.payload > 4096)
		given.state.hdr_len = 14;
	if (row->egress)
		wire_send(in[0].ifindex, &given);
	else
		assert_true(wire_arrive(&in[0], &given));
	packet.ttl = row->egress ? 64 : 63;
	packet.tag_type = row->tag_out ? ETH_P_8021Q : 0;
	packet.tci = 0x2007;
	expect_packet(&packet, leaves);
}

/* Whether finished or to be finished, what is on the wire is right: every kind, with tags and without, arriving
 * and leaving, short and in fragments. */
static void test_checksums(void **state)
{
	static const uint32_t payloads[] = { 0, 1, 3, 1400, 7001 };

	(void)state;
	for (unsigned int i = 0; i < 5 * 128; i++) {
		struct wire_row row = { .packet = { .ipv6 = i & 1,
						    .protocol = i & 2 ? TCP : 0,
						    .id = (uint16_t)i,
						    .payload = payloads[i / 128] },
					.partial = i & 4,
					.nat = i & 8,
					.tag_out = i & 16,
					.egress = i & 32 };

		/* At egress a packet socket leaves the tag in the packet. */
		if (i & 64 && !row.egress) {
			row.packet.tag_type = ETH_P_8021Q;
			row.packet.tci = TAG_IN;
		}
		check_row(&row);
	}
}

static void test_zero_checksum(void **state)
{
	(void)state;
	check_row(&(struct wire_row){ .packet = { .payload = 18, .zero_checksum = true },
				      .nat = true });
}

/* A device that finishes checksums itself gets them unfinished: the sum of the new pseudo header. */
static void test_left_unfinished(void **state)
{
	(void)state;
	wire_takes_unfinished(&out[0], true);
	for (unsigned int i = 0; i < 4; i++) {
		struct frame_row row = { .ipv6 = i & 1,
					 .protocol = i & 2 ? TCP : 0,
					 .payload = 77 };
		struct flow_way way = way_to(&out[0]);
		uint16_t wanted;

		frames_way(&arriving[0], &way);
		frames_flow(&arriving[0], &row, &before[row.ipv6], &after[row.ipv6], 0);
		give(&row, &before[row.ipv6], true);
		assert_true(wire_arrive(&in[0], &given));
		assert_true(wire_receive(&out[0], &got));
		row.ttl = 63;
		frames_build(&built, &row, &after[row.ipv6]);
		wanted = unfinished(&row, built.bytes, built.length);
		assert_int_equal(got.state.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM,
				 VIRTIO_NET_HDR_F_NEEDS_CSUM);
		assert_int_equal(got.state.csum_start, transport_of(&row));
		memcpy(frames_checksum(&built, &row), &wanted, 2);
		assert_int_equal(got.length, built.length);
		assert_memory_equal(got.bytes + 12, built.bytes + 12, got.length - 12);
	}
	wire_takes_unfinished(&out[0], false);
}

/* The packets of the seed, bit for bit: sent on lo with 0xfe1e in the checksum field, left with 0x1823; or, where the
 * device does not finish it, with what is right. */
static void test_seed(void **state)
{
	static const uint8_t seed[] = { 0x45, 0x00, 0x00, 0x1f, 0xf1, 0x77, 0x40, 0x00,
					0x40, 0x11, 0x4b, 0x54, 0x7f, 0x00, 0x00, 0x01,
					0x7f, 0x00, 0x00, 0x01, 0x04, 0xd4, 0x04, 0xd3,
					0x00, 0x0b, 0xfe, 0x1e, 0x63, 0x63, 0x0a };
	static uint8_t left[] = { 0x45, 0x00, 0x00, 0x1f, 0xf1, 0x77, 0x40, 0x00, 0x40, 0x11, 0x31,
				  0x50, 0x0a, 0x00, 0x02, 0x03, 0x0a, 0x00, 0x02, 0x04, 0x93, 0x51,
				  0x04, 0xd2, 0x00, 0x0b, 0x18, 0x23, 0x63, 0x63, 0x0a };
	const struct frame_tuple comes = { "127.0.0.1", "127.0.0.1", 1236, 1235 };
	const struct frame_tuple leaves = { "10.0.2.3", "10.0.2.4", 37713, 1234 };
	struct flow_way way = way_to(&out[0]);

	(void)state;
	frames_way(&loopback, &way);
	frames_flow(&loopback, &(struct frame_row){ 0 }, &comes, &leaves, 0);
	for (int finished = 0; finished < 2; finished++) {
		give(&(struct frame_row){ .payload = 3 }, &comes, true);
		memset(given.bytes, 0, 12);
		memcpy(given.bytes + 14, seed, sizeof(seed));
		wire_takes_unfinished(&out[0], !finished);
		if (finished)
			memcpy(left + 26, "\xe2\x4a", 2);
		wire_send(1, &given);
		assert_true(wire_receive(&out[0], &got));
		assert_int_equal(got.length, 14 + sizeof(left));
		assert_memory_equal(got.bytes, way_macs, 12);
		assert_memory_equal(got.bytes + 14, left, sizeof(left));
	}
}

static uint32_t tcp_sequence(const uint8_t *frame, const struct frame_row *row)
{
	uint32_t sequence;

	memcpy(&sequence, frame + transport_of(row) + 4, 4);
	return ntohl(sequence);
}

/* Checksums of a whole IP packet come to zero with all that they cover. */
static void assert_right(const struct frame_row *row, const uint8_t *frame, size_t length)
{
	const uint8_t *ip = frame + 14;
	uint16_t pseudo = (uint16_t)~unfinished(row, frame, length);

	if (!row->ipv6)
		assert_int_equal(build_checksum(ip, 20, 0), 0);
	assert_int_equal(build_checksum(frame + transport_of(row), length - transport_of(row),
					ntohs((uint16_t)~pseudo)),
			 0);
}

/* A packet that is cut on its way out: every segment is right, and the flow has counted them all. */
static void check_segments(struct frame_row *row, uint8_t kind)
{
	struct flow_key key = frames_key(row, &before[row->ipv6]);
	struct flow_way way = way_to(&out[0]);
	struct flow_value value;
	size_t bytes = 0, header = transport_of(row) + (row->protocol == TCP ? 20 : 8);

	way.mtu = 1100;
	frames_way(&arriving[0], &way);
	frames_flow(&arriving[0], row, &before[row->ipv6], &after[row->ipv6], 0);
	give(row, &before[row->ipv6], true);
	given.state.gso_type = kind;
	given.state.gso_size = 1000;
	given.state.hdr_len = (uint16_t)header;
	if (!wire_arrive(&in[0], &given)) {
		print_message("SKIP: no segments of kind %u here\n", kind);
		return;
	}
	for (uint32_t done = 0; done < row->payload; done += 1000) {
		uint32_t size = row->payload - done < 1000 ? row->payload - done : 1000;

		assert_true(wire_receive(&out[0], &got));
		assert_int_equal(got.length, header + size);
		assert_right(row, got.bytes, got.length);
		if (row->protocol == TCP)
			assert_int_equal(tcp_sequence(got.bytes, row), done);
		assert_int_equal(got.bytes[header], done % 256);
		bytes += got.length;
	}
	subject_read_flow(&arriving[0], FLOW_TABLE_STATIC, &key, &value);
	assert_int_equal(value.home_counts.packets + value.other_counts.packets,
			 (row->payload + 999) / 1000);
	assert_int_equal(value.home_counts.bytes + value.other_counts.bytes, bytes);
}

static void test_segments(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * 2 * 3; i++) {
		static const uint32_t payloads[] = { 2000, 3333, 8001 };
		struct frame_row row = { .ipv6 = i & 1,
					 .protocol = i & 2 ? TCP : 0,
					 .payload = payloads[i / 4] };

		check_segments(&row, !row.protocol ? VIRTIO_NET_HDR_GSO_UDP_L4 :
				     row.ipv6      ? VIRTIO_NET_HDR_GSO_TCPV6 :
						     VIRTIO_NET_HDR_GSO_TCPV4);
	}
}

/* Tags: the flow's own and no other; of two, none can be ours. */
static void test_tags(void **state)
{
	struct frame_row row = { .payload = 50 };
	struct flow_key key = frames_key(&row, &before[0]);
	struct flow_way way = way_to(&out[0]);
	struct subject_counts was, is;
	struct flow_value value;

	(void)state;
	frames_way(&arriving[0], &way);
	frames_flow(&arriving[0], &row, &before[0], &after[0], FLOW_KEEP_TTL);
	subject_read_flow(&arriving[0], FLOW_TABLE_STATIC, &key, &value);
	value.flags &= (uint16_t)~FLOW_ANY_TAGS;
	value.in_vlan[0] = TAG_IN & 0xfff;
	subject_flow(&arriving[0], FLOW_TABLE_STATIC, &key, &value);
	subject_counts(&arriving[0], &was);
	give(&row, &before[0], true);
	assert_true(wire_arrive(&in[0], &given));
	row.tag_type = ETH_P_8021AD;
	row.tci = TAG_IN + 1;
	give(&row, &before[0], true);
	assert_true(wire_arrive(&in[0], &given));
	was.up[OFFLOAD_UP_WRONG_WAY_IN] += 2;
	/* Two tags: the one in the packet hides it. */
	memmove(given.bytes + 16, given.bytes + 12, given.length - 12);
	memcpy(given.bytes + 12, "\x81\x00\x00\x05\x81\x00", 6);
	given.length += 4;
	given.state.flags = 0;
	assert_true(wire_arrive(&in[0], &given));
	was.up[OFFLOAD_UP_NOT_IP]++;
	subject_counts(&arriving[0], &is);
	assert_memory_equal(&was, &is, sizeof(was));
	row.tci = TAG_IN;
	give(&row, &before[0], true);
	assert_true(wire_arrive(&in[0], &given));
	row.tag_type = 0;
	expect_packet(&row, &after[0]);
}

/* Devices without a link header: it is made, or taken away, and nothing else is different. */
static void test_without_link_header(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 16; i++) {
		struct frame_row row = { .ipv6 = i & 1,
					 .protocol = i & 2 ? TCP : 0,
					 .payload = 99 };
		bool from = i & 4, to = i & 8;
		struct flow_way way = way_to(&out[to]);
		const uint8_t *bytes;

		way.no_link_header = to;
		frames_way(&arriving[0], &way);
		frames_flow(&arriving[0], &row, &before[row.ipv6], &after[row.ipv6], 0);
		give(&row, &before[row.ipv6], true);
		if (from) {
			given.length -= 14;
			memmove(given.bytes, given.bytes + 14, given.length);
			given.state.csum_start -= 14;
		}
		assert_true(wire_arrive(&in[from], &given));
		row.ttl = 63;
		if (!to) {
			expect_packet(&row, &after[row.ipv6]);
			continue;
		}
		frames_build(&built, &row, &after[row.ipv6]);
		bytes = built.bytes + 14;
		assert_true(wire_receive(&out[1], &got));
		assert_int_equal(got.length, built.length - 14);
		assert_memory_equal(got.bytes, bytes, got.length);
	}
}

/* A packet that the kernel gives no link header to, being too long, is left alone. */
static void test_no_room(void **state)
{
	struct frame_row row = { .payload = 1000 };
	struct flow_way way = way_to(&out[0]);
	struct subject_counts was, is;
	uint16_t length = htons(20000);

	(void)state;
	way.mtu = 65535;
	frames_way(&arriving[0], &way);
	frames_flow(&arriving[0], &row, &before[0], &after[0], 0);
	give(&row, &before[0], false);
	memmove(given.bytes, given.bytes + 14, given.length - 14);
	memcpy(given.bytes + 2, &length, 2);
	given.length = 20000;
	subject_counts(&arriving[1], &was);
	assert_true(wire_arrive(&in[1], &given));
	subject_counts(&arriving[1], &is);
	was.up[OFFLOAD_UP_NO_ROOM]++;
	assert_memory_equal(&was, &is, sizeof(was));
}

static struct offload_at place(const struct offload_wire *wire, enum offload_side side,
			       uint8_t link_header)
{
	return (struct offload_at){ .ifindex = wire->ifindex,
				    .side = (uint8_t)side,
				    .link_header = link_header };
}

static int open_all(void **state)
{
	static const char *const names[4] = { "in_tap", "in_tun", "out_tap", "out_tun" };
	const struct offload_at lo = { .ifindex = 1, .link_header = 14, .is_loopback = 1 };
	struct offload_at at;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		wire_open(&in[i], names[i], !i);
		wire_open(&out[i], names[2 + i], !i);
		at = place(&in[i], OFFLOAD_INGRESS, i ? 0 : 14);
		subject_open(&arriving[i], &at, i ? &arriving[0] : NULL);
		wire_attach(in[i].ifindex, false, arriving[i].program);
	}
	at = place(&in[0], OFFLOAD_EGRESS, 14);
	subject_open(&leaving, &at, &arriving[0]);
	wire_attach(in[0].ifindex, true, leaving.program);
	subject_open(&loopback, &lo, &arriving[0]);
	wire_attach(1, false, loopback.program);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		wire_close(&in[i]);
		wire_close(&out[i]);
	}
	subject_close(&loopback);
	subject_close(&leaving);
	subject_close(&arriving[1]);
	subject_close(&arriving[0]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checksums),
		cmocka_unit_test(test_zero_checksum),
		cmocka_unit_test(test_left_unfinished),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_without_link_header),
		cmocka_unit_test(test_no_room),
	};
	const char *reason = subject_unavailable();

	if (!reason)
		reason = wire_namespace();
	if (reason) {
		printf("SKIP: %s\n", reason);
		return 77;
	}
	return cmocka_run_group_tests(tests, open_all, close_all);
}
