"""The table of formats: how each is told apart, what reads it, and what follows from that.

A format is added here, with its reader or extractor. Recognising, reading, leaving out, the screen
and the page of formats in the documentation follow from its row.

This is asked of every file that is met, so nothing heavy is imported: a row names the module that
reads its files, and `readers` and `extractors` import it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from store import TextStyle

_LARGE = 8
_HUGE = 32


class Access(Enum):
    """How the text of a file is reached."""

    TEXT = "text"
    """The file is text; a reader lays it out."""
    EXTRACTED = "extracted"
    """The file is taken apart by an extractor, inside the sandbox."""
    NOT_READ = "not read"
    """It is a document, but of a format that is not read."""
    NO_TEXT = "no text"
    """There is no text in it."""


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table."""

    kind: str
    """What the index and `--type` call such documents; a plural of people's where none is read."""
    title: str
    """What people call the format."""
    access: Access
    suffixes: tuple[str, ...] = ()
    """Ends of file names, in lower case without the first dot."""
    names: tuple[str, ...] = ()
    """Whole file names, in lower case."""
    reader: str = ""
    """The module in `readers` that lays out such a text, if one does."""
    extractor: str = ""
    """The module in `extractors` that takes such a file apart, if one does."""
    magic: tuple[bytes, ...] = ()
    """What such files begin with, whatever their names are."""
    member: str = ""
    """Pattern of a member's name that only this kind of ZIP package has."""
    exports: tuple[tuple[re.Pattern[str], re.Pattern[bytes]], ...] = ()
    """(file name, beginning) that tell such a file together."""
    size_factor: int = 1
    """How many times larger than a text a file may be."""
    has_attachments: bool = False
    """Its extractor takes a third argument, which adds what is attached."""
    part: str = ""
    """What the parts of such a text are called; its reader's `starts` finds them."""
    prose_kinds: tuple[str, ...] = ()
    """What such documents are called in the index, where they are written in sentences."""
    is_made_of_text: bool = False
    """An editor shows what is inside, though an extractor reads it better."""
    style: TextStyle = TextStyle.PLAIN

    @property
    def why_not_read(self) -> str:
        """Why a document of such a format is not read."""
        return f"{self.title} are not read yet"


def _text(
    kind: str,
    title: str,
    suffixes: str,
    reader: str = "",
    *,
    names: str = "",
    is_prose: bool = False,
    style: TextStyle = TextStyle.CODE,
) -> Format:
    """Return a row of a text; without a reader of its own it is laid out as source code."""
    return Format(
        kind,
        title,
        Access.TEXT,
        tuple(suffixes.split()),
        tuple(names.split()),
        reader=reader or "code",
        prose_kinds=(kind,) if is_prose else (),
        style=style,
    )


def _extracted(
    kind: str,
    title: str,
    suffixes: str,
    extractor: str,
    *,
    magic: tuple[bytes, ...] = (),
    member: str = "",
    size_factor: int = _LARGE,
    has_attachments: bool = False,
    prose: str | None = None,
    is_made_of_text: bool = False,
) -> Format:
    """Return a row of a file that is taken apart."""
    return Format(
        kind,
        title,
        Access.EXTRACTED,
        tuple(suffixes.split()),
        extractor=extractor,
        magic=magic,
        member=member,
        size_factor=size_factor,
        has_attachments=has_attachments,
        prose_kinds=tuple((kind if prose is None else prose).split()),
        is_made_of_text=is_made_of_text,
    )


def _not_read(kind: str, suffixes: str) -> Format:
    return Format(kind, kind, Access.NOT_READ, tuple(suffixes.split()))


def _no_text(kind: str, suffixes: str) -> Format:
    return Format(kind, kind, Access.NO_TEXT, tuple(suffixes.split()))


_PROSE = TextStyle.PROSE
_PLAIN = TextStyle.PLAIN

