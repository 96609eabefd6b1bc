"""The nouns of task runners: named tasks, what they need and the command lines they run; knows no file format."""

from __future__ import annotations

import msgspec


class TaskLine(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One command line of a task; `can_fail` is false where the runner ignores its failure."""

    text: str
    line: int
    can_fail: bool = True


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a caller may tell a task; `is_variadic` takes all that follows."""

    name: str
    default: str = ""
    is_variadic: bool = False


class Task(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One task: `needs` are tasks that run before it."""

    name: str
    line: int
    end_line: int
    needs: tuple[str, ...] = ()
    lines: tuple[TaskLine, ...] = ()
    directory: str = ""
    parameters: tuple[Parameter, ...] = ()


class TaskFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The tasks of one file, in its order; the runner takes the first where none is named."""

    tasks: tuple[Task, ...] = ()
