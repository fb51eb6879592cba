# The service's one image; the command says which process it is (docker-compose.yml lists them).

FROM node:24-slim AS assets
WORKDIR /assets
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && mkdir -p entrypoints/console/static && npm run libraries

FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements/build.txt requirements/run.txt requirements/
RUN python -m venv /opt/contact-ledger \
    && /opt/contact-ledger/bin/pip install --no-cache-dir --require-hashes \
        -r requirements/build.txt -r requirements/run.txt
COPY . .
COPY --from=assets /assets/entrypoints/console/static/ entrypoints/console/static/
RUN /opt/contact-ledger/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --no-create-home ledger
COPY --from=build /opt/contact-ledger /opt/contact-ledger
ENV PATH=/opt/contact-ledger/bin:$PATH PYTHONUNBUFFERED=1
USER ledger
EXPOSE 8080
ENTRYPOINT ["contact-ledger"]
CMD ["--help"]