_TEXTS = (
    _text(
        "text",
        "Plain text",
        "txt text log sub nfo mediawiki wiki textile pod",
        "text",
        names="readme license licence copying copyright authors contributors changelog changes"
        " news notice todo install thanks maintainers",
        is_prose=True,
        style=_PLAIN,
    ),
    _text("text", "Patches", "diff patch", "text", is_prose=True),
    _text("subtitles", "Subtitles", "srt vtt", "subtitles", is_prose=True),
    _text("calendar", "Calendars and contacts", "ics vcf", "calendar", is_prose=True),
    _text(
        "markdown",
        "Markdown",
        "md markdown mdown mkd mkdn mdx rmd qmd",
        "markdown",
        is_prose=True,
        style=_PROSE,
    ),
    _text("rst", "reStructuredText", "rst rest", "rst", is_prose=True, style=_PROSE),
    _text("org", "Org", "org", "org", is_prose=True, style=_PROSE),
    _text("asciidoc", "AsciiDoc", "adoc asciidoc", "asciidoc", is_prose=True, style=_PROSE),
    _text("tex", "TeX", "tex latex ltx sty cls bib bbl dtx", "tex", is_prose=True, style=_PROSE),
    _text("html", "HTML", "html htm xhtml xht shtml", "html", is_prose=True, style=_PROSE),
    _text(
        "xml",
        "XML",
        "xml xsd xsl xslt rss atom fb2 dbk docbook dita ditamap opml plist gpx kml tei wsdl abw",
        "xml",
    ),
    _text("notebook", "Jupyter notebooks", "ipynb", "notebook", is_prose=True),
    _text("csv", "CSV", "csv", "table", style=_PLAIN),
    _text("tsv", "TSV", "tsv tab", "table", style=_PLAIN),
    _text("jsonl", "JSON lines", "jsonl ndjson", "json_lines"),
    _text("json", "JSON", "json json5 jsonc geojson webmanifest", "json_text"),
    _text("yaml", "YAML", "yaml yml"),
    _text("toml", "TOML", "toml", "sections"),
    _text(
        "ini",
        "Settings",
        "ini cfg conf config properties desktop editorconfig service",
        "sections",
        names=".gitconfig .editorconfig",
    ),
    _text("python", "Python", "py pyi pyw pyx pxd", names="sconstruct sconscript wscript"),
    _text("javascript", "JavaScript", "js mjs cjs jsx"),
    _text("typescript", "TypeScript", "ts mts cts tsx"),
    _text("vue", "Vue, Svelte, Astro", "vue svelte astro"),
    _text("css", "Style sheets", "css scss sass less"),
    _text("java", "Java", "java"),
    _text("groovy", "Groovy", "groovy gradle", names="jenkinsfile"),
    _text("c", "C", "c h"),
    _text("cpp", "C++", "cc cpp cxx c++ hh hpp hxx ino cu cuh"),
    _text("objective-c", "Objective-C", "m mm"),
    _text("csharp", "C#", "cs"),
    _text("fsharp", "F#", "fs fsi fsx"),
    _text("go", "Go", "go"),
    _text("rust", "Rust", "rs"),
    _text("swift", "Swift", "swift"),
    _text("kotlin", "Kotlin", "kt kts"),
    _text("scala", "Scala", "scala sc"),
    _text("dart", "Dart", "dart"),
    _text("zig", "Zig", "zig"),
    _text("d", "D", "d"),
    _text("php", "PHP", "php"),
    _text("ruby", "Ruby", "rb rake gemspec", names="gemfile rakefile vagrantfile podfile brewfile"),
    _text("perl", "Perl", "pl pm"),
    _text("lua", "Lua", "lua"),
    _text("r", "R", "r"),
    _text("julia", "Julia", "jl"),
    _text("elixir", "Elixir", "ex exs"),
    _text("erlang", "Erlang", "erl hrl"),
    _text("haskell", "Haskell", "hs lhs"),
    _text("ocaml", "OCaml", "ml mli"),
    _text("clojure", "Clojure", "clj cljs cljc edn"),
    _text("lisp", "Lisp and Scheme", "lisp lsp el scm rkt"),
    _text("tcl", "Tcl", "tcl"),
    _text(
        "shell",
        "Shell scripts",
        "sh bash zsh fish ksh",
        names=".bashrc .bash_profile .bash_aliases .profile .zshrc .zprofile",
    ),
    _text("powershell", "PowerShell", "ps1 psm1 psd1"),
    _text("batch", "Batch files", "bat cmd"),
    _text("vim", "Vim script", "vim", names=".vimrc"),
    _text("sql", "SQL", "sql ddl"),
    _text("fortran", "Fortran", "f f90 f95 for"),
    _text("pascal", "Pascal", "pas pp"),
    _text("ada", "Ada", "adb ads"),
    _text("assembly", "Assembly", "asm s"),
    _text("vhdl", "VHDL", "vhd vhdl"),
    _text("verilog", "Verilog", "v sv"),
    _text("nix", "Nix", "nix"),
    _text("terraform", "Terraform", "tf tfvars hcl"),
    _text("protobuf", "Protocol buffers", "proto"),
    _text("graphql", "GraphQL", "graphql gql"),
    _text("cmake", "CMake", "cmake", names="cmakelists.txt"),
    _text("make", "Makefiles", "mk mak", names="makefile gnumakefile"),
    _text("docker", "Container files", "", names="dockerfile containerfile"),
    _text("typst", "Typst", "typ"),
)

