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

# Git's package brings Perl and more for commands that nobody calls here: six times what Git itself weighs. What the final
# stage gets are Git, its way to fetch over HTTP(S), and the libraries of both that the base has not.
FROM python:${PYTHON} AS git
ARG GIT=1:2.47.*
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN find /usr/lib -name '*.so*' | sort > /had \
 && apt-get update \
 && apt-get install --yes --no-install-recommends "git=${GIT}" \
 && mkdir /git \
 && cp --parents --no-dereference --target-directory /git \
    /usr/bin/git /usr/bin/git-upload-pack /usr/lib/git-core/git-remote-http /usr/lib/git-core/git-remote-https \
 && ldd /usr/bin/git /usr/lib/git-core/git-remote-https | awk '$3 ~ /^\// { sub("^/usr", "", $3); print "/usr" $3 }' \
    | sort --unique | comm -23 - /had | xargs cp --parents --dereference --target-directory /git

FROM python:${PYTHON}
COPY --from=git /git /
RUN git --version && case "$(ldd /usr/lib/git-core/git-remote-https)" in *'not found'*) exit 1 ;; esac
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
