from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.scanning import ignore
from indexer.scanning.explain import why
from indexer.scanning.ignore import Rules, is_temporary, is_usual
from indexer.scanning.scan import scan
from store import Folder


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def folder_at(
    root: Path, *, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()
) -> Folder:
    return Folder(id=1, name="notes", path=root, include=include, exclude=exclude)


def read_in(folder: Folder) -> list[str]:
    return [file.path for file in scan(folder, {}).found]


def reason(root: Path, name: str, **globs: tuple[str, ...]) -> str | None:
    return why(folder_at(root, **globs), root / name)


def test_a_plain_folder_is_read_whole(tmp_path: Path) -> None:
    write(tmp_path, {"b.md": "", "a.txt": "", "deep/down/c.org": "", "Makefile": "", "img": ""})
    assert read_in(folder_at(tmp_path)) == ["Makefile", "a.txt", "b.md", "img", "deep/down/c.org"]
    assert reason(tmp_path, "deep/down/c.org") is None


def test_a_reason_names_the_ignore_file_and_its_line(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "# logs\n*.log\n", "a.log": "", "sub/b.log": "", "c.md": ""})
    assert read_in(folder_at(tmp_path)) == ["c.md"]
    assert reason(tmp_path, "a.log") == f"ignored by {tmp_path}/.gitignore: *.log"
    assert reason(tmp_path, "sub/b.log") == f"ignored by {tmp_path}/.gitignore: *.log"


def test_the_last_rule_wins_and_a_negation_brings_a_file_back(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*.log\n!keep.log\n", "a.log": "", "keep.log": ""})
    assert read_in(folder_at(tmp_path)) == ["keep.log"]


def test_a_file_of_an_ignored_folder_cannot_be_brought_back(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "out/\n!out/keep.md\n", "out/keep.md": "", "a.md": ""})
    assert read_in(folder_at(tmp_path)) == ["a.md"]
    told = reason(tmp_path, "out/keep.md")
    assert told == f"its folder {tmp_path}/out: ignored by {tmp_path}/.gitignore: out/"


def test_what_a_folder_holds_can_be_ignored_but_for_one_file(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "out/**\n!out/keep.md\n", "out/keep.md": "", "out/a.md": ""})
    assert read_in(folder_at(tmp_path)) == ["out/keep.md"]


def test_a_pattern_with_a_slash_at_its_end_is_about_folders(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "draft/\n", "draft/a.md": "", "notes/draft": ""})
    assert read_in(folder_at(tmp_path)) == ["notes/draft"]


def test_later_kinds_of_ignore_files_win_over_earlier_ones(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "a.md\nb.md\nc.md\n", ".ignore": "!a.md\n!b.md\n"})
    write(tmp_path, {".thimbleignore": "b.md\n", "a.md": "", "b.md": "", "c.md": ""})
    assert read_in(folder_at(tmp_path)) == ["a.md"]
    assert reason(tmp_path, "b.md") == f"ignored by {tmp_path}/.thimbleignore: b.md"


def test_the_ignore_file_of_a_deeper_folder_wins(tmp_path: Path) -> None:
    write(tmp_path, {".thimbleignore": "*.log\n", "a.log": "", "only-here.md": ""})
    write(tmp_path / "sub", {".gitignore": "!*.log\n/only-here.md\n", "b.log": ""})
    write(tmp_path / "sub", {"only-here.md": "", "below/only-here.md": ""})
    expected = ["only-here.md", "sub/b.log", "sub/below/only-here.md"]
    assert read_in(folder_at(tmp_path)) == expected


def test_windows_line_ends_and_a_byte_order_mark_in_ignore_files_are_understood(
    tmp_path: Path,
) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbf*.log\r\n*.bak\r\n")
    write(tmp_path, {"a.log": "", "b.bak": "", "c.md": ""})
    assert read_in(folder_at(tmp_path)) == ["c.md"]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses names that are not text")