_TAKEN_APART = (
    _extracted("pdf", "PDF", "pdf", "pdf"),
    _extracted("docx", "Word", "docx docm dotx dotm", "word", member=r"word/document\d*\.xml"),
    _extracted(
        "pptx",
        "PowerPoint",
        "pptx pptm ppsx ppsm potx",
        "slides",
        member=r"ppt/presentation\.xml",
    ),
    _extracted(
        "xlsx", "Excel", "xlsx xlsm xltx xltm", "sheets", member=r"xl/workbook\.xml", prose=""
    ),
    _extracted("epub", "EPUB", "epub", "epub", member=r"META-INF/container\.xml"),
    _extracted(
        "opendocument",
        "OpenDocument",
        "odt ott ods ots odp otp",
        "opendocument",
        member=r"content\.xml",
        prose="odt odp",
    ),
    _extracted("rtf", "Rich text", "rtf", "rtf", magic=(b"{\\rtf",)),
    _extracted("mail", "Mails", "eml emlx", "mail", has_attachments=True, is_made_of_text=True),
    _extracted(
        "mbox",
        "Mailboxes",
        "mbox mbx",
        "mailbox",
        size_factor=_HUGE,
        has_attachments=True,
        is_made_of_text=True,
    ),
    _extracted(
        "archive",
        "Archives",
        "zip 7z rar tar tgz tbz tbz2 txz tar.gz tar.bz2 tar.xz",
        "archive",
        magic=(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"),
        size_factor=_HUGE,
        prose="",
    ),
    _extracted(
        "legacy",
        "Office files up to 2003, Outlook messages",
        "doc dot xls xlt ppt pot pps msg",
        "legacy",
        magic=(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
        has_attachments=True,
        prose="doc ppt msg",
    ),
    Format(
        "chat",
        "Chats: WhatsApp, and exports of ChatGPT, Claude, Slack, Telegram",
        Access.EXTRACTED,
        reader="chat",
        extractor="chats",
        exports=(
            (
                re.compile(r"conversations\.json"),
                re.compile(rb'\s*\[\s*\{.*"(?:mapping|chat_messages)"', re.S),
            ),
            (re.compile(r"\d{4}-\d\d-\d\d\.json"), re.compile(rb'\s*\[\s*\{.*"ts": ?"\d', re.S)),
            (
                re.compile(r"result\.json"),
                re.compile(rb'\s*\{.*"(?:messages|chats)": ?[\[{]', re.S),
            ),
        ),
        size_factor=_LARGE,
        part="message",
        prose_kinds=("chat",),
        is_made_of_text=True,
    ),
    Format(
        "history",
        "Histories of browsers",
        Access.EXTRACTED,
        names=("places.sqlite", "history", "history.db"),
        extractor="history",
        size_factor=_LARGE,
        prose_kinds=("history",),
    ),
)

_LEFT_OUT = (
    _not_read("office files of this kind", "xlsb odg pages numbers wpd one vsd vsdx pub"),
    _not_read("e-books of this kind", "mobi azw azw3 kf8 djvu cbz cbr chm lit"),
    _not_read("mailboxes of Outlook", "pst ost"),
    _not_read("PostScript files", "ps eps"),
    _no_text(
        "image",
        "apng avif bmp cr2 cr3 dng gif heic heif icns ico jpeg jpg jxl nef orf png psd raf rw2 svg"
        " svgz tga tif tiff webp xcf",
    ),
    _no_text("audio", "aac aif aiff amr ape flac m4a m4b mid midi mka mp3 oga ogg opus wav wma"),
    _no_text("video", "3gp avi flv m4v mkv mov mp4 mpeg mpg ogv vob webm wmv"),
    _no_text(
        "archive",
        "apk appimage bz2 cab deb dmg egg flatpak gem gz img iso jar lz lz4 lzma msi pkg qcow2 rpm"
        " snap vdi vmdk war whl xz zst",
    ),
    _no_text("program", "bin class dll dylib exe ko o pdb pyc pyd pyo so wasm"),
    _no_text("database", "accdb db db-shm db-wal fdb mdb myd sqlite sqlite-shm sqlite-wal sqlite3"),
    _no_text("font", "eot otf ttc ttf woff woff2"),
    _no_text(
        "data file",
        "arrow ckpt feather gguf h5 hdf5 joblib npy npz onnx parquet pickle pkl pt pth safetensors"
        " tflite",
    ),
)

FORMATS: tuple[Format, ...] = (*_TEXTS, *_TAKEN_APART, *_LEFT_OUT)

_BY_SUFFIX = {suffix: row for row in FORMATS for suffix in row.suffixes}
_BY_NAME = {name: row for row in FORMATS for name in row.names}
_BY_EXPORT = [(pattern, row) for row in FORMATS for pattern, _ in row.exports]


def format_of(name: str) -> Format | None:
    """Return the format that a file's name, without its folder, tells; None if it tells none."""
    lowered = name.lower()
    if lowered in _BY_NAME:
        return _BY_NAME[lowered]
    stem, dot, suffix = lowered.rpartition(".")
    if not (dot and stem):
        return None
    longer = stem.rpartition(".")[2] + dot + suffix
    return _BY_SUFFIX.get(longer) or _BY_SUFFIX.get(suffix)


def extracted_format(name: str) -> Format | None:
    """Return the format if the name asks for an extractor, or may: an export has a usual name."""
    lowered = name.lower()
    if lowered.endswith(".json"):
        return next((row for pattern, row in _BY_EXPORT if pattern.fullmatch(lowered)), None)
    row = format_of(name)
    return row if row and row.extractor else None


def size_factor(name: str) -> int:
    """Return how many times larger than a text a file of this name may be."""
    row = extracted_format(name)
    return row.size_factor if row else 1


def text_style(name: str) -> TextStyle:
    """Return how the text of a file of this name is best shown."""
    row = format_of(name)
    return row.style if row else TextStyle.CODE
