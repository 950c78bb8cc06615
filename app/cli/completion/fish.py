"""Completion for fish: one line a word, with the command under which it may come."""

from __future__ import annotations

from collections.abc import Iterator

from .describe import Argument, Command

_AT = """\
# fish completion for thimble
function __thimble_at -d 'Whether this is the command typed so far'
    set -l command
    for word in (commandline -opc)
        if contains -- (string trim -- "$command $word") {names}
            set -a command $word
        end
    end
    test "$command" = "$argv"
end
complete -c thimble -f"""


def fish_script(root: Command) -> Iterator[str]:
    """Yield the lines of the script."""
    names = [" ".join(child.words) for child in root.walk() if child.words]
    yield _AT.format(names=" ".join(map(_quote, names)))
    for command in root.walk():
        start = f"complete -c thimble -n {_quote('__thimble_at ' + ' '.join(command.words))}"
        for child in command.commands:
            yield f"{start} -a {child.words[-1]} -d {_quote(child.about)}"
        for operand in command.operands:
            if values := _values(operand):
                yield f"{start} {values}"
        for option in command.options:
            yield f"{start} {_option(option)}"


def _option(option: Argument) -> str:
    flags = [
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
    ]
    only = "-r" if option.is_path else "-x"  # -x: no file names beside the values
    values = [only, _values(option)] if option.takes_value else []
    return " ".join(filter(None, [*flags, *values, f"-d {_quote(option.about)}"]))


def _values(argument: Argument) -> str:
    if argument.choices:
        return f"-a {_quote(' '.join(argument.choices))}"
    return {"FILE": "-F", "DIR": "-a '(__fish_complete_directories)'"}.get(argument.kind, "")


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