def test_ignore_files_can_name_files_that_are_not_valid_text(tmp_path: Path) -> None:
    (tmp_path / ".ignore").write_bytes(b"caf\xe9.md\n")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("")
    write(tmp_path, {"a.md": ""})
    assert read_in(folder_at(tmp_path)) == ["a.md"]


def test_the_folder_the_user_named_is_read_though_hidden_and_ignored_above(tmp_path: Path) -> None:
    root = tmp_path / ".vault" / "node_modules"
    write(tmp_path, {".gitignore": "*\n"})
    write(root, {"a.md": "", "CACHEDIR.TAG": CACHE_TAG, "pyvenv.cfg": ""})
    assert "a.md" in read_in(folder_at(root))
    assert reason(root, "a.md") is None


def test_hidden_files_and_folders_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, {".hidden.md": "", ".config/a.md": "", "a.md": ""})
    assert read_in(folder_at(tmp_path)) == ["a.md"]
    assert reason(tmp_path, ".hidden.md") == "hidden"
    assert reason(tmp_path, ".config/a.md") == f"its folder {tmp_path}/.config: hidden"


CACHE_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# made by a test\n"


def test_caches_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"target/CACHEDIR.TAG": CACHE_TAG, "target/deep/a.md": "", "a.md": ""})
    assert read_in(folder_at(tmp_path)) == ["a.md"]
    told = f"its folder {tmp_path}/target: a cache (it holds CACHEDIR.TAG)"
    assert reason(tmp_path, "target/deep/a.md") == told
    assert reason(tmp_path, "target") == "a cache (it holds CACHEDIR.TAG)"


def test_a_cache_tag_without_the_signature_is_a_file_like_any_other(tmp_path: Path) -> None:
    write(tmp_path, {"sub/CACHEDIR.TAG": "about caches", "sub/a.md": ""})
    assert read_in(folder_at(tmp_path)) == ["sub/CACHEDIR.TAG", "sub/a.md"]


def test_folders_full_of_programs_are_not_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "node_modules/left-pad/readme.md": "",
            "env/pyvenv.cfg": "",
            "env/lib/a.py": "",
            "build/plan.md": "",
        },
    )
    assert read_in(folder_at(tmp_path)) == ["build/plan.md"]
    assert reason(tmp_path, "node_modules") == "node_modules folder (installed packages)"
    assert reason(tmp_path, "env") == "a Python environment (it holds pyvenv.cfg)"


@pytest.mark.parametrize(
    "name",
    [
        *("a.md~", ".a.md.swp", "a.swp", ".#a.md", "#a.md#", "4913", ".~lock.a.odt#"),
        *(".goutputstream-X1Y2", "film.mkv.part", "doc.crdownload", "~$letter.docx", "a.tmp"),
    ],
)
def test_what_editors_and_downloads_leave_for_a_moment_is_not_read(
    tmp_path: Path, name: str
) -> None:
    write(tmp_path, {name: "text"})
    assert reason(tmp_path, name) == "temporary file"


@pytest.mark.parametrize("name", ["#", "##", "#tag.md", "~home.md", "party", "4913.md", "a.parts"])
def test_names_that_only_resemble_temporary_ones_are_read(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: "text"})
    assert reason(tmp_path, name) is None


def test_images_and_archives_are_counted_but_not_listed(tmp_path: Path) -> None:
    write(tmp_path, {"a.PNG": "", "b.iso": "", "c.mp3": "", "d.md": ""})
    outcome = scan(folder_at(tmp_path), {})
    assert [file.path for file in outcome.found] == ["d.md"]
    assert outcome.without_text == 3
    assert not outcome.skipped
    assert reason(tmp_path, "a.PNG") == "image (.png)"


def test_only_files_that_match_an_include_glob_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "", "b.txt": "", "notes/c.txt": "", "x/notes/d.txt": "", "x/e.md": ""})
    assert read_in(folder_at(tmp_path, include=("*.md",))) == ["a.md", "x/e.md"]
    assert read_in(folder_at(tmp_path, include=("/notes/", "e.*"))) == ["notes/c.txt", "x/e.md"]
    assert read_in(folder_at(tmp_path, include=("notes",))) == ["notes/c.txt", "x/notes/d.txt"]
    assert read_in(folder_at(tmp_path, include=("[a-",))) == []
    told = "matches none of the folder's --include globs"
    assert reason(tmp_path, "b.txt", include=("*.md",)) == told


