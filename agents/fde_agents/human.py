"""A person in the seat: commands and forms in a terminal, judged like everybody else.

Works over a pipe too: one line of input is one answer. A form stays open while its person
reads something in between.
"""

from __future__ import annotations

import shlex
import sys
from typing import Any, Final, TextIO

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from fde_agents.base import Observation
from fde_agents.form import NO, YES, Form, NotAnAnswer
from fde_agents.sight import Sight, begins
from fde_agents.toolbox import toolbox
from fde_agents.transcript import Entry, Transcript
from fde_env.contract.action import ARGUMENTS_OF, READ_TOOLS
from fde_env.errors import AgentRefused

HELP: Final = """\
submit                     fill in the form of the present stage, field by field
TOOL [argument ...]        read something, e.g. read_file labels_1.csv 0 20
help [TOOL]                this text, or what a tool takes
quit                       leave the seat; the delivery ends unfinished

Within a form a line is the answer to the question. Begin with a colon for a command:
:undo takes the last answer back, :show lists the answers, :cancel closes the form,
:help explains the question, and :TOOL [argument ...] reads something and comes back.
"""


class HumanPolicy:
    """Shows each observation to a person and asks for the next action.

    Args:
        lines: where answers come from; standard input by default.
        console: where things are shown; the terminal's error stream by default, so that
            standard output stays free for results.
    """

    def __init__(self, lines: TextIO | None = None, console: Console | None = None) -> None:
        self._lines, self._console = lines, console or Console(stderr=True)
        self._form: Form | None = None
        self._sight = Sight()
        self._seen: Observation | None = None
        self._transcript = Transcript()

    @property
    def transcript(self) -> list[Entry]:
        """What was shown and typed in the present episode, JSON-able."""
        return self._transcript.entries()

    def act(self, observation: Observation) -> dict[str, Any]:
        """Ask until there is an action.

        Raises:
            AgentRefused: the person left, or the input ended.
        """
        if begins(observation, self._seen):
            self._sight, self._form, self._transcript = Sight(), None, Transcript()
            self._say("Type help for the commands.")
        self._seen = observation
        text, self._sight = self._sight.tell(observation)
        self._transcript.add("user", text=text)
        self._console.print(Panel(Text(text), title=f"stage {observation['stage']}"))
        while True:
            action = self._once(observation["stage"])
            if action is not None:
                return action

    def ask(self, question: str) -> str:
        """A person's answer in words to a question outside the delivery.

        Raises:
            AgentRefused: the person left.
        """
        self._form = None
        self._say(question)
        return self._line("> ")

    def _once(self, stage: str) -> dict[str, Any] | None:
        """One line of input; the action that it leads to, if any."""
        form = self._form
        line = self._line(self._question(stage))
        if form is None or line.startswith(":"):
            return self._command(line.removeprefix(":").strip(), stage)
        if form.current is None:
            return self._sent(form, line)
        try:
            self._form = form.filled(line)
        except NotAnAnswer as problem:
            self._say(str(problem), style="yellow")
        return None

    def _question(self, stage: str) -> str:
        form = self._form
        if form is None:
            return f"{stage}> "
        if form.current is None:
            self._say("\n".join(form.lines()) or "(no fields)")
            return f"send {form.tool}? [y/n] "
        self._say(form.current.about, style="dim")
        number = len(form.answers) + 1
        return f"{number}/{len(form.asked)} {form.current.name} = "

    def _sent(self, form: Form, line: str) -> dict[str, Any] | None:
        if line.strip().lower() in NO:
            self._form = form.undone() if form.answers else None
        if line.strip().lower() not in YES:
            self._say("Not sent. :undo goes back, :cancel closes the form.")
            return None
        self._form = None
        return {"tool": form.tool, "arguments": form.arguments()}

    # Commands

    def _command(self, line: str, stage: str) -> dict[str, Any] | None:
        try:
            word, *given = shlex.split(line) or [""]
        except ValueError as problem:
            self._say(str(problem), style="yellow")
            return None
        if word in READ_TOOLS:
            return self._read(word, given)
        if word in ("quit", "exit"):
            raise AgentRefused("the person left the seat")
        if word in ("submit", f"submit_{stage}"):
            tool = f"submit_{stage}"
            self._form = self._form or Form.of(tool, ARGUMENTS_OF[tool])
        elif word == "help":
            self._help(given)
        elif word == "cancel":
            self._form = None
        elif word == "undo" and self._form is not None:
            self._form = self._form.undone()
        elif word == "show" and self._form is not None:
            self._say("\n".join(self._form.lines()) or "(nothing yet)")
        elif word:
            self._say(f"{word!r} is no command here; type help", style="yellow")
        return None

    def _read(self, tool: str, given: list[str]) -> dict[str, Any] | None:
        """A read-only action; arguments in order, or as name=value."""
        try:
            return {"tool": tool, "arguments": _arguments(tool, given)}
        except NotAnAnswer as problem:
            self._say(str(problem), style="yellow")
            return None

    def _help(self, given: list[str]) -> None:
        question = self._form.current if self._form else None
        known = {card.name: card for card in toolbox()}
        if given and given[0] in known:
            asked = Form.of(given[0], ARGUMENTS_OF[given[0]]).asked
            lines = [known[given[0]].description]
            lines += [f"  {each.name}: {each.about}" for each in asked]
            self._say("\n".join(lines))
        elif question is not None:
            self._say(f"{question.name}: {question.about}\n\n{HELP}")
        else:
            reads = [f"{name:<18} {known[name].description}" for name in READ_TOOLS]
            self._say(HELP + "\n" + "\n".join(reads))

    # Talking

    def _line(self, prompt: str) -> str:
        self._console.print(Text(prompt, style="bold"), end="")
        stream = self._lines or sys.stdin
        line = stream.readline()
        if not line:
            raise AgentRefused("the input ended; the person left the seat")
        typed = line.rstrip("\n")
        self._transcript.add("assistant", asked=prompt.strip(), text=typed)
        return typed

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))


def _arguments(tool: str, given: list[str]) -> dict[str, Any]:
    """The arguments of a read-only tool from words behind its name."""
    form = Form.of(tool, READ_TOOLS[tool])
    named = dict(word.split("=", 1) for word in given if "=" in word)
    plain = iter([word for word in given if "=" not in word])
    texts = [named.pop(question.name, None) or next(plain, None) for question in form.asked]
    if None in texts or named or next(plain, None) is not None:
        names = " ".join(question.name for question in form.asked)
        raise NotAnAnswer(f"{tool} takes: {names or 'no arguments'}")
    for text in texts:
        form = form.filled(str(text))
    return form.arguments()
