/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by flow_rule_parse.c and flow_rule_words.c, for nobody else. */
#ifndef ECBPF_FLOW_RULE_WORDS_H
#define ECBPF_FLOW_RULE_WORDS_H

#include "flow_rule.h"

#define FLOW_ARROW "=>"

/* A text on its way through the parser. */
struct flow_words {
	const char *rest;
	char word[80]; /* the last one, "" behind the end; if it was cut, it is too long for anything */
	struct problem *problem;
};

/* A word that may stand behind a tuple. */
struct flow_option {
	const char *name;
	unsigned int group; /* bit; one of a group may be given */
	const char *value;  /* what the word behind it is called; NULL: none */
	int (*take)(struct flow_words *words, struct flow_rule *rule);
};

/* Until a row without a name. */
extern const struct flow_option flow_in_options[];
extern const struct flow_option flow_out_options[]; /* the first is "both" */

/* Takes the next word; false at the end, or at a comment. */
bool flow_words_next(struct flow_words *words);
/* Tells "'WORD' WHY" about the last word, or "the end WHY", and returns -EINVAL. */
int flow_words_refuse(const struct flow_words *words, const char *why);
/* Takes options until the end (the last word is "" then) or FLOW_ARROW. */
int flow_words_options(struct flow_words *words, const struct flow_option *options,
		       struct flow_rule *rule);

#endif