def test_excluded_files_are_not_read_whatever_ignore_files_say(tmp_path: Path) -> None:
    write(tmp_path, {".ignore": "!*.log\n", "a.log": "", "old/b.md": "", "c.md": ""})
    assert read_in(folder_at(tmp_path, exclude=("*.log", "old/"))) == ["c.md"]
    told = "excluded by the folder's --exclude *.log"
    assert reason(tmp_path, "a.log", exclude=("*.log",)) == told


def test_including_does_not_bring_back_what_is_ignored_or_hidden(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "a.md\n", "a.md": "", ".b.md": "", "c.md": ""})
    assert read_in(folder_at(tmp_path, include=("*.md",))) == ["c.md"]


def test_files_that_look_like_secrets_are_listed_as_skipped(tmp_path: Path) -> None:
    write(tmp_path, {".env": "", "id_ed25519": "", "a.md": ""})
    outcome = scan(folder_at(tmp_path), {})
    assert [file.path for file in outcome.found] == ["a.md"]
    told = "looks like a secret (by its name); use --include to index it anyway"
    assert [(path, why_not) for path, _, why_not in outcome.skipped] == [
        (".env", told),
        ("id_ed25519", told),
    ]


def test_an_include_glob_that_names_a_secret_has_it_read(tmp_path: Path) -> None:
    write(tmp_path, {".env": "", "server.pem": "", "a.md": ""})
    outcome = scan(folder_at(tmp_path, include=("*.pem", ".env", "*.md")), {})
    assert [(file.path, file.named) for file in outcome.found] == [
        (".env", True),
        ("a.md", True),
        ("server.pem", True),
    ]


def test_an_include_glob_that_names_nothing_lets_no_secret_in(tmp_path: Path) -> None:
    write(tmp_path, {"server.pem": "", "keys/id_rsa": "", "keys/a.md": ""})
    for glob in ("*", "**", "keys/*", "keys/", "keys"):
        files = scan(folder_at(tmp_path, include=(glob,)), {}).found
        assert [(file.path, file.named) for file in files] == [("keys/a.md", False)]


def test_large_files_are_listed_with_the_setting_that_lets_them_in(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(32 * 2**20 + 1)
    with (tmp_path / "fits.txt").open("wb") as file:
        file.truncate(32 * 2**20)
    outcome = scan(folder_at(tmp_path), {})
    assert [found.path for found in outcome.found] == ["fits.txt"]
    assert outcome.skipped[0][2] == "larger than 32 MiB (set max_file_mb)"
    assert why(folder_at(tmp_path), tmp_path / "big.txt", max_bytes=2**30) is None


def test_links_are_not_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    write(root, {"a.md": "", "sub/b.md": ""})
    write(elsewhere, {"private.md": ""})
    (root / "file.md").symlink_to(root / "a.md")
    (root / "out.md").symlink_to(elsewhere / "private.md")
    (root / "out").symlink_to(elsewhere)
    (root / "sub" / "loop").symlink_to(root)
    (root / "self").symlink_to(root / "self")
    (root / "broken.md").symlink_to(root / "nowhere")
    outcome = scan(folder_at(root), {})
    assert [file.path for file in outcome.found] == ["a.md", "sub/b.md"]
    assert not outcome.unreadable
    assert reason(root, "file.md") == "symbolic link (not followed)"
    told = f"its folder {root}/out: symbolic link (not followed)"
    assert reason(root, "out/private.md") == told


def test_a_root_that_is_a_link_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "real", {"a.md": ""})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert read_in(folder_at(tmp_path / "link")) == ["a.md"]


