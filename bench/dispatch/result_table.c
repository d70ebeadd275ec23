// SPDX-License-Identifier: GPL-2.0-only
#include "result_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "variant.h"

#define VARIANT_LIMIT 24

struct result {
	double prices[RESULT_LOADS * RESULT_ROUNDS];
	size_t count;
};

struct result_table {
	struct result_settings settings;
	struct result results[VARIANT_LIMIT];
};

struct result_table *result_table_new(void)
{
	return variant_count <= VARIANT_LIMIT ? calloc(1, sizeof(struct result_table)) : NULL;
}

static int fill_round(struct result_table *table, const struct program_set *sets)
{
	for (size_t i = 0; i < variant_count; i++) {
		struct result *result = &table->results[i];
		int err = measure_packet(sets[i].entry, &measure_udp, table->settings.repeat,
					 table->settings.exact, &result->prices[result->count++]);

		if (err) {
			fprintf(stderr, "bench_dispatch: run %s of %u: %s\n", variants[i].program,
				variants[i].slots, strerror(-err));
			return err;
		}
	}
	return 0;
}

static int fill_load(struct result_table *table, const char *objects)
{
	struct program_set sets[VARIANT_LIMIT];
	int err = 0;

	for (size_t i = 0; i < variant_count; i++)
		sets[i] = program_set_empty(objects);
	for (size_t i = 0; i < variant_count && !err; i++)
		err = variants[i].build(&sets[i], &variants[i]);
	for (unsigned int round = 0; round < table->settings.rounds && !err; round++)
		err = fill_round(table, sets);
	for (size_t i = 0; i < variant_count; i++)
		program_set_close(&sets[i]);
	return err;
}

int result_table_fill(struct result_table *table, const struct result_settings *settings,
		      const char *objects)
{
	int err = measure_pin(settings->cpu);

	if (err) {
		fprintf(stderr, "bench_dispatch: cannot run on CPU %u: %s\n", settings->cpu,
			strerror(-err));
		return err;
	}
	table->settings = *settings;
	for (unsigned int load = 0; load < settings->loads && !err; load++) {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\rload %u of %u ", load + 1, settings->loads);
		err = fill_load(table, objects);
	}
	if (isatty(STDERR_FILENO))
		fputs("\r                  \r", stderr);
	return err;
}

static double minimum(const struct result_table *table, size_t index)
{
	return measure_minimum(table->results[index].prices, table->results[index].count);
}

static double net(const struct result_table *table, const char *program, unsigned int slots)
{
	return minimum(table, variant_find(program, slots)) -
	       minimum(table, variant_find("empty", 0));
}

struct promise {
	const char *key;
	const char *text;
	double figure;
	double limit;
};

#define PROMISE_COUNT 3

static void judge(const struct result_table *table, struct promise promises[PROMISE_COUNT])
{
	double kit = net(table, "kit", 8);

	promises[0] = (struct promise){ "kit_to_libxdp_shaped",
					"eight subprograms to a libxdp-shaped dispatcher of eight",
					kit / net(table, "libxdp_shaped", 8), 0.35 };
	promises[1] = (struct promise){ "kit_to_tail_calls",
					"eight subprograms to a hand-written chain of eight",
					kit / net(table, "tail_calls", 8), 1.2 };
	promises[2] = (struct promise){ "root_alone_ns", "xdp_root alone, nanoseconds",
					net(table, "kit", 0), 8 };
}

void result_table_text(struct result_table *table)
{
	const struct result_settings *settings = &table->settings;
	struct promise promises[PROMISE_COUNT];

	judge(table, promises);
	printf("Nanoseconds per packet: %u loads, %u rounds each, %u packets per measurement, CPU %u. "
	       "Net: least less that of empty.\n\n",
	       settings->loads, settings->rounds, settings->repeat, settings->cpu);
	printf("%-18s %5s %8s %8s %8s  %s\n", "program", "slots", "least", "median", "net", "");
	for (size_t i = 0; i < variant_count; i++) {
		struct result *result = &table->results[i];

		printf("%-18s %5u %8.1f %8.1f %8.1f  %s\n", variants[i].program, variants[i].slots,
		       minimum(table, i), measure_median(result->prices, result->count),
		       minimum(table, i) - minimum(table, 0), variants[i].meaning);
	}
	printf("\nPromises, on net figures:\n");
	for (int i = 0; i < PROMISE_COUNT; i++)
		printf("%-58s %5.2f, at most %.2f: %s\n", promises[i].text, promises[i].figure,
		       promises[i].limit,
		       promises[i].figure <= promises[i].limit ? "holds" : "does not hold");
}

void result_table_json(struct result_table *table)
{
	const struct result_settings *settings = &table->settings;
	struct promise promises[PROMISE_COUNT];

	judge(table, promises);
	printf("{\"schema_version\":1,\"tool\":\"bench_dispatch\",\"loads\":%u,\"rounds\":%u,"
	       "\"repeat\":%u,\"cpu\":%u,\"unit\":\"ns\",\"results\":[",
	       settings->loads, settings->rounds, settings->repeat, settings->cpu);
	for (size_t i = 0; i < variant_count; i++) {
		struct result *result = &table->results[i];

		printf("%s{\"program\":\"%s\",\"slots\":%u,\"minimum\":%.2f,\"median\":%.2f,"
		       "\"net\":%.2f}",
		       i ? "," : "", variants[i].program, variants[i].slots, minimum(table, i),
		       measure_median(result->prices, result->count),
		       minimum(table, i) - minimum(table, 0));
	}
	printf("],\"promises\":[");
	for (int i = 0; i < PROMISE_COUNT; i++)
		printf("%s{\"promise\":\"%s\",\"figure\":%.3f,\"limit\":%.2f,\"holds\":%s}",
		       i ? "," : "", promises[i].key, promises[i].figure, promises[i].limit,
		       promises[i].figure <= promises[i].limit ? "true" : "false");
	printf("]}\n");
}

void result_table_instructions(const struct result_table *table)
{
	for (size_t i = 0; i < variant_count; i++)
		printf("%s\t%u\t%.0f\n", variants[i].program, variants[i].slots, minimum(table, i));
}
