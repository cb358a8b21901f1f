"""Chat templates, rendered as transformers renders them (its utils/chat_template_utils.py, 5.23), without transformers.

A template comes with the model, so it is untrusted code: jinja2's immutable sandbox, plain strings in, one string out.
This file knows no tokens; tokenizer.py says which texts in a conversation must not be read as control tokens.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jinja2 import TemplateError
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import Node, Scope
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from app.domain.errors import ModelError

Messages = Sequence[tuple[str, str]]


class ChatTemplate:
    """One compiled template. Raises ModelError where its source is not a template."""

    def __init__(self, source: str, variables: Mapping[str, str]) -> None:
        self.source = source
        self._variables = dict(variables)
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[_GenerationBlock, loopcontrols]
        )
        environment.filters["tojson"] = _tojson
        environment.globals["raise_exception"] = _raise_exception
        environment.globals["strftime_now"] = _strftime_now
        environment.globals["dict"] = _TemplateDict()
        environment.globals["namespace"] = _TemplateNamespace
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise ModelError(
                "The model's chat template cannot be read.", "Fetch the model again, or choose another."
            ) from error

    def render(self, messages: Messages, *, add_generation_prompt: bool) -> str:
        """The conversation as one text. Where a template refuses a system message, it is put before the first message
        of the person, as such models expect. Raises ModelError where the template refuses the conversation."""
        try:
            return self._render(messages, add_generation_prompt)
        except _RENDER_ERRORS as error:
            if len(messages) > 1 and messages[0][0] == "system":
                (_, system), (role, first), *rest = messages
                return self.render([(role, f"{system}\n\n{first}"), *rest], add_generation_prompt=add_generation_prompt)
            raise ModelError(
                "The model's chat template does not accept this conversation.",
                "Start a new chat, or choose another model.",
            ) from error

    def _render(self, messages: Messages, add_generation_prompt: bool) -> str:
        return self._template.render(
            messages=[{"role": role, "content": content} for role, content in messages],
            tools=None,
            documents=None,
            add_generation_prompt=add_generation_prompt,
            **self._variables,
        )


_RENDER_ERRORS = (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)


class PlainTemplate:
    """For models without a chat template: "Role: text" paragraphs, then "Assistant:" for the reply to continue.

    Such a model was not trained to end its turn: give it the stop string "\\nUser:".
    """

    source = ""

    def render(self, messages: Messages, *, add_generation_prompt: bool) -> str:
        """The conversation as one text."""
        text = "\n\n".join(f"{role.capitalize()}: {content}" for role, content in messages)
        return f"{text}\n\nAssistant:" if add_generation_prompt else text


class _GenerationBlock(Extension):
    """`{% generation %}...{% endgeneration %}` marks the model's words for training; rendering shows its body."""

    tags = {"generation"}  # noqa: RUF012 - jinja2 declares it so

    def parse(self, parser: Parser) -> Node:
        line = next(parser.stream).lineno
        return Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True)).set_lineno(line)


class _TemplateDict:
    """`dict(...)` without the type itself, whose attributes would lead out of the sandbox."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    def fromkeys(self, keys: Any, value: Any = None) -> dict[Any, Any]:
        return dict.fromkeys(keys, value)


class _TemplateNamespace(Namespace):
    """jinja2's namespace, refusing names that begin with an underscore."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        self, args = args[0], args[1:]
        attributes = dict(*args, **kwargs)
        for name in attributes:
            _check_name(name)
        Namespace.__init__(self, attributes)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError("a namespace attribute may not begin with an underscore")


def _strftime_now(pattern: str) -> str:
    return datetime.now().strftime(pattern)  # noqa: DTZ005 - the local time, zoneless, is what templates are written for


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """jinja2's own filter escapes HTML characters, which a prompt does not want."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
