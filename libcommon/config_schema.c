// SPDX-License-Identifier: GPL-2.0-only
#include "config_schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8 /* objects inside of each other */
#define PATH_SIZE 256

enum node_shape {
	SHAPE_KEY,
	SHAPE_OBJECT,
	SHAPE_ARRAY,         /* of objects */
	SHAPE_ARRAY_OR_TEXT, /* of objects and texts */
	SHAPE_EACH,          /* an object whose members are objects */
};

/* In the order of the calls: a node is followed by its keys, which are one deeper. */
struct node {
	char *key, *help;
	char *choices; /* as JSON: "a", "b"; NULL: any */
	enum node_shape shape;
	enum config_schema_kind kind;
	unsigned int depth; /* 0: of the outermost object */
};

struct config_schema {
	struct node *nodes;
	size_t count;
	unsigned int depth; /* of the keys that come next */
	int err;            /* the first mistake of the caller, or -ENOMEM */
};

struct config_schema *config_schema_new(void)
{
	return calloc(1, sizeof(struct config_schema));
}

static void node_free(struct node *node)
{
	free(node->key);
	free(node->help);
	free(node->choices);
}

void config_schema_free(struct config_schema *schema)
{
	if (!schema)
		return;
	for (size_t i = 0; i < schema->count; i++)
		node_free(&schema->nodes[i]);
	free(schema->nodes);
	free(schema);
}

static void fail(struct config_schema *schema, int err)
{
	if (!schema->err)
		schema->err = err;
}

static void put_text(FILE *stream, const char *text)
{
	putc('"', stream);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', stream);
		putc(*text, stream);
	}
	putc('"', stream);
}

/* NULL without choices, and when out of memory: *ret_err tells. A setting that may be "on" may be true. */
static char *choices_text(const char *const *choices, enum config_schema_kind kind, int *ret_err)
{
	char *text = NULL;
	size_t size;
	FILE *stream;

	*ret_err = 0;
	if (!choices)
		return NULL;
	stream = open_memstream(&text, &size);
	for (size_t i = 0; stream && choices[i]; i++) {
		bool is_flag = !strcmp(choices[i], "on") || !strcmp(choices[i], "off");

		fputs(i ? ", " : "", stream);
		put_text(stream, choices[i]);
		if (is_flag && (kind == SCHEMA_SETTING || kind == SCHEMA_SETTINGS))
			fputs(choices[i][1] == 'n' ? ", true" : ", false", stream);
	}
	if (!stream || fclose(stream) != 0)
		*ret_err = -ENOMEM;
	return text;
}

/* Whether the object that is open has this key already. */
static bool is_taken(const struct config_schema *schema, const char *key)
{
	for (size_t i = schema->count; i > 0; i--) {
		const struct node *node = &schema->nodes[i - 1];

		if (node->depth < schema->depth)
			return false;
		if (node->depth == schema->depth && !strcmp(node->key, key))
			return true;
	}
	return false;
}

static void add(struct config_schema *schema, const char *key, const char *help,
		enum node_shape shape, enum config_schema_kind kind, const char *const *choices)
{
	struct node *nodes, node = { .shape = shape, .kind = kind };
	int err;

	if (!schema || schema->err)
		return;
	if (is_taken(schema, key)) {
		fail(schema, -EINVAL);
		return;
	}
	nodes = reallocarray(schema->nodes, schema->count + 1, sizeof(*nodes));
	if (!nodes) {
		fail(schema, -ENOMEM);
		return;
	}
	schema->nodes = nodes;
	node.depth = schema->depth;
	node.key = strdup(key);
	node.help = strdup(help);
	node.choices = choices_text(choices, kind, &err);
	nodes[schema->count++] = node;
	if (!node.key || !node.help || err)
		fail(schema, -ENOMEM);
}

static void begin(struct config_schema *schema, const char *key, const char *help,
		  enum node_shape shape)
{
	add(schema, key, help, shape, SCHEMA_TEXT, NULL);
	if (schema && ++schema->depth > DEPTH_MAX)
		fail(schema, -EINVAL);
}

void config_schema_key(struct config_schema *schema, const char *key, enum config_schema_kind kind,
		       const char *help, const char *const *choices)
{
	add(schema, key, help, SHAPE_KEY, kind, choices);
}

void config_schema_object_begin(struct config_schema *schema, const char *key, const char *help)
{
	begin(schema, key, help, SHAPE_OBJECT);
}

void config_schema_array_begin(struct config_schema *schema, const char *key, const char *help,
			       int or_text)
{
	begin(schema, key, help, or_text ? SHAPE_ARRAY_OR_TEXT : SHAPE_ARRAY);
}

void config_schema_each_interface_begin(struct config_schema *schema, const char *key,
					const char *help)
{
	begin(schema, key, help, SHAPE_EACH);
}

void config_schema_end(struct config_schema *schema)
{
	if (!schema)
		return;
	if (schema->depth == 0)
		fail(schema, -EINVAL);
	else
		schema->depth--;
}

/* 0 if every call so far fits together. */
static int mistake(const struct config_schema *schema, bool at_end)
{
	if (!schema)
		return -ENOMEM;
	return schema->err ? schema->err : at_end && schema->depth ? -EINVAL : 0;
}

static void indent(FILE *stream, unsigned int tabs)
{
	putc('\n', stream);
	for (unsigned int i = 0; i < tabs; i++)
		putc('\t', stream);
}

