# The action's image. Base and git are pinned, packages come from the lock file by hash: equal sources, equal image.
# Another Python for trying things out: --build-arg PYTHON=3.11-slim --build-arg GIT=1:2.39.*
ARG PYTHON=3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM python:${PYTHON} AS build
COPY requirements.txt /src/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/python -m pip install --no-cache-dir --no-compile --no-deps --require-hashes -r /src/requirements.txt \
 && /opt/venv/bin/python -m pip uninstall --yes pip
COPY entrypoint.py /app/
COPY readiness_bot /app/readiness_bot
# Compiled here, once, instead of in every run; by hash, since a run's file times are not the build's.
RUN /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib /app

FROM python:${PYTHON}
ARG GIT=1:2.47.*
RUN apt-get update \
 && apt-get install --yes --no-install-recommends "git=${GIT}" \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1
LABEL org.opencontainers.image.title="readiness-bot" \
      org.opencontainers.image.description="Tells how ready a Python backend is for production, and what a change does to it" \
      org.opencontainers.image.licenses="Apache-2.0"
# No USER: the runner mounts a workspace and files of its own user, which only root is sure to read and write.
# The working directory is the judged repository; -P keeps Python from importing anything out of it.
ENV PYTHONPATH=/app
ENTRYPOINT ["python", "-P", "/app/entrypoint.py"]
