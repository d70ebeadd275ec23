// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output_name.h"

#define NUMBER_DIGITS_MINIMUM 5
#define NUMBER_DIGITS_LIMIT 18
#define TIME_DIGITS 14

int output_name_split(const char *target, struct output_name *ret_name)
{
	const char *slash = strrchr(target, '/');
	const char *file = slash ? slash + 1 : target;
	const char *dot = strrchr(file, '.');
	struct output_name name = { 0 };

	if (*file == '\0' || strcmp(file, ".") == 0 || strcmp(file, "..") == 0)
		return -EINVAL;
	if (!dot || dot == file)
		dot = file + strlen(file);
	if (!slash)
		name.directory = strdup(".");
	else
		name.directory = strndup(target, slash == target ? 1 : (size_t)(slash - target));
	name.stem = strndup(file, (size_t)(dot - file));
	name.suffix = strdup(dot);
	if (!name.directory || !name.stem || !name.suffix) {
		output_name_free(&name);
		return -ENOMEM;
	}
	*ret_name = name;
	return 0;
}

void output_name_free(struct output_name *name)
{
	free(name->directory);
	free(name->stem);
	free(name->suffix);
	*name = (struct output_name){ 0 };
}

char *output_name_path(const struct output_name *name, uint64_t number, time_t when)
{
	char moment[TIME_DIGITS + 1] = "";
	struct tm local;
	char *path;

	if (!localtime_r(&when, &local) ||
	    strftime(moment, sizeof(moment), "%Y%m%d%H%M%S", &local) != TIME_DIGITS)
		(void)snprintf(moment, sizeof(moment), "%0*d", TIME_DIGITS, 0);
	if (asprintf(&path, "%s/%s_%0*" PRIu64 "_%s%s", name->directory, name->stem,
		     NUMBER_DIGITS_MINIMUM, number, moment, name->suffix) < 0)
		return NULL;
	return path;
}

bool output_name_matches(const struct output_name *name, const char *file, uint64_t *ret_number)
{
	size_t stem = strlen(name->stem);
	uint64_t number = 0;
	size_t digits;

	if (strncmp(file, name->stem, stem) != 0 || file[stem] != '_')
		return false;
	file += stem + 1;
	digits = strspn(file, "0123456789");
	if (digits < NUMBER_DIGITS_MINIMUM || digits > NUMBER_DIGITS_LIMIT || file[digits] != '_')
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (uint64_t)(file[i] - '0');
	file += digits + 1;
	if (strspn(file, "0123456789") != TIME_DIGITS ||
	    strcmp(file + TIME_DIGITS, name->suffix) != 0)
		return false;
	*ret_number = number;
	return true;
}

struct member {
	uint64_t number;
	char *file;
};

struct members {
	struct member *list;
	size_t count;
};

static void members_free(struct members *members)
{
	for (size_t i = 0; i < members->count; i++)
		free(members->list[i].file);
	free(members->list);
}

static int members_add(struct members *members, uint64_t number, const char *file)
{
	struct member *longer =
		reallocarray(members->list, members->count + 1, sizeof(members->list[0]));

	if (!longer)
		return -ENOMEM;
	members->list = longer;
	longer[members->count] = (struct member){ .number = number, .file = strdup(file) };
	if (!longer[members->count].file)
		return -ENOMEM;
	members->count++;
	return 0;
}

static int compare_members(const void *left, const void *right)
{
	const struct member *a = left;
	const struct member *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->file, b->file);
}

/* The files of the set that are there, by number. */
static int members_read(const struct output_name *name, DIR *directory, struct members *ret_members)
{
	struct members members = { 0 };
	struct dirent *entry;
	uint64_t number;
	int err = 0;

	/* readdir() tells an error in errno only. */
	for (errno = 0; !err && (entry = readdir(directory)); errno = 0) {
		if (output_name_matches(name, entry->d_name, &number))
			err = members_add(&members, number, entry->d_name);
	}
	if (!err)
		err = -errno;
	if (err) {
		members_free(&members);
		return err;
	}
	if (members.count > 0)
		qsort(members.list, members.count, sizeof(members.list[0]), compare_members);
	*ret_members = members;
	return 0;
}

int output_name_highest(const struct output_name *name, uint64_t *ret_number)
{
	DIR *directory = opendir(name->directory);
	struct members members;
	int err;

	if (!directory)
		return -errno;
	err = members_read(name, directory, &members);
	closedir(directory);
	if (err)
		return err;
	*ret_number = members.count > 0 ? members.list[members.count - 1].number : 0;
	members_free(&members);
	return 0;
}

int output_name_keep(const struct output_name *name, uint64_t keep)
{
	DIR *directory = opendir(name->directory);
	struct members members;
	int err;

	if (!directory)
		return -errno;
	err = members_read(name, directory, &members);
	if (!err) {
		for (size_t i = 0; i + keep < members.count; i++) {
			if (unlinkat(dirfd(directory), members.list[i].file, 0) && !err)
				err = -errno;
		}
		members_free(&members);
	}
	closedir(directory);
	return err;
}
