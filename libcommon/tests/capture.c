// SPDX-License-Identifier: GPL-2.0-only
#include "capture.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void capture_begin(struct capture *capture, int target)
{
	int file = memfd_create("capture", MFD_CLOEXEC);

	assert_true(file >= 0);
	fflush(NULL);
	capture->target = target;
	capture->text = NULL;
	capture->saved = fcntl(target, F_DUPFD_CLOEXEC, 3);
	assert_true(capture->saved >= 0);
	assert_int_equal(dup2(file, target), target);
	close(file);
}

void capture_end(struct capture *capture)
{
	struct stat file;
	int err;

	fflush(NULL);
	err = fstat(capture->target, &file);
	if (err == 0)
		capture->text = calloc(1, (size_t)file.st_size + 1);
	if (capture->text && pread(capture->target, capture->text, (size_t)file.st_size, 0) < 0)
		err = -1;
	dup2(capture->saved, capture->target);
	close(capture->saved);
	assert_int_equal(err, 0);
	assert_non_null(capture->text);
}
