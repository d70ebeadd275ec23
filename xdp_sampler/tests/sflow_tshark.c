// SPDX-License-Identifier: GPL-2.0-only
#include "sflow_tshark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORT 6343
#define TEXT_SIZE 32768

const char *sflow_tshark_missing(void)
{
	return system("tshark --version >/dev/null 2>&1") ? "tshark is not installed" : NULL;
}

static void put16(FILE *file, size_t value)
{
	fputc((int)(value >> 8 & 255), file);
	fputc((int)(value & 255), file);
}

/* The datagram in UDP, IPv4 and Ethernet, as the only packet of a file. */
static void write_pcap(FILE *file, const uint8_t *datagram, size_t length)
{
	const uint32_t size = (uint32_t)length + 14 + 20 + 8;
	const uint32_t head[] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 1 << 18, 1, 0, 0, size, size };
	static const uint8_t ethernet[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
	static const uint8_t behind_length[] = { 0,   0, 0, 0, 64,  17, 0, 0,
						 192, 0, 2, 1, 192, 0,  2, 2 };

	fwrite(head, sizeof(head), 1, file);
	fwrite(ethernet, sizeof(ethernet), 1, file);
	put16(file, 0x4500);
	put16(file, length + 28);
	fwrite(behind_length, sizeof(behind_length), 1, file);
	put16(file, PORT);
	put16(file, PORT);
	put16(file, length + 8);
	put16(file, 0);
	fwrite(datagram, length, 1, file);
}

/* The value of `attribute` in a line of PDML, or NULL; ends the line behind it. */
static char *attribute_of(char *line, const char *attribute)
{
	char *value = strstr(line, attribute);

	if (!value)
		return NULL;
	value += strlen(attribute);
	value[strcspn(value, "\"")] = '\0';
	return value;
}

static void read_pdml(FILE *pdml, char *text, size_t size)
{
	char *line = NULL;
	size_t space = 0, used = 0;

	*text = '\0';
	while (getline(&line, &space, pdml) > 0) {
		char *name, *value;

		assert_null(strstr(line, "_ws.malformed"));
		assert_null(strstr(line, "_ws.expert"));
		/* From the end of the line, because each is cut off behind its value. */
		if (!strstr(line, "name=\"sflow") || !strstr(line, "<field"))
			continue;
		value = attribute_of(line, " show=\"");
		name = attribute_of(line, "name=\"sflow");
		assert_non_null(value);
		used += (size_t)snprintf(text + used, size - used, "%s%s=%s", used ? " " : "",
					 strchr(name, '.') + 1, value);
		assert_true(used < size);
	}
	free(line);
}

const char *sflow_tshark(const uint8_t *datagram, size_t length)
{
	static char text[TEXT_SIZE];
	char path[] = "/tmp/sflow_tshark.XXXXXX", command[256];
	FILE *file = fdopen(mkstemp(path), "w"), *pdml;

	assert_non_null(file);
	write_pcap(file, datagram, length);
	assert_int_equal(fclose(file), 0);
	snprintf(command, sizeof(command),
		 "tshark -n -r %s -d udp.port==%d,sflow -T pdml 2>/dev/null", path, PORT);
	pdml = popen(command, "r");
	assert_non_null(pdml);
	read_pdml(pdml, text, sizeof(text));
	assert_int_equal(pclose(pdml), 0);
	unlink(path);
	return text;
}
