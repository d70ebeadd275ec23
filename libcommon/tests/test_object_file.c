// SPDX-License-Identifier: GPL-2.0-only
#include "object_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/scratch_bpffs.h"

#define GOOD_OBJECT TEST_OBJECT_DIR "/stranger.o"
#define ELF_HEADER 64

static unsigned int fds_before;

static int count_fds(void **state)
{
	(void)state;
	fds_before = scratch_open_fds();
	return 0;
}

/* L10 */
static int no_more_fds(void **state)
{
	(void)state;
	assert_int_equal(scratch_open_fds(), fds_before);
	return 0;
}

static void assert_refused(const char *path, int err, const char *why)
{
	struct problem problem = { 0 };
	char text[400];

	snprintf(text, sizeof(text), "%s: %s", path, why);
	assert_int_equal(object_file_check(path, &problem), err);
	assert_string_equal(problem.text, text);
}

static void a_good_object_is_accepted(void **state)
{
	struct problem problem = { 0 };

	(void)state;
	assert_int_equal(object_file_check(GOOD_OBJECT, &problem), 0);
	assert_string_equal(problem.text, "");
}

/* P1 was an object whose licence the kernel does not take; here it is told before the kernel is
 * asked. */
static void a_licence_is_demanded(void **state)
{
	const char *why = "no licence; add: char LICENSE[] SEC(\"license\") = \"GPL\";";

	(void)state;
	assert_refused(TEST_OBJECT_DIR "/object_without_licence.o", -ENOEXEC, why);
	assert_refused(TEST_OBJECT_DIR "/object_empty_licence.o", -ENOEXEC, why);
}

static void btf_is_demanded(void **state)
{
	(void)state;
	assert_refused(TEST_OBJECT_DIR "/object_without_btf.o", -ENOEXEC,
		       "no BTF; build it with clang -g");
}

static void what_cannot_be_opened_is_told(void **state)
{
	(void)state;
	assert_refused("/nowhere/x.o", -ENOENT, "cannot open: -ENOENT (No such file or directory)");
	assert_refused(GOOD_OBJECT "/x", -ENOTDIR, "cannot open: -ENOTDIR (Not a directory)");
	assert_refused("", -ENOENT, "cannot open: -ENOENT (No such file or directory)");
}

#define NO_OBJECT "not a BPF object file; build it with clang -target bpf"

static void what_is_no_bpf_object_is_told(void **state)
{
	(void)state;
	assert_refused("/", -ENOEXEC, NO_OBJECT);
	assert_refused("/dev/null", -ENOEXEC, NO_OBJECT);
	assert_refused("/proc/self/status", -ENOEXEC, NO_OBJECT);
	/* ELF, but of this machine. */
	assert_refused("/proc/self/exe", -ENOEXEC, NO_OBJECT);
}

struct image {
	_Alignas(8) unsigned char bytes[65536];
	size_t size;
	char path[64];
	int fd;
};

static void open_image(struct image *image)
{
	int fd = open(GOOD_OBJECT, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	assert_true(fd >= 0);
	size = read(fd, image->bytes, sizeof(image->bytes));
	close(fd);
	assert_in_range(size, ELF_HEADER, sizeof(image->bytes) - 1);
	image->size = (size_t)size;
	image->fd = memfd_create("object", MFD_CLOEXEC);
	assert_true(image->fd >= 0);
	snprintf(image->path, sizeof(image->path), "/proc/self/fd/%d", image->fd);
}

static int check_image(const struct image *image, size_t size)
{
	struct problem problem = { 0 };
	int err;

	assert_int_equal(ftruncate(image->fd, (off_t)size), 0);
	assert_int_equal(pwrite(image->fd, image->bytes, size, 0), size);
	err = object_file_check(image->path, &problem);
	assert_int_equal(problem.text[0] != '\0', err != 0);
	return err;
}

/* Otherwise it is as it should be. */
static void an_object_of_another_machine_or_kind_is_refused(void **state)
{
	static struct image image;
	Elf64_Ehdr *header = (Elf64_Ehdr *)image.bytes;

	(void)state;
	open_image(&image);
	header->e_machine = EM_X86_64;
	assert_int_equal(check_image(&image, image.size), -ENOEXEC);
	header->e_machine = EM_BPF;
	header->e_type = ET_DYN;
	assert_int_equal(check_image(&image, image.size), -ENOEXEC);
	header->e_type = ET_REL;
	assert_int_equal(check_image(&image, image.size), 0);
	close(image.fd);
}

static void a_file_cut_anywhere_is_refused(void **state)
{
	static struct image image;

	(void)state;
	open_image(&image);
	assert_int_equal(check_image(&image, image.size), 0);
	/* The section headers are at the end. */
	for (size_t size = 0; size < image.size; size += size < 2 * ELF_HEADER ? 1 : 61)
		assert_int_equal(check_image(&image, size), -ENOEXEC);
	close(image.fd);
}

/* Whatever stands in a broken file, the answer is one of two, and memory is left alone. */
static void a_file_with_any_wrong_byte_gets_an_answer(void **state)
{
	static struct image image;

	(void)state;
	open_image(&image);
	for (size_t i = 0; i < image.size; i += i < ELF_HEADER || i > image.size - 1024 ? 1 : 97) {
		const unsigned char was = image.bytes[i];

		for (unsigned int value = 0; value < 4; value++) {
			int err;

			image.bytes[i] = (unsigned char[]){ 0x00, 0xff, 0x80, was + 1 }[value];
			err = check_image(&image, image.size);
			assert_true(err == 0 || err == -ENOEXEC);
		}
		image.bytes[i] = was;
	}
	close(image.fd);
}

#define OBJECT_TEST(name) cmocka_unit_test_setup_teardown(name, count_fds, no_more_fds)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OBJECT_TEST(a_good_object_is_accepted),
		OBJECT_TEST(a_licence_is_demanded),
		OBJECT_TEST(btf_is_demanded),
		OBJECT_TEST(what_cannot_be_opened_is_told),
		OBJECT_TEST(what_is_no_bpf_object_is_told),
		OBJECT_TEST(an_object_of_another_machine_or_kind_is_refused),
		OBJECT_TEST(a_file_cut_anywhere_is_refused),
		OBJECT_TEST(a_file_with_any_wrong_byte_gets_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
