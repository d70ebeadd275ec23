#!/usr/bin/env bash
# Tests wait for events, never for time to pass. Where nothing tells of the event, a bounded loop looks
# again and again: the pause between two looks is marked with the words "poll interval".
. "$(dirname "$0")/lib.sh"

mapfile -t files < <(
	{
		source_files 'tests/*.c' 'tests/*.h' '*/tests/*.c' '*/tests/*.h' 'tests/*.py' '*/tests/*.py'
		shell_scripts | grep -E '^(tests|bench)/|/tests/'
	} | sort -u | grep -vF tests/checks/waiting.sh
)
# A line that is only a comment may say the word; "sleep=" is an option of a virtual machine.
if grep -nP '^(?!.*poll interval)(?!\s*(#(?!define)|//|\*|/\*)).*\b(u|nano|clock_nano)?sleep\b(?!=)' "${files[@]}"; then
	echo "a test waits by time: wait for the event instead"
	exit 1
fi
echo "${#files[@]} files"
