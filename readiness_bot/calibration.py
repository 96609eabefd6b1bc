"""Every number of the scoring and planning model, each with its reason; knows no verdict and computes nothing.

A team lead who disagrees with a score disagrees with a number on this page. `docs/scoring.md` prints them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from readiness_bot.model import Category, Role, Severity

Amount = TypeVar("Amount", int, float)


@dataclass(frozen=True, slots=True)
class Figure(Generic[Amount]):
    """A number of the model and why it is not another one."""

    value: Amount
    reason: str


CATEGORY_WEIGHTS: Mapping[Category, Figure[int]] = MappingProxyType(
    {
        Category.TESTING: Figure(21, "Every other promise is only as good as the tests that hold it."),
        Category.DATABASE: Figure(15, "Lost or leaked data cannot be rolled back."),
        Category.ERROR_HANDLING: Figure(15, "Failures are certain; what they take down is a choice."),
        Category.SECURITY: Figure(14, "A breach costs more than an outage, and data access is weighed under database."),
        Category.MONITORING: Figure(10, "What nobody sees lasts until a customer reports it."),
        Category.INFRASTRUCTURE: Figure(5, "Usually repaired in days, and without touching the product's code."),
        Category.EXTERNAL_APIS: Figure(5, "A part of error handling, at the places where the code leaves the house."),
        Category.CODE_QUALITY: Figure(5, "Slows the next change more than it endangers this release."),
        Category.API_DESIGN: Figure(5, "Clients suffer from it over months, not on the first night."),
        Category.DOCUMENTATION: Figure(5, "Decides how long an incident lasts, seldom whether there is one."),
    }
)
"""Points of a hundred that a category is worth in the overall score."""

SEVERITY_WEIGHTS: Mapping[Severity, Figure[int]] = MappingProxyType(
    {
        Severity.CRITICAL: Figure(8, "Twice a high one: alone it is a reason not to deploy."),
        Severity.HIGH: Figure(4, "Twice a medium one: it blocks, and a known way of working bridges it for a while."),
        Severity.MEDIUM: Figure(2, "Twice a low one: felt in operation, planned like any other work."),
        Severity.LOW: Figure(1, "The unit."),
    }
)
"""Weight of a control inside its category. Doubling keeps four low ones from outvoting a critical one."""

READY_FROM = Figure(65, "Two thirds of the weight stands: what is left is work for the running service.")
NEEDS_WORK_FROM = Figure(40, "Below it more than half of the weight is missing, so that the rest carries nothing.")
BLOCKER_BELOW = Figure(0.5, "Less than half there is treated as absent: defined and not wired in scores 0.25.")
LEAST_FALL = Figure(
    0.1, "What falls by less was hardly there before: one route more that no test asks for takes nothing away."
)
STRENGTH_FROM = Figure(60, "Close under ready there is a foundation worth naming; lower it would flatter.")
DEFINED_NOT_WIRED = Figure(0.25, "Somebody wrote it, nothing reaches it: worth the writing and no protection yet.")
UNREAD = Figure(0.5, "What stands in a file that was not read may be what is missed: neither there nor a blocker.")
HINTS_ONLY = Figure(0.75, "Places that need a person's eye cost a quarter until somebody has looked.")

DAYS_A_WEEK = Figure(4, "Of five working days one goes to reviews, meetings and what breaks meanwhile.")
PART_TIME_SHARE = Figure(0.5, "Half of the week is the smallest share that survives context switches.")
PART_TIME_UP_TO_DAYS = Figure(8.0, "Less than two weeks of work in all do not fill a full-time seat for the plan.")
PHASE_WEEKS_WANTED = Figure(4, "A phase longer than a month is a project: engineers are added until it fits.")
FURTHER_PLACES_SHARE = Figure(0.5, "The second place to the tenth cost half: the way to repair it is known by then.")
FURTHER_PLACES = Figure(9, "Places repaired by hand; from then on people write a codemod or a wrapper.")
MANY_PLACES_SHARE = Figure(0.1, "Every place after those costs a tenth: reading and testing what a tool rewrote.")
HINT_SHARE = Figure(0.1, "A hint costs the reading, rarely the repair.")
LEAST_SHARE = Figure(0.25, "What is nearly done still has to be found, reviewed and released.")

SMALLER_CODE = (
    Figure(8_000, "Tests, types and schemas for less code take one step of effort less: weeks become a week."),
    Figure(2_000, "One engineer knows every module of so little code: a second step less."),
    Figure(500, "So little code is read in an hour, and tested in a day or two: a third step less."),
)
"""Lines of production code below which what grows with the code takes one step of effort less, each time."""

MOST_ENGINEERS: Mapping[Role, Figure[int]] = MappingProxyType(
    {
        Role.BACKEND: Figure(3, "More people in one code base for a few weeks wait for each other."),
        Role.DEVOPS: Figure(2, "Environments and pipelines are shared; two can still work side by side."),
        Role.QA: Figure(2, "Tests of different parts can be written by two without meeting."),
        Role.SECURITY: Figure(1, "Reviews and decides; the repairs are spread over the backend engineers."),
    }
)

DEPLOYMENT_WEEKS = Figure(1, "Staging on one day, production on another, and days of watching between and after.")
REVIEW_AFTER_DAYS = Figure(91, "A quarter: long enough for change to gather, short enough to still know why.")
LONGEST_ACCEPTED_RISK_DAYS = Figure(180, "Half a year; what is accepted for longer is to be decided anew.")
MOST_CONSEQUENCES = Figure(6, "More than a handful of reasons is read as none.")
