# docker build -t ephemeral-audio .
# For platforms that mount an empty volume of root's at /data there is deploy/Dockerfile.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production \
    PORT=3000 \
    AUDIO_DIR=/data/audio \
    METADATA_DIR=/data/metadata
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force
COPY --from=build /app/dist dist
RUN install -d -o node -g node /data /data/audio /data/metadata
USER node
# Both folders. Two volumes, /data/audio and /data/metadata, would hide what is mounted at /data.
VOLUME ["/data"]
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not through npm, which would come between the server and its signals.
CMD ["node", "--enable-source-maps", "dist/server.js"]
