// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output_units.h"

struct reader {
	struct scene *scene;
	int fd;
	size_t bytes;
};

/* Begins when the writer has asked for three seconds whether it shall wait on. */
static void *read_late(void *argument)
{
	const struct timespec interval = { .tv_nsec = 5000000 };
	struct reader *reader = argument;
	char bytes[1000];
	ssize_t n;

	while (reader->scene->asked < 30)
		nanosleep(&interval, NULL); /* poll interval */
	while ((n = read(reader->fd, bytes, sizeof(bytes))) > 0)
		reader->bytes += (size_t)n;
	return NULL;
}

static int open_reader(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	return fd;
}

static void waits_for_a_slow_reader(void **state)
{
	struct scene *scene = *state;
	const char *path = scene_path(scene, "fifo");
	const struct sink_wish wish = wish_of(path);
	struct reader reader = { .scene = scene };
	struct output_file *file;
	pthread_t thread;

	assert_int_equal(mkfifo(path, 0600), 0);
	reader.fd = open_reader(path);
	file = open_output(scene, &wish);
	assert_int_equal(pthread_create(&thread, NULL, read_late, &reader), 0);
	assert_int_equal(append(file, 'a', 100000, 0), 100000);
	output_file_close(file);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reader.bytes, 100000 * UNIT);
	close(reader.fd);
}

static void gives_up_on_it_when_it_must_end(void **state)
{
	struct scene *scene = *state;
	const char *path = scene_path(scene, "fifo");
	const struct sink_wish wish = wish_of(path);
	struct output_file *file;
	size_t written;
	int fd;

	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open_reader(path);
	file = open_output(scene, &wish);
	scene->stopping = true;
	written = append(file, 'a', 10000, -ETIMEDOUT);
	assert_in_range(written, 4096 / UNIT, 9999);
	/* Half a unit may be in the pipe: nothing may follow it. */
	assert_int_equal(output_file_section(file), 0);
	output_file_close(file);
	close(fd);
}

static void waits_for_a_reader_to_come_back(void **state)
{
	const struct scene *scene = *state;
	const char *path = scene_path(scene, "fifo");
	const struct sink_wish wish = wish_of(path);
	struct problem problem = { 0 };
	struct output_file *file;
	char bytes[100];
	int fd;

	assert_int_equal(mkfifo(path, 0600), 0);
	file = open_output(scene, &wish);
	assert_int_equal(output_file_section(file), 0);
	assert_int_equal(output_file_ready(file, &problem), -ENXIO);
	assert_non_null(strstr(problem.text, "nobody reads"));
	assert_int_equal(append(file, 'a', 1, -ENXIO), 0);
	fd = open_reader(path);
	scene_until(is_ready, file);
	assert_int_equal(output_file_section(file), 1);
	assert_int_equal(append(file, 'b', 1, 0), 1);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), UNIT);

	close(fd);
	assert_int_equal(append(file, 'c', 1, -EPIPE), 0);
	assert_int_equal(output_file_section(file), 0);
	fd = open_reader(path);
	scene_until(is_ready, file);
	assert_int_equal(output_file_section(file), 2);

	/* One goes and another comes, before anything fails. */
	close(fd);
	assert_int_equal(output_file_ready(file, NULL), -ENXIO);
	fd = open_reader(path);
	scene_until(is_ready, file);
	assert_int_equal(output_file_section(file), 3);
	assert_int_equal(append(file, 'd', 1, 0), 1);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), UNIT);
	assert_memory_equal(bytes, "dddddddddd", UNIT);
	close(fd);
	output_file_close(file);
}

