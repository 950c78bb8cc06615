"""Which reader a file's name asks for, and which names need no opening."""

from __future__ import annotations

_SUFFIXES = {
    "text": "txt text log sub nfo mediawiki wiki textile pod diff patch",
    "subtitles": "srt vtt",
    "calendar": "ics vcf",
    "markdown": "md markdown mdown mkd mkdn mdx rmd qmd",
    "rst": "rst rest",
    "org": "org",
    "asciidoc": "adoc asciidoc",
    "tex": "tex latex ltx sty cls bib bbl dtx",
    "html": "html htm xhtml xht shtml",
    "xml": "xml xsd xsl xslt rss atom fb2 dbk docbook dita ditamap opml plist gpx kml tei wsdl abw",
    "notebook": "ipynb",
    "csv": "csv",
    "tsv": "tsv tab",
    "jsonl": "jsonl ndjson",
    "json": "json json5 jsonc geojson webmanifest",
    "yaml": "yaml yml",
    "toml": "toml",
    "ini": "ini cfg conf config properties desktop editorconfig service",
    "python": "py pyi pyw pyx pxd",
    "javascript": "js mjs cjs jsx",
    "typescript": "ts mts cts tsx",
    "vue": "vue svelte astro",
    "css": "css scss sass less",
    "java": "java",
    "groovy": "groovy gradle",
    "c": "c h",
    "cpp": "cc cpp cxx c++ hh hpp hxx ino cu cuh",
    "objective-c": "m mm",
    "csharp": "cs",
    "fsharp": "fs fsi fsx",
    "go": "go",
    "rust": "rs",
    "swift": "swift",
    "kotlin": "kt kts",
    "scala": "scala sc",
    "dart": "dart",
    "zig": "zig",
    "d": "d",
    "php": "php",
    "ruby": "rb rake gemspec",
    "perl": "pl pm",
    "lua": "lua",
    "r": "r",
    "julia": "jl",
    "elixir": "ex exs",
    "erlang": "erl hrl",
    "haskell": "hs lhs",
    "ocaml": "ml mli",
    "clojure": "clj cljs cljc edn",
    "lisp": "lisp lsp el scm rkt",
    "tcl": "tcl",
    "shell": "sh bash zsh fish ksh",
    "powershell": "ps1 psm1 psd1",
    "batch": "bat cmd",
    "vim": "vim",
    "sql": "sql ddl",
    "fortran": "f f90 f95 for",
    "pascal": "pas pp",
    "ada": "adb ads",
    "assembly": "asm s",
    "vhdl": "vhd vhdl",
    "verilog": "v sv",
    "nix": "nix",
    "terraform": "tf tfvars hcl",
    "protobuf": "proto",
    "graphql": "graphql gql",
    "cmake": "cmake",
    "make": "mk mak",
    "typst": "typ",
}
_NAMES = {
    "text": "readme license licence copying copyright authors contributors changelog changes news"
    " notice todo install thanks maintainers",
    "make": "makefile gnumakefile",
    "docker": "dockerfile containerfile",
    "ruby": "gemfile rakefile vagrantfile podfile brewfile",
    "python": "sconstruct sconscript wscript",
    "groovy": "jenkinsfile",
    "cmake": "cmakelists.txt",
    "shell": ".bashrc .bash_profile .bash_aliases .profile .zshrc .zprofile",
    "vim": ".vimrc",
    "ini": ".gitconfig .editorconfig",
}
_NOT_READ_YET = {
    "office files of this kind": "xlsb odg pages numbers wpd one vsd vsdx pub",
    "e-books of this kind": "mobi azw azw3 kf8 djvu cbz cbr chm lit",
    "mailboxes of Outlook": "pst ost",
    "PostScript files": "ps eps",
}

_KIND_OF_SUFFIX = {s: kind for kind, suffixes in _SUFFIXES.items() for s in suffixes.split()}
_KIND_OF_NAME = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_GROUP_OF_SUFFIX = {s: group for group, suffixes in _NOT_READ_YET.items() for s in suffixes.split()}


def kind_of(name: str) -> str | None:
    """Return the reader that a file of this name is for; None if the name does not tell."""
    lowered = name.lower()
    if lowered in _KIND_OF_NAME:
        return _KIND_OF_NAME[lowered]
    stem, dot, suffix = lowered.rpartition(".")
    return _KIND_OF_SUFFIX.get(suffix) if dot and stem else None


def why_not_read(name: str) -> str | None:
    """Return why a file of this name is a document we cannot read yet; None if it is none."""
    stem, dot, suffix = name.lower().rpartition(".")
    group = _GROUP_OF_SUFFIX.get(suffix) if dot and stem else None
    return f"{group} are not read yet" if group else None
