"""The configuration file: what it may say, and the one line that answers what it may not."""

from __future__ import annotations

from datetime import date
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from readiness_bot.configuration import parse, schema
from readiness_bot.model import Waiver
from readiness_bot.settings import MAX_BYTES, ConfigurationError, FailOn, Policy, Settings, Thresholds
from readiness_bot.starter import files

CONTROLS = ("external-apis/timeout", "security/mfa")
DAY = date(2025, 1, 15)

FULL = """\
path: ./services/pay/
exclude: [legacy/, "*.gen.py"]
thresholds:
  ready: 70
  needs-work: 50
fail-on: score-drop:3
min-score: 55
tenant-keys:
  - merchant_id
waivers:
  not_applicable:
    - control: security/mfa
      reason: machines only
  accepted_risk:
    - control: external-apis/timeout
      path: app/old.py
      reason: is replaced
      owner: ana
      expires: 2025-07-14
"""


def read(text: str | bytes) -> Settings:
    data = text.encode() if isinstance(text, str) else text
    return parse(data, ".readiness.yml", controls=CONTROLS, assessed_on=DAY)


def refusal(text: str | bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    return str(caught.value)


def accepted(**fields: str | None) -> str:
    entry = {"control": "security/mfa", "reason": "r", "owner": "o", "expires": "2025-02-01"} | fields
    return yaml.safe_dump({"waivers": {"accepted_risk": [{key: value for key, value in entry.items() if value}]}})


def test_everything_that_can_be_said() -> None:
    assert read(FULL) == Settings(
        Policy(
            path="services/pay",
            exclude=("legacy/", "*.gen.py"),
            thresholds=Thresholds(ready=70, needs_work=50),
            fail_on=FailOn("score-drop", 3),
            min_score=55,
            tenant_keys=("merchant_id",),
        ),
        (
            Waiver("security/mfa", "not-applicable", "machines only", line=12),
            Waiver("external-apis/timeout", "accepted-risk", "is replaced", "app/old.py", "ana", "2025-07-14", 15),
        ),
        ".readiness.yml",
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "waivers:\nexclude:\n", "{}"])
def test_saying_nothing_is_the_default(text: str) -> None:
    assert read(text) == Settings(source=".readiness.yml")


