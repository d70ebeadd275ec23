// SPDX-License-Identifier: GPL-2.0-only
/* load_object FILE.o [ERRNO]: does this kernel take every program of an object? One of the kit is
 * loaded into each slot in turn and as a root (with ECBPF_TEST_QUICK into the first and the last
 * slot and as a root), any other once; then once more for multi-buffer frames, if its section says
 * "xdp.frags" and the kernel, asked, has them.
 *
 * With ERRNO it must be refused with that error, by the verifier, libbpf or the harness. The last
 * line on stdout says what was done, or "refused: ERRNO (TEXT)". Exit status 0, 1, or RUN_SKIP where
 * this process may not load programs at all. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/slots.h"
#include "harness/run_program.h"

struct found {
	char name[128];
	int has_slot;
	int takes_frags;
};

static unsigned int loads;

/* The programs of a file, without loading them; their number, or a negative errno. */
static int find_programs(const char *path, struct found found[], int limit)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	int count = 0, of_kit;

	if (!object)
		return -errno;
	of_kit = bpf_object__find_map_by_name(object, ".rodata.ecbpf") != NULL;
	bpf_object__for_each_program(program, object) {
		const char *section = bpf_program__section_name(program);

		if (count == limit) {
			count = -E2BIG;
			break;
		}
		snprintf(found[count].name, sizeof(found->name), "%s", bpf_program__name(program));
		found[count].has_slot = of_kit;
		found[count].takes_frags = !strncmp(section, "xdp.frags", strlen("xdp.frags"));
		count++;
	}
	bpf_object__close(object);
	return count;
}

/* Loads one program in one place; 0 or a negative errno. */
static int load(const char *path, const struct found *found, __u32 slot, __u32 frags)
{
	struct run_program program;
	struct run_chain chain;
	int err = run_chain_create(&chain, frags);

	if (err)
		return err;
	err = run_open(&program, &chain, path, found->name, slot);
	/* Sections that libbpf does not know have no type; our loaders take them for XDP. */
	if (!err && bpf_program__type(program.program) == BPF_PROG_TYPE_UNSPEC)
		bpf_program__set_type(program.program, BPF_PROG_TYPE_XDP);
	if (!err)
		err = run_load(&program);
	if (err)
		fprintf(stderr, "%s: not loaded in slot %u %s frags\n", found->name, slot,
			frags ? "with" : "without");
	else
		loads++;
	run_close(&program);
	run_chain_close(&chain);
	return err;
}

static int load_everywhere(const char *path, const struct found *found, __u32 frags)
{
	__u32 last = found->has_slot ? RUN_ROOT : 0;
	bool quick = getenv("ECBPF_TEST_QUICK") != NULL;
	int err = 0;

	for (__u32 slot = 0; !err && slot <= last; slot++)
		if (!quick || slot == 0 || slot >= ECBPF_SLOT_COUNT - 1)
			err = load(path, found, slot, frags);
	return err;
}

static int check_object(const char *path, const struct found found[], int count)
{
	int frags_supported = run_frags_supported(), takes_frags = 0, err = 0;

	for (int i = 0; !err && i < count; i++) {
		err = load_everywhere(path, &found[i], 0);
		takes_frags |= found[i].takes_frags;
		if (!err && found[i].takes_frags && frags_supported)
			err = load_everywhere(path, &found[i], 1);
	}
	if (err)
		return err;
	printf("%d program%s, loaded %u time%s%s\n", count, count == 1 ? "" : "s", loads,
	       loads == 1 ? "" : "s",
	       !takes_frags    ? "" :
	       frags_supported ? ", also for multi-buffer frames" :
				 "; no multi-buffer frames in this kernel");
	return 0;
}

int main(int argc, char **argv)
{
	const char *reason = run_unavailable();
	struct found found[32];
	int count, err;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: load_object FILE.o [ERRNO]\n");
		return 2;
	}
	if (reason) {
		printf("SKIP: %s\n", reason);
		return RUN_SKIP;
	}
	count = find_programs(argv[1], found, sizeof(found) / sizeof(*found));
	if (count == 0) {
		fprintf(stderr, "%s: no programs in it\n", argv[1]);
		return 1;
	}
	err = count < 0 ? count : check_object(argv[1], found, count);
	if (err)
		printf("refused: %d (%s)\n", -err, strerror(-err));
	return -err != (argc == 3 ? atoi(argv[2]) : 0);
}
