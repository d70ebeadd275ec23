// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "interface.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names are valid and distinct, and the text's own; a refused text adds nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct interface_list list = { 0 };
	struct problem problem = { 0 };
	size_t before;
	int err;

	if (!text)
		return 0;
	if (interface_list_add(&list, "lo,eth0", NULL) < 0)
		abort();
	before = list.count;
	err = interface_list_add(&list, text, &problem);
	if (err < 0 && (list.count != before || !problem.text[0] || strchr(problem.text, '\n')))
		abort();
	for (size_t i = 0; i < list.count; i++) {
		if (!interface_name_valid(list.names[i]))
			abort();
		if (i >= before && !strstr(text, list.names[i]))
			abort();
		for (size_t j = 0; j < i; j++) {
			if (!strcmp(list.names[i], list.names[j]))
				abort();
		}
	}
	interface_list_free(&list);
	free(text);
	return 0;
}