def test_a_reason_that_looks_like_a_number_is_a_text() -> None:
    assert read(accepted(reason="42")).waivers[0].reason == "42"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("fail_on: never", ":1: unknown key `fail_on`; did you mean `fail-on`?"),
        ("\n\nexcludes: []", ":3: unknown key `excludes`; did you mean `exclude`?"),
        ("not_applicable: []", ":1: unknown key `not_applicable`; it belongs under `waivers`"),
        ("ready: 3", ":1: unknown key `ready`; it belongs under `thresholds`"),
        ("thresholds:\n  min-score: 3",
         ":2: unknown key `min-score` in thresholds; it belongs at the top level"),
        ("waivers:\n  accepted-risk: []",
         ":2: unknown key `accepted-risk` in waivers; did you mean `accepted_risk`?"),
        (accepted(expire="x"),
         ":4: unknown key `expire` in an accepted_risk waiver; did you mean `expires`?"),
        ("zzz: 1", ":1: unknown key `zzz`"),
        ("fail-on: sometimes", ":1: fail-on: 'sometimes' is none of new-blockers, any-blocker, score-drop:N"),
        ("min-score: lots", ":1: min-score: a whole number is expected"),
        ("min-score: 101", ":1: min-score: input should be less than or equal to 100"),
        ("exclude: legacy/", ":1: exclude: a list is expected, each line beginning with `- `"),
        ("thresholds: 3", ":1: thresholds: keys with values are expected"),
        ("thresholds:\n  ready: 40", ":1: thresholds.needs-work must be below thresholds.ready"),
        ("path: ../other", ":1: path: name a folder inside the repository, without '..'"),
        ("path: /etc", ":1: path: name a folder inside the repository, without '..'"),
        ("- a", ":1: keys with values are expected, such as `fail-on: never`"),
        ("a: 1\na: 2", ":2: `a` is given twice"),
        ("path: a\n---\npath: b", ":3: one document is read, and this is a second one"),
        (accepted(owner=None), ":3: `owner` is missing in the accepted_risk waiver"),
        (accepted(expires=None), ":3: `expires` is missing in the accepted_risk waiver"),
        (accepted(expires="2025"), ":4: waivers.accepted_risk.expires: write the day as YYYY-MM-DD"),
        (accepted(expires="2025-02-30"), ":4: waivers.accepted_risk.expires: input should be a valid date"),
        (accepted(expires="2025-07-15"),
         ":3: a risk can be accepted until 2025-07-14 at most (180 days ahead), not until 2025-07-15"),
        (accepted(control="security/mfaa"),
         ":3: no control is called `security/mfaa`; did you mean `security/mfa`?"),
        (accepted(control="x"), ":3: no control is called `x`"),
        ("zz: 1\nexclude: 3", ":1: unknown key `zz`"),
        ("min-score: a\nexclude: 3", ":1: min-score: a whole number is expected (and 1 more)"),
        ("\x1b[31m: 1", ": not YAML: unacceptable character"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_gets_one_line(text: str, line: str) -> None:
    assert refusal(text).startswith(f".readiness.yml{line}")
    assert "\n" not in refusal(text)


def test_an_expired_waiver_is_read_since_it_is_reported() -> None:
    assert read(accepted(expires="2024-01-01")).waivers[0].expires == "2024-01-01"


def test_an_undated_risk_is_refused_and_an_undated_excuse_is_not() -> None:
    assert "`expires` is missing" in refusal(accepted(expires=None))
    assert read("waivers: {not_applicable: [{control: security/mfa, reason: r}]}").waivers[0].expires is None


def test_broken_yaml_says_where() -> None:
    assert refusal("a: [1,\nb: }").startswith(".readiness.yml: not YAML, line 2")


@pytest.mark.parametrize(
    "bomb",
    [
        b"a: 1\n" * MAX_BYTES,
        b"[" * 5000,
        b"{a: " * 5000,
        b"".join(b"k%d: &k%d [%s]\n" % (n, n, b",".join([b"*k%d" % (n - 1)] * 9) if n else b"x") for n in range(9)),
        b"\xff\xfe\x00",
        b"!!python/object/apply:os.system [id]",
        b"a: !!binary aGk=\n<<: *a",
    ],
    ids=["large", "deep list", "deep mapping", "aliases", "bytes", "tag", "unknown alias"],
)
def test_hostile_files_are_refused_quickly(bomb: bytes) -> None:
    assert refusal(bomb).startswith(".readiness.yml")


@given(st.binary(max_size=200))
def test_any_bytes_are_settings_or_a_refusal(data: bytes) -> None:
    try:
        said = str(read(data).source)
    except ConfigurationError as error:
        said = str(error)
    assert said.startswith(".readiness.yml")
    assert said.isprintable()


def valid(document: Any) -> bool:
    return jsonschema.Draft202012Validator(schema()).is_valid(document)


def test_the_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    full = yaml.load(FULL, Loader=yaml.BaseLoader)
    full |= {"min-score": 55, "thresholds": {"ready": 70, "needs-work": 50}}
    assert valid(full)
    assert valid({})
    assert not valid({"fail_on": "never"})
    assert not valid({"fail-on": "score-drop:0"})
    assert not valid({"waivers": {"accepted_risk": [{"control": "security/mfa", "reason": "r", "owner": "o"}]}})


def test_the_configuration_that_init_writes_is_valid_with_and_without_its_comments() -> None:
    text = files()[".readiness.yml"]
    assert read(text) == Settings(source=".readiness.yml")
    keys = ("path:", "exclude:", "thresholds:", "fail-on:", "min-score:", "tenant-keys:", "waivers:", "  ", "#  ")
    lines = [line.removeprefix("# ") for line in text.splitlines() if line.removeprefix("# ").startswith(keys)]
    spoken = parse("\n".join(lines).encode(), ".readiness.yml", controls=CONTROLS, assessed_on=date(2030, 1, 1))
    assert spoken.policy == Policy(
        path="services/shop", exclude=("legacy/",), min_score=50, tenant_keys=("merchant_id",)
    )
    assert [waiver.kind for waiver in spoken.waivers] == ["not-applicable", "accepted-risk"]