def test_pipes_and_sockets_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "sub").mkdir()
    os.mkfifo(tmp_path / "sub" / "CACHEDIR.TAG")
    write(tmp_path, {"sub/a.md": ""})
    assert read_in(folder_at(tmp_path)) == ["sub/a.md"]
    assert reason(tmp_path, "pipe.md") == "not a regular file"


def test_things_named_like_ignore_files_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.md": ""})
    (tmp_path / ".gitignore").mkdir()
    (tmp_path / ".ignore").symlink_to(".ignore")
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(".thimbleignore")
        assert read_in(folder_at(tmp_path)) == ["a.md"]


def test_a_folder_whose_rules_cannot_be_read_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"sub/.ignore": "private.md\n", "sub/private.md": "", "a.md": ""})
    really_open = os.open

    def refuse(path: str, flags: int) -> int:
        if str(path).endswith(".ignore"):
            raise PermissionError(13, "Permission denied", path)
        return really_open(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    outcome = scan(folder_at(tmp_path), {})
    assert [file.path for file in outcome.found] == ["a.md"]
    assert outcome.unreadable == (("sub", "cannot read its .ignore: Permission denied"),)


def test_a_huge_ignore_file_stops_only_its_folder(tmp_path: Path) -> None:
    write(tmp_path, {"sub/.ignore": "x\n" * 200_000, "sub/a.md": "", "b.md": ""})
    outcome = scan(folder_at(tmp_path), {})
    assert [file.path for file in outcome.found] == ["b.md"]
    assert outcome.unreadable == (("sub", "its .ignore is larger than 256 KiB"),)


def test_why_answers_for_files_that_are_not_there_or_not_below(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": ""})
    assert reason(tmp_path, "b.md") == "there is no such file"
    told = f"{tmp_path}/a.md cannot be looked at: Not a directory"
    assert reason(tmp_path, "a.md/b.md") == told
    with pytest.raises(ValueError, match="not in the subpath"):
        why(folder_at(tmp_path / "x"), tmp_path / "a.md")


# The same files as git, for any rules

NAMES = ("a", "b", "ab", "b.a")
LINES = st.lists(
    st.text(alphabet="ab*?/!.[]^-\\ ", min_size=1, max_size=7).filter(
        lambda line: not re.search(r"[\[\\][^]]*/", line)  # for us a slash always ends a name
    )
    | st.sampled_from(["*", "!*/", "!a", "a/", "/a", "a/**", "**/b", "!a/b", "a/*", "!/a/b.a"]),
    max_size=5,
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", root], check=True)
    write(root, {f"{a}/{b}/{c}": "" for a in NAMES for b in NAMES for c in NAMES})
    write(root, {f"{a}/only-{b}": "" for a in NAMES for b in NAMES})
    return root


def read_by_git(root: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return {path for path in listed.split("\0") if path and not path.endswith(".gitignore")}


@settings(max_examples=60, deadline=None)
@given(top=LINES, below=LINES)
def test_the_files_read_are_those_that_git_would_track(
    repository: Path, top: list[str], below: list[str]
) -> None:
    (repository / ".gitignore").write_text("\n".join(top))
    (repository / "a" / ".gitignore").write_text("\n".join(below))
    assert set(read_in(folder_at(repository))) == read_by_git(repository)


@given(st.from_regex(ignore._USUAL, fullmatch=True))
@example("passwords.md")
@example("bitwarden_export.pdf")
@example("id_rsa.h")
def test_a_usual_name_is_one_that_no_rule_refuses(name: str) -> None:
    rules = Rules.of(folder_at(Path("/")), max_bytes=1)
    assert is_usual(name)
    assert not is_temporary(name)
    assert rules._refuse_unusual(name, name) is None


@pytest.mark.parametrize("name", ["note.md", "Ärger 2024.pdf", "main.rs", "1. plan.docx"])
def test_most_names_are_usual(name: str) -> None:
    assert is_usual(name)


@pytest.mark.parametrize("name", ["~$a.docx", ".hidden.md", "#a.md#", "a.md~", "id.key", "a.txt"])
def test_a_name_that_a_rule_may_refuse_is_not_usual(name: str) -> None:
    assert not is_usual(name)
