// SPDX-License-Identifier: GPL-2.0-only
#include "status_screen.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "screen_table.h"
#include "short_number.h"
#include "text_line.h"

static const struct screen_column chain_columns[] = {
	{ "INTERFACE", false }, { "SLOT", false }, { "PROGRAM", false },
	{ "SEEN", true },       { "PASS", true },  { "DROP", true },
	{ "TX", true },         { "REDIR", true }, { "ABORT", true },
};

#define COLUMN_COUNT(columns) (sizeof(columns) / sizeof(*(columns)))

struct chain_table {
	struct screen_table *table;
	bool is_short; /* numbers */
};

static void put_number(const struct chain_table *chains, uint64_t number)
{
	char text[SHORT_NUMBER_SIZE];

	screen_table_put(chains->table, short_number(text, number, chains->is_short));
}

static void put_start(const struct chain_table *chains, enum screen_colour colour,
		      const char *interface, const char *slot, const char *program)
{
	screen_table_row(chains->table, colour);
	screen_table_put(chains->table, interface);
	screen_table_put(chains->table, slot);
	screen_table_put(chains->table, program);
}

/* The cells behind SEEN; `row` ECBPF_ROW_COUNT: of all rows. */
static void put_verdicts(const struct chain_table *chains, const struct chain_view *view,
			 unsigned int row)
{
	uint64_t packets[ECBPF_ACTION_COUNT];

	for (unsigned int action = 0; action < ECBPF_ACTION_COUNT; action++)
		packets[action] = row == ECBPF_ROW_COUNT ? chain_view_action_all(view, action) :
							   chain_view_action(view, row, action);
	put_number(chains, packets[XDP_PASS]);
	put_number(chains, packets[XDP_DROP]);
	put_number(chains, packets[XDP_TX]);
	put_number(chains, packets[XDP_REDIRECT]);
	/* The kernel does the same to both: the packet is gone, and traced. */
	put_number(chains, packets[XDP_ABORTED] + packets[ECBPF_ACTION_INVALID]);
}

static void put_slot(const struct chain_table *chains, const struct chain_view *view,
		     unsigned int place)
{
	const struct slot *slot = &view->slots[place];
	bool emptied = slot->pinned_id && !slot->program_id;
	char number[16], program[ECBPF_NAME_SIZE + 16];

	if (!slot->program_id && !slot->pinned_id)
		return;
	snprintf(number, sizeof(number), "%u", place);
	snprintf(program, sizeof(program), "%s%s", chain_view_program(view, place),
		 emptied ? ", emptied" : "");
	put_start(chains, emptied ? SCREEN_RED : SCREEN_PLAIN, "",
		  place == ECBPF_EXIT_HOOK ? "exit" : number, program);
	put_number(chains, emptied ? 0 : chain_view_seen(view, place));
	if (place != ECBPF_EXIT_HOOK)
		put_verdicts(chains, view, place);
}

static void put_chain(const struct chain_table *chains, const struct chain_view *view)
{
	bool attached = chain_view_is_attached(view);

	put_start(chains, attached ? SCREEN_BOLD : SCREEN_YELLOW, view->interface, "all",
		  chain_view_state(view));
	if (!view->counters.total)
		return;
	put_number(chains, counters_seen(&view->counters, 0, 0));
	put_verdicts(chains, view, ECBPF_ROW_COUNT);
	for (unsigned int slot = 0; slot < ECBPF_SLOT_COUNT; slot++)
		put_slot(chains, view, slot);
	put_start(chains, SCREEN_DIM, "", "root", chain_view_decider(view, ECBPF_ROOT_ROW));
	put_number(chains, chain_view_decided(view, ECBPF_ROOT_ROW));
	put_verdicts(chains, view, ECBPF_ROOT_ROW);
	put_slot(chains, view, ECBPF_EXIT_HOOK);
}

static int build_chains(struct chain_table *chains, const struct chain_views *views)
{
	chains->table = screen_table_new(chain_columns, COLUMN_COUNT(chain_columns));
	if (!chains->table)
		return -ENOMEM;
	for (size_t i = 0; i < views->count; i++)
		put_chain(chains, &views->views[i]);
	return 0;
}

