"""The files that `readiness-bot init` leaves: a workflow and a configuration to read; writes nothing itself."""

from __future__ import annotations

from readiness_bot.settings import FILE_NAMES

WORKFLOW = ".github/workflows/readiness.yml"

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
CACHE = "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0"
ACTION = "readiness-bot/readiness-bot@v1"

_WORKFLOW = f"""\
name: readiness

# Without `paths:`: a required check that a filter keeps from running stays pending for ever.
on:
  pull_request:
  merge_group:
  push:
    branches: [main]

permissions:
  contents: read

concurrency:
  group: readiness-${{{{ github.event.pull_request.number || github.ref }}}}
  cancel-in-progress: ${{{{ github.event_name == 'pull_request' }}}}

jobs:
  # Require this job in the branch's rules: it fails when a change brings a new blocker.
  gate:
    if: github.event_name != 'push'
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: read
      checks: write # for the list of blockers; pull requests from forks go without
      pull-requests: write # for the comment; pull requests from forks go without
    steps:
      - uses: {CHECKOUT}
        with:
          fetch-depth: 2 # the commit and the one it is compared with
          persist-credentials: false
      # What the default branch leaves here spares its pull requests the judging of their base.
      - uses: {CACHE}
        with:
          path: .readiness-cache
          key: readiness-${{{{ github.sha }}}}
          restore-keys: readiness-
      # Pin this to the full id of a release's commit, as is done above.
      - uses: {ACTION}
        with:
          cache-dir: .readiness-cache
          # The first week only tells. Remove this line to let new blockers fail the job.
          fail-on: never

  # Keeps the badge and the trend of the default branch; the only job that may write.
  badge:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: write
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
      - uses: {CACHE}
        with:
          path: .readiness-cache
          key: readiness-${{{{ github.sha }}}}
          restore-keys: readiness-
      - uses: {ACTION}
        with:
          mode: baseline
          cache-dir: .readiness-cache
"""

_CONFIGURATION = """\
# How readiness-bot judges this repository. Everything is optional; what is shown is the default or an example.
# A pull request is judged by the configuration of its base, so that no change lowers its own bar.
# Only the waivers are taken from the change itself: keep this file among the code owners' files.

# The service's folder, where the repository holds more than one.
# path: services/shop

# Paths that are not judged, as .gitignore writes them.
# exclude:
#   - legacy/

# The lines between ready, needs work and blocking, in per cent.
# thresholds:
#   ready: 65
#   needs-work: 40

# When the gate closes: new-blockers, any-blocker, score-drop:N, min-score:N or never.
# fail-on: new-blockers

# The least overall score, whatever changed.
# min-score: 50

# Names of tenant columns beyond tenant_id, organization_id and the like.
# tenant-keys: [merchant_id]

# waivers:
#   # A control that this repository has no use for; it leaves the score.
#   not_applicable:
#     - control: security/mfa
#       reason: machines are the only users
#   # A risk that somebody answers for, for at most 180 days; it stops blocking, the score stays.
#   accepted_risk:
#     - control: external-apis/timeout
#       path: app/clients/legacy.py
#       reason: the client is replaced this quarter
#       owner: payments team
#       expires: 2030-01-31
"""


def files() -> dict[str, str]:
    """The text of each file by its path from the repository's root."""
    return {WORKFLOW: _WORKFLOW, FILE_NAMES[0]: _CONFIGURATION}
