"""Answers one question of a claims handler about a claim file."""

import os

from gateway import Client

client = Client(os.environ["GATEWAY_URL"])


def answer(question: str, passages: list[str]) -> str:
    reply = client.generate(model="claims-assistant@production", question=question, passages=passages)
    return reply.text
