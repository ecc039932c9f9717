# Kitsune as an image: `make image` builds the one that serves. `--target train` is the same with torch, to make bundles.
#
# A tag can move. Give the base with its digest to pin it, as `docker buildx imagetools inspect` shows it:
#   --build-arg PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm@sha256:...
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
RUN python -m venv --without-pip /opt/kitsune
COPY requirements requirements
RUN pip --python /opt/kitsune/bin/python install --require-hashes --requirement requirements/serve.lock
COPY . .
RUN pip install --require-hashes --requirement requirements/build.lock \
    && pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip --python /opt/kitsune/bin/python install --no-deps /wheels/*.whl

FROM build AS build-train
RUN pip --python /opt/kitsune/bin/python install --require-hashes --requirement requirements/train.lock

# What runs has no compiler, which a slim base lacks anyway, and nothing that installs packages.
FROM ${PYTHON_IMAGE} AS base
RUN rm -r "$(python -c 'import ensurepip; print(*ensurepip.__path__)')" \
    && PIP_ROOT_USER_ACTION=ignore python -m pip uninstall --yes pip setuptools wheel \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /shop --shell /usr/sbin/nologin kitsune \
    && install --directory --owner=10001 --group=10001 /shop
ENV PATH=/opt/kitsune/bin:$PATH PYTHONDONTWRITEBYTECODE=1 KITSUNE_HOME=/shop KITSUNE_HOST=0.0.0.0
WORKDIR /shop
# By number: Kubernetes can tell that it is not root.
USER 10001:10001
EXPOSE 8000
# Healthy is what can serve. Docker restarts nothing for it; in Kubernetes the probes stand in the Deployment.
HEALTHCHECK --interval=10s --timeout=3s --start-period=180s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["kitsune"]
CMD ["serve"]

FROM base AS train
COPY --from=build-train /opt/kitsune /opt/kitsune

FROM base AS serve
COPY --from=build /opt/kitsune /opt/kitsune