static void put_scalar(FILE *stream, const struct node *node)
{
	if (node->choices)
		fprintf(stream, "\"enum\": [%s]", node->choices);
	else if (node->kind == SCHEMA_SETTING || node->kind == SCHEMA_SETTINGS)
		fputs("\"type\": [\"string\", \"number\", \"boolean\"]", stream);
	else if (node->kind == SCHEMA_NUMBER)
		fputs("\"type\": \"integer\", \"minimum\": 0", stream);
	else
		fprintf(stream, "\"type\": \"%s\"",
			node->kind == SCHEMA_BOOL ? "boolean" : "string");
}

/* Or an array of them. One text may hold several choices with commas between. */
static void put_list(FILE *stream, const struct node *node)
{
	struct node one = *node;

	if (node->kind == SCHEMA_TEXTS)
		one.choices = NULL;
	fputs("\"anyOf\": [ { ", stream);
	put_scalar(stream, &one);
	fputs(" }, { \"type\": \"array\", \"items\": { ", stream);
	put_scalar(stream, node);
	fputs(" } } ]", stream);
}

static const struct node *put_keys(FILE *stream, const struct node *node, const struct node *end,
				   unsigned int depth, unsigned int tabs);

/* An object with the keys that follow `node`; returns what is behind them. */
static const struct node *put_object(FILE *stream, const struct node *node, const struct node *end,
				     unsigned int tabs)
{
	fputs("\"type\": \"object\", \"additionalProperties\": false, \"properties\": {", stream);
	node = put_keys(stream, node + 1, end, node->depth + 1, tabs + 1);
	indent(stream, tabs);
	putc('}', stream);
	return node;
}

static const struct node *put_node(FILE *stream, const struct node *node, const struct node *end,
				   unsigned int tabs)
{
	const struct node *next = node + 1;

	switch (node->shape) {
	case SHAPE_KEY:
		if (node->kind == SCHEMA_TEXTS || node->kind == SCHEMA_SETTINGS ||
		    node->kind == SCHEMA_INTERFACES)
			put_list(stream, node);
		else
			put_scalar(stream, node);
		break;
	case SHAPE_OBJECT:
		next = put_object(stream, node, end, tabs);
		break;
	case SHAPE_EACH:
		fputs("\"type\": \"object\", \"additionalProperties\": { ", stream);
		next = put_object(stream, node, end, tabs);
		fputs(" }", stream);
		break;
	case SHAPE_ARRAY:
	case SHAPE_ARRAY_OR_TEXT:
		fputs("\"type\": \"array\", \"items\": { ", stream);
		if (node->shape == SHAPE_ARRAY_OR_TEXT)
			fputs("\"anyOf\": [ { \"type\": \"string\" }, { ", stream);
		next = put_object(stream, node, end, tabs);
		fputs(node->shape == SHAPE_ARRAY_OR_TEXT ? " } ] }" : " }", stream);
		break;
	}
	return next;
}

/* The keys of one object; returns what is behind them. */
static const struct node *put_keys(FILE *stream, const struct node *node, const struct node *end,
				   unsigned int depth, unsigned int tabs)
{
	bool is_first = true;

	while (node < end && node->depth >= depth) {
		fputs(is_first ? "" : ",", stream);
		is_first = false;
		indent(stream, tabs);
		put_text(stream, node->key);
		fputs(": {", stream);
		indent(stream, tabs + 1);
		fputs("\"description\": ", stream);
		put_text(stream, node->help);
		putc(',', stream);
		indent(stream, tabs + 1);
		node = put_node(stream, node, end, tabs + 1);
		indent(stream, tabs);
		putc('}', stream);
	}
	return node;
}

int config_schema_finish(struct config_schema *schema, FILE *stream)
{
	int err = mistake(schema, true);

	if (!err) {
		fputs("{\n\t\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
		      "\t\"title\": \"Configuration of ecbpf\",\n"
		      "\t\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\n"
		      "\t\t\"$schema\": { \"type\": \"string\" }",
		      stream);
		if (schema->count) {
			putc(',', stream);
			(void)put_keys(stream, schema->nodes, schema->nodes + schema->count, 0, 2);
		}
		fputs("\n\t}\n}\n", stream);
		if (fflush(stream) != 0 || ferror(stream))
			err = -EIO;
	}
	config_schema_free(schema);
	return err;
}

/* What stands between an object's name and its keys' names. */
static const char *joint(const struct node *node)
{
	switch (node->shape) {
	case SHAPE_ARRAY:
	case SHAPE_ARRAY_OR_TEXT:
		return "[].";
	case SHAPE_EACH:
		return ".*.";
	default:
		return ".";
	}
}

int config_schema_each(const struct config_schema *schema, config_schema_take take, void *context)
{
	size_t length[DEPTH_MAX + 2] = { 0 }; /* of what stands before the keys of each depth */
	char path[PATH_SIZE];
	int err = mistake(schema, false);

	for (size_t i = 0; !err && i < schema->count; i++) {
		const struct node *node = &schema->nodes[i];
		size_t before = length[node->depth], used;

		used = before +
		       (size_t)snprintf(path + before, sizeof(path) - before, "%s", node->key);
		if (used + sizeof("[].") > sizeof(path))
			return -EINVAL;
		err = take(context, path, node->shape != SHAPE_KEY, node->kind);
		length[node->depth + 1] = used + (size_t)snprintf(path + used, sizeof(path) - used,
								  "%s", joint(node));
	}
	return err;
}
