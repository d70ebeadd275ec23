// SPDX-License-Identifier: GPL-2.0-only
#include "scratch_load.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture.h"
#include "log.h"
#include "harness/scratch_bpffs.h"
#include "scratch_chain.h"

static int load_and_publish(struct scratch_load *load)
{
	const struct ecbpf_chain_identity identity = { .frags = load->frags };
	struct subprogram subprogram = {
		.chain = load->chain,
		.identity = &identity,
		.slot = load->slot,
		.replace = load->replace,
		.reason_names = load->reason_names,
		.has_sibling = load->has_sibling,
		.sibling = load->sibling,
		.object_name = load->object,
	};
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s%s", *load->object == '/' ? "" : TEST_OBJECT_DIR "/",
		 load->object);
	subprogram.object = subprogram_open_file(path, &load->problem);
	err = subprogram.object ? 0 : -ENOEXEC;
	if (!err)
		err = subprogram_load(&subprogram, load->program, &load->problem);
	if (!err) {
		load->program_id = scratch_program_id(bpf_program__fd(subprogram.program));
		load->kit = subprogram.kit;
		err = subprogram_publish(&subprogram, &load->problem);
	}
	bpf_object__close(subprogram.object);
	return err;
}

int scratch_load(struct scratch_load *load)
{
	unsigned int fds = scratch_open_fds();
	struct capture capture;
	int err;

	scratch_load_end(load);
	load->problem = (struct problem){ 0 };
	load->program_id = 0;
	log_open("xdp_test", false);
	capture_begin(&capture, STDERR_FILENO);
	err = load_and_publish(load);
	capture_end(&capture);
	load->said = capture.text;
	assert_int_equal(load->problem.text[0] != '\0', err != 0);
	assert_int_equal(scratch_open_fds(), fds);
	return err;
}

void scratch_load_end(struct scratch_load *load)
{
	free(load->said);
	load->said = NULL;
}
