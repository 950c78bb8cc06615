"""Exported chats: every message with text, its author and its time.

They come from ChatGPT and Claude (`conversations.json`), Slack (a day of a channel,
`2024-05-31.json`) and Telegram (`result.json`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract

_SLACK_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")

Message = tuple[str, str, str]
"""(author, time, text)"""


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract an export. `name` is not needed."""
    del name
    try:
        exported = json.load(file)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"damaged: not valid JSON ({error})", failed=True) from error
    builder = Builder("chat", "message")
    try:
        for title, messages in _chats(exported):
            builder.add_heading(title, 2)
            for author, time, text in messages:
                if text.strip():
                    builder.begin_part()
                    builder.add(f"{author}, {time}:\n{text.strip()}")
    except (AttributeError, TypeError, KeyError, ValueError, OverflowError) as error:
        raise Unreadable("damaged: not the export it looks like", failed=True) from error
    return builder.finish()


def _chats(exported: Any) -> Iterator[tuple[str, Iterable[Message]]]:
    """Yield (title, messages) of each chat."""
    if isinstance(exported, dict):
        chats = exported["chats"]["list"] if "chats" in exported else [exported]
        for chat in chats:
            yield str(chat.get("name") or ""), _telegram(chat["messages"])
    elif any("ts" in one for one in exported):
        yield "", _slack(exported)
    else:
        for chat in exported:
            is_claude = "chat_messages" in chat
            title = str(chat.get("name" if is_claude else "title") or "")
            yield title, _claude(chat["chat_messages"]) if is_claude else _chatgpt(chat["mapping"])


def _chatgpt(mapping: dict[str, Any]) -> list[Message]:
    messages = []
    for node in mapping.values():
        message = node.get("message") or {}
        content = message.get("content") or {}
        text = "\n".join(part for part in content.get("parts") or [] if isinstance(part, str))
        time = float(message.get("create_time") or 0)
        messages.append((time, str((message.get("author") or {}).get("role") or ""), text))
    messages.sort(key=lambda one: one[0])
    return [(author, _time(time), text) for time, author, text in messages]


def _claude(messages: list[Any]) -> Iterator[Message]:
    for message in messages:
        text = message.get("text") or "\n".join(
            str(part.get("text") or "") for part in message.get("content") or []
        )
        yield str(message.get("sender") or ""), str(message.get("created_at") or "")[:16], str(text)


def _slack(messages: list[Any]) -> Iterator[Message]:
    for message in messages:
        profile = message.get("user_profile") or {}
        author = profile.get("real_name") or message.get("username") or message.get("user") or ""
        text = _SLACK_LINK.sub(lambda link: link[2] or link[1], str(message.get("text") or ""))
        for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            text = text.replace(entity, character)
        yield str(author), _time(float(message.get("ts") or 0)), text


def _telegram(messages: list[Any]) -> Iterator[Message]:
    for message in messages:
        parts = message.get("text") or ""
        if isinstance(parts, list):
            parts = "".join(p if isinstance(p, str) else str(p.get("text") or "") for p in parts)
        author = message.get("from") or message.get("actor") or ""
        yield str(author), str(message.get("date") or "").replace("T", " ")[:16], str(parts)


def _time(seconds: float) -> str:
    """Return a time as ISO 8601 in UTC, to the minute; nothing if there is none."""
    if not 0 < seconds < 1e11:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
