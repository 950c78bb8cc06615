"""Completion for bash: one function; the words typed so far decide which command is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from .describe import Argument, Command

_START = """\
# bash completion for thimble
_thimble_files() {
    [[ $2 == -* ]] && return
    local name
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$1" -- "$2")
}
_thimble() {
    local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
    local command="" word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "${command:+$command }$word" in"""

_NEXT = """\
            command="${command:+$command }$word" ;;
        esac
    done
    COMPREPLY=()
    case "$command:$previous" in"""

_END = """\
    esac
}
complete -o filenames -F _thimble thimble"""


def bash_script(root: Command) -> Iterator[str]:
    """Yield the lines of the script."""
    yield _START
    names = [" ".join(child.words) for child in root.walk() if child.words]
    yield f"        {'|'.join(map(_quote, names))})"
    yield _NEXT
    for how, places in _by_completion(root).items():
        yield f"    {'|'.join(map(_quote, places))})"
        yield f"        {how}"
        yield "        return ;;"
    yield "    esac"
    yield '    case "$command" in'
    for command in root.walk():
        yield f"    {_quote(' '.join(command.words))})"
        yield f"        {_words([*command.next_words, *command.flags])}"
        yield from (f"        {_values(one)}" for one in command.operands if one.is_path)
        yield "        ;;"
    yield _END


def _by_completion(root: Command) -> dict[str, list[str]]:
    """Return how to complete an option's value → the places `command:option` where so."""
    places: dict[str, list[str]] = defaultdict(list)
    for command in root.walk():
        for option in command.options:
            if option.takes_value:
                names = [f"{' '.join(command.words)}:{flag}" for flag in option.flags]
                places[_values(option)] += names
    return places


def _values(argument: Argument) -> str:
    if argument.is_path:
        return f'_thimble_files {"-d" if argument.kind == "DIR" else "-f"} "$current"'
    return _words(argument.choices) if argument.choices else ":"


def _words(words: Sequence[str]) -> str:
    return f'COMPREPLY=($(compgen -W {_quote(" ".join(words))} -- "$current"))'


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
