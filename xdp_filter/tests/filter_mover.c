// SPDX-License-Identifier: GPL-2.0-only
#include "filter_mover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <string.h>

#include "frame_move.h"

static const uint32_t only_entry;

static void order(const struct filter_mover *mover, const struct frame_move *move)
{
	assert_int_equal(bpf_map_update_elem(mover->map, &only_entry, move, BPF_ANY), 0);
}

static struct frame_move read_back(const struct filter_mover *mover)
{
	struct frame_move move;

	assert_int_equal(bpf_map_lookup_elem(mover->map, &only_entry, &move), 0);
	return move;
}

/* What the kernel puts into the first buffer of a long frame depends on the machine. */
static uint32_t measure_first_buffer(const struct filter_mover *mover)
{
	static const unsigned char frame[8192];
	static struct run_result unused;

	order(mover, &(struct frame_move){ 0 });
	assert_int_equal(run_packet(&mover->program,
				    &(struct run_frame){ frame, sizeof(frame), 0, 0 }, &unused),
			 0);
	return read_back(mover).linear;
}

void mover_open(struct filter_mover *mover, struct filter_duel *duel)
{
	*mover = (struct filter_mover){ .duel = duel };
	assert_int_equal(run_open(&mover->program, &duel->chain, TEST_OBJECT_DIR "/frame_move.o",
				  NULL, DUEL_SLOT - 1),
			 0);
	assert_int_equal(run_load(&mover->program), 0);
	mover->map = run_map(&mover->program, "frame_move");
	if (duel->chain.frags)
		mover->first_buffer = measure_first_buffer(mover);
	duel->entry = &mover->program;
}

void mover_close(struct filter_mover *mover)
{
	mover->duel->entry = &mover->duel->subject.program;
	run_close(&mover->program);
}

void mover_split_frame(struct filter_mover *mover, const char *what,
		       const struct packet_builder *frame, uint32_t linear)
{
	static uint8_t bytes[BUILD_FRAME_SIZE];
	struct frame_move move = { .take = mover->first_buffer - linear };
	const struct run_frame given = { .bytes = bytes, .length = move.take + frame->length };

	assert_in_range(linear, ETH_HLEN, mover->first_buffer - 1);
	assert_true(given.length <= sizeof(bytes));
	memcpy(bytes + move.take, frame->bytes, frame->length);
	order(mover, &move);
	duel_moved_frame(mover->duel, what, &given,
			 &(struct filter_frame){ frame->bytes, frame->length,
						 linear < frame->length ? linear : frame->length });
}

void mover_cramped_frame(struct filter_mover *mover, const char *what,
			 const struct packet_builder *frame)
{
	struct frame_move move = { .put = 1 };
	const struct run_frame given = { .bytes = frame->bytes + FRAME_MOVE_FRONT,
					 .length = frame->length - FRAME_MOVE_FRONT };

	memcpy(move.front, frame->bytes, sizeof(move.front));
	order(mover, &move);
	duel_moved_frame(mover->duel, what, &given,
			 &(struct filter_frame){ frame->bytes, frame->length, frame->length });
}