/* A pipe has no end to be cut off, nor anything to be renamed. */
static void never_rotates_a_pipe(void **state)
{
	const struct scene *scene = *state;
	struct sink_wish wish = wish_of(scene_path(scene, "fifo"));
	struct output_file *file;
	char *files;
	int fd;

	assert_int_equal(mkfifo(wish.target, 0600), 0);
	fd = open_reader(wish.target);
	wish.rotate_samples = 1;
	wish.keep_files = 1;
	file = open_output(scene, &wish);
	assert_int_equal(append(file, 'a', 5, 0), 5);
	assert_false(output_file_full(file, UNIT, 1));
	output_file_close(file);
	close(fd);
	files = scene_files(scene);
	assert_string_equal(files, "fifo");
	free(files);
}

/* Runs `use` with stdout going to fd, which is closed. */
static void with_stdout(int fd, struct scene *scene, void (*use)(struct scene *scene))
{
	int saved;

	assert_int_equal(fflush(stdout), 0);
	saved = dup(STDOUT_FILENO);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
	use(scene);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
}

static void use_until_it_must_end(struct scene *scene)
{
	const struct sink_wish wish = wish_of("-");
	struct output_file *file = open_output(scene, &wish);

	scene->stopping = true;
	assert_in_range(append(file, 'a', 10000, -ETIMEDOUT), 4096 / UNIT, 9999);
	assert_int_equal(append(file, 'b', 1, -ETIMEDOUT), 0);
	output_file_close(file);
}

/* It would block: whoever else has it open may need that. */
static void never_waits_in_a_write_to_stdout(void **state)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	with_stdout(ends[1], *state, use_until_it_must_end);
	close(ends[0]);
}

static void use_until_the_reader_is_gone(struct scene *scene)
{
	const struct sink_wish wish = wish_of("-");
	struct output_file *file = open_output(scene, &wish);
	struct problem problem = { 0 };

	assert_string_equal(output_file_name(file), "stdout");
	assert_int_equal(append(file, 'a', 1, -EPIPE), 0);
	assert_int_equal(append(file, 'a', 1, -EPIPE), 0);
	assert_int_equal(output_file_ready(file, &problem), -EPIPE);
	assert_non_null(strstr(problem.text, "given up"));
	output_file_close(file);
}

static void gives_stdout_up_when_its_reader_is_gone(void **state)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	with_stdout(ends[1], *state, use_until_the_reader_is_gone);
}

static void use_beyond_the_limit(struct scene *scene)
{
	const struct sink_wish wish = wish_of("-");
	struct output_file *file = open_output(scene, &wish);
	struct rlimit before = limit_file_size(35);

	assert_int_equal(append(file, 'a', 5, -EFBIG), 2);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	output_file_close(file);
}

/* `xdp_sampler … -w - >file`, with something in it, or >>file. */
static void cuts_stdout_off_if_it_is_a_file(void **state)
{
	struct scene *scene = *state;
	const char *path = scene_path(scene, "x");
	static const int flags[] = { 0, O_APPEND };

	for (int i = 0; i < 2; i++) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | flags[i], 0600);

		assert_int_equal(write(fd, "before ", 7), 7);
		if (flags[i])
			assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		with_stdout(fd, scene, use_beyond_the_limit);
		assert_file(path, "before aaaaaaaaaaaaaaaaaaaa");
	}
}

static void tells_that_a_device_is_full(void **state)
{
	const struct sink_wish wish = wish_of("/dev/full");
	struct output_file *file = open_output(*state, &wish);

	assert_false(output_file_is_terminal(file));
	assert_int_equal(append(file, 'a', 1, -ENOSPC), 0);
	scene_until(is_ready, file);
	assert_int_equal(append(file, 'a', 1, -ENOSPC), 0);
	output_file_close(file);
	output_file_close(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(waits_for_a_slow_reader),
		TEST(gives_up_on_it_when_it_must_end),
		TEST(waits_for_a_reader_to_come_back),
		TEST(never_rotates_a_pipe),
		TEST(never_waits_in_a_write_to_stdout),
		TEST(gives_stdout_up_when_its_reader_is_gone),
		TEST(cuts_stdout_off_if_it_is_a_file),
		TEST(tells_that_a_device_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
