"""Reads a Google generateContent request into a Conversation.

It does not know upstreams, nor the path, where the model and the wish for a stream stand: what only
Google's API has goes along as `Foreign`.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import (
    Conversation,
    Foreign,
    Mode,
    OutputFormat,
    Sampling,
    Text,
    Tool,
    ToolChoice,
)
from vanguard.dialects.google_generate.read_parts import DIALECT, TurnReader
from vanguard.dialects.google_generate.schemas import json_schema
from vanguard.dialects.google_generate.thinking import read_thinking
from vanguard.dialects.malformed import decode
from vanguard.wire import google_generate as wire
from vanguard.wire.lenient import LenientDecoder, Unknown, own_fields, present

_request = LenientDecoder(wire.GenerateRequest)
_declarations = LenientDecoder(wire.FunctionDeclaration)
_object = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])
_encode = msgspec.json.Encoder().encode
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_OWN = ("safety_settings", "cached_content", "labels", "store", "service_tier")
_OWN_CONFIG = (
    "response_logprobs",
    "logprobs",
    "response_modalities",
    "media_resolution",
    "speech_config",
    "image_config",
    "audio_timestamp",
    "routing_config",
    "model_selection_config",
    "enable_enhanced_civic_answers",
)
_NOTHING: tuple[object, ...] = (None, [], {}, False, "")
_IDLE: dict[str, tuple[object, ...]] = {
    "generationConfig.responseModalities": (["TEXT"], ["text"]),
    "generationConfig.candidateCount": (1, 0),
}
_MODES: dict[str, Mode] = {
    "MODE_UNSPECIFIED": "unset",
    "AUTO": "auto",
    "VALIDATED": "auto",
    "ANY": "required",
    "NONE": "none",
}


def read_request(body: bytes) -> Conversation:
    """Reads the body of `:generateContent`; the model's name is empty where the body has none.

    Raises:
        InvalidRequest: with the field at fault in `param`.
    """
    request, unknown = decode_request(body)
    if not request.contents:
        raise InvalidRequest("contents: at least one turn is needed", param="contents")
    turns = TurnReader()
    messages = turns.messages(request.contents, "contents")
    config = request.generation_config or wire.GenerationConfig()
    system = _system(request.system_instruction)
    foreign = [*_foreign([*unknown, *_own(request, config)]), *turns.foreign]
    tools = _tools(request.tools or [], foreign)
    return Conversation(
        model=(request.model or "").removeprefix("models/"),
        messages=messages,
        system=system,
        tools=tools,
        tool_choice=_tool_choice(request.tool_config, foreign),
        reasoning=read_thinking(config.thinking_config),
        output=_output(config, foreign),
        sampling=_sampling(config),
        stop=tuple(config.stop_sequences or ()),
        max_output_tokens=_cap(config.max_output_tokens),
        foreign=tuple(foreign),
    )


def decode_request(body: bytes | Raw) -> tuple[wire.GenerateRequest, list[Unknown]]:
    """The request's shape; a body in the other case, or with one object for a list, is tidied.

    Raises:
        InvalidRequest: with the field at fault in `param`.
    """
    try:
        request, unknown = _request.decode(body)
        if not unknown:
            return request, unknown
    except _UNREADABLE:
        pass
    try:
        tidied = wire.tidy(body)
    except _UNREADABLE:
        tidied = Raw(bytes(body))
    return decode(_request, tidied)


def _own(request: wire.GenerateRequest, config: wire.GenerationConfig) -> list[Unknown]:
    found = own_fields(request, _OWN)
    found += own_fields(config, _OWN_CONFIG, "generationConfig")
    if config.candidate_count is not None:
        count = Raw(_encode(config.candidate_count))
        found.append(Unknown("generationConfig.candidateCount", count))
    if request.tool_config is not None:
        found += own_fields(request.tool_config, ("retrieval_config",), "toolConfig")
    return [Unknown(_camel(one.path), one.value) for one in found]


def _camel(path: str) -> str:
    return ".".join(wire.camel(name) for name in path.split("."))


def _foreign(unknown: list[Unknown]) -> list[Foreign]:
    found = []
    for one in unknown:
        value = msgspec.json.decode(one.value)
        if value in _NOTHING or value in _IDLE.get(one.path, ()):
            continue
        found.append(Foreign(DIALECT, one.path, one.value))
    return found


def _system(content: wire.Content | None) -> tuple[Text | Foreign, ...]:
    if content is None:
        return ()
    found: list[Text | Foreign] = []
    reader = TurnReader()
    for i, part in enumerate(content.parts or ()):
        path = f"systemInstruction.parts[{i}]"
        read = reader.part(part, path)
        texts = [one for one in read if isinstance(one, Text)]
        if len(texts) < len(read):
            if texts:
                # its seal alone is lost
                path += ".thoughtSignature"
            left = wire.Part(text="", thought_signature=part.thought_signature) if texts else part
            found.append(Foreign(DIALECT, path, Raw(_encode(left))))
        found += texts
    return tuple(found)


def _cap(cap: int | None) -> int | None:
    if cap is not None and cap < 1:
        place = "generationConfig.maxOutputTokens"
        raise InvalidRequest(f"{place}: must be at least 1, got {cap}", param=place)
    return cap


def _sampling(config: wire.GenerationConfig) -> Sampling:
    return Sampling(
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=None if config.top_k is None else int(config.top_k),
        seed=config.seed,
        presence_penalty=config.presence_penalty or None,
        frequency_penalty=config.frequency_penalty or None,
    )


def _tools(tools: list[Raw], foreign: list[Foreign]) -> tuple[Tool | Foreign, ...]:
    read: list[Tool | Foreign] = []
    for i, raw in enumerate(tools):
        try:
            fields = _object.decode(raw)
        except msgspec.MsgspecError as error:
            raise InvalidRequest(f"tools[{i}]: is not an object", param=f"tools[{i}]") from error
        for name, value in fields.items():
            path = f"tools[{i}].{wire.camel(name)}"
            if wire.camel(name) == "functionDeclarations":
                read.extend(_declared(value, path, foreign))
            elif bytes(value) != b"null":
                one = Raw(_encode({wire.camel(name): value}))
                read.append(Foreign(DIALECT, path, one))
    return tuple(read)


def _declared(raw: Raw, path: str, foreign: list[Foreign]) -> list[Tool]:
    try:
        declarations = _list.decode(wire.tidy(raw))
    except _UNREADABLE as error:
        raise InvalidRequest(f"{path}: is not a list", param=path) from error
    found = []
    for i, one in enumerate(declarations):
        place = f"{path}[{i}]"
        declared, unknown = decode(_declarations, one, place)
        foreign.extend(Foreign(DIALECT, left.path, left.value) for left in unknown)
        own = own_fields(declared, ("response", "response_json_schema"), place)
        foreign.extend(Foreign(DIALECT, _camel(left.path), left.value) for left in own)
        if declared.behavior not in {None, "UNSPECIFIED", "BLOCKING"}:
            behavior = Raw(_encode(declared.behavior))
            foreign.append(Foreign(DIALECT, f"{place}.behavior", behavior))
        schema = present(declared.parameters_json_schema)
        if schema is None and (googles := present(declared.parameters)) is not None:
            schema = json_schema(googles, f"{place}.parameters")
        found.append(Tool(declared.name, declared.description or "", schema))
    return found


def _tool_choice(config: wire.ToolConfig | None, foreign: list[Foreign]) -> ToolChoice:
    calling = config.function_calling_config if config is not None else None
    if calling is None or calling.mode is None:
        return ToolChoice()
    place = "toolConfig.functionCallingConfig.mode"
    written = calling.mode.upper()
    mode = _MODES.get(written)
    if mode is None:
        raise InvalidRequest(
            f"{place}: '{calling.mode[:50]}' is not one of AUTO, ANY, NONE, VALIDATED", param=place
        )
    if written == "VALIDATED":
        foreign.append(Foreign(DIALECT, place, Raw(b'"VALIDATED"')))
    names = tuple(calling.allowed_function_names or ())
    if mode == "required" and len(names) == 1:
        return ToolChoice("named", names[0])
    return ToolChoice(mode, allowed=names if mode in {"required", "auto"} else ())


def _output(config: wire.GenerationConfig, foreign: list[Foreign]) -> OutputFormat:
    kind = config.response_mime_type or "text/plain"
    schema = present(config.response_json_schema)
    if schema is None and (googles := present(config.response_schema)) is not None:
        schema = json_schema(googles, "generationConfig.responseSchema")
    if kind == "application/json":
        if schema is None:
            return OutputFormat("json_object")
        return OutputFormat("json_schema", schema=schema)
    if kind != "text/plain":
        place = "generationConfig.responseMimeType"
        foreign.append(Foreign(DIALECT, place, Raw(_encode(kind))))
    return OutputFormat()
