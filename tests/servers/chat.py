"""A real server on loopback that speaks the OpenAI chat protocol, and misbehaves as a test asks.

with Platform() as site:
    site.serve(CHAT, answers(reading(position="hostile", hostilite="H1")))
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.platform import Behaviour, Handler, Request

CHAT = "/v1/chat/completions"
NEUTRAL: Mapping[str, Any] = {
    "parle_aide": False,
    "recit": "N99_hors_champ",
    "recit_second": "aucun",
    "position": "neutral",
    "hostilite": "H0",
    "statut": "opinion",
    "certitude": "sure",
    "passage": "",
}


def reading(**fields: object) -> str:
    """What a model that keeps to the schema writes."""
    return json.dumps({**NEUTRAL, **fields}, ensure_ascii=False)


def answers(content: str | Callable[[str], str]) -> Behaviour:
    """200 and a whole answer of the protocol; `content` may depend on the post's text."""

    def behave(handler: Handler) -> None:
        post = post_of(handler.server.platform.requests[-1])
        written = content if isinstance(content, str) else content(post)
        body = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": written},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 2100, "completion_tokens": 90, "total_tokens": 2190},
        }
        handler.say(200, {"Content-Type": "application/json"}, json.dumps(body).encode())

    return behave


def question_of(request: Request) -> dict[str, Any]:
    """The request's body."""
    question: dict[str, Any] = json.loads(request.body)
    return question


def post_of(request: Request) -> str:
    """The text of the post that was asked about."""
    text: str = json.loads(question_of(request)["messages"][1]["content"])["publication"]
    return text