int status_screen_chains(FILE *out, const struct terminal *terminal,
			 const struct chain_views *views)
{
	struct chain_table chains = { 0 };
	int err;

	if (!views->count) {
		fputs("No root is attached to any interface.\n", out);
		return 0;
	}
	err = build_chains(&chains, views);
	if (!err && terminal->width && screen_table_width(chains.table) > terminal->width) {
		screen_table_free(chains.table);
		chains.is_short = true;
		err = build_chains(&chains, views);
	}
	if (!err)
		err = screen_table_print(chains.table, out, terminal, 0);
	screen_table_free(chains.table);
	return err;
}

static void put_coloured(struct text_line *line, const struct terminal *terminal,
			 enum screen_colour colour, const char *text)
{
	text_line_put(line, screen_colour_begin(terminal, colour));
	(void)text_line_put_value(line, text, 0);
	text_line_put(line, screen_colour_end(terminal, colour));
}

static void put_remark(struct text_line *line, const struct terminal *terminal,
		       enum screen_colour colour, const char *text)
{
	put_coloured(line, terminal, colour, text);
	text_line_put(line, "\n");
}

static bool has_root(const struct chain_views *views, const char *interface)
{
	for (size_t i = 0; i < views->count; i++) {
		if (!strcmp(views->views[i].interface, interface))
			return chain_view_is_attached(&views->views[i]);
	}
	return false;
}

void status_screen_wanted(FILE *out, const struct terminal *terminal,
			  const struct chain_views *views, const struct status_wanted *wanted)
{
	struct text_line line = { .stream = out };
	char text[80];

	for (size_t i = 0; i < views->count; i++) {
		if (views->views[i].problem.text[0])
			put_remark(&line, terminal, SCREEN_RED, views->views[i].problem.text);
	}
	if (wanted->problem.text[0])
		put_remark(&line, terminal, SCREEN_RED, wanted->problem.text);
	if (wanted->missing) {
		snprintf(text, sizeof(text), "%u interface%s of the configuration %s not there",
			 wanted->missing, wanted->missing == 1 ? "" : "s",
			 wanted->missing == 1 ? "is" : "are");
		put_remark(&line, terminal, SCREEN_YELLOW, text);
	}
	for (size_t i = 0; i < wanted->interfaces.count; i++) {
		const char *interface = wanted->interfaces.names[i];

		if (has_root(views, interface))
			continue;
		put_coloured(&line, terminal, SCREEN_YELLOW, interface);
		text_line_put(&line, ": wanted by ");
		(void)text_line_put_value(&line, wanted->path, 0);
		text_line_put(&line, ", but no root is attached: ecbpf reload\n");
	}
}

static void put_component(struct text_line *line, const struct terminal *terminal,
			  const struct component *component, int err, const char *text)
{
	text_line_put(line, screen_colour_begin(terminal, SCREEN_BOLD));
	(void)text_line_put_value(line, component->name, -12);
	text_line_put(line, screen_colour_end(terminal, SCREEN_BOLD));
	text_line_put(line, "  ");
	if (err == -EUCLEAN)
		put_coloured(line, terminal, SCREEN_RED, "SICK: ");
	else if (err && err != -ENOENT)
		put_coloured(line, terminal, SCREEN_RED, "UNKNOWN: ");
	put_coloured(line, terminal, err == -ENOENT ? SCREEN_DIM : SCREEN_PLAIN, text);
	text_line_put(line, "\n");
}

unsigned int status_screen_components(FILE *out, const struct terminal *terminal,
				      const struct component *const *table, const char *bpffs,
				      const struct status_wanted *wanted)
{
	struct text_line line = { .stream = out };
	unsigned int sick = 0;

	for (; *table; table++) {
		char headline[COMPONENT_HEADLINE_SIZE] = "";
		struct problem problem = { 0 };
		int err = (*table)->headline(bpffs, headline, &problem);
		const char *text = headline;

		if (err == -ENOENT)
			text = status_wanted_has(wanted, (*table)->name) ?
				       "not attached, but wanted: ecbpf reload" :
				       "not attached";
		else if (err && err != -EUCLEAN)
			text = problem.text[0] ? problem.text : "cannot be read";
		put_component(&line, terminal, *table, err, text);
		sick += err && err != -ENOENT;
	}
	return sick;
}
