"""A trained model behind `/v1/chat/completions`, as vLLM would serve it: the nearest that a CPU without vLLM allows.

One question at a time, the likeliest token each time, whole answers or server-sent events. What vLLM
does besides (batches, paged memory, its own code for the model) is not shown by it.
"""

from __future__ import annotations

import base64
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SERVED = "arabic-pages"


class ModelServer:
    """Serves a model's folder on a free port of this machine, as a context."""

    def __init__(self, folder: Path, answer_tokens: int = 24) -> None:
        from vanguard.documents.train.model import base
        from vanguard.documents.train.settings import Recipe

        recipe = Recipe(precision="float32", min_image_tokens=4, max_image_tokens=16)
        self._model = base.load_model(folder, base.served_dtype(recipe)).eval()
        self._processor = base.load_processor(folder, recipe)
        self._answer_tokens = answer_tokens
        self._one_at_a_time = threading.Lock()
        self.asked: list[dict] = []

    def __enter__(self) -> ModelServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.asked.append(body)
                if body["model"] != SERVED:
                    self._send(404, b'{"error": {"message": "no such model"}}', "application/json")
                    return
                text, usage = outer.answer(body)
                made = outer.stream(text, usage) if body.get("stream") else outer.whole(text, usage)
                kind = "text/event-stream" if body.get("stream") else "application/json"
                self._send(200, made, kind)

            def _send(self, status: int, made: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(made)))
                self.end_headers()
                self.wfile.write(made)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, body: dict) -> tuple[str, dict]:
        """What the model says to a question with one image, and the tokens of both."""
        import torch
        from PIL import Image

        (message,) = (one for one in body["messages"] if one["role"] == "user")
        question = "".join(part["text"] for part in message["content"] if part["type"] == "text")
        (uri,) = (
            part["image_url"]["url"] for part in message["content"] if part["type"] == "image_url"
        )
        data = base64.b64decode(uri.partition("base64,")[2])
        pixels = Image.open(io.BytesIO(data)).convert("RGB")
        told = [
            {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}
        ]
        text = self._processor.apply_chat_template(told, add_generation_prompt=True, tokenize=False)
        inputs = self._processor(images=[[pixels]], text=[text], return_tensors="pt")
        most = min(body.get("max_tokens") or self._answer_tokens, self._answer_tokens)
        with self._one_at_a_time, torch.inference_mode():
            made = self._model.generate(**inputs, max_new_tokens=most, do_sample=False)
        ids = made[0, inputs["input_ids"].shape[1] :]
        usage = {"prompt_tokens": inputs["input_ids"].shape[1], "completion_tokens": len(ids)}
        return self._processor.tokenizer.decode(ids, skip_special_tokens=True), usage

    def whole(self, text: str, usage: dict) -> bytes:
        """One reply."""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return json.dumps(
            {"id": "c", "object": "chat.completion", "created": 1, "model": SERVED}
            | {"choices": [choice], "usage": usage}
        ).encode()

    def stream(self, text: str, usage: dict) -> bytes:
        """Events, one for each word."""
        words = text.split(" ")
        pieces = [f"{word} " for word in words[:-1]] + words[-1:]
        choices = [[{"index": 0, "delta": {"content": piece}}] for piece in pieces]
        choices.append([{"index": 0, "delta": {}, "finish_reason": "stop"}])
        events = [{"choices": one} for one in choices] + [{"choices": [], "usage": usage}]
        head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": SERVED}
        lines = [b"data: " + json.dumps(head | event).encode() + b"\n\n" for event in events]
        return b"".join(lines) + b"data: [DONE]\n\n"
