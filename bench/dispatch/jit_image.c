// SPDX-License-Identifier: GPL-2.0-only
#include "jit_image.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "abi/slots.h"

#define IMAGE_LIMIT 65536

static int complain(int err, const char *what)
{
	fprintf(stderr, "bench_dispatch: %s: %s\n", what, strerror(-err));
	return err;
}

static int read_image(int program, unsigned char *image, struct bpf_prog_info *ret_info,
		      __u64 *ret_address)
{
	__u32 size = sizeof(*ret_info);
	int err;

	*ret_info = (struct bpf_prog_info){
		.jited_prog_insns = (__u64)(unsigned long)image,
		.jited_prog_len = IMAGE_LIMIT,
		.jited_ksyms = (__u64)(unsigned long)ret_address,
		.nr_jited_ksyms = 1,
	};
	*ret_address = 0;
	err = bpf_obj_get_info_by_fd(program, ret_info, &size);
	if (err)
		return complain(err, "read a program's code");
	if (!ret_info->jited_prog_len || !*ret_address)
		return complain(-ENOTSUP, "the kernel shows no code or no address of it");
	return 0;
}

/* The slot a program was told to run in; -1: not a subprogram. */
static int slot_of(const struct bpf_object *object)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata.ecbpf");
	const struct ecbpf_program *rodata;
	size_t size;

	if (!map)
		return -1;
	rodata = bpf_map__initial_value((struct bpf_map *)map, &size);
	return rodata && size == sizeof(*rodata) ? (int)rodata->slot : -1;
}

static int write_program(FILE *list, const char *directory, unsigned int number,
			 const struct bpf_object *object)
{
	static unsigned char image[IMAGE_LIMIT];
	const struct bpf_program *program = bpf_object__next_program(object, NULL);
	struct bpf_prog_info info;
	__u64 address;
	char path[4096], slot[16] = "-";
	FILE *file;
	int err = read_image(bpf_program__fd(program), image, &info, &address);

	if (err)
		return err;
	(void)snprintf(path, sizeof(path), "%s/%u.bin", directory, number);
	file = fopen(path, "w");
	if (!file || fwrite(image, 1, info.jited_prog_len, file) != info.jited_prog_len)
		err = complain(-EIO, path);
	if (file)
		(void)fclose(file);
	if (slot_of(object) >= 0)
		(void)snprintf(slot, sizeof(slot), "%d", slot_of(object));
	fprintf(list, "%u %s %s 0x%llx %u\n", number, bpf_program__name(program), slot,
		(unsigned long long)address, info.jited_prog_len);
	return err;
}

int jit_image_write(const struct program_set *set, const char *directory)
{
	char path[4096];
	FILE *list;
	int err = 0;

	(void)snprintf(path, sizeof(path), "%s/programs", directory);
	list = fopen(path, "w");
	if (!list)
		return complain(-errno, path);
	for (unsigned int i = 0; i < set->object_count && !err; i++)
		err = write_program(list, directory, i, set->objects[i]);
	if (fclose(list) && !err)
		err = complain(-errno, path);
	return err;
}
