# One image for every service: docker-compose.yml names the service in `command`.
# Debian, not Alpine: the query planner has no musl build.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN node --import tsx -e "import('./gateway/page.ts').then(({ buildPage }) => buildPage('/app/web'))" \
  && npm prune --omit=dev

FROM node:20-bookworm-slim
# Room for young objects: with the 16 MB that are the default, what a request in flight holds is moved to where only a full
# collection frees it.
ENV NODE_ENV=production PORT=4000 NODE_OPTIONS=--max-semi-space-size=64
WORKDIR /app
COPY --from=build --chown=root:root /app /app
USER node
EXPOSE 4000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=6 \
  CMD node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["node", "--import", "tsx", "start.ts"]
