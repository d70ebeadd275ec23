# SPDX-License-Identifier: GPL-2.0-only
# Completion for all programs of ecbpf: what they take is read from their own --help.
# shellcheck shell=bash

# Options as "--attach" or "--interface LIST", one a line.
_ecbpf_options() {
	"$1" --help 2>/dev/null | sed -nE 's/^ +(-[A-Za-z], )?(--[a-z0-9-]+( [A-Z|a-z][^ ]*)?)( .*|$)/\2/p'
}

_ecbpf() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} tool=${COMP_WORDS[0]} value options
	options=$(_ecbpf_options "$tool")
	value=$(sed -nE "s/^$before (.*)/\\1/p" <<<"$options")
	COMPREPLY=()
	case $before:$value in
	--interface:* | -i:*)
		# A list: the last name of it.
		local others=
		[[ $word != *,* ]] || others=${word%,*},
		mapfile -t COMPREPLY < <(compgen -P "$others" -W "$(cd /sys/class/net && echo *)" -- "${word##*,}")
		compopt -o nospace 2>/dev/null || true
		;;
	--*:*'|'*) mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$word") ;;
	--*:FILE | --*:OBJ) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	--*:DIR) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
	--*:?*) ;;
	*) mapfile -t COMPREPLY < <(compgen -W "$(cut -d' ' -f1 <<<"$options")" -- "$word") ;;
	esac
	# The front door's verbs may be typed without dashes.
	if [ "${tool##*/}" = ecbpf ] && [ "$COMP_CWORD" -eq 1 ] && [[ $word != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$tool" --help 2>/dev/null |
			sed -nE '/^Verbs/,/^Options/s/^ +--([a-z-]+).*/\1/p')" -- "$word")
	fi
}
complete -F _ecbpf @TOOLS@
