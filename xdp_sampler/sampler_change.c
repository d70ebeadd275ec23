// SPDX-License-Identifier: GPL-2.0-only
#include "sampler_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attached_sampler.h"
#include "recorder_file.h"
#include "recorder_filter.h"

int sampler_set(const char *bpffs, const char *interface, const struct sampler_settings *settings,
		struct problem *problem)
{
	struct attached_sampler sampler;
	struct sampler_settings now;
	int err;

	err = attached_sampler_open(&sampler, bpffs, interface, problem);
	if (!err) {
		err = attached_sampler_settings(&sampler, &now, problem);
		if (!err) {
			sampler_settings_apply(&now, settings);
			err = attached_sampler_configure(&sampler, &now, problem);
		}
		if (err)
			problem_prefix(problem, err, "%s", interface);
	}
	attached_sampler_close(&sampler);
	return err;
}

static int read_all(FILE *from, FILE *into)
{
	char buffer[4096];
	size_t length;

	while ((length = fread(buffer, 1, sizeof(buffer), from)) > 0) {
		if (fwrite(buffer, 1, length, into) != length)
			return -ENOMEM;
	}
	return ferror(from) ? -errno : 0;
}

static int read_text(const struct recorder_text *text, struct recorder_set *set,
		     struct problem *problem)
{
	/* No stream reads nothing. */
	FILE *stream = text->size ? fmemopen(text->content, text->size, "r") : NULL;
	int err = 0;

	if (text->size && !stream)
		return problem_errno(problem, -errno, "cannot read %s", text->name);
	if (stream) {
		err = recorder_file_read(stream, text->name, set, problem);
		fclose(stream);
	}
	return err;
}

int recorder_text_load(struct recorder_text *text, const char *path, struct problem *problem)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *from = is_stdin ? stdin : fopen(path, "re");
	struct recorder_set scratch = { 0 };
	FILE *into;
	int err;

	*text = (struct recorder_text){ .name = is_stdin ? "stdin" : path };
	if (!from)
		return problem_errno(problem, -errno, "cannot open %s", path);
	into = open_memstream(&text->content, &text->size);
	err = into ? read_all(from, into) : -errno;
	if (into && fclose(into) && !err)
		err = -ENOMEM;
	if (!is_stdin)
		fclose(from);
	if (err)
		return problem_errno(problem, err, "cannot read %s", text->name);
	err = read_text(text, &scratch, problem);
	recorder_set_free(&scratch);
	return err;
}

void recorder_text_free(struct recorder_text *text)
{
	free(text->content);
	*text = (struct recorder_text){ 0 };
}

/* What a change makes of the recorders that are there. */
typedef int (*record_change)(struct recorder_set *set, const void *context,
			     struct problem *problem);

static int change_open(struct attached_sampler *sampler, record_change change, const void *context,
		       struct recorder_set *ret_set, struct problem *problem)
{
	struct recorder_maps maps = attached_sampler_recorders(sampler);
	int err = recorder_maps_read(&maps, ret_set, problem);

	if (!err)
		err = change(ret_set, context, problem);
	return err ? err : attached_sampler_record(sampler, ret_set, problem);
}

static int change_recorders(const char *bpffs, const char *interface, record_change change,
			    const void *context, struct recorder_set *ret_set,
			    struct problem *problem)
{
	struct attached_sampler sampler;
	int err;

	err = attached_sampler_open(&sampler, bpffs, interface, problem);
	if (!err) {
		err = change_open(&sampler, change, context, ret_set, problem);
		if (err)
			problem_prefix(problem, err, "%s", interface);
	}
	attached_sampler_close(&sampler);
	return err;
}

static void tell(FILE *stream, const char *interface, const struct recorder *recorder)
{
	char filter[RECORDER_FILTER_TEXT_SIZE];

	fprintf(stream, "recorder %u on %s: %s\n", recorder->id, interface,
		recorder_filter_text(&recorder->filter, filter));
}

static int add_one(struct recorder_set *set, const void *recorder, struct problem *problem)
{
	recorder_set_make_way(set, recorder, recorder_now());
	return recorder_set_add(set, recorder, NULL, problem);
}

int sampler_record(FILE *stream, const char *bpffs, const char *interface,
		   const struct recorder *recorder, struct problem *problem)
{
	struct recorder_set set = { 0 };
	int err = change_recorders(bpffs, interface, add_one, recorder, &set, problem);

	if (!err)
		tell(stream, interface, &set.recorders[set.count - 1]);
	recorder_set_free(&set);
	return err;
}

static int add_text(struct recorder_set *set, const void *context, struct problem *problem)
{
	const struct recorder_text *text = context;
	struct recorder_set wanted = { 0 };
	uint64_t now = recorder_now();
	int err = read_text(text, &wanted, problem);

	for (size_t i = 0; !err && i < wanted.count; i++) {
		/* An id of `wanted` may be any, made up while reading. */
		wanted.recorders[i].id = 0;
		recorder_set_make_way(set, &wanted.recorders[i], now);
	}
	recorder_set_free(&wanted);
	return err ? err : read_text(text, set, problem);
}

int sampler_record_file(FILE *stream, const char *bpffs, const char *interface,
			const struct recorder_text *text, struct problem *problem)
{
	struct recorder_set set = { 0 }, wanted = { 0 };
	int err = change_recorders(bpffs, interface, add_text, text, &set, problem);

	if (!err)
		err = read_text(text, &wanted, problem);
	/* They are the last ones. */
	for (size_t i = 0; !err && i < wanted.count; i++)
		tell(stream, interface, &set.recorders[set.count - wanted.count + i]);
	recorder_set_free(&wanted);
	recorder_set_free(&set);
	return err;
}

struct id_list {
	const uint32_t *ids;
	size_t count;
};

static int remove_ids(struct recorder_set *set, const void *context, struct problem *problem)
{
	const struct id_list *list = context;
	int err = 0;

	if (!list->count)
		recorder_set_free(set);
	for (size_t i = 0; !err && i < list->count; i++)
		err = recorder_set_remove(set, list->ids[i], problem);
	return err;
}

int sampler_no_record(const char *bpffs, const char *interface, const uint32_t *ids, size_t count,
		      struct problem *problem)
{
	struct id_list list = { .ids = ids, .count = count };
	struct recorder_set set = { 0 };
	int err = change_recorders(bpffs, interface, remove_ids, &list, &set, problem);

	recorder_set_free(&set);
	return err;
}

static int renew(struct recorder_set *set, const void *wishes, struct problem *problem)
{
	struct recorder_set renewed = { 0 };
	int err = recorder_set_renew(&renewed, set, wishes, problem);

	recorder_set_free(set);
	*set = renewed;
	return err;
}

int sampler_record_plan(const char *bpffs, const char *interface, const struct sampler_plan *plan,
			struct problem *problem)
{
	struct recorder_wishes wishes = { .recorders = plan->recorders,
					  .count = plan->recorder_count };
	struct recorder_set set = { 0 };
	int err = change_recorders(bpffs, interface, renew, &wishes, &set, problem);

	recorder_set_free(&set);
	return err;
}
