"""Shows the line coverage read from each format, and what is refused."""

from __future__ import annotations

import pytest

from readiness_bot.coverage_report import UnreadableReport, line_coverage

BY_LINES = b"""<!DOCTYPE coverage SYSTEM "http://cobertura.invalid/coverage-04.dtd">
<coverage line-rate="0.1"><packages><package><classes><class><lines>
<line number="1" hits="1"/><line number="2" hits="0"/><line number="3" hits="7"/>
</lines></class></classes></package></packages></coverage>"""


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (b'<?xml version="1.0"?>\n<coverage lines-valid="200" lines-covered="151" line-rate="0.755"/>', 75.5),
        (b'<coverage line-rate="0.8125"><packages/></coverage>', 81.25),
        (BY_LINES, 66.67),
        (b'{"totals": {"covered_lines": 3, "num_statements": 4, "percent_covered": 70.0}}', 75.0),
        (b'\xef\xbb\xbf{"totals": {"covered_lines": 0, "num_statements": 0}}', 0.0),
        (b"TN:\nSF:a.py\nDA:1,1\nLF:10\nLH:9\nend_of_record\nSF:b.py\nLF:10\nLH:0\nend_of_record\n", 45.0),
    ],
)
def test_the_share_of_covered_lines(report: bytes, expected: float) -> None:
    assert line_coverage(report) == expected


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (b"", "neither Cobertura"),
        (b"<html/>", "not Cobertura's"),
        (b"<coverage", "no readable XML"),
        (b"<coverage/>", "neither lines nor a line rate"),
        (b'{"files": {}}', "no totals"),
        (b'<coverage lines-valid="1" lines-covered="2"/>', "counts 2 covered of 1"),
        (b'<!DOCTYPE c [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><coverage line-rate="&b;"/>', "no readable XML"),
    ],
)
def test_what_is_no_report_is_refused_with_its_reason(report: bytes, reason: str) -> None:
    with pytest.raises(UnreadableReport, match=reason):
        line_coverage(report)
