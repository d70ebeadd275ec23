// SPDX-License-Identifier: GPL-2.0-only
/* Texts of settings, rates among them: what is understood is told in a text that means the same. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sampler_settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void check_draw(uint32_t rate)
{
	struct sampler_draw draw = sampler_draw_of(rate);

	expect(draw.rate == rate && rate <= SAMPLER_RATE_LIMIT);
	if (rate > 1)
		expect(draw.factor >> 31 && draw.shift >= 26 && draw.shift <= 62);
}

static bool is_same(const struct sampler_settings *a, const struct sampler_settings *b)
{
	char first[SAMPLER_SETTING_TEXT_SIZE], second[SAMPLER_SETTING_TEXT_SIZE];

	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++) {
		if (a->given[i] != b->given[i] ||
		    strcmp(sampler_settings_text(a, (enum sampler_setting)i, first),
			   sampler_settings_text(b, (enum sampler_setting)i, second)) != 0)
			return false;
	}
	return true;
}

static void check(enum sampler_setting setting, const char *text)
{
	struct sampler_settings settings, again;
	struct problem problem = { 0 };
	char told[SAMPLER_SETTING_TEXT_SIZE];
	const char *said;

	sampler_settings_standard(&settings);
	again = settings;
	if (sampler_settings_parse(&settings, setting, text, &problem)) {
		expect(problem.text[0] && is_same(&settings, &again));
		return;
	}
	expect(!problem.text[0] && settings.given[setting]);
	said = sampler_settings_text(&settings, setting, told);
	expect(sampler_settings_parse(&again, setting, said, NULL) == 0);
	expect(is_same(&settings, &again));
	check_draw(settings.rates.ingress);
	for (int i = 0; i < ECBPF_ACTION_COUNT; i++)
		check_draw(settings.rates.verdict[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	expect(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (int i = 0; i < SAMPLER_SETTING_COUNT; i++)
		check((enum sampler_setting)i, text);
	free(text);
	return 0;
}
